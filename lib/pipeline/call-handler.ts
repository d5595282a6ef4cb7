import { isPromise } from '../common/index.js'
import { isObservableLike, lastValueOf, Stream, type ObservableLike, type Subscriber } from './observable.js'

/**
 * What an interceptor gets as `next`. `handle()` gives the rest of the call as a cold stream: await it for the value,
 * pipe it through operators, or leave it alone, and the handler does not run. Where its result is declared as another
 * type of observable (RxJS's), it is taken for one. What it is piped into is no promise: an asynchronous interceptor may
 * return it.
 */
// eslint-disable-next-line typescript/no-explicit-any -- the handler may be anything; unknown would make every operator untypable
export interface CallHandler<T = any> {
  handle<R = Awaitable<T>>(): R
}

/** A stream that can be awaited for its value. */
export type Awaitable<T> = Stream<T> & PromiseLike<T>

/** The rest of a call, as one object: the `next` of an interceptor and the stream that its `handle()` returns. */
export class NextCall<C> extends Stream implements CallHandler {
  constructor(
    private readonly context: C,
    private readonly rest: (context: C) => unknown,
    private readonly keepStreams = false,
  ) {
    super()
  }

  handle<R = Awaitable<unknown>>(): R {
    return this as unknown as R
  }

  /** Runs the rest, without a stream: what happens when an interceptor returns `next.handle()` as it is. */
  call(): unknown {
    return this.rest(this.context)
  }

  /**
   * For `await`, which runs the call: the value, of a stream the last one; where each value is wanted (server-sent
   * events), the stream itself, since the last one may never come.
   */
  then<A = unknown, B = never>(
    fulfilled?: ((value: unknown) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    const value = this.keepStreams
      ? new Promise((resolve) => resolve(settle(this.call(), true)))
      : this.toPromise()
    return value.then(fulfilled, rejected)
  }

  protected run(subscriber: Subscriber): void {
    let result: unknown
    try {
      result = this.call()
    } catch (error) {
      subscriber.error(error)
      return
    }
    if (isPromise(result)) {
      result.then(
        (value) => emit(value, subscriber),
        (error: unknown) => subscriber.error(error),
      )
    } else emit(result, subscriber)
  }
}

/** A handler's observable passes through value by value; anything else is one value. */
function emit(value: unknown, subscriber: Subscriber): void {
  if (isObservableLike(value)) {
    const subscription = value.subscribe(subscriber) as { unsubscribe(): void } | undefined
    if (subscription !== undefined && subscription !== subscriber) subscriber.add(subscription)
    return
  }
  subscriber.next(value)
  subscriber.complete()
}

/**
 * What an interceptor (or a guard) returned, as a value or a promise of it: an untouched `next.handle()` is run, of an
 * observable the last value counts.
 *
 * @param result as returned
 * @param keepStreams true where each value of an observable is wanted (server-sent events)
 */
export function settle(result: unknown, keepStreams = false): unknown {
  if (result instanceof NextCall) return settle(result.call(), keepStreams)
  if (isObservableLike(result)) return keepStreams ? unawaited(result) : lastValueOf(result)
  if (isPromise(result)) return result.then((value) => settle(value, keepStreams))
  return result
}

/** A stream that can be awaited would be, for its last value; what keeps its values must not look like a promise. */
function unawaited(stream: ObservableLike): ObservableLike {
  return isPromise(stream) ? { subscribe: (observer) => stream.subscribe(observer) } : stream
}
