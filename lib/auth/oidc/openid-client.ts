import { explainMissingPackage } from '../../common/index.js'

/** The openid-client package, as its own declarations describe it. */
export type OpenIdClient = typeof import('openid-client')

/**
 * Loads openid-client when it is first needed, so that a missing package is explained.
 *
 * @param load for tests
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING with the install line
 */
export async function loadOpenIdClient(
  load: () => Promise<OpenIdClient> = () => import('openid-client'),
): Promise<OpenIdClient> {
  try {
    return await load()
  } catch (error) {
    throw explainMissingPackage(error, 'openid-client', 'ProviderLogin')
  }
}
