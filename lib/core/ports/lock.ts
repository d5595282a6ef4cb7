import { defineError } from '../../common/index.js'

/** A lock that others had for the whole time that somebody has waited. */
export const LockTaken = defineError<{ name: string; wait: number }>(
  'CORBEL_LOCK_TAKEN',
  'The lock "{name}" was not free within {wait} ms.',
  { status: 503 },
)

/** How a lock is asked for. */
export interface LockOptions {
  /** ms after which it is free again, even if its holder never says so; 30 000 by default. */
  readonly ttl?: number
  /** ms to wait for it; 0 by default: now or not at all. */
  readonly wait?: number
  /** Gives up waiting. */
  readonly signal?: AbortSignal
}

/** A lock that somebody has. */
export interface LockLease {
  readonly name: string
  /**
   * Grows with every lease of the name: who writes it beside what it changes, and refuses smaller ones, is safe from holders
   * that were slower than their time. Undefined where the driver has no such number.
   */
  readonly token: bigint | undefined
  /** Aborts when the lease is over, or may be: released, out of time, or the connection is lost. */
  readonly signal: AbortSignal
  /** Gives it back. Doing it twice is the same as doing it once. */
  release(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Lets one at a time do something, among all processes that share the driver. */
export interface Lock {
  /**
   * @param name what is locked
   * @throws {CorbelError} CORBEL_LOCK_TAKEN (503)
   * @example
   * await using lease = await lock.acquire('invoices', { wait: 1000 })
   */
  acquire(name: string, options?: LockOptions): Promise<LockLease>
}

/** How long a lease lasts where nothing is said, in ms. */
export const DEFAULT_LOCK_TTL = 30_000

/** One lease, which ends by being released or by time. */
export class TimedLease implements LockLease {
  private readonly controller = new AbortController()
  private readonly timer: ReturnType<typeof setTimeout>
  private ended: Promise<void> | undefined

  /**
   * @param name of the lock
   * @param token of this lease
   * @param ttl ms
   * @param end gives the lock back; called once
   */
  constructor(
    readonly name: string,
    readonly token: bigint | undefined,
    ttl: number,
    private readonly end: () => Promise<void>,
  ) {
    this.timer = setTimeout(() => void this.release().catch(() => undefined), ttl)
    // a lease alone does not keep a process running
    if (typeof this.timer === 'object') this.timer.unref()
  }

  get signal(): AbortSignal {
    return this.controller.signal
  }

  /** Gives it back. */
  release(): Promise<void> {
    if (this.ended === undefined) {
      clearTimeout(this.timer)
      this.controller.abort()
      this.ended = this.end()
    }
    return this.ended
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release()
  }
}

interface Held {
  readonly queue: (() => void)[]
}

/** Locks within one process: for tests, and for applications that run once. */
export class MemoryLock implements Lock {
  private readonly held = new Map<string, Held>()
  private last = 0n

  async acquire(name: string, options: LockOptions = {}): Promise<LockLease> {
    const { ttl = DEFAULT_LOCK_TTL, wait = 0, signal } = options
    signal?.throwIfAborted()
    const held = this.held.get(name)
    if (held === undefined) this.held.set(name, { queue: [] })
    else await this.turn(name, held, wait, signal)
    return new TimedLease(name, ++this.last, ttl, () => this.pass(name))
  }

  private turn(name: string, { queue }: Held, wait: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        const place = queue.indexOf(proceed)
        if (place !== -1) queue.splice(place, 1)
      }
      const proceed = (): void => {
        leave()
        resolve()
      }
      const abort = (): void => {
        leave()
        reject(signal!.reason as Error)
      }
      const timer = setTimeout(() => {
        leave()
        reject(new LockTaken({ name, wait }))
      }, wait)
      signal?.addEventListener('abort', abort, { once: true })
      queue.push(proceed)
    })
  }

  /** Hands the lock to the next one in the queue. */
  private pass(name: string): Promise<void> {
    const next = this.held.get(name)?.queue.shift()
    if (next === undefined) this.held.delete(name)
    else next()
    return Promise.resolve()
  }
}
