import type { Class, MaybePromise } from '../common/index.js'
import { InjectionToken, type FactoryDependency, type ModuleImport, type Token } from '../di/index.js'
import type { Duration } from './duration.js'

/** Signature algorithms that are accepted. `none` is not among them and cannot be switched on. */
export type JwtAlgorithm =
  | 'HS256'
  | 'HS384'
  | 'HS512'
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'

/** How tokens are made unless `sign` is told otherwise. */
export interface JwtSignOptions {
  readonly issuer?: string
  readonly audience?: string | readonly string[]
  readonly subject?: string
  /** The token's id, by which it can be revoked. */
  readonly jwtid?: string
  /** Until when it is valid, from now; false for ever. Default 1 hour. */
  readonly expiresIn?: Duration | false
  /** From when it is valid, from now. */
  readonly notBefore?: Duration
}

/** What is asked of tokens. */
export interface JwtVerifyOptions {
  /** Who must have made it: one of these. */
  readonly issuer?: string | readonly string[]
  /** For whom it must be made: one of these. */
  readonly audience?: string | readonly string[]
  readonly subject?: string
  /** How far the clocks of two machines may differ. Default 0. */
  readonly clockTolerance?: Duration
  /** How old it may be since it was issued. */
  readonly maxAge?: Duration
}

/** One of several keys. */
export interface JwtKeyOptions extends Pick<JwtModuleOptions, 'secret' | 'privateKey' | 'publicKey'> {
  /** The key's id, written into the head of tokens; never used for another key. */
  readonly kid: string
  /** The one algorithm of this key; by default what suits it. */
  readonly algorithm?: JwtAlgorithm
}

/** The options of `JwtModule`: one key (or pair), and what tokens are like. */
export interface JwtModuleOptions {
  /** The key of HS256, HS384 and HS512; should have as many bytes as the hash (32, 48, 64). */
  readonly secret?: string | Uint8Array
  /** PEM (PKCS#8); signs with RS…, PS…, ES… and EdDSA. */
  readonly privateKey?: string
  /** PEM (SPKI or certificate); verifies. Taken from the private key if left out. */
  readonly publicKey?: string
  /**
   * Several keys in the place of one: the first signs, all verify, each by its own algorithm. To rotate, put a new key in
   * front, and take the old one away when its tokens have expired.
   */
  readonly keys?: readonly JwtKeyOptions[]
  /** The algorithm that signs; by default HS256 for a secret, otherwise what suits the key (RS256, ES256, EdDSA …). */
  readonly algorithm?: JwtAlgorithm
  /** The algorithms that are accepted; only `algorithm` by default. */
  readonly algorithms?: readonly JwtAlgorithm[]
  /** Written into tokens, and asked of them. */
  readonly issuer?: string
  /** Written into tokens, and asked of them. */
  readonly audience?: string | readonly string[]
  /** How long tokens are valid; false for ever. Default 1 hour. */
  readonly expiresIn?: Duration | false
  /** How far the clocks of two machines may differ. Default 0. */
  readonly clockTolerance?: Duration
  /** More defaults for signing. */
  readonly signOptions?: JwtSignOptions & { readonly algorithm?: JwtAlgorithm }
  /** More defaults for verifying. */
  readonly verifyOptions?: JwtVerifyOptions & { readonly algorithms?: readonly JwtAlgorithm[] }
  /** The word in front of the token in the Authorization header. Default `Bearer`. */
  readonly scheme?: string
  /** Named in challenges. */
  readonly realm?: string
}

/** Makes options in a class of the application's own. */
export interface JwtOptionsFactory {
  createJwtOptions(): MaybePromise<JwtModuleOptions>
}

/** The options of `JwtModule.registerAsync`. */
export interface JwtModuleAsyncOptions {
  /** True to make `JwtService` visible in every module. */
  readonly global?: boolean
  readonly imports?: readonly ModuleImport[]
  // eslint-disable-next-line typescript/no-explicit-any -- the arguments are what `inject` names
  readonly useFactory?: (...args: any[]) => MaybePromise<JwtModuleOptions>
  readonly inject?: readonly FactoryDependency[]
  readonly useClass?: Class<JwtOptionsFactory>
  readonly useExisting?: Token<JwtOptionsFactory>
}

/** The options as they were registered. */
export const JWT_OPTIONS = new InjectionToken<JwtModuleOptions>('JWT_OPTIONS')
