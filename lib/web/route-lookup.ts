import { defineError } from '../common/index.js'
import { forwardedHost } from '../http/index.js'
import {
  createRouteTable,
  type NoRoute,
  type RouteDefinition,
  type RouteMatch,
  type RouteTable,
  type RouteTableOptions,
} from '../router/index.js'
import { VERSION_NEUTRAL, type VersionValue } from './decorators.js'
import type { HttpContext } from './http-context.js'
import type { HttpRoute } from './http-route.js'
import type { NoVersion, SupportedVersions } from './unsupported-version.js'
import {
  strategiesOf,
  versionExtractor,
  versionsOf,
  VersioningType,
  type VersionExtractor,
  type VersioningOptions,
} from './versioning.js'

/** A route of the table and its version, the default one included; undefined where it has none. */
export interface VersionedDefinition extends RouteDefinition<HttpRoute> {
  readonly version: VersionValue | undefined
  /** True if the pattern itself tells the version. */
  readonly tells: boolean
}

/** Several versions of one path in an application that does not tell versions apart. */
export const VersioningOff = defineError<{ method: string; path: string; versions: string }>(
  'CORBEL_VERSIONING_OFF',
  '{method} {path} is declared in the versions {versions}, but versions are not told apart. Call app.enableVersioning() before init() or listen().',
)

/** Why there is no route. */
export type Unrouted = NoRoute | NoVersion

type VersionKey = string | typeof VERSION_NEUTRAL

/** What is looked up for requests that name no version. */
const UNNAMED: readonly VersionKey[] = [VERSION_NEUTRAL]
const NONE: readonly string[] = []

/** Reads the versions that a request names, or looks its path up where that tells the version. */
type Strategy =
  | { readonly extract: VersionExtractor; readonly table: undefined }
  | { readonly extract: undefined; readonly table: RouteTable<HttpRoute> }

/**
 * Finds the routes of requests: in one table, or, where a header or the like names the version, in the table of that
 * version first and then in that of the routes of every version. A version's routes never hide those of another.
 */
export class RouteLookup {
  /** All routes; with versions those that serve every version, named or not. */
  private readonly table: RouteTable<HttpRoute>
  /** `VERSION_NEUTRAL` holds what serves some versions, and requests that name none: `@Version(['1', VERSION_NEUTRAL])`. */
  private readonly byVersion: ReadonlyMap<VersionKey, RouteTable<HttpRoute>> = new Map()
  /** In the order in which they are asked; undefined where one table has everything. */
  private readonly strategies: readonly Strategy[] | undefined
  private readonly hasHosts: boolean

  /**
   * @param definitions all routes, with prefixes
   * @param options how paths are compared
   * @param versioning undefined while versioning is off
   * @param supported tells of other versions; undefined while versioning is off
   * @throws {CorbelError} CORBEL_ROUTE_DUPLICATE; CORBEL_VERSIONING_OFF
   */
  constructor(
    definitions: readonly VersionedDefinition[],
    options: RouteTableOptions,
    versioning: VersioningOptions | undefined,
    private readonly supported?: SupportedVersions,
  ) {
    this.hasHosts = definitions.some(({ host }) => host !== undefined)
    const strategies = versioning === undefined ? [] : strategiesOf(versioning)
    if (strategies.every(({ type }) => type === VersioningType.URI)) {
      if (versioning === undefined) refuseVersions(definitions)
      this.table = createRouteTable(definitions, options)
      return
    }
    const everyVersion: VersionedDefinition[] = []
    const groups = new Map<VersionKey, VersionedDefinition[]>()
    for (const definition of definitions) {
      if (definition.tells) continue
      const declared = versionsOf(definition.version)
      if (declared === undefined || (declared.length === 1 && declared[0] === VERSION_NEUTRAL)) {
        everyVersion.push(definition)
        continue
      }
      for (const version of declared) groups.set(version, [...(groups.get(version) ?? []), definition])
    }
    this.table = createRouteTable(everyVersion, options)
    this.byVersion = new Map(
      [...groups].map(([version, group]) => [version, createRouteTable(group, options)]),
    )
    this.strategies = strategies.map((strategy): Strategy => {
      const extract = versionExtractor(strategy)
      if (extract !== undefined) return { extract, table: undefined }
      const table = createRouteTable(
        definitions.filter(({ tells }) => tells),
        options,
      )
      return { extract, table }
    })
  }

  /**
   * The route of a request.
   *
   * @param context whose exchange names method, host and, where versioning asks for it, the version
   * @param path of the request target, as received
   * @param method another than the request's
   */
  find(context: HttpContext, path: string, method = context.method): RouteMatch<HttpRoute> | Unrouted {
    const authority = this.hostOf(context)
    if (this.strategies === undefined) {
      const found = this.table.match(method, path, authority)
      return found.route !== undefined ? found : this.explained(found, context, path, NONE)
    }
    for (const { extract, table } of this.strategies) {
      if (table !== undefined) {
        const found = table.match(method, path, authority)
        if (found.route !== undefined || found.reason === 'method') return found
        continue
      }
      const asked = extract(context)
      if (asked.length > 0) return this.findVersion(asked, asked, context, path, method)
    }
    return this.findVersion(UNNAMED, NONE, context, path, method)
  }

  private findVersion(
    versions: readonly VersionKey[],
    asked: readonly string[],
    context: HttpContext,
    path: string,
    method: string,
  ): RouteMatch<HttpRoute> | Unrouted {
    const authority = this.hostOf(context)
    let allow: readonly string[] = []
    for (const version of versions) {
      const found = this.byVersion.get(version)?.match(method, path, authority)
      if (found?.route !== undefined) return found
      if (found?.reason === 'method') allow = [...allow, ...found.allow]
    }
    const found = this.table.match(method, path, authority)
    if (found.route !== undefined) return found
    if (allow.length === 0) return this.explained(found, context, path, asked)
    if (found.reason === 'method') allow = [...allow, ...found.allow]
    return { route: undefined, reason: 'method', allow: [...new Set(allow)].sort() }
  }

  private explained(found: NoRoute, context: HttpContext, path: string, asked: readonly string[]): Unrouted {
    if (this.supported === undefined || found.reason !== 'not-found') return found
    return this.supported.refuse(context.method, path, this.hostOf(context), asked) ?? found
  }

  /** Behind proxies, the host that the client has asked for. */
  private hostOf({ exchange, proxies }: HttpContext): string {
    return this.hasHosts && proxies !== undefined ? forwardedHost(exchange, proxies) : exchange.authority
  }
}

function refuseVersions(definitions: readonly VersionedDefinition[]): void {
  const known = new Map<string, VersionedDefinition>()
  for (const definition of definitions) {
    const { method, pattern, host = '', value } = definition
    const { version } = value.endpoint
    const place = `${method} ${host}${pattern}`
    const other = known.get(place)?.value.endpoint.version
    if (version !== undefined && other !== undefined && version !== other) {
      const versions = [...versionsOf(other)!, ...versionsOf(version)!].map(String).join(', ')
      throw new VersioningOff({ method, path: pattern, versions })
    }
    known.set(place, definition)
  }
}
