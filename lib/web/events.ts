import { defineError, encodeUtf8 } from '../common/index.js'
import { durationMs } from './duration.js'
import type { WriteJson } from './json.js'

/** One server-sent event. */
export interface MessageEvent {
  readonly data: unknown
  /** Numbered from 1 where it is left out; null for none. */
  readonly id?: string | number | null
  readonly type?: string
  /** Milliseconds after which the client connects again. */
  readonly retry?: number
}

/** How streams of events are kept alive and bounded. */
export interface SseOptions {
  /**
   * How long a stream may be silent before a comment is sent, so that nobody on the way takes the connection for dead:
   * milliseconds or text such as `'30s'`; false for never. Default 15 s.
   */
  readonly heartbeat?: number | string | false
  /** Milliseconds (or text) after which clients connect again: told once, at the beginning. Default: the client's own. */
  readonly retry?: number | string
  /** Events that may wait because the client reads more slowly than they come. Default 10 000. */
  readonly maxWaiting?: number
}

/** The same, checked and in milliseconds. */
export interface EventSettings {
  /** 0 for never. */
  readonly heartbeat: number
  readonly maxWaiting: number
  /** What is sent first: it makes the head leave at once, so that the client knows that it is connected. */
  readonly opening: Uint8Array
}

/** An option of streams of events that has no meaning. */
export const SseOptionInvalid = defineError<{ option: string; value: string; advice: string }>(
  'CORBEL_SSE_OPTION',
  'sse.{option} cannot be {value}: {advice}.',
)

/** A client that takes events more slowly than they come, for too long. */
export const EventsOverflow = defineError<{ limit: number }>(
  'CORBEL_EVENTS_OVERFLOW',
  'The client reads more slowly than events come: {limit} are waiting. The stream is ended; send fewer, or join them.',
)

/**
 * Checks options of streams of events.
 *
 * @param layers the later ones count
 * @throws {CorbelError} CORBEL_SSE_OPTION
 */
export function eventSettings(...layers: readonly (SseOptions | undefined)[]): EventSettings {
  const { heartbeat = 15_000, retry, maxWaiting = 10_000 }: SseOptions = Object.assign({}, ...layers)
  if (!Number.isInteger(maxWaiting) || maxWaiting < 1)
    throw new SseOptionInvalid({
      option: 'maxWaiting',
      value: String(maxWaiting),
      advice: 'a whole number of events, at least 1',
    })
  const interval = heartbeat === false ? 0 : duration('heartbeat', heartbeat, 10)
  const delay = retry === undefined ? undefined : duration('retry', retry, 0)
  const opening = encodeUtf8(delay === undefined ? ':\n\n' : `retry: ${Math.trunc(delay)}\n\n`)
  return { heartbeat: interval, maxWaiting, opening }
}

function duration(option: string, value: number | string, least: number): number {
  const advice = `milliseconds, or text such as '15s', at least ${least} ms`
  let time = NaN
  try {
    time = durationMs(value)
  } catch {
    // told below
  }
  // setInterval knows no longer times
  if (!(time >= least && time <= 0x7fffffff))
    throw new SseOptionInvalid({ option, value: String(value), advice })
  return time
}

/**
 * Writes one event in the form of the event stream.
 *
 * @param event a message, or any value, which becomes its data
 * @param nextId numbers events that have no id of their own
 * @param write writes data that is no text as JSON
 * @see HTML Living Standard §9.2.6
 */
export function formatEvent(event: unknown, nextId: () => number, write: WriteJson): string {
  const message = (
    typeof event === 'object' && event !== null && 'data' in event ? event : { data: event }
  ) as MessageEvent
  const data = typeof message.data === 'string' ? message.data : write(message.data)
  let text = ''
  if (message.type !== undefined) text += `event: ${oneLine(message.type)}\n`
  if (message.id !== null) text += `id: ${oneLine(String(message.id ?? nextId()))}\n`
  if (message.retry !== undefined) text += `retry: ${Math.trunc(message.retry)}\n`
  for (const line of data.split(/\r\n|\r|\n/)) text += `data: ${line}\n`
  return `${text}\n`
}

/**
 * Whether an event has an id of its own.
 *
 * @param event as for `formatEvent`
 */
export function hasOwnId(event: unknown): boolean {
  if (typeof event !== 'object' || event === null || !('data' in event)) return false
  const { id } = event as MessageEvent
  return id !== undefined && id !== null
}

/** A line break here would begin another field; an id with NUL would be ignored. */
function oneLine(value: string): string {
  return value.replaceAll(/[\r\n\0]/g, '')
}
