import { explainMissingPackage } from '../common/index.js'
import { TokenExpired, TokenInvalid } from './errors.js'

/** The jose package, as its own declarations describe it. */
export type Jose = typeof import('jose')

/**
 * Loads jose when a module asks for it, so that a missing package is explained.
 *
 * @param load for tests
 * @param user who needs it, for the message
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING with the install line
 */
export async function loadJose(
  load: () => Promise<Jose> = () => import('jose'),
  user = 'JwtModule',
): Promise<Jose> {
  try {
    return await load()
  } catch (error) {
    throw explainMissingPackage(error, 'jose', user)
  }
}

/**
 * Says what an error of jose means for who sent the token.
 *
 * @param jose the package
 * @param error what was thrown
 * @returns CORBEL_TOKEN_EXPIRED, CORBEL_TOKEN_INVALID; the error itself where it is not the client's fault: a broken key, an
 *   issuer that does not answer
 */
export function explainTokenError({ errors }: Jose, error: unknown): unknown {
  if (error instanceof errors.JWTExpired && error.claim === 'exp') {
    return new TokenExpired({ expiredAt: new Date((error.payload.exp ?? 0) * 1000) }, { cause: error })
  }
  if (
    !(error instanceof errors.JOSEError) ||
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid
  )
    return error
  return new TokenInvalid({ reason: reasonOf(error, errors) }, { cause: error })
}

function reasonOf(error: Error, errors: Jose['errors']): string {
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature does not match.'
  if (error instanceof errors.JWKSNoMatchingKey) return 'its key is not known.'
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is not accepted.'
  if (error instanceof errors.JWTExpired) return 'it is too old.'
  if (error instanceof errors.JWTClaimValidationFailed)
    return `the claim "${error.claim}" is not as expected.`
  return 'it is malformed.'
}
