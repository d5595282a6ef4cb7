import { durationMs } from '../../web/index.js'
import { MemoryCache, type Cache } from '../../core/index.js'
import type { JwtPayload } from '../jwt-service.js'

/**
 * Says which tokens count no longer before they expire: one token (`jti`), those of one login (`sid`), or all that a
 * subject had at a time. Asked on every request, so that a remembered token is refused at once.
 */
export class TokenRevocations {
  private readonly cache: Cache
  private readonly lifetime: number

  /**
   * @param options `cache`: where several processes see it; in memory by default. `lifetime`: how long access tokens live
   *   at most (milliseconds or text, default `'1h'`): after that nothing has to be remembered. `now`: for tests
   */
  constructor(
    private readonly options: {
      readonly cache?: Cache
      readonly lifetime?: number | string
      readonly now?: () => number
    } = {},
  ) {
    this.cache = options.cache ?? new MemoryCache({ maxEntries: 1_000_000 })
    this.lifetime = durationMs(options.lifetime ?? '1h')
  }

  /**
   * @param jti the token's id
   */
  revokeToken(jti: string): Promise<void> {
    return this.cache.set(`revoked:jti:${jti}`, 1, this.lifetime)
  }

  /**
   * @param sid the id of the login from which tokens were made
   */
  revokeLogin(sid: string): Promise<void> {
    return this.cache.set(`revoked:sid:${sid}`, 1, this.lifetime)
  }

  /**
   * Takes everything back that a subject has up to now: after a change of password, on "log out everywhere".
   *
   * @param subject the `sub` of the tokens
   */
  revokeSubject(subject: string): Promise<void> {
    const now = Math.floor((this.options.now ?? Date.now)() / 1000)
    return this.cache.set(`revoked:sub:${subject}`, now, this.lifetime)
  }

  /**
   * @param claims of a token that is valid otherwise
   */
  async isRevoked({ jti, sid, sub, iat }: JwtPayload): Promise<boolean> {
    const [token, login, before] = await Promise.all([
      jti === undefined ? undefined : this.cache.get(`revoked:jti:${jti}`),
      typeof sid !== 'string' ? undefined : this.cache.get(`revoked:sid:${sid}`),
      sub === undefined ? undefined : this.cache.get<number>(`revoked:sub:${sub}`),
    ])
    if (token !== undefined || login !== undefined) return true
    // iat has whole seconds: a token of the same second could be of before, and is refused
    return before !== undefined && (iat ?? 0) <= before
  }
}
