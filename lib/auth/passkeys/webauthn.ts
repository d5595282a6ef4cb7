import { explainMissingPackage } from '../../common/index.js'

/** The package, as its own declarations describe it. */
export type WebAuthn = typeof import('@simplewebauthn/server')

/**
 * Loads the package when it is first needed, so that a missing one is explained.
 *
 * @param load for tests
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING with the install line
 */
export async function loadWebAuthn(
  load: () => Promise<WebAuthn> = () => import('@simplewebauthn/server'),
): Promise<WebAuthn> {
  try {
    return await load()
  } catch (error) {
    throw explainMissingPackage(error, '@simplewebauthn/server', 'Passkeys')
  }
}
