import type { ObservableLike } from '../pipeline/index.js'
import type { WebSocketAdapter } from './adapter.js'
import { deliverOne } from './results.js'
import type { Acknowledge, AnswerStream } from './ws-context.js'

/** What is asked of a client that is sent many values. */
interface PacedClient {
  drained?(): Promise<void>
  /** Calls back once, when the client is gone; gives what ends that. */
  whenGone?(call: () => void): () => void
}

/**
 * Sends the values of an async iterable one by one, each when the client has taken those before it. The source ends with the
 * client, or when the client cancels it, also while it is silent.
 *
 * @param adapter knows how
 * @param client gets them
 * @param values of a method
 * @param acknowledge undefined where the client waits for nothing
 * @returns when all is sent, or nobody wants it any more; rejects with what the source throws
 */
export async function deliverAll(
  adapter: WebSocketAdapter,
  client: object,
  values: AsyncIterable<unknown>,
  acknowledge: Acknowledge | undefined,
): Promise<void> {
  const iterator = values[Symbol.asyncIterator]()
  const flow = new Flow(iterator)
  let answer: AnswerStream | undefined
  const forget = (client as PacedClient).whenGone?.(flow.stop)
  try {
    answer = acknowledge?.stream?.(flow.stop)
    for (;;) {
      const step = await flow.next()
      if (step === undefined) return
      if (step.done === true) break
      deliverOne(adapter, client, step.value, answer?.next ?? acknowledge)
      const isTaken = await (client as PacedClient).drained?.().then(yes, no)
      // a client that is gone is told of by drained()
      if (isTaken === false) return flow.stop()
    }
    answer?.end()
  } catch (error) {
    flow.stop()
    throw error
  } finally {
    forget?.()
    answer?.close()
  }
}

/**
 * Sends the values of an observable as they come. It is unsubscribed from when the client cancels it, or is gone.
 *
 * @param adapter knows how
 * @param client gets them
 * @param values of a method
 * @param acknowledge undefined where the client waits for nothing
 */
export function deliverObservable(
  adapter: WebSocketAdapter,
  client: object,
  values: ObservableLike,
  acknowledge: Acknowledge | undefined,
): Promise<void> {
  let finish = (): void => undefined
  const told = new Promise<void>((resolve, reject) => {
    let isOver = false
    let subscription: { unsubscribe?(): void } | undefined
    const stop = (): void => {
      if (isOver) return
      isOver = true
      subscription?.unsubscribe?.()
      resolve()
    }
    const forget = (client as PacedClient).whenGone?.(stop)
    const answer = acknowledge?.stream?.(stop)
    finish = () => {
      isOver = true
      forget?.()
      answer?.close()
    }
    subscription = values.subscribe({
      next: (value) => void (isOver || deliverOne(adapter, client, value, answer?.next ?? acknowledge)),
      error: reject,
      complete: () => {
        if (!isOver) answer?.end()
        resolve()
      },
    }) as typeof subscription
    // it may have been stopped while it was subscribed to
    if (isOver) subscription?.unsubscribe?.()
  })
  return told.finally(() => finish())
}

/** Waits for the next value, or for the end of everything. */
class Flow {
  private isStopped = false
  private wake: (() => void) | undefined

  constructor(private readonly iterator: AsyncIterator<unknown>) {}

  /** @returns undefined once it is stopped */
  next(): Promise<IteratorResult<unknown> | undefined> {
    if (this.isStopped) return Promise.resolve(undefined)
    return new Promise((resolve, reject) => {
      this.wake = () => resolve(undefined)
      this.iterator.next().then(resolve, reject)
    })
  }

  readonly stop = (): void => {
    if (this.isStopped) return
    this.isStopped = true
    this.wake?.()
    // it may answer only after the step that it is in, for which nobody waits any more
    void this.iterator.return?.()?.catch?.(() => undefined)
  }
}

function yes(): true {
  return true
}

function no(): false {
  return false
}
