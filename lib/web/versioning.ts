import { VERSION_NEUTRAL, type VersionValue } from './decorators.js'
import type { HttpContext } from './http-context.js'

/** Where a request says which version it wants. */
export enum VersioningType {
  /** `/v1/users` */
  URI,
  /** A header of its own. */
  HEADER,
  /** A parameter of `Accept`: `application/json;v=1`. */
  MEDIA_TYPE,
  /** Whatever the extractor reads. */
  CUSTOM,
  /** A query parameter. */
  QUERY,
}

/** The options of `enableVersioning`. */
export interface VersioningOptions {
  readonly type?: VersioningType
  /** The version of routes that declare none. */
  readonly defaultVersion?: VersionValue
  /** URI: in front of the version; `'v'` by default, false for none. */
  readonly prefix?: string | false
  /** HEADER: the header's name. */
  readonly header?: string
  /** MEDIA_TYPE: what stands before the version, `'v='`; QUERY: the parameter's name, `'v'` by default. */
  readonly key?: string
  /** CUSTOM: the version of a request, or several, the best first. */
  readonly extractor?: (request: HttpContext['request']) => string | readonly string[]
}

/** The versions that a request asks for, the best first; none if it does not say. */
export type VersionExtractor = (context: HttpContext) => readonly string[]

/**
 * Compiles the options into a function that reads the version of a request.
 *
 * @param options as given to `enableVersioning`
 * @returns undefined for URI versioning, where the path decides
 */
export function versionExtractor(options: VersioningOptions): VersionExtractor | undefined {
  switch (options.type ?? VersioningType.URI) {
    case VersioningType.HEADER: {
      const name = (options.header ?? 'x-api-version').toLowerCase()
      return (context) => oneVersion(context.exchange.headers.get(name)?.trim())
    }
    case VersioningType.MEDIA_TYPE: {
      const key = options.key ?? 'v='
      return (context) => {
        const parts = (context.exchange.headers.get('accept') ?? '').split(/[;,]/).map((part) => part.trim())
        return oneVersion(parts.find((part) => part.startsWith(key))?.slice(key.length))
      }
    }
    case VersioningType.QUERY: {
      const key = options.key ?? 'v'
      return (context) => [context.query[key] ?? []].flat()
    }
    case VersioningType.CUSTOM:
      return (context) => [options.extractor?.(context.request) ?? []].flat()
    default:
      return undefined
  }
}

/** The versions of a route as a list; undefined if it has none and there is no default. */
export function versionsOf(
  declared: VersionValue | undefined,
  options: VersioningOptions | undefined,
): readonly (string | typeof VERSION_NEUTRAL)[] | undefined {
  const value = declared ?? options?.defaultVersion
  return value === undefined ? undefined : ([value].flat() as (string | typeof VERSION_NEUTRAL)[])
}

/**
 * The paths under which a route is served.
 *
 * @param path with the controller's prefix
 * @param declared the route's version
 * @param options undefined while versioning is off
 */
export function versionedPaths(
  path: string,
  declared: VersionValue | undefined,
  options: VersioningOptions | undefined,
): readonly string[] {
  if (options === undefined || (options.type ?? VersioningType.URI) !== VersioningType.URI) return [path]
  const versions = versionsOf(declared, options)
  if (versions === undefined) return [path]
  const prefix = options.prefix === false ? '' : (options.prefix ?? 'v')
  return versions.map((version) =>
    version === VERSION_NEUTRAL ? path : `/${prefix}${version}${path === '/' ? '' : path}`,
  )
}

function oneVersion(value: string | undefined): readonly string[] {
  return value === undefined || value === '' ? [] : [value]
}
