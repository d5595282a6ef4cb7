import type { Principal } from '../../core/index.js'
import type { JwtPayload } from '../jwt-service.js'

/** What a token has turned out to be. */
export interface VerifiedToken {
  readonly claims: JwtPayload
  readonly principal: Principal
  /** Milliseconds since 1970; 0 for a token that is not kept. */
  readonly goodUntil: number
}

/**
 * Remembers tokens whose signature was right, so that it is checked once. Expiry is looked at each time; what can change
 * (revocation) is none of its business.
 */
export class TokenCache {
  private recent = new Map<string, VerifiedToken>()
  private older = new Map<string, VerifiedToken>()

  /** @param size how many tokens are kept at most; 0 for none */
  constructor(private readonly size: number) {}

  /**
   * @param token in compact form
   * @param now milliseconds since 1970
   * @returns undefined if it is not known, or has expired
   */
  get(token: string, now: number): VerifiedToken | undefined {
    let known = this.recent.get(token)
    if (known === undefined) {
      known = this.older.get(token)
      if (known === undefined) return undefined
      this.keep(token, known)
    }
    return known.goodUntil > now ? known : undefined
  }

  /**
   * @param token in compact form, verified
   * @param verified what it is
   */
  keep(token: string, verified: VerifiedToken): void {
    if (this.size === 0 || verified.goodUntil === 0) return
    // two halves instead of a list in the order of use: what is used moves to the new half, the old one goes as a whole
    if (this.recent.size >= this.size / 2) {
      this.older = this.recent
      this.recent = new Map()
    }
    this.recent.set(token, verified)
  }

  /** How many tokens are kept, each counted once or, while it moves, twice. */
  get count(): number {
    return this.recent.size + this.older.size
  }
}
