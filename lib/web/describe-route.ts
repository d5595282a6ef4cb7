import type { HttpEndpoint } from './http-route.js'
import type { PathPrefix } from './prefix.js'
import { versionsOf } from './versioning.js'

/** What `app.describe()` tells about a route, as plain data. */
export interface RouteDescription {
  /** Upper case; `*` for all. */
  readonly method: string
  /** With the paths of module and controller, without global prefix and version. */
  readonly path: string
  /** Where it is served: with global prefix and, if the path tells it, version. */
  readonly paths: readonly string[]
  readonly host?: string
  /** For links. */
  readonly name?: string
  /** The versions it belongs to, or the default ones; `neutral` for every version. */
  readonly versions?: readonly string[]
  /** What runs before the plan, in order; of `app.use` with a path, and where patterns overlap, it may. */
  readonly middleware?: readonly string[]
  /** Statuses with which a feature answers in the place of the handler, with a description each. */
  readonly refusals?: Readonly<Record<number, string>>
  /** The keys of a live query, whose results are sent as events, too. */
  readonly live?: readonly string[]
}

/**
 * Describes a route.
 *
 * @param endpoint the route
 * @param prefix writes its full paths
 * @param middleware that runs for it
 */
export function describeRoute(
  endpoint: HttpEndpoint,
  prefix: PathPrefix,
  middleware: readonly string[],
): RouteDescription {
  const { method, path, host, version, name } = endpoint
  const versions = versionsOf(prefix.versionOf(version) ?? version)
  return {
    method,
    path,
    paths: prefix.pathsOf(endpoint),
    ...(host !== undefined && { host }),
    ...(name !== undefined && { name }),
    ...(versions !== undefined && {
      versions: versions.map((one) => (typeof one === 'symbol' ? 'neutral' : one)),
    }),
    ...(middleware.length > 0 && { middleware }),
  }
}
