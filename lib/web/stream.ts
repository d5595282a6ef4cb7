import { defineError, encodeUtf8 } from '../common/index.js'
import type { ResponseSink } from '../http/index.js'
import type { ObservableLike } from '../pipeline/index.js'

/**
 * Writes an iterable to a sink as fast as its reader takes it. The iterable is closed early if the client goes away.
 *
 * @param sink with its head sent
 * @param chunks bytes, or text as UTF-8
 * @throws what the iterable throws while the client is still there
 */
export async function pump(sink: ResponseSink, chunks: AsyncIterable<Uint8Array | string>): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]()
  // a source that waits for its next value would not notice that nobody reads any more
  sink.onClose((state) => {
    if (state === 'aborted') void iterator.return?.()?.catch?.(() => undefined)
  })
  try {
    for (let step = await iterator.next(); step.done !== true; step = await iterator.next()) {
      if (sink.state === 'aborted') break
      const bytes = typeof step.value === 'string' ? encodeUtf8(step.value) : step.value
      if (!sink.write(bytes)) await sink.drained()
    }
    if (sink.state !== 'aborted') sink.end()
  } catch (error) {
    await iterator.return?.()?.catch?.(() => undefined)
    if (!isAborted(sink)) throw error
  }
}

function isAborted(sink: ResponseSink): boolean {
  return sink.state === 'aborted'
}

/** One server-sent event. */
export interface MessageEvent {
  readonly data: unknown
  readonly id?: string | number
  readonly type?: string
  /** Milliseconds after which the client connects again. */
  readonly retry?: number
}

/**
 * Writes one event in the form of the event stream.
 *
 * @param event a message, or any value, which becomes its data
 * @see HTML Living Standard §9.2.6
 */
export function formatEvent(event: unknown): string {
  const message = (
    typeof event === 'object' && event !== null && 'data' in event ? event : { data: event }
  ) as MessageEvent
  const data = typeof message.data === 'string' ? message.data : JSON.stringify(message.data)
  let text = ''
  if (message.type !== undefined) text += `event: ${oneLine(message.type)}\n`
  if (message.id !== undefined) text += `id: ${oneLine(String(message.id))}\n`
  if (message.retry !== undefined) text += `retry: ${Math.trunc(message.retry)}\n`
  for (const line of (data ?? '').split(/\r\n|\r|\n/)) text += `data: ${line}\n`
  return `${text}\n`
}

/** A line break here would begin another field. */
function oneLine(value: string): string {
  return value.replaceAll(/[\r\n\0]/g, '')
}

/**
 * Reads an observable as an iterable: values that come faster than they are taken wait. Ending the iteration early
 * unsubscribes at once, also while it waits for a value.
 *
 * @param source subscribed to when the iteration begins
 */
export function valuesOf<T>(source: ObservableLike<T>): AsyncIterable<T> {
  return { [Symbol.asyncIterator]: () => new ObservableIterator(source) }
}

/** Events that wait because the client reads more slowly than they come. */
const MAX_WAITING = 10_000

/** A client that takes events more slowly than they come, for too long. */
export const EventsOverflow = defineError<{ limit: number }>(
  'CORBEL_EVENTS_OVERFLOW',
  'The client reads more slowly than events come: {limit} are waiting. The stream is ended; send fewer, or join them.',
)

class ObservableIterator<T> implements AsyncIterator<T, undefined> {
  private readonly waiting: T[] = []
  private ended = false
  private failure: { readonly error: unknown } | undefined
  private wake: (() => void) | undefined
  private readonly subscription: { unsubscribe?(): void } | undefined

  constructor(source: ObservableLike<T>) {
    this.subscription = source.subscribe({
      next: (value) => this.receive(value),
      error: (error) => this.changed(() => (this.failure = { error })),
      complete: () => this.changed(() => (this.ended = true)),
    }) as typeof this.subscription
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    while (this.waiting.length === 0 && this.failure === undefined && !this.ended) {
      await new Promise<void>((resolve) => (this.wake = resolve))
    }
    if (this.waiting.length > 0) return { done: false, value: this.waiting.shift()! }
    if (this.failure !== undefined) throw this.failure.error
    return { done: true, value: undefined }
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.subscription?.unsubscribe?.()
    this.changed(() => (this.ended = true))
    return Promise.resolve({ done: true, value: undefined })
  }

  private receive(value: T): void {
    if (this.waiting.length < MAX_WAITING) return this.changed(() => this.waiting.push(value))
    this.failure ??= { error: new EventsOverflow({ limit: MAX_WAITING }) }
    this.subscription?.unsubscribe?.()
  }

  private changed(change: () => void): void {
    change()
    this.wake?.()
  }
}

/**
 * Applies a function to each value; ending the iteration early ends the source's at once.
 *
 * @param source where the values come from
 * @param change applied to each
 * @param first values that come before those of the source, as they are
 */
export function mapValues<T, R>(
  source: AsyncIterable<T> | AsyncIterator<T>,
  change: (value: T) => R,
  first: readonly R[] = [],
): AsyncIterable<R> {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source
  const before = [...first]
  return {
    [Symbol.asyncIterator]: () => ({
      async next(): Promise<IteratorResult<R>> {
        if (before.length > 0) return { done: false, value: before.shift()! }
        const step = await iterator.next()
        return step.done === true
          ? { done: true, value: undefined }
          : { done: false, value: change(step.value) }
      },
      async return(): Promise<IteratorResult<R>> {
        await iterator.return?.()
        return { done: true, value: undefined }
      },
    }),
  }
}

/**
 * Turns an error of an iterable into a last value.
 *
 * @param source where the values come from
 * @param last makes the value of the error
 */
export function endingWith<T>(source: AsyncIterable<T>, last: (error: unknown) => T): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]: () => {
      const iterator = source[Symbol.asyncIterator]()
      let failed = false
      return {
        async next(): Promise<IteratorResult<T>> {
          if (failed) return { done: true, value: undefined }
          try {
            return await iterator.next()
          } catch (error) {
            failed = true
            return { done: false, value: last(error) }
          }
        },
        async return(): Promise<IteratorResult<T>> {
          await iterator.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}
