import type { JWTPayload } from 'jose'
import { toSeconds } from './duration.js'
import { JwtKeyMissing, TokenExpired, TokenInvalid } from './errors.js'
import type { Jose } from './jose.js'
import type { JwtKeys } from './keys.js'
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
    const { signing, algorithm } = this.keys
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
    return new this.jose.SignJWT(claims).setProtectedHeader({ alg: algorithm, typ: 'JWT' }).sign(signing)
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
      const { payload } = await this.jose.jwtVerify<T>(token, this.keys.verifying, {
        algorithms: [...this.keys.algorithms],
        ...(issuer !== undefined && { issuer: typeof issuer === 'string' ? issuer : [...issuer] }),
        ...(audience !== undefined && { audience: typeof audience === 'string' ? audience : [...audience] }),
        ...(subject !== undefined && { subject }),
        ...(clockTolerance !== undefined && { clockTolerance: toSeconds(clockTolerance) }),
        ...(maxAge !== undefined && { maxTokenAge: toSeconds(maxAge) }),
      })
      return payload
    } catch (error) {
      throw this.explain(error)
    }
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

  private explain(error: unknown): unknown {
    const { errors } = this.jose
    if (error instanceof errors.JWTExpired && error.claim === 'exp') {
      return new TokenExpired({ expiredAt: new Date((error.payload.exp ?? 0) * 1000) }, { cause: error })
    }
    // a broken key is not the client's fault
    if (!(error instanceof errors.JOSEError)) return error
    return new TokenInvalid({ reason: reasonOf(error, errors) }, { cause: error })
  }
}

function reasonOf(error: Error, errors: Jose['errors']): string {
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature does not match.'
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is not accepted.'
  if (error instanceof errors.JWTExpired) return 'it is too old.'
  if (error instanceof errors.JWTClaimValidationFailed)
    return `the claim "${error.claim}" is not as expected.`
  return 'it is malformed.'
}

function lifetime(expiresIn: NonNullable<JwtSignOptions['expiresIn']>): number | undefined {
  return expiresIn === false ? undefined : toSeconds(expiresIn)
}
