import { createRequire } from 'node:module'
import { explainMissingPackage } from '../../common/index.js'

/** The typeorm package, as its own declarations describe it. */
export type TypeOrm = typeof import('typeorm')

/** Loads a package by name. */
export type PackageLoader = (name: string) => unknown

// Loaded when a module asks for it rather than by an import, so that a missing package is explained instead of ending
// the process with a resolution error. typeorm's ES entry re-exports these same objects.
const load: PackageLoader = createRequire(import.meta.url)

/**
 * Loads typeorm.
 *
 * @param from for tests
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING with the install line
 */
export function loadTypeOrm(from: PackageLoader = load): TypeOrm {
  // eslint-disable-next-line typescript/no-unsafe-type-assertion -- the package of that name is what its types say
  return loadPackage('typeorm', 'TypeOrmModule', from) as TypeOrm
}

/**
 * Loads the driver of the embedded database.
 *
 * @param from for tests
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING with the install line
 */
export function loadLibsql(from: PackageLoader = load): unknown {
  return loadPackage('libsql', 'The embedded SQLite database of TypeOrmModule', from)
}

/**
 * Loads a package that may not be installed.
 *
 * @param name of the package
 * @param purpose for the message: what needs it
 * @param from for tests
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING with the install line
 */
export function loadPackage(name: string, purpose: string, from: PackageLoader = load): unknown {
  try {
    return from(name)
  } catch (error) {
    throw explainMissingPackage(error, name, purpose)
  }
}

/**
 * Loads a package that adds something where it is installed.
 *
 * @param name of the package
 * @param from for tests
 * @returns undefined if it is not installed
 */
export function loadIfInstalled(name: string, from: PackageLoader = load): unknown {
  try {
    return from(name)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}
