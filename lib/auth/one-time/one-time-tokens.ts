import { MemoryCache, type Cache } from '../../core/index.js'
import { digest, randomSecret, sameDigest } from '../digest.js'
import { toSeconds, type Duration } from '../duration.js'
import { OneTimeTokenInvalid } from '../errors.js'

interface Kept {
  readonly content: unknown
  /** Of what the token is bound to; null for nothing. */
  readonly binding: string | null
}

/** What one token may have that others have not. */
export interface OneTimeOptions {
  /** How long it is good. Default 15 minutes. */
  readonly lifetime?: Duration
  /** A secret of the browser (`browserBinding`) without which it is worth nothing. */
  readonly binding?: string | undefined
}

/** Tokens that are good once and for a while: in links, between two steps of a login. Only their digests are stored. */
export class OneTimeTokens {
  private readonly cache: Cache

  /** @param cache where several processes see them; in memory by default */
  constructor(cache?: Cache) {
    this.cache = cache ?? new MemoryCache({ maxEntries: 100_000 })
  }

  /**
   * @param purpose a token of one purpose is worth nothing for another: `reset`, `second factor`
   * @param content what `take` gives; what JSON has
   * @param options lifetime and binding
   * @returns 43 characters that may stand in a URL
   */
  async issue(purpose: string, content: unknown, options: OneTimeOptions = {}): Promise<string> {
    const token = randomSecret()
    const kept: Kept = { content, binding: options.binding === undefined ? null : digest(options.binding) }
    await this.cache.set(keyOf(purpose, token), kept, toSeconds(options.lifetime ?? '15m') * 1000)
    return token
  }

  /**
   * Uses a token up. One from another browser stays good for its own.
   *
   * @param purpose as it was issued for
   * @param token from the client
   * @param binding of the client's browser
   * @throws {CorbelError} CORBEL_AUTH_ONE_TIME_INVALID (401)
   */
  async take<T = unknown>(purpose: string, token: unknown, binding?: string): Promise<T> {
    if (typeof token !== 'string' || token.length !== 43) throw new OneTimeTokenInvalid({})
    const key = keyOf(purpose, token)
    const seen = await this.cache.get<Kept>(key)
    if (seen === undefined || !isBound(seen, binding)) throw new OneTimeTokenInvalid({})
    const taken = await this.cache.take<Kept>(key)
    if (taken === undefined) throw new OneTimeTokenInvalid({})
    return taken.content as T
  }
}

function isBound({ binding }: Kept, given: string | undefined): boolean {
  return binding === null || (given !== undefined && sameDigest(binding, digest(given)))
}

function keyOf(purpose: string, token: string): string {
  return `once:${purpose}:${digest(token)}`
}
