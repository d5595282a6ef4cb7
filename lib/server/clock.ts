import { performance } from 'node:perf_hooks'

/**
 * The one timer of a server: it tells a coarse time to all connections and keeps the `Date` field, and it runs only while
 * there are connections.
 */
export class SweepClock {
  /** Milliseconds from an arbitrary start; moves only with the timer. */
  now = 0
  /** The Date field of responses (RFC 9110 §6.6.1) and the empty line behind it; exact to a second and one interval. */
  headEnd = ''

  private last = 0
  private second = -1
  private timer: NodeJS.Timeout | undefined

  /**
   * @param interval ms between two ticks
   * @param sweep called on each of them with the time, and with what has passed of it since the one before
   */
  constructor(
    private readonly interval: number,
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
    this.headEnd = `date: ${new Date(time).toUTCString()}\r\n\r\n`
  }
}
