import { DatabaseBusy } from './errors.js'

interface Waiting {
  readonly proceed: () => void
  readonly timer: NodeJS.Timeout
}

/** Lets one at a time have something, in the order in which they came. */
export class ConnectionLock {
  private taken = false
  private readonly queue: Waiting[] = []

  /** @param timeout milliseconds that somebody waits at most */
  constructor(private readonly timeout: number) {}

  /** True while somebody has it. */
  get isTaken(): boolean {
    return this.taken
  }

  /**
   * Waits for its turn and takes the lock. Whoever took it must call `release` once.
   *
   * @throws {CorbelError} CORBEL_DATABASE_BUSY after the timeout
   */
  acquire(): Promise<void> {
    if (!this.taken) {
      this.taken = true
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        proceed: resolve,
        timer: setTimeout(() => {
          this.queue.splice(this.queue.indexOf(waiting), 1)
          reject(new DatabaseBusy({ wait: this.timeout }))
        }, this.timeout),
      }
      this.queue.push(waiting)
    })
  }

  /** Hands the lock to the next one in the queue. */
  release(): void {
    const next = this.queue.shift()
    if (next === undefined) {
      this.taken = false
      return
    }
    clearTimeout(next.timer)
    next.proceed()
  }

  /**
   * Runs something while having the lock.
   *
   * @param work awaited before the lock is released
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.acquire()
    try {
      return await work()
    } finally {
      this.release()
    }
  }

  /** Waits until nobody has it, without taking it. */
  async untilFree(): Promise<void> {
    if (this.taken) await this.run(() => Promise.resolve())
  }
}
