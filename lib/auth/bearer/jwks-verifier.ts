import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose'
import { toSeconds, type Duration } from '../duration.js'
import { JwtOptionsInvalid } from '../errors.js'
import { explainTokenError, loadJose, type Jose } from '../jose.js'
import type { JwtPayload } from '../jwt-service.js'
import type { JwtAlgorithm } from '../options.js'
import { checkUrl, outboundFetch, type OutboundOptions } from '../outbound.js'
import type { TokenVerifier } from './bearer-strategy.js'

/** Signatures with a key pair: those that a published key can verify. */
export type AsymmetricAlgorithm = Exclude<JwtAlgorithm, `HS${string}`>

/** The options of `JwksVerifier`. */
export interface JwksOptions {
  /** The keys: a set, or the URL where the issuer publishes it. */
  readonly keys: { readonly keys: readonly Readonly<Record<string, unknown>>[] } | string | URL
  /** Who must have made a token: one of these. */
  readonly issuer: string | readonly string[]
  /** For whom a token must be made: one of these. */
  readonly audience: string | readonly string[]
  /** Default `RS256`, `PS256`, `ES256`, `EdDSA`. Secrets are not among them: a public key is never taken for one. */
  readonly algorithms?: readonly AsymmetricAlgorithm[]
  /** How far the clocks of two machines may differ. Default 0. */
  readonly clockTolerance?: Duration
  /** The `typ` that tokens must have: `at+jwt` (RFC 9068). Default any. */
  readonly type?: string
  /** How long fetched keys are used. Default 10 minutes. */
  readonly maxAge?: Duration
  /** How long after a fetch an unknown key makes no new one: clients name the key. Default 30 seconds. */
  readonly cooldown?: Duration
  /** What the fetch may reach. */
  readonly outbound?: OutboundOptions
}

/**
 * Verifies the tokens of an issuer by the keys that it publishes. A key that is not known yet (rotation) is looked up at
 * once, though not more often than `cooldown` says.
 *
 * @see RFC 7517, RFC 8725 §3
 */
export class JwksVerifier implements TokenVerifier {
  private readonly settings: Parameters<Jose['jwtVerify']>[2]
  private ready: Promise<{ readonly jose: Jose; readonly key: JWTVerifyGetKey }> | undefined

  /**
   * @param options see `JwksOptions`
   * @throws {CorbelError} CORBEL_JWT_OPTIONS_INVALID, CORBEL_AUTH_URL_REFUSED
   */
  constructor(private readonly options: JwksOptions) {
    const {
      algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'],
      issuer,
      audience,
      clockTolerance,
      type,
    } = options
    if (issuer.length === 0 || audience.length === 0)
      throw new JwtOptionsInvalid({ reason: 'tokens of others need an issuer and an audience.' })
    if (algorithms.length === 0 || algorithms.some((one) => !/^(?:RS|PS|ES)\d{3}$|^EdDSA$/.test(one)))
      throw new JwtOptionsInvalid({ reason: `published keys cannot verify ${algorithms.join(', ')}.` })
    if (isUrl(options.keys)) checkUrl(options.keys, options.outbound?.allowPrivate)
    this.settings = {
      algorithms: [...algorithms],
      issuer: typeof issuer === 'string' ? issuer : [...issuer],
      audience: typeof audience === 'string' ? audience : [...audience],
      requiredClaims: ['exp'],
      ...(clockTolerance !== undefined && { clockTolerance: toSeconds(clockTolerance) }),
      ...(type !== undefined && { typ: type }),
    }
  }

  /**
   * @param token in compact form
   * @throws {CorbelError} CORBEL_TOKEN_EXPIRED, CORBEL_TOKEN_INVALID
   */
  async verify(token: string): Promise<JwtPayload> {
    const { jose, key } = await (this.ready ??= this.open())
    try {
      const { payload } = await jose.jwtVerify(token, key, this.settings)
      return payload
    } catch (error) {
      throw explainTokenError(jose, error)
    }
  }

  private async open(): Promise<{ readonly jose: Jose; readonly key: JWTVerifyGetKey }> {
    const jose = await loadJose()
    const { keys, maxAge = 600, cooldown = 30, outbound } = this.options
    if (!isUrl(keys)) return { jose, key: jose.createLocalJWKSet(keys as unknown as JSONWebKeySet) }
    const key = jose.createRemoteJWKSet(new URL(keys), {
      cacheMaxAge: toSeconds(maxAge) * 1000,
      cooldownDuration: toSeconds(cooldown) * 1000,
      // what is said of requests counts, and not a limit of jose's own
      ...(outbound?.timeout !== undefined && { timeoutDuration: outbound.timeout }),
      [jose.customFetch]: outboundFetch(outbound),
    })
    return { jose, key }
  }
}

function isUrl(keys: JwksOptions['keys']): keys is string | URL {
  return typeof keys === 'string' || keys instanceof URL
}
