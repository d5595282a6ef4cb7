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
import { versionExtractor, versionsOf, type VersionExtractor, type VersioningOptions } from './versioning.js'

/** A route of the table and the versions that it belongs to; undefined where it has none. */
export interface VersionedDefinition extends RouteDefinition<HttpRoute> {
  readonly version: VersionValue | undefined
}

/**
 * Finds the routes of requests: in one table, or, where a header or the like names the version, in the table of that
 * version first and then in that of the routes without one. A version's routes never hide those of another.
 */
export class RouteLookup {
  private readonly table: RouteTable<HttpRoute>
  private readonly byVersion: ReadonlyMap<string, RouteTable<HttpRoute>> | undefined
  private readonly versions: VersionExtractor | undefined

  /**
   * @param definitions all routes, with prefixes
   * @param options how paths are compared
   * @param versioning undefined while versioning is off
   * @throws {CorbelError} CORBEL_ROUTE_DUPLICATE
   */
  constructor(
    definitions: readonly VersionedDefinition[],
    options: RouteTableOptions,
    versioning: VersioningOptions | undefined,
  ) {
    this.versions = versioning === undefined ? undefined : versionExtractor(versioning)
    if (this.versions === undefined) {
      this.table = createRouteTable(definitions, options)
      return
    }
    const neutral: VersionedDefinition[] = []
    const groups = new Map<string, VersionedDefinition[]>()
    for (const definition of definitions) {
      for (const version of versionsOf(definition.version, versioning) ?? [VERSION_NEUTRAL]) {
        if (typeof version === 'symbol') neutral.push(definition)
        else groups.set(version, [...(groups.get(version) ?? []), definition])
      }
    }
    this.table = createRouteTable(neutral, options)
    this.byVersion = new Map(
      [...groups].map(([version, group]) => [version, createRouteTable(group, options)]),
    )
  }

  /**
   * The route of a request.
   *
   * @param context whose exchange names method, host and, where versioning asks for it, the version
   * @param path of the request target, as received
   */
  find(context: HttpContext, path: string): RouteMatch<HttpRoute> | NoRoute {
    const { method } = context
    const { authority } = context.exchange
    if (this.versions === undefined) return this.table.match(method, path, authority)
    let refusal: NoRoute | undefined
    for (const version of this.versions(context)) {
      const found = this.byVersion?.get(version)?.match(method, path, authority)
      if (found?.route !== undefined) return found
      if (found?.reason === 'method') refusal ??= found
    }
    const found = this.table.match(method, path, authority)
    if (found.route !== undefined || refusal?.reason !== 'method') return found
    const allow = found.reason === 'method' ? [...new Set([...refusal.allow, ...found.allow])] : refusal.allow
    return { route: undefined, reason: 'method', allow }
  }
}
