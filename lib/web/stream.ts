import { encodeUtf8 } from '../common/index.js'
import type { ResponseSink } from '../http/index.js'
import type { ObservableLike } from '../pipeline/index.js'
import { EventsOverflow } from './events.js'

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

/**
 * Reads an observable as an iterable: values that come faster than they are taken wait. Ending the iteration early
 * unsubscribes at once, also while it waits for a value.
 *
 * @param source subscribed to when the iteration begins
 */
export function valuesOf<T>(source: ObservableLike<T>): AsyncIterable<T> {
  return { [Symbol.asyncIterator]: () => new ObservableIterator(source) }
}

/** Values that wait because the client reads more slowly than they come. */
const MAX_WAITING = 10_000

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
