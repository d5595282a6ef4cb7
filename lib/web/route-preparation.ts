import { typedKey, type MaybePromise } from '../common/index.js'
import type { AppModel } from '../core/index.js'
import type { EndpointModel } from '../pipeline/index.js'
import type { HttpEndpoint } from './http-route.js'
import type { VersionedPath, VersioningOptions } from './versioning.js'

/** The settings of an application that decide where its routes are, final. */
export interface RouteSettings {
  /** Undefined while versioning is off. */
  readonly versioning: VersioningOptions | undefined
  /**
   * The whole paths under which a route is served, those that tell its version first.
   *
   * @param endpoint a route
   */
  placesOf(endpoint: HttpEndpoint): readonly VersionedPath[]
}

/**
 * Looks at all routes once the settings of the application are final and before any is compiled. It may change what
 * endpoints have (`write`, `headers`), and put others in their place.
 *
 * @param endpoints all HTTP endpoints, in the order of declaration
 * @param settings of the application
 * @returns what stands in the place of each endpoint: itself, several, or none
 */
export type RoutePreparer = (
  endpoints: readonly HttpEndpoint[],
  settings: RouteSettings,
) => MaybePromise<(endpoint: HttpEndpoint) => readonly HttpEndpoint[]>

/** Under which features leave preparers, in `check`; they run at `init()`, in the order in which they were left. */
export const ROUTE_PREPARERS = typedKey<RoutePreparer>('route preparers')

/** As `RoutePreparer`, without any effect and at once: for what describes routes before `init()`. */
export type RoutePreview = (
  endpoints: readonly HttpEndpoint[],
  settings: RouteSettings,
) => (endpoint: HttpEndpoint) => readonly HttpEndpoint[]

/** Under which features that leave a preparer leave a preview of what it will do, in `check`. */
export const ROUTE_PREVIEWS = typedKey<RoutePreview>('route previews')

/**
 * The routes as they will be, with the settings so far.
 *
 * @param model of an application that is not initialised
 * @param settings not final
 */
export function previewRoutes(model: AppModel, settings: RouteSettings): readonly HttpEndpoint[] {
  let all = (model.endpoints as unknown as HttpEndpoint[]).filter(({ kind }) => kind === 'http')
  for (const preview of model.contributions(ROUTE_PREVIEWS)) all = all.flatMap(preview(all, settings))
  return all
}

/**
 * Runs the preparers: afterwards the model has the endpoints that are compiled.
 *
 * @param model of the application
 * @param settings final
 */
export async function prepareRoutes(model: AppModel, settings: RouteSettings): Promise<void> {
  for (const prepare of model.contributions(ROUTE_PREPARERS)) {
    const all = model.endpoints as unknown as (HttpEndpoint & EndpointModel)[]
    const replace = await prepare(
      all.filter(({ kind }) => kind === 'http'),
      settings,
    )
    const replaced = all.flatMap((one) => (one.kind === 'http' ? replace(one) : one))
    all.splice(0, all.length, ...replaced)
  }
}
