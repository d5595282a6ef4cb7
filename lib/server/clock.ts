import { performance } from 'node:perf_hooks'

/**
 * The one timer of a server: it tells a coarse time to all connections and keeps the `Date` field, and it runs only while
 * there are connections.
 */
export class SweepClock {
  /** Milliseconds from an arbitrary start; moves only with the timer. */
  now = 0
  /** The Date of responses (RFC 9110 §6.6.1), exact to a second and one interval. */
  date = ''
  /** The same as a line of HTTP/1.1. */
  dateLine = ''

  private last = 0
  private second = -1
  private timer: NodeJS.Timeout | undefined

  /**
   * @param interval ms between two ticks
   * @param sweep called on each of them with the time, and with what has passed of it since the one before
   */
  constructor(
    readonly interval: number,
    private readonly sweep: (now: number, elapsed: number) => void,
  ) {}

  /** Begins to tick; without effect while it does. */
  start(): void {
    if (this.timer !== undefined) return
    this.last = performance.now()
    this.refreshDate()
    this.timer = setInterval(() => this.tick(), this.interval)
    this.timer.unref()
  }

  /** Stops ticking; the time stands still until the next start. */
  stop(): void {
    clearInterval(this.timer)
    this.timer = undefined
  }

  private tick(): void {
    const time = performance.now()
    // a handler that blocked the process for long must not use up its clients' time: what they sent is not read yet
    const elapsed = Math.min(time - this.last, 2 * this.interval)
    this.now += elapsed
    this.last = time
    this.refreshDate()
    this.sweep(this.now, elapsed)
  }

  private refreshDate(): void {
    const time = Date.now()
    const second = Math.floor(time / 1000)
    if (second === this.second) return
    this.second = second
    this.date = new Date(time).toUTCString()
    this.dateLine = `date: ${this.date}\r\n`
  }
}
