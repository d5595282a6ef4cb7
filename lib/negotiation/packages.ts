import { createRequire } from 'node:module'
import { explainMissingPackage } from '../common/index.js'

/** Finds a package by its name, or throws. */
export type Load = (name: string) => unknown

const load: Load = createRequire(import.meta.url)

/**
 * Gives the means of an optional package: made once, when a route first needs them.
 *
 * @param name the package
 * @param purpose who needs it: `application/xml`
 * @param open makes what is needed of the package's exports
 * @param path what is loaded of the package; its name if it is left out
 * @param from for tests
 * @returns a function that throws CORBEL_PACKAGE_MISSING with the install line if it is not there
 */
export function optionalPackage<Exports, Means>(
  name: string,
  purpose: string,
  open: (exports: Exports) => Means,
  path = name,
  from: Load = load,
): () => Means {
  let known: { readonly means: Means } | undefined
  return () => {
    if (known !== undefined) return known.means
    let exports: unknown
    try {
      exports = from(path)
    } catch (error) {
      // a subpath is named in the message as it was asked for
      throw explainMissingPackage(missingOf(error, path, name), name, `Writing ${purpose}`)
    }
    known = { means: open(exports as Exports) }
    return known.means
  }
}

function missingOf(error: unknown, path: string, name: string): unknown {
  if (path === name || !(error instanceof Error) || !error.message.includes(`'${path}'`)) return error
  return Object.assign(new Error(error.message.replace(`'${path}'`, `'${name}'`), { cause: error }), {
    code: (error as { code?: unknown }).code,
  })
}
