import { createRequire } from 'node:module'
import { explainMissingPackage } from '../common/index.js'

/** Where nunjucks gets its templates from. */
export interface NunjucksLoader {
  getSource(name: string): { readonly src: string; readonly path: string; readonly noCache: boolean } | null
  isRelative(name: string): boolean
  resolve(from: string, to: string): string
}

/** A nunjucks environment, as far as applications configure it. */
export interface NunjucksEnvironment {
  addFilter(name: string, filter: (...args: never[]) => unknown, async?: boolean): this
  addGlobal(name: string, value: unknown): this
  addExtension(name: string, extension: object): this
  getTemplate(name: string, eagerCompile: boolean): unknown
  render(
    name: string,
    locals: object,
    callback: (error?: Error | null, text?: string | null) => void,
  ): unknown
}

/** The package, as far as it is used here. */
export interface Nunjucks {
  readonly Environment: new (loaders: readonly NunjucksLoader[], options: object) => NunjucksEnvironment
}

/**
 * Loads nunjucks when an application is initialised that uses it.
 *
 * @param from for tests
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING with the install line
 */
export function loadNunjucks(from: (name: string) => unknown = createRequire(import.meta.url)): Nunjucks {
  try {
    return from('nunjucks') as Nunjucks
  } catch (error) {
    throw explainMissingPackage(error, 'nunjucks', 'nunjucksViews()')
  }
}
