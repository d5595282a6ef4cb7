import { defineError } from '../common/index.js'
import { UnauthorizedException } from '../pipeline/index.js'

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
