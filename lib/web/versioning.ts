import { defineError, listOf } from '../common/index.js'
import { VERSION_NEUTRAL, type VersionValue } from './decorators.js'
import type { HttpContext } from './http-context.js'

/** Options with which no version could ever be told. */
export const VersioningInvalid = defineError<{ reason: string }>(
  'CORBEL_VERSIONING_INVALID',
  'enableVersioning(): {reason}',
)

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

/** One place where requests may name their version. */
export interface VersioningStrategy {
  readonly type: VersioningType
  /** URI: in front of the version; `'v'` by default, false for none. */
  readonly prefix?: string | false
  /** HEADER: the header's name; `X-API-Version` by default. */
  readonly header?: string
  /** MEDIA_TYPE: what stands before the version, `'v='` by default; QUERY: the parameter's name, `'v'` by default. */
  readonly key?: string
  /** CUSTOM: the version of a request, or several, the best first; nothing where it names none. */
  readonly extractor?: (request: HttpContext['request']) => string | readonly string[] | undefined
  /** CUSTOM: the headers that the extractor reads; answers name them in `Vary`, so that shared caches keep them apart. */
  readonly vary?: string | readonly string[]
}

/** The options of `enableVersioning`. */
export interface VersioningOptions extends Omit<VersioningStrategy, 'type'> {
  /**
   * Where requests name their version, URI by default. In a list, the first that names one counts; its entries take the
   * options beside it, unless they are objects with options of their own.
   */
  readonly type?: VersioningType | readonly (VersioningType | VersioningStrategy)[]
  /** The version of routes that declare none. */
  readonly defaultVersion?: VersionValue
  /**
   * The status of requests for a path that other versions have, 404 or 400, with a code of their own. By default they get
   * the 404 of any unknown path. In each case the body tells the versions that have it, as `supported`.
   */
  readonly unsupported?: 404 | 400
}

/** The versions that a request asks for, the best first; none if it does not say. */
export type VersionExtractor = (context: HttpContext) => readonly string[]

/**
 * The places where requests name their version, in the order in which they are asked.
 *
 * @param options as given to `enableVersioning`
 */
export function strategiesOf({
  type = VersioningType.URI,
  ...common
}: VersioningOptions): readonly VersioningStrategy[] {
  return listOf<VersioningType | VersioningStrategy>(type).map((one) =>
    typeof one === 'object' ? one : { ...common, type: one },
  )
}

/**
 * The request headers that decide which version answers, for `Vary`.
 *
 * @param options undefined while versioning is off
 * @see RFC 9110 §12.5.5
 */
export function versionHeaders(options: VersioningOptions | undefined): readonly string[] {
  const strategies = options === undefined ? [] : strategiesOf(options)
  const names = strategies.flatMap(({ type, header = 'X-API-Version', vary = [] }) => {
    if (type === VersioningType.HEADER) return header
    if (type === VersioningType.MEDIA_TYPE) return 'Accept'
    return type === VersioningType.CUSTOM ? listOf(vary) : []
  })
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()]
}

/**
 * Compiles one strategy into a function that reads the versions of a request.
 *
 * @param strategy where requests name their version
 * @returns undefined for URI versioning, where the path decides
 */
export function versionExtractor(strategy: VersioningStrategy): VersionExtractor | undefined {
  switch (strategy.type) {
    case VersioningType.HEADER: {
      const name = (strategy.header ?? 'x-api-version').toLowerCase()
      return (context) => named(context.exchange.headers.get(name)?.trim())
    }
    case VersioningType.MEDIA_TYPE: {
      const key = (strategy.key ?? 'v=').toLowerCase()
      return (context) => acceptedVersions(context.exchange.headers.get('accept'), key)
    }
    case VersioningType.QUERY: {
      const key = strategy.key ?? 'v'
      return (context) => named(context.query[key])
    }
    case VersioningType.CUSTOM: {
      const { extractor } = strategy
      return (context) => named(extractor?.(context.request))
    }
    default:
      return undefined
  }
}

/**
 * Checks options when they are given, so that the mistake is shown where it was made.
 *
 * @param options as given to `enableVersioning`
 * @throws {CorbelError} CORBEL_VERSIONING_INVALID
 */
export function checkVersioning(options: VersioningOptions): void {
  const { defaultVersion, unsupported } = options
  const strategies = strategiesOf(options)
  for (const { type, extractor } of strategies) {
    if (VersioningType[type] === undefined) {
      throw new VersioningInvalid({ reason: `${String(type)} is no VersioningType.` })
    }
    if (type === VersioningType.CUSTOM && typeof extractor !== 'function') {
      const reason = 'VersioningType.CUSTOM needs an extractor: (request) => the version, or several.'
      throw new VersioningInvalid({ reason })
    }
  }
  if (strategies.length === 0) {
    throw new VersioningInvalid({ reason: 'type is an empty list: name at least one VersioningType.' })
  }
  if (strategies.filter(({ type }) => type === VersioningType.URI).length > 1) {
    throw new VersioningInvalid({
      reason: 'VersioningType.URI stands twice in type: a path has one version.',
    })
  }
  if (Array.isArray(defaultVersion) && defaultVersion.length === 0) {
    const reason = 'defaultVersion is an empty list, so routes without a version could not be reached.'
    throw new VersioningInvalid({ reason })
  }
  if (unsupported !== undefined && unsupported !== 404 && unsupported !== 400) {
    throw new VersioningInvalid({
      reason: `unsupported is ${String(unsupported)}: it may be 404, 400 or left out.`,
    })
  }
}

/** The versions of a route as a list; undefined if it has none. */
export function versionsOf(
  version: VersionValue | undefined,
): readonly (string | typeof VERSION_NEUTRAL)[] | undefined {
  return version === undefined ? undefined : ([version].flat() as (string | typeof VERSION_NEUTRAL)[])
}

/** A path under which a route is served. */
export interface VersionedPath {
  readonly path: string
  /** True if the path itself tells the version. */
  readonly tells: boolean
}

/**
 * The paths under which a route is served: those that tell the version first.
 *
 * @param path with the controller's prefix
 * @param version the route's own or the default one
 * @param options undefined while versioning is off
 */
export function versionedPaths(
  path: string,
  version: VersionValue | undefined,
  options: VersioningOptions | undefined,
): readonly VersionedPath[] {
  const bare = { path, tells: false }
  const prefix = versionPrefix(options)
  const versions = versionsOf(version)
  if (prefix === undefined || versions === undefined) return [bare]
  const told = versions.map((one) =>
    one === VERSION_NEUTRAL ? bare : { path: `/${prefix}${one}${path === '/' ? '' : path}`, tells: true },
  )
  // where the version may also stand elsewhere, the path may be without
  return strategiesOf(options!).length > 1 ? [...told.filter(({ tells }) => tells), bare] : told
}

/**
 * What stands in front of the version in a path.
 *
 * @param options undefined while versioning is off
 * @returns undefined unless the path may tell the version
 */
export function versionPrefix(options: VersioningOptions | undefined): string | undefined {
  const strategy =
    options === undefined ? undefined : strategiesOf(options).find(({ type }) => type === VersioningType.URI)
  if (strategy === undefined) return undefined
  return strategy.prefix === false ? '' : (strategy.prefix ?? 'v')
}

const NONE: readonly string[] = []

function named(value: unknown): readonly string[] {
  if (value === undefined || value === '') return NONE
  return typeof value === 'string'
    ? [value]
    : ([value].flat().filter((one) => typeof one === 'string' && one !== '') as string[])
}

/**
 * The versions that `Accept` names, the best first: by quality, then in the order written. Parameter names ignore case,
 * values may be quoted (RFC 9110 §5.6.6), and what has a quality of 0 is not wanted (§12.4.2).
 */
function acceptedVersions(accept: string | undefined, key: string): readonly string[] {
  if (accept === undefined) return NONE
  const found: { readonly version: string; readonly quality: number }[] = []
  for (const range of accept.split(',')) {
    const parts = range.split(';').map((part) => part.trim())
    const version = parts.find((part) => part.toLowerCase().startsWith(key))?.slice(key.length)
    if (version === undefined || version === '') continue
    const weight = parts.find((part) => /^q=/i.test(part))
    const quality = weight === undefined ? 1 : Number(weight.slice(2))
    if (quality !== 0) found.push({ version: version.replaceAll(/^"|"$/g, ''), quality })
  }
  return found.sort((a, b) => b.quality - a.quality).map(({ version }) => version)
}
