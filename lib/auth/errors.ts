import { defineError } from '../common/index.js'
import { UnauthorizedException } from '../pipeline/index.js'

/** Options with which nobody could be recognised. */
export const AuthOptionsInvalid = defineError<{ reason: string }>(
  'CORBEL_AUTH_OPTIONS_INVALID',
  'The options of authentication cannot be used: {reason}',
)

/** A strategy that is not in the list. */
export const StrategyUnknown = defineError<{ asker: string; name: string; known: string }>(
  'CORBEL_AUTH_STRATEGY_UNKNOWN',
  '{asker} names the strategy "{name}", which AuthModule does not have. It has: {known}.',
)

/** Credentials that are wrong, in a way that is not told apart. */
export const CredentialsInvalid = defineError<{ reason: string }>(
  'CORBEL_AUTH_CREDENTIALS_INVALID',
  'The credentials are not valid: {reason}',
  { status: 401 },
)

/** A credential that is valid, and good for less than is asked. */
export const ScopeInsufficient = defineError<{ scopes: string }>(
  'CORBEL_AUTH_SCOPE_INSUFFICIENT',
  'The credentials are not good for this: they lack {scopes}.',
  { status: 403 },
)

/** Somebody who is logged in, and has to show more, or anew, who he is. */
export const StepUpRequired = defineError<{ reason: string }>(
  'CORBEL_AUTH_STEP_UP_REQUIRED',
  'This asks for a stronger login: {reason}.',
  { status: 401 },
)

/** A URL from configuration that the server will not ask. */
export const AuthUrlRefused = defineError<{ host: string; reason: string }>(
  'CORBEL_AUTH_URL_REFUSED',
  'No request is sent to {host}: {reason}. In a network of your own, set outbound: { allowPrivate: true }.',
)

/** Options with which tokens could not be signed or not be trusted. */
export const JwtOptionsInvalid = defineError<{ reason: string }>(
  'CORBEL_JWT_OPTIONS_INVALID',
  'The options of JwtModule cannot be used: {reason}',
)

/** A module without a key to sign with was asked to sign. */
export const JwtKeyMissing = defineError<{ option: string }>(
  'CORBEL_JWT_KEY_MISSING',
  'JwtModule was given a public key only, which can verify but not sign. Add {option} to its options.',
)

/** A length of time that cannot be read. */
export const DurationInvalid = defineError<{ value: string }>(
  'CORBEL_DURATION_INVALID',
  '"{value}" is not a duration. Write seconds as a number, or a number with a unit: 90s, 15m, 12h, 7d, 2w, 1y.',
)

/** A token that nothing can be learned from: malformed, forged, for somebody else, or not valid yet. */
export const TokenInvalid = defineError<{ reason: string }>(
  'CORBEL_TOKEN_INVALID',
  'The token is not valid: {reason}',
  { status: 401 },
)

/** A token whose time is over. */
export const TokenExpired = defineError<{ expiredAt: Date }>(
  'CORBEL_TOKEN_EXPIRED',
  'The token has expired. Log in again.',
  { status: 401 },
)

/** A refresh token that nothing can be got for. */
export const RefreshTokenInvalid = defineError<{ reason: string }>(
  'CORBEL_REFRESH_TOKEN_INVALID',
  'The refresh token is not valid: {reason} Log in again.',
  { status: 401 },
)

/** A refresh token that was used before: two have it, one of them by theft. */
export const RefreshTokenReused = defineError<{ subject: string; login: string }>(
  'CORBEL_REFRESH_TOKEN_REUSED',
  'The refresh token was used before. Its login has ended, since somebody else may have it. Log in again.',
  { status: 401 },
)

/** Too many wrong tries: for a while nobody may try at all. */
export const AuthLocked = defineError<{ seconds: number }>(
  'CORBEL_AUTH_LOCKED',
  'There were too many tries. Try again in {seconds} seconds.',
  { status: 429 },
)

/** A link or a code that is not good, not any more, or not in this browser. */
export const OneTimeTokenInvalid = defineError<Record<never, never>>(
  'CORBEL_AUTH_ONE_TIME_INVALID',
  'This link or code is not valid any more. Ask for a new one, and use it in the same browser.',
  { status: 401 },
)

/** A new password that should not be used. */
export const PasswordRefused = defineError<{ reason: string }>(
  'CORBEL_PASSWORD_REFUSED',
  'Choose another password: {reason}',
  { status: 422, tells: ['reason'] },
)

/** A stored password hash that cannot be read. */
export const PasswordHashInvalid = defineError<{ reason: string }>(
  'CORBEL_PASSWORD_HASH_INVALID',
  'A stored password hash cannot be read: {reason}. It was not made by PasswordHasher, or it was cut off.',
)

/** What a guard throws where credentials are missing or wrong: 401 with the challenge that RFC 9110 §11.6.1 asks for. */
export class AuthenticationFailed extends UnauthorizedException {
  /** Sent with the answer; a filter of the application's own should send them too. */
  readonly headers: Readonly<Record<'WWW-Authenticate', string>>

  /**
   * @param message for the client
   * @param challenge the value of `WWW-Authenticate`
   * @param cause what was wrong, for logs
   */
  constructor(message: string, challenge: string, cause?: unknown) {
    super(message, { description: 'Unauthorized', cause })
    this.headers = { 'WWW-Authenticate': challenge }
  }
}
