import { JosePackageMissing } from './errors.js'

/** The jose package, as its own declarations describe it. */
export type Jose = typeof import('jose')

/**
 * Loads jose when a module asks for it, so that a missing package is explained.
 *
 * @param load for tests
 * @throws {CorbelError} CORBEL_JOSE_PACKAGE_MISSING with the install line
 */
export async function loadJose(load: () => Promise<Jose> = () => import('jose')): Promise<Jose> {
  try {
    return await load()
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
    if (isMissing && error.message.includes("'jose'"))
      throw new JosePackageMissing({ package: 'jose' }, { cause: error })
    throw error
  }
}
