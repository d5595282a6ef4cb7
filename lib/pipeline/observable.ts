/** What is needed of an observable to take its values: RxJS's and others' have it. */
export interface ObservableLike<T = unknown> {
  subscribe(observer: { next(value: T): void; error(error: unknown): void; complete(): void }): unknown
}

/** Tells observables from other results. */
export function isObservableLike(value: unknown): value is ObservableLike {
  return (
    typeof value === 'object' && value !== null && typeof (value as ObservableLike).subscribe === 'function'
  )
}

/**
 * The last value of an observable; undefined if it completes without one.
 *
 * @param source subscribed to at once
 */
export function lastValueOf<T>(source: ObservableLike<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    let last: T | undefined
    source.subscribe(
      new Subscriber({
        next: (value: T) => void (last = value),
        error: reject,
        complete: () => resolve(last),
      }),
    )
  })
}

/** An observer; each part may be left out. */
export interface PartialObserver<T = unknown> {
  readonly next?: ((value: T) => void) | undefined
  readonly error?: ((error: unknown) => void) | undefined
  readonly complete?: (() => void) | undefined
}

type Unsubscribable = (() => void) | { unsubscribe(): void }
type Teardown = Unsubscribable | undefined | void

/**
 * Receives values until the end or until it is unsubscribed. Has the shape that RxJS's operators expect of the
 * subscriber that they write to, so that `pipe(map(…))` works on Corbel's own streams without importing RxJS.
 */
export class Subscriber<T = unknown> {
  closed = false
  private readonly teardowns = new Set<Unsubscribable>()

  constructor(private readonly observer: PartialObserver<T>) {}

  next(value: T): void {
    if (!this.closed) this.observer.next?.(value)
  }

  error(error: unknown): void {
    if (this.closed) return
    this.close()
    this.observer.error?.(error)
  }

  complete(): void {
    if (this.closed) return
    this.close()
    this.observer.complete?.()
  }

  unsubscribe(): void {
    if (!this.closed) this.close()
  }

  add(teardown: Teardown): void {
    if (teardown === undefined || teardown === this) return
    if (this.closed) tearDown(teardown)
    else this.teardowns.add(teardown)
  }

  remove(teardown: Unsubscribable): void {
    this.teardowns.delete(teardown)
  }

  private close(): void {
    this.closed = true
    for (const teardown of this.teardowns) tearDown(teardown)
    this.teardowns.clear()
  }
}

function tearDown(teardown: Unsubscribable): void {
  if (typeof teardown === 'function') teardown()
  else teardown.unsubscribe()
}

/** An operator as RxJS 7 hands it to `lift`: called with the subscriber as `this`. */
type LiftedOperator = { call(subscriber: unknown, source: unknown): Teardown }

/** As much of an observable as it takes for TypeScript to infer the types of the operators that it is piped through. */
interface Pipeable<T> {
  forEach(next: (value: T) => void): Promise<void>
}

/** An operator of whatever library, typed loosely: RxJS's wants its own class, of which it only uses `lift` and `subscribe`. */
interface LooseOperator {
  // eslint-disable-next-line typescript/no-explicit-any -- what flows through is known at run time only
  apply(source: Pipeable<any>): unknown
}

/** A cold stream: subscribing runs it. Enough of an observable for RxJS's operators and creators to accept it. */
export abstract class Stream<T = unknown> implements ObservableLike<T> {
  /** Runs the stream into a subscriber. */
  protected abstract run(subscriber: Subscriber<T>): Teardown

  subscribe(
    observer?: PartialObserver<T> | ((value: T) => void) | null,
    error?: (error: unknown) => void,
    complete?: () => void,
  ): { unsubscribe(): void } {
    const subscriber = subscriberFor(observer, error, complete)
    subscriber.add(this.run(subscriber))
    return subscriber
  }

  /** Applies operators from left to right. */
  // eslint-disable-next-line typescript/no-explicit-any -- as above
  pipe<R = Stream<any>>(...operators: readonly LooseOperator['apply'][]): R {
    const chain = operators as readonly ((source: unknown) => unknown)[]
    return chain.reduce<unknown>((source, operator) => operator(source), this) as R
  }

  /** Calls back with each value; resolves at the end. */
  forEach(next: (value: T) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.subscribe({ next, error: reject, complete: resolve })
    })
  }

  /** Called by RxJS's operators on the stream that they are piped from. */
  lift(operator: LiftedOperator): Stream {
    return new LiftedStream(this, operator)
  }

  /** The last value; undefined if there is none. */
  toPromise(): Promise<T> {
    return lastValueOf<T>(this) as Promise<T>
  }

  /** How libraries recognise each other's observables. */
  ['@@observable'](): this {
    return this
  }
}

// where the runtime (or a polyfill) defines Symbol.observable, libraries look for that instead
const interop = (Symbol as { observable?: symbol }).observable
if (interop !== undefined) Object.assign(Stream.prototype, { [interop]: Stream.prototype['@@observable'] })

class LiftedStream extends Stream {
  constructor(
    private readonly source: Stream,
    private readonly operator: LiftedOperator,
  ) {
    super()
  }

  protected run(subscriber: Subscriber): Teardown {
    return this.operator.call(subscriber, this.source)
  }
}

function subscriberFor<T>(
  observer: PartialObserver<T> | ((value: T) => void) | null | undefined,
  error: ((error: unknown) => void) | undefined,
  complete: (() => void) | undefined,
): Subscriber<T> {
  if (typeof observer === 'function') return new Subscriber({ next: observer, error, complete })
  // one that can be added to is a subscriber already (ours or RxJS's): its own closing must stop the source
  if (typeof (observer as Subscriber<T> | undefined)?.add === 'function') return observer as Subscriber<T>
  return new Subscriber({
    next: (value) => observer?.next?.(value),
    error: (reason) => observer?.error?.(reason),
    complete: () => observer?.complete?.(),
  })
}
