import { randomInt } from 'node:crypto'
import { MemoryCache, type Cache } from '../../core/index.js'
import { digest, sameDigest } from '../digest.js'
import { toSeconds, type Duration } from '../duration.js'
import { OneTimeTokenInvalid } from '../errors.js'

/** The options of `OneTimeCodes`. */
export interface OneTimeCodesOptions {
  /** Where several processes see them. In memory by default. */
  readonly cache?: Cache
  /** Digits of a code. Default 6. */
  readonly digits?: number
  /** How long a code is good. Default 10 minutes. */
  readonly lifetime?: Duration
  /** How often one may try. Default 5. */
  readonly tries?: number
}

interface Kept {
  readonly content: unknown
  readonly code: string
}

/**
 * Codes that a person types in: short, and therefore bound to a secret of the browser, good once, for minutes and for a few
 * tries. A new code takes the place of the old one.
 */
export class OneTimeCodes {
  private readonly cache: Cache
  private readonly digits: number
  private readonly lifetimeMs: number
  private readonly tries: number

  /** @param options see `OneTimeCodesOptions` */
  constructor(options: OneTimeCodesOptions = {}) {
    this.cache = options.cache ?? new MemoryCache({ maxEntries: 100_000 })
    this.digits = options.digits ?? 6
    this.lifetimeMs = toSeconds(options.lifetime ?? '10m') * 1000
    this.tries = options.tries ?? 5
  }

  /**
   * @param purpose a code of one purpose is worth nothing for another
   * @param binding the secret of the browser (`browserBinding`)
   * @param content what `take` gives; what JSON has
   * @returns the code, for the message to its owner
   */
  async issue(purpose: string, binding: string, content: unknown): Promise<string> {
    const code = String(randomInt(10 ** this.digits)).padStart(this.digits, '0')
    const key = digest(`${purpose}\n${binding}`)
    await this.cache.delete(`code tries:${key}`)
    const kept: Kept = { content, code: digest(`${key}\n${code}`) }
    await this.cache.set(`code:${key}`, kept, this.lifetimeMs)
    return code
  }

  /**
   * Uses a code up.
   *
   * @param purpose as it was issued for
   * @param binding of the client's browser
   * @param code as typed; blanks and dashes do not count
   * @throws {CorbelError} CORBEL_AUTH_ONE_TIME_INVALID (401)
   */
  async take<T = unknown>(purpose: string, binding: string | undefined, code: unknown): Promise<T> {
    if (binding === undefined || typeof code !== 'string' || code.length > 32)
      throw new OneTimeTokenInvalid({})
    const key = digest(`${purpose}\n${binding}`)
    // counted before it is compared: many tries at once gain nothing
    const count = await this.cache.increment(`code tries:${key}`, { ttl: this.lifetimeMs })
    if (count > this.tries) await this.cache.delete(`code:${key}`)
    const kept = count > this.tries ? undefined : await this.cache.get<Kept>(`code:${key}`)
    const given = digest(`${key}\n${code.replaceAll(/[\s-]/g, '')}`)
    if (kept === undefined || !sameDigest(kept.code, given)) throw new OneTimeTokenInvalid({})
    const taken = await this.cache.take<Kept>(`code:${key}`)
    if (taken === undefined || taken.code !== kept.code) throw new OneTimeTokenInvalid({})
    return taken.content as T
  }
}
