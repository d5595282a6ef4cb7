import type { PubSub } from '../core/index.js'
import { durationMs } from '../web/index.js'
import { LiveOptionInvalid } from './errors.js'

/** What bounds live queries, and who hears of changes. */
export interface LiveOptions {
  /**
   * Carries to all processes what has changed. It is the application's to close. Default: the one that a module provides as
   * `PUB_SUB` (`RedisModule`), if there is one; false, or none: changes that other processes make are not heard of.
   */
  readonly pubSub?: PubSub | false
  /** Live queries of all clients in this process; more are refused with 503. Default 20 000. */
  readonly maxSubscriptions?: number
  /** Of one address, as trusted proxies tell it; more are refused with 429. Default 1 000. */
  readonly maxPerAddress?: number
  /** Of one WebSocket; more are refused with 429. Default 100. */
  readonly maxPerConnection?: number
  /** Runs at a time; more wait. Default 16. */
  readonly maxRuns?: number
  /** Bytes of one result; the subscription to a larger one ends. Default 1 MiB. */
  readonly maxResult?: number
  /** The time between the runs of one query, while changes come: milliseconds or text. Default 100 ms. */
  readonly interval?: number | string
  /** The time that a run may take: milliseconds or text. Default 30 s. */
  readonly runTimeout?: number | string
  /**
   * The time after which everything is run again, changed or not, for what was not heard of: milliseconds or text; false for
   * never. Default: a minute where `pubSub` cannot tell of messages that it has lost, otherwise never.
   */
  readonly refresh?: number | string | false
  /** The time after which a run is tried again that has failed (5xx, 429), doubled each time up to a minute. Default 1 s. */
  readonly retry?: number | string
  /** Streams of events: how long they may be silent before a comment is sent. Default 15 s. */
  readonly heartbeat?: number | string | false
  /** Streams of events: milliseconds (or text) after which clients connect again. Default: the client's own. */
  readonly reconnect?: number | string
}

/** The same, checked, with times in milliseconds. */
export interface LiveSettings {
  readonly pubSub: PubSub | undefined
  readonly maxSubscriptions: number
  readonly maxPerAddress: number
  readonly maxPerConnection: number
  readonly maxRuns: number
  readonly maxResult: number
  readonly interval: number
  readonly runTimeout: number
  /** 0 for never. */
  readonly refresh: number
  readonly retry: number
  readonly heartbeat: number | string | false | undefined
  readonly reconnect: number | string | undefined
}

const COUNTS = {
  maxSubscriptions: 20_000,
  maxPerAddress: 1_000,
  maxPerConnection: 100,
  maxRuns: 16,
  maxResult: 1_048_576,
} as const

/**
 * Checks options.
 *
 * @param options as given
 * @param provided the `PUB_SUB` of the application
 * @throws {CorbelError} CORBEL_LIVE_OPTION
 */
export function liveSettings(options: LiveOptions, provided?: PubSub): LiveSettings {
  const { heartbeat, reconnect, refresh } = options
  const pubSub = options.pubSub === false ? undefined : (options.pubSub ?? provided)
  const counts = Object.fromEntries(
    Object.entries(COUNTS).map(([option, usual]) => {
      const value = options[option as keyof typeof COUNTS] ?? usual
      if (!Number.isInteger(value) || value < 1)
        throw new LiveOptionInvalid({ option, value: String(value), advice: 'it is a whole number from 1' })
      return [option, value]
    }),
  ) as Record<keyof typeof COUNTS, number>
  const isTold = pubSub === undefined || pubSub.onReconnect !== undefined
  return {
    ...counts,
    pubSub,
    interval: time('interval', options.interval ?? 100),
    runTimeout: time('runTimeout', options.runTimeout ?? 30_000, 1),
    refresh: refresh === false ? 0 : time('refresh', refresh ?? (isTold ? 0 : 60_000)),
    retry: time('retry', options.retry ?? 1_000, 1),
    heartbeat,
    reconnect,
  }
}

function time(option: string, value: number | string, least = 0): number {
  let ms = NaN
  try {
    ms = durationMs(value)
  } catch {
    // told below
  }
  // timers of Node take no longer times
  if (ms >= least && ms <= 0x7fffffff) return ms
  const advice = `it is milliseconds, or text such as '15s', from ${least} ms to 24 days`
  throw new LiveOptionInvalid({ option, value: String(value), advice })
}
