import type { LiveFailure } from './failure.js'
import type { LiveResult } from './live-result.js'
import type { LiveOrigin } from './origin.js'

/** Somebody who wants a result, and then each change of it. */
export interface LiveSubscriber {
  readonly origin: LiveOrigin
  /** There is the first result that was made for it: `query.current`. */
  begin(query: LiveQuery): void
  /** There is another result: `query.current`. Who is slow asks for it later. */
  change(query: LiveQuery): void
  /** There will be none any more; it is no subscriber from now on. */
  fail(failure: LiveFailure): void
}

/** One query with all who wait for it: the same request, of clients that cannot be told apart. */
export class LiveQuery {
  /** The last result; the one before it, from which most come. */
  current: LiveResult | undefined
  previous: LiveResult | undefined
  /** What the result depends on. */
  readonly keys = new Set<string>()
  /** Runs that have begun. */
  runs = 0
  /** Runs in a row that gave nothing. */
  failures = 0
  /** Milliseconds, when the last run has begun. */
  lastStart = -Infinity
  /** True while a run is wanted that has not begun. */
  isWanted = false
  isRunning = false
  /** True once nobody waits for it any more. */
  isDropped = false
  timer: NodeJS.Timeout | undefined
  /** Those who have had a result. */
  private readonly begun = new Set<LiveSubscriber>()
  /** Those who have not, with how many runs had begun when they came: a result is theirs only if its run has begun later. */
  private readonly waiting = new Map<LiveSubscriber, number>()

  /**
   * @param name by which it is found: of equal requests
   * @param url path and query
   * @param fixed keys that each run depends on
   * @param isShared whether clients share it that can be told apart: what one may not, others may
   */
  constructor(
    readonly name: string,
    readonly url: string,
    readonly fixed: readonly string[],
    readonly isShared: boolean,
  ) {}

  /** True if nobody wants it any more. */
  get isEmpty(): boolean {
    return this.begun.size === 0 && this.waiting.size === 0
  }

  /** The client in whose name the next run is made. */
  get asker(): LiveSubscriber | undefined {
    const waiting = this.waiting.keys().next()
    return waiting.done === true ? this.begun.values().next().value : waiting.value
  }

  /** All who are subscribed. */
  get subscribers(): readonly LiveSubscriber[] {
    return [...this.waiting.keys(), ...this.begun]
  }

  has(subscriber: LiveSubscriber): boolean {
    return this.waiting.has(subscriber) || this.begun.has(subscriber)
  }

  add(subscriber: LiveSubscriber): void {
    this.waiting.set(subscriber, this.runs)
  }

  /** @returns false if it was none */
  remove(subscriber: LiveSubscriber): boolean {
    return this.waiting.delete(subscriber) || this.begun.delete(subscriber)
  }

  /** Takes the result of a run, and tells it to those for whom it was made. */
  take(result: LiveResult, run: number): void {
    this.failures = 0
    if (result.version !== this.current?.version) {
      this.previous = this.current
      this.current = result
      for (const subscriber of this.begun) subscriber.change(this)
    }
    for (const subscriber of this.waitingFor(run)) {
      this.waiting.delete(subscriber)
      this.begun.add(subscriber)
      subscriber.begin(this)
    }
  }

  /** Those who have no result yet, of a run or of one before it. */
  waitingFor(run: number): readonly LiveSubscriber[] {
    const found: LiveSubscriber[] = []
    for (const [subscriber, since] of this.waiting) if (since < run) found.push(subscriber)
    return found
  }
}
