import type { HeartbeatOptions } from './types.js'

type Timer = ReturnType<typeof setTimeout>

/**
 * Finds dead connections. Pings of the server are answered by the WebSocket itself, and nobody sees them; so where nothing else
 * has come for a while, the server is asked by a message, and any answer will do.
 */
export class Heartbeat {
  private timer: Timer | undefined
  private heardAt = 0
  private readonly interval: number
  private readonly timeout: number

  /**
   * @param options when
   * @param ask sends something that is answered
   * @param dead is called if nothing comes
   */
  constructor(
    options: HeartbeatOptions,
    private readonly ask: () => void,
    private readonly dead: () => void,
  ) {
    this.interval = options.interval ?? 25_000
    this.timeout = options.timeout ?? 10_000
  }

  start(): void {
    this.stop()
    this.heard()
    this.wait(this.interval)
  }

  stop(): void {
    clearTimeout(this.timer)
  }

  /** Something has come. */
  heard(): void {
    this.heardAt = Date.now()
  }

  private wait(delay: number): void {
    this.timer = setTimeout(() => {
      const silence = Date.now() - this.heardAt
      if (silence < this.interval) return this.wait(this.interval - silence)
      const askedAt = Date.now()
      this.ask()
      this.timer = setTimeout(() => {
        if (this.heardAt < askedAt) this.dead()
        else this.wait(this.interval)
      }, this.timeout)
    }, delay)
  }
}
