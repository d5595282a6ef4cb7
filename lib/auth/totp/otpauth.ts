import { explainMissingPackage } from '../../common/index.js'

/** The otpauth package, as its own declarations describe it. */
export type OtpAuth = typeof import('otpauth')

/**
 * Loads otpauth when it is first needed, so that a missing package is explained.
 *
 * @param load for tests
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING with the install line
 */
export async function loadOtpAuth(load: () => Promise<OtpAuth> = () => import('otpauth')): Promise<OtpAuth> {
  try {
    return await load()
  } catch (error) {
    throw explainMissingPackage(error, 'otpauth', 'SecondFactor')
  }
}
