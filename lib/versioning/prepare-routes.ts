import type { Class } from '../common/index.js'
import { CorbelError } from '../common/index.js'
import { BootFailed } from '../di/index.js'
import {
  declaredReturn,
  usualStatus,
  VERSION_NEUTRAL,
  VersioningInvalid,
  versionsOf,
  type HttpEndpoint,
  type RouteSettings,
} from '../web/index.js'
import { deprecationHeaders } from './deprecation-headers.js'
import { deprecationOf, deprecationProblem, type DeprecationInfo } from './deprecation.js'
import { hasVersioned, noteVersions } from './for-versions.js'
import { KnownVersions } from './known-versions.js'
import type { VersioningModuleOptions } from './options.js'
import { VersionShape } from './shape.js'
import { Transformers, type TransformChain } from './transform-chain.js'
import type { KnownTransformer } from './transformer.js'

/** What is known of a route that serves one version, or several that are alike. */
export interface RouteVersion {
  /** Undefined for routes without one. */
  readonly version: string | undefined
  readonly deprecation: DeprecationInfo | undefined
  /** Between the newest shape of the body and that of the version. */
  readonly body: TransformChain | undefined
  /** Between the newest shape of the result and that of the version. */
  readonly result: TransformChain | undefined
}

/** The routes of an application, told apart by version where something differs. */
export interface PreparedRoutes {
  readonly known: KnownVersions
  readonly transformers: Transformers
  /** What stands in the place of an endpoint. */
  readonly replacements: ReadonlyMap<HttpEndpoint, readonly HttpEndpoint[]>
  readonly versions: ReadonlyMap<HttpEndpoint, RouteVersion>
}

/** What the preparation needs besides the endpoints. */
export interface PreparationParts {
  readonly settings: RouteSettings
  readonly policy: VersioningModuleOptions
  readonly transformers: readonly KnownTransformer[]
  /** The classes of global enhancers. */
  readonly globals: readonly (Class | undefined)[]
}

/**
 * Resolves ranges of versions, and splits the endpoints whose versions differ in something into one for each.
 *
 * @param endpoints of the application
 * @param parts what else decides
 * @throws {BootFailed} with every problem
 */
export function splitRoutes(endpoints: readonly HttpEndpoint[], parts: PreparationParts): PreparedRoutes {
  const { versioning } = parts.settings
  const problems: Error[] = []
  const attempt = <T>(action: () => T): T | undefined => {
    try {
      return action()
    } catch (error) {
      if (!(error instanceof CorbelError)) throw error
      problems.push(error)
      return undefined
    }
  }
  const known = new KnownVersions(endpoints, versioning?.defaultVersion, versioning?.versions)
  checkDeprecated(parts.settings, known)
  const transformers =
    attempt(() => new Transformers(parts.transformers, known.order)) ?? new Transformers([], known.order)
  const versions = new Map<HttpEndpoint, RouteVersion>()
  const replacements = new Map<HttpEndpoint, readonly HttpEndpoint[]>()
  for (const endpoint of endpoints) {
    const own = attempt(() => splitOne(endpoint, known, transformers, parts)) ?? []
    for (const [one, version] of own) {
      versions.set(one, version)
      if (versioning !== undefined) noteVersions(one, known)
    }
    const replaced = own.map(([one]) => one)
    replacements.set(endpoint, replaced)
  }
  if (problems.length > 0) {
    const different = new Map(problems.map((problem) => [problem.message, problem]))
    throw new BootFailed([...different.values()])
  }
  return { known, transformers, replacements, versions }
}

function checkDeprecated({ versioning }: RouteSettings, known: KnownVersions): void {
  for (const [version, options] of Object.entries(versioning?.deprecated ?? {})) {
    const problem = deprecationProblem(options)
    if (problem !== undefined) {
      throw new VersioningInvalid({ reason: `deprecated["${version}"] ${problem}.` })
    }
    if (!known.all.includes(version)) {
      const only = known.all.length === 0 ? 'none' : `only ${known.all.join(', ')}`
      throw new VersioningInvalid({
        reason: `deprecated has the version ${version}, but the application has ${only}.`,
      })
    }
  }
}

type VersionedEndpoint = readonly [endpoint: HttpEndpoint, version: RouteVersion]

function splitOne(
  endpoint: HttpEndpoint,
  known: KnownVersions,
  transformers: Transformers,
  { settings: { versioning }, policy, globals }: PreparationParts,
): readonly VersionedEndpoint[] {
  const afterSunset = policy.deprecations?.afterSunset
  const versions = versioning === undefined ? undefined : known.of(endpoint)
  const names = versions?.filter((one) => typeof one === 'string') ?? []
  if (versions === undefined || names.length === 0) {
    const deprecation = deprecationOf(endpoint, undefined, afterSunset)
    return [prepared(endpoint, endpoint.version, { version: undefined, deprecation, ...SAME })]
  }
  const { metadata } = endpoint
  // whoever names no version gets the newest of the route, as if he had named it
  const isSplit =
    names.length > 1 && differs(endpoint, names, transformers, policy, globals, versioning!.deprecated)
  // versions without an order are fine where nothing depends on it
  const isOrdered = isSplit && (versions.includes(VERSION_NEUTRAL) || isTransformed(endpoint, transformers))
  const newest = isOrdered ? known.newestOf(names)! : names[0]!
  const shape = metadata.onMethod(VersionShape) ?? metadata.onClass(VersionShape) ?? newest
  return (isSplit ? names : [names.length === 1 ? names[0]! : undefined]).map((name) => {
    const isUnnamed = name === newest && versions.includes(VERSION_NEUTRAL)
    const deprecation = deprecationOf(
      endpoint,
      name === undefined ? undefined : versioning!.deprecated?.[name],
      afterSunset,
    )
    const chainOf = (type: Class | undefined): TransformChain | undefined =>
      type === undefined || name === undefined ? undefined : transformers.chain(type, shape, name)
    return prepared(endpoint, name === undefined ? versions : isUnnamed ? [name, VERSION_NEUTRAL] : name, {
      version: name,
      deprecation,
      body: chainOf(bodyType(endpoint)),
      result: endpoint.events ? undefined : chainOf(resultType(endpoint)),
    })
  })
}

const SAME = { body: undefined, result: undefined }

/** Whether the versions of a route have to be told apart; ranges alone are no reason. */
function differs(
  endpoint: HttpEndpoint,
  names: readonly string[],
  transformers: Transformers,
  policy: VersioningModuleOptions,
  globals: readonly (Class | undefined)[],
  deprecated: Readonly<Record<string, unknown>> = {},
): boolean {
  const { matrix = {} } = policy.compatibility ?? {}
  return (
    policy.usage !== undefined ||
    names.some((name) => Object.hasOwn(deprecated, name) || Object.hasOwn(matrix, name)) ||
    isTransformed(endpoint, transformers) ||
    hasVersioned(endpoint, globals)
  )
}

function isTransformed(endpoint: HttpEndpoint, transformers: Transformers): boolean {
  return [bodyType(endpoint), resultType(endpoint)].some(
    (type) => type !== undefined && transformers.knows(type),
  )
}

function prepared(
  endpoint: HttpEndpoint,
  version: HttpEndpoint['version'],
  route: RouteVersion,
): VersionedEndpoint {
  const { deprecation } = route
  const headers =
    deprecation === undefined
      ? endpoint.headers
      : [...(endpoint.headers ?? []), ...deprecationHeaders(deprecation)]
  // whoever looks for the endpoint by identity finds it, unless there is something to say
  if (isSame(version, endpoint.version) && headers === endpoint.headers) return [endpoint, route]
  return [{ ...endpoint, version, ...(headers !== undefined && { headers }) }, route]
}

function isSame(a: HttpEndpoint['version'], b: HttpEndpoint['version']): boolean {
  const [first = [], second = []] = [versionsOf(a), versionsOf(b)]
  return first.length === second.length && first.every((version, index) => version === second[index])
}

/** The class of what a route usually answers with. */
function resultType(endpoint: HttpEndpoint): Class | undefined {
  return declaredReturn(endpoint, usualStatus(endpoint))?.type
}

function bodyType({ params }: HttpEndpoint): Class | undefined {
  return params.find(({ type, data }) => type === 'body' && data === undefined)?.metatype
}
