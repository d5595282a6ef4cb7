import { MemoryCache, type Cache } from '../core/index.js'
import { digest } from './digest.js'
import { toSeconds, type Duration } from './duration.js'
import { AuthLocked } from './errors.js'

/** The options of `Attempts`. */
export interface AttemptsOptions {
  /** Where several processes see the counts. In memory by default. */
  readonly cache?: Cache
  /** How many tries are free before one has to wait. Default 5. */
  readonly free?: number
  /** The first wait; each further try doubles it. Default 1 second. */
  readonly wait?: Duration
  /** The longest wait. Default 15 minutes. */
  readonly longest?: Duration
  /** After how long tries are forgotten. Default 1 day. */
  readonly forget?: Duration
}

const DEFAULTS = { free: 5, wait: 1, longest: 900, forget: 86_400 }

/**
 * Slows guessing down: after some wrong tries of one key (a login, an account) each further one has to wait, twice as long as
 * the last. Tries are counted before they are made, so that many at once gain nothing.
 */
export class Attempts {
  private readonly cache: Cache
  private readonly free: number
  private readonly waitMs: number
  private readonly longestMs: number
  private readonly forgetMs: number

  /** @param options see `AttemptsOptions` */
  constructor(options: AttemptsOptions = {}) {
    const { free, wait, longest, forget } = { ...DEFAULTS, ...options }
    this.cache = options.cache ?? new MemoryCache({ maxEntries: 200_000 })
    this.free = free
    this.waitMs = toSeconds(wait) * 1000
    this.longestMs = toSeconds(longest) * 1000
    this.forgetMs = toSeconds(forget) * 1000
  }

  /**
   * Counts a try that is about to be made.
   *
   * @param key of what is guessed; of any length
   * @throws {CorbelError} CORBEL_AUTH_LOCKED (429 with `Retry-After`) if it has to wait
   */
  async begin(key: string): Promise<void> {
    const name = digest(key)
    const until = await this.cache.get<number>(`locked:${name}`)
    if (until !== undefined) throw locked(until - Date.now())
    const count = await this.cache.increment(`tries:${name}`, { ttl: this.forgetMs })
    if (count < this.free) return
    const ms = Math.min(this.waitMs * 2 ** Math.min(count - this.free, 40), this.longestMs)
    // of those that come at once, one is let through and the others find the lock
    if (!(await this.cache.add(`locked:${name}`, Date.now() + ms, ms))) throw locked(ms)
  }

  /**
   * Forgets the tries: it was him.
   *
   * @param key as given to `begin`
   */
  async succeed(key: string): Promise<void> {
    const name = digest(key)
    await Promise.all([this.cache.delete(`locked:${name}`), this.cache.delete(`tries:${name}`)])
  }
}

function locked(ms: number): Error {
  const seconds = Math.max(1, Math.ceil(ms / 1000))
  return new AuthLocked({ seconds }, { headers: { 'Retry-After': String(seconds) } })
}
