import { isPromise, type MaybePromise } from '../../common/index.js'
import type { Principal } from '../../core/index.js'
import type { SecurityNote } from '../../pipeline/index.js'
import { authorizationFor, type CredentialSource } from '../credentials.js'
import { TokenInvalid } from '../errors.js'
import type { JwtPayload } from '../jwt-service.js'
import { AuthStrategy } from '../strategy.js'
import { principalOfClaims } from './claims.js'
import { TokenCache, type VerifiedToken } from './token-cache.js'

/** What checks tokens: `JwtService`, or `JwksVerifier` for those of others. */
export interface TokenVerifier {
  /**
   * @param token in compact form
   * @throws {CorbelError} CORBEL_TOKEN_EXPIRED, CORBEL_TOKEN_INVALID
   */
  verify(token: string): Promise<JwtPayload>
}

/** Says which tokens count no longer: `TokenRevocations`, or a list of your own. */
export interface RevocationList {
  /** Asked on every request. An answer that is there at once costs less than a promise. */
  isRevoked(claims: JwtPayload): MaybePromise<boolean>
}

/** The options of `BearerStrategy`. */
export interface BearerOptions {
  /** Default `jwt`. */
  readonly name?: string
  /** Named in challenges. */
  readonly realm?: string
  readonly tokens: TokenVerifier
  /** Whose word takes tokens back before they expire. */
  readonly revocations?: RevocationList
  /**
   * Who a token stands for; remembered together with the token, so that what changes belongs elsewhere.
   *
   * @returns undefined refuses the token
   */
  readonly principal?: (claims: JwtPayload) => MaybePromise<Omit<Principal, 'strategy'> | undefined>
  /** How many verified tokens are remembered, so that a signature is checked once. Default 10 000; 0 for none. */
  readonly cache?: number
}

/** How long a token without an end is remembered, in milliseconds. */
const ENDLESS = 300_000
/** Longer ones are checked each time: clients must not choose how much memory the cache takes. */
const LONGEST_KEPT = 4096

/**
 * JSON Web Tokens in `Authorization: Bearer`.
 *
 * @see RFC 6750 §2.1; RFC 8725 for what the verifier asks of tokens
 */
export class BearerStrategy extends AuthStrategy {
  readonly name: string
  protected readonly scheme = 'Bearer'
  protected override readonly realm: string | undefined
  private readonly known: TokenCache

  /** @param options see `BearerOptions` */
  constructor(private readonly options: BearerOptions) {
    super()
    this.name = options.name ?? 'jwt'
    this.realm = options.realm
    this.known = new TokenCache(options.cache ?? 10_000)
  }

  authenticate(source: CredentialSource): MaybePromise<Principal | undefined> {
    const token = authorizationFor(source, this.scheme)
    if (token === undefined) return undefined
    const known = this.known.get(token, Date.now())
    return known === undefined ? this.learn(token) : this.admit(known)
  }

  describe(): SecurityNote['scheme'] {
    return { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }
  }

  private async learn(token: string): Promise<Principal> {
    if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)) {
      throw new TokenInvalid({ reason: 'the Authorization header has to be "Bearer <token>".' })
    }
    const claims = await this.options.tokens.verify(token)
    const { principal: find = principalOfClaims } = this.options
    const found = await find(claims)
    if (found === undefined) throw new TokenInvalid({ reason: 'it does not tell who it stands for.' })
    const goodUntil = claims.exp === undefined ? Date.now() + ENDLESS : claims.exp * 1000
    const principal: Principal = Object.freeze({ ...found, strategy: this.name })
    const verified: VerifiedToken = { claims, principal, goodUntil }
    if (token.length <= LONGEST_KEPT) this.known.keep(token, verified)
    return this.admit(verified)
  }

  private admit({ claims, principal }: VerifiedToken): MaybePromise<Principal> {
    const revoked = this.options.revocations?.isRevoked(claims) ?? false
    if (isPromise(revoked)) return revoked.then((is) => unlessRevoked(is, principal))
    return unlessRevoked(revoked, principal)
  }
}

function unlessRevoked(isRevoked: boolean, principal: Principal): Principal {
  if (isRevoked) throw new TokenInvalid({ reason: 'it was revoked.' })
  return principal
}
