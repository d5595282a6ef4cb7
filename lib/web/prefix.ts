import { createPathMatcher } from '../router/index.js'
import type { VersionValue } from './decorators.js'
import { joinPaths } from './endpoints.js'
import { methodName, type RouteInfo } from './route-info.js'
import { versionedPaths, versionPrefix, type VersionedPath, type VersioningOptions } from './versioning.js'

/** What stands in front of all routes, except those that are excluded from it. */
export interface PrefixOptions {
  readonly globalPrefix: string
  readonly prefixExclusions: readonly (string | RouteInfo)[]
  readonly versioning: VersioningOptions | undefined
  readonly caseSensitive: boolean
}

/** Patterns that mean every path. */
const EVERYTHING = /^\/?(?:\*\w*|\{\/?\*\w*\}|\(\.\*\))\/?$/

/** Names the version in patterns; no user's parameter has this name. */
const ANY_VERSION = '__version'

interface Exclusion {
  readonly pattern: string
  matches(path: string): boolean
  /** Undefined for every method. */
  readonly method: string | undefined
}

/** Writes the full paths of routes: global prefix, version, path. */
export class PathPrefix {
  private readonly exclusions: readonly Exclusion[]

  constructor(private readonly options: PrefixOptions) {
    const { prefixExclusions, caseSensitive } = options
    this.exclusions = prefixExclusions.map((exclusion) => {
      const { path, method } =
        typeof exclusion === 'string' ? { path: exclusion, method: undefined } : exclusion
      const pattern = joinPaths(path)
      const matches = createPathMatcher([pattern], 'setGlobalPrefix()', { caseSensitive })
      return { pattern, matches, method: methodName(method) }
    })
  }

  /**
   * The paths under which a route is served.
   *
   * @param route path without prefix and version; a pattern that equals an exclusion is excluded, too
   */
  pathsOf(route: RouteInfo & { readonly direct?: boolean }): readonly string[] {
    return this.placesOf(route).map(({ path }) => path)
  }

  /**
   * As `pathsOf`, with what tells the version.
   *
   * @param route path without prefix and version
   * @param version in place of the route's own
   */
  placesOf(
    route: RouteInfo & { readonly direct?: boolean },
    version = this.versionOf(route.version),
  ): readonly VersionedPath[] {
    const path = joinPaths(route.path)
    if (route.direct === true) return [{ path, tells: false }]
    const { globalPrefix, versioning } = this.options
    const places = versionedPaths(path, version, versioning)
    if (this.excludes(path, methodName(route.method))) return places
    return places.map((one) => ({ ...one, path: joinPaths(globalPrefix, one.path) }))
  }

  /**
   * The path of a route without any version.
   *
   * @param route path without prefix
   */
  bareOf(route: RouteInfo): string {
    const path = joinPaths(route.path)
    const isExcluded = this.excludes(path, methodName(route.method))
    return isExcluded ? path : joinPaths(this.options.globalPrefix, path)
  }

  /**
   * The paths that a middleware's route means. Unlike a route of a controller it has no version unless it names one, so
   * that a path may be written with its version; "every path" includes what is excluded from the prefix.
   *
   * @param route as given to `forRoutes` or `exclude`
   */
  pathsForMiddleware({ path, method, version }: RouteInfo): readonly string[] {
    const { globalPrefix, versioning } = this.options
    const joined = joinPaths(path)
    const paths = written(joined, version, versioning)
    const prefixed = paths.map((one) => joinPaths(globalPrefix, one))
    if (EVERYTHING.test(path)) {
      const roots = written('/', version, versioning).map((one) => joinPaths(globalPrefix, one))
      return [...prefixed, ...roots, ...this.exclusions.flatMap(({ pattern }) => this.bare(pattern, version))]
    }
    const wanted = methodName(method)
    if (this.excludes(joined, wanted)) return paths
    // for every method: those that are excluded are served elsewhere
    return wanted === undefined && this.excludes(joined, undefined, true) ? [...prefixed, ...paths] : prefixed
  }

  /**
   * The version of a route.
   *
   * @param declared what the route or its controller says
   * @returns the default version where nothing is declared; undefined while versioning is off
   */
  versionOf(declared: VersionValue | undefined): VersionValue | undefined {
    const { versioning } = this.options
    return versioning === undefined ? undefined : (declared ?? versioning.defaultVersion)
  }

  /** Where an excluded pattern is served: under the versions asked for, or under any. */
  private bare(pattern: string, version: VersionValue | undefined): readonly string[] {
    const { versioning } = this.options
    const prefix = versionPrefix(versioning)
    if (version !== undefined || prefix === undefined) return written(pattern, version, versioning)
    return [pattern, joinPaths(`${prefix}:${ANY_VERSION}`, pattern)]
  }

  private excludes(path: string, method: string | undefined, anyMethod = false): boolean {
    return (
      this.options.globalPrefix !== '' &&
      this.exclusions.some(
        (exclusion) =>
          (anyMethod || exclusion.method === undefined || exclusion.method === method) &&
          (exclusion.pattern === path || exclusion.matches(path)),
      )
    )
  }
}

function written(
  path: string,
  version: VersionValue | undefined,
  versioning: VersioningOptions | undefined,
): readonly string[] {
  return versionedPaths(path, version, versioning).map((one) => one.path)
}
