import type { SweepClock } from '../clock.js'
import { BodyTimeout, HeadTimeout, RequestTimeout } from './errors.js'

/** What a connection waits for. */
export const enum Awaited {
  Nothing,
  /** The first byte of a request. */
  Request,
  /** The end of a head. */
  Head,
  /** More of a body. */
  Body,
  /** The end of a request, however steadily it comes. */
  WholeRequest,
  /** The client's own closing. */
  Closing,
}

/**
 * What a client is told that has kept the server waiting.
 *
 * @param missed the part of a request that did not come
 * @param limit ms that a whole request may take
 */
export function lateness(missed: Awaited, limit: number): Error {
  if (missed === Awaited.Head) return new HeadTimeout({})
  return missed === Awaited.Body ? new BodyTimeout({}) : new RequestTimeout({ limit })
}

/** How long a connection waits for what. Times are those of the server's clock: they move only when it ticks. */
export class Deadline {
  awaited = Awaited.Request

  private at: number
  /** ms for which the request that is arriving has been waited for. */
  private taken = 0
  /** Since the last tick it was for a while the server that did not read. */
  private excused = false

  /**
   * @param clock the server's
   * @param requestTimeout ms for a request from its first byte to its last; 0 for no bound
   * @param first ms for the first request to begin
   */
  constructor(
    private readonly clock: Pick<SweepClock, 'now'>,
    private readonly requestTimeout: number,
    first: number,
  ) {
    this.at = clock.now + first
  }

  /** Waits for something else, or for the same anew, `time` ms from now. */
  set(what: Awaited, time: number): void {
    this.awaited = what
    this.at = this.clock.now + time
    if (what === Awaited.Nothing) this.excused = true
  }

  /**
   * How long has been waited since `set`.
   *
   * @param time as given to `set`
   * @returns ms of the server's clock
   */
  waitedFor(time: number): number {
    return this.clock.now - (this.at - time)
  }

  /** A request is complete or given up: what comes next has its own time. */
  requestOver(): void {
    this.taken = 0
  }

  /**
   * To be called on each tick.
   *
   * @param now ms
   * @param elapsed ms since the last tick
   * @returns what did not come in time; it is not told again
   */
  missed(now: number, elapsed: number): Awaited {
    const { awaited, excused } = this
    const arriving = awaited === Awaited.Head || awaited === Awaited.Body
    this.excused = awaited === Awaited.Nothing
    if (now >= this.at) {
      this.at = Infinity
      return awaited
    }
    if (!arriving || excused || this.requestTimeout === 0) return Awaited.Nothing
    this.taken += elapsed
    if (this.taken < this.requestTimeout) return Awaited.Nothing
    this.taken = 0
    return Awaited.WholeRequest
  }
}
