import type { JWTPayload } from 'jose'
import { toSeconds } from './duration.js'
import { JwtKeyMissing, TokenInvalid } from './errors.js'
import { explainTokenError, type Jose } from './jose.js'
import { publishKeys, type JwtKeys } from './keys.js'
import type { JwtModuleOptions, JwtSignOptions, JwtVerifyOptions } from './options.js'

/** The claims of a token: the registered ones, and the application's own. */
export interface JwtPayload {
  readonly iss?: string
  readonly sub?: string
  readonly aud?: string | string[]
  /** Seconds since 1970. */
  readonly exp?: number
  /** Seconds since 1970. */
  readonly nbf?: number
  /** Seconds since 1970. */
  readonly iat?: number
  readonly jti?: string
  readonly [claim: string]: unknown
}

/** A token whose signature nobody has checked. */
export interface DecodedToken {
  readonly header: Readonly<Record<string, unknown>>
  readonly payload: JwtPayload
}

const DEFAULT_LIFETIME = 3600

/** Signs and verifies tokens with the key, the algorithms and the defaults that were given to `JwtModule`. */
export class JwtService {
  private readonly signDefaults: JwtSignOptions
  private readonly verifyDefaults: JwtVerifyOptions

  /**
   * @param jose the package
   * @param keys and the algorithms that they may be used for
   * @param options of the module
   */
  constructor(
    private readonly jose: Jose,
    private readonly keys: JwtKeys,
    options: JwtModuleOptions,
  ) {
    const { issuer, audience, expiresIn, clockTolerance, signOptions, verifyOptions } = options
    const both = { ...(issuer !== undefined && { issuer }), ...(audience !== undefined && { audience }) }
    this.signDefaults = { ...both, ...(expiresIn !== undefined && { expiresIn }), ...signOptions }
    this.verifyDefaults = {
      ...both,
      ...(clockTolerance !== undefined && { clockTolerance }),
      ...verifyOptions,
    }
    // a wrong duration is found at boot rather than at the first login
    if (this.signDefaults.expiresIn !== undefined) lifetime(this.signDefaults.expiresIn)
    if (this.verifyDefaults.clockTolerance !== undefined) toSeconds(this.verifyDefaults.clockTolerance)
  }

  /**
   * Makes a token.
   *
   * @param payload claims; those of `options` are added
   * @param options in place of the module's defaults
   * @throws {CorbelError} CORBEL_JWT_KEY_MISSING if there is only a public key
   */
  async sign(payload: object, options: JwtSignOptions = {}): Promise<string> {
    const { signing, algorithm, kid } = this.keys
    if (signing === undefined) throw new JwtKeyMissing({ option: 'privateKey' })
    const { issuer, audience, subject, jwtid, expiresIn, notBefore } = { ...this.signDefaults, ...options }
    const now = Math.floor(Date.now() / 1000)
    const claims: JWTPayload = { iat: now, ...payload }
    if (issuer !== undefined) claims.iss = issuer
    if (audience !== undefined) claims.aud = typeof audience === 'string' ? audience : [...audience]
    if (subject !== undefined) claims.sub = subject
    if (jwtid !== undefined) claims.jti = jwtid
    if (notBefore !== undefined) claims.nbf = now + toSeconds(notBefore)
    const seconds = lifetime(expiresIn ?? DEFAULT_LIFETIME)
    if (claims.exp === undefined && seconds !== undefined) claims.exp = now + seconds
    return new this.jose.SignJWT(claims)
      .setProtectedHeader({ alg: algorithm, typ: 'JWT', ...(kid !== undefined && { kid }) })
      .sign(signing)
  }

  /**
   * Checks a token: signature, algorithm, times, issuer, audience.
   *
   * @param token in compact form
   * @param options in place of the module's defaults
   * @returns its claims
   * @throws {CorbelError} CORBEL_TOKEN_EXPIRED, or CORBEL_TOKEN_INVALID for everything else that is wrong (both 401)
   */
  async verify<T extends object = JwtPayload>(token: string, options: JwtVerifyOptions = {}): Promise<T> {
    const { issuer, audience, subject, clockTolerance, maxAge } = { ...this.verifyDefaults, ...options }
    try {
      const keys = this.keysFor(token)
      const { payload } = await this.jose.jwtVerify<T>(token, keys.verifying, {
        algorithms: [...keys.algorithms],
        ...(issuer !== undefined && { issuer: typeof issuer === 'string' ? issuer : [...issuer] }),
        ...(audience !== undefined && { audience: typeof audience === 'string' ? audience : [...audience] }),
        ...(subject !== undefined && { subject }),
        ...(clockTolerance !== undefined && { clockTolerance: toSeconds(clockTolerance) }),
        ...(maxAge !== undefined && { maxTokenAge: toSeconds(maxAge) }),
      })
      return payload
    } catch (error) {
      throw explainTokenError(this.jose, error)
    }
  }

  /** The public halves of the keys, for `/.well-known/jwks.json`: others verify tokens by them. */
  publicKeys(): { readonly keys: readonly Readonly<Record<string, unknown>>[] } {
    return publishKeys(this.keys)
  }

  /**
   * Reads a token without checking anything: never trust what it says.
   *
   * @param token in compact form
   * @returns undefined if it is not a token
   */
  decode(token: string): DecodedToken | undefined {
    try {
      const header = { ...this.jose.decodeProtectedHeader(token) }
      return { header, payload: this.jose.decodeJwt(token) }
    } catch {
      return undefined
    }
  }

  /** As `sign`. */
  signAsync(payload: object, options?: JwtSignOptions): Promise<string> {
    return this.sign(payload, options)
  }

  /** As `verify`. */
  verifyAsync<T extends object = JwtPayload>(token: string, options?: JwtVerifyOptions): Promise<T> {
    return this.verify<T>(token, options)
  }

  /** Of several keys the one that the token names: it is used by its own algorithm alone, whatever the head says. */
  private keysFor(token: string): JwtKeys {
    const { ring } = this.keys
    if (ring === undefined) return this.keys
    const kid = this.decode(token)?.header['kid']
    const named = typeof kid === 'string' ? ring.get(kid) : undefined
    if (named === undefined) throw new TokenInvalid({ reason: 'its key is not known.' })
    return named
  }
}

function lifetime(expiresIn: NonNullable<JwtSignOptions['expiresIn']>): number | undefined {
  return expiresIn === false ? undefined : toSeconds(expiresIn)
}
