import { createPathMatcher } from '../router/index.js'
import { joinPaths } from './endpoints.js'
import { methodName, type RouteInfo } from './middleware.js'
import { versionedPaths, type VersioningOptions } from './versioning.js'

/** What stands in front of all routes, except those that are excluded from it. */
export interface PrefixOptions {
  readonly globalPrefix: string
  readonly prefixExclusions: readonly (string | RouteInfo)[]
  readonly versioning: VersioningOptions | undefined
  readonly caseSensitive: boolean
}

/** Patterns that mean every path. */
const EVERYTHING = /^\/?(?:\*\w*|\{\/?\*\w*\}|\(\.\*\))\/?$/

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
  pathsOf({ path, method, version }: RouteInfo): readonly string[] {
    const { globalPrefix, versioning } = this.options
    const paths = versionedPaths(joinPaths(path), version, versioning)
    const isExcluded = globalPrefix !== '' && this.excludes(joinPaths(path), methodName(method))
    return globalPrefix === '' || isExcluded ? paths : paths.map((one) => joinPaths(globalPrefix, one))
  }

  /**
   * The paths that a middleware's route means: as `pathsOf`, but "every path" includes what is excluded from the prefix.
   *
   * @param route as given to `forRoutes` or `exclude`
   */
  pathsForMiddleware(route: RouteInfo): readonly string[] {
    const paths = this.pathsOf(route)
    if (!EVERYTHING.test(route.path)) return paths
    const roots = this.pathsOf({ ...route, path: '/' })
    return [...paths, ...roots, ...this.exclusions.map(({ pattern }) => pattern)]
  }

  private excludes(path: string, method: string | undefined): boolean {
    return this.exclusions.some(
      (exclusion) =>
        (exclusion.method === undefined || exclusion.method === method) &&
        (exclusion.pattern === path || exclusion.matches(path)),
    )
  }
}
