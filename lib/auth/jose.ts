import { explainMissingPackage } from '../common/index.js'

/** The jose package, as its own declarations describe it. */
export type Jose = typeof import('jose')

/**
 * Loads jose when a module asks for it, so that a missing package is explained.
 *
 * @param load for tests
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING with the install line
 */
export async function loadJose(load: () => Promise<Jose> = () => import('jose')): Promise<Jose> {
  try {
    return await load()
  } catch (error) {
    throw explainMissingPackage(error, 'jose', 'JwtModule')
  }
}
