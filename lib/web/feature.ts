import type { Class } from '../common/index.js'
import { BootFailed, linkGraph, type ModuleRecord } from '../di/index.js'
import { noteHandler } from '../metadata/index.js'
import {
  compileFilters,
  endpointName,
  type EndpointModel,
  type Handler,
  type ParamModel,
} from '../pipeline/index.js'
import {
  createPathMatcher,
  createRouteTable,
  findRouteErrors,
  type RouteDefinition,
} from '../router/index.js'
import type { AppModel, Feature } from '../core/index.js'
import { BodyReader, type BodyOptions } from './body.js'
import { Header, HttpCode, Redirect, type VERSION_NEUTRAL } from './decorators.js'
import { Dispatcher, type RouteEntry } from './dispatcher.js'
import { inspectController, joinPaths } from './endpoints.js'
import type { HttpContext } from './http-context.js'
import type { HttpEndpoint, HttpRoute } from './http-route.js'
import {
  MiddlewareRegistry,
  type ConfiguresMiddleware,
  type MiddlewareEntry,
  type PlacedMiddleware,
  type RouteInfo,
} from './middleware.js'
import type { ParamBinding } from './param-decorators.js'
import { createErrorWriter, type ErrorFormat } from './problem.js'
import { modulePathsOf } from './router-module.js'
import { RouteHeaders } from './route-headers.js'
import { versionedPaths, versionExtractor, versionsOf, type VersioningOptions } from './versioning.js'

/** What can be set until the application is initialised. */
export interface WebOptions {
  errors: ErrorFormat
  body: BodyOptions
  globalPrefix: string
  prefixExclusions: readonly (string | RouteInfo)[]
  versioning: VersioningOptions | undefined
  caseSensitive: boolean
  strictSlash: boolean
  /** Middleware given to `app.use`. */
  readonly early: { readonly path: string | undefined; readonly entry: MiddlewareEntry }[]
  /** What runs before that. */
  readonly placed: PlacedMiddleware[]
  /** Told of errors that are not the client's. */
  report: (error: unknown, context: HttpContext) => void
  development: boolean
}

/** Controllers over HTTP: inspects the declared classes, compiles them into a route table, and handles exchanges. */
export class WebFeature implements Feature {
  readonly name = 'web'
  private dispatcher: Dispatcher | undefined
  private modulePaths: ReadonlyMap<Class, string> | undefined
  private routes: readonly RouteDefinition<RouteEntry>[] = []

  constructor(readonly options: WebOptions) {}

  readonly inspect: NonNullable<Feature['inspect']> = (declared, model) => {
    this.modulePaths ??= modulePathsOf(model.graph)
    inspectController(declared, model, this.modulePaths.get(declared.module.type) ?? '')
  }

  describe(endpoint: EndpointModel<never>): object | undefined {
    if (endpoint.kind !== 'http') return undefined
    const { method, path, host, version } = endpoint as unknown as HttpEndpoint
    const versions = versionsOf(version, undefined)?.map((one) => (typeof one === 'symbol' ? 'neutral' : one))
    return { method, path, ...(host !== undefined && { host }), ...(versions !== undefined && { versions }) }
  }

  check(model: AppModel): void {
    const byVersion = new Map<unknown, RouteDefinition<HttpEndpoint>[]>()
    for (const endpoint of httpEndpoints(model)) {
      for (const version of versionsOf(endpoint.version, undefined) ?? [undefined]) {
        const list = byVersion.get(version) ?? []
        list.push(definitionOf(endpoint, endpoint.path, endpoint))
        byVersion.set(version, list)
      }
    }
    for (const routes of byVersion.values()) findRouteErrors(routes).forEach((error) => model.report(error))
  }

  async compile(model: AppModel): Promise<void> {
    const { options } = this
    const routes = new Map<HttpEndpoint, HttpRoute>()
    for (const endpoint of httpEndpoints(model)) routes.set(endpoint, await compileRoute(endpoint, model))
    this.routes = this.tableEntries(routes)
    const { caseSensitive, strictSlash: strict } = options
    const filters = compileFilters([await model.globals.filters(model.injector)])
    const isConfigured = await this.configureMiddleware(model)
    this.dispatcher = new Dispatcher({
      table: createRouteTable(this.routes, { caseSensitive, strict }),
      early: [...options.placed, ...options.early.map(({ path, entry }) => earlyMiddleware(path, entry))],
      middleware: isConfigured,
      bodies: new BodyReader(options.body),
      errors: createErrorWriter(options.errors, options.report, options.development),
      filters,
      version: options.versioning === undefined ? undefined : versionExtractor(options.versioning),
    })
  }

  /** Every exchange of the application comes here. */
  get handler(): Dispatcher {
    if (this.dispatcher === undefined)
      throw new TypeError('The application is not initialised. Call init() first.')
    return this.dispatcher
  }

  /** How many routes there are. */
  get size(): number {
    return this.routes.length
  }

  /** One entry per method, path and host; where versions share one, it holds a route for each. */
  private tableEntries(routes: ReadonlyMap<HttpEndpoint, HttpRoute>): RouteDefinition<RouteEntry>[] {
    const { versioning } = this.options
    const byVersion = versioning !== undefined && versionExtractor(versioning) !== undefined
    const byKey = new Map<string, Map<string | typeof VERSION_NEUTRAL, HttpRoute>>()
    const definitions: RouteDefinition<RouteEntry>[] = []
    for (const [endpoint, route] of routes) {
      for (const path of versionedPaths(endpoint.path, endpoint.version, versioning)) {
        const full = this.prefixed(path, endpoint.path)
        const versions = byVersion ? versionsOf(endpoint.version, versioning) : undefined
        if (versions === undefined) {
          definitions.push(definitionOf(endpoint, full, { single: route }))
          continue
        }
        const key = `${endpoint.method} ${endpoint.host ?? ''}${full}`
        let known = byKey.get(key)
        if (known === undefined) {
          byKey.set(key, (known = new Map()))
          definitions.push(definitionOf(endpoint, full, { single: undefined, versions: known }))
        }
        for (const version of versions) if (!known.has(version)) known.set(version, route)
      }
    }
    return definitions
  }

  private prefixed(path: string, excludable: string = path): string {
    const { globalPrefix, prefixExclusions } = this.options
    if (globalPrefix === '') return path
    const isExcluded = prefixExclusions.some((exclusion) => {
      const pattern = typeof exclusion === 'string' ? exclusion : exclusion.path
      return joinPaths(pattern) === excludable || createPathMatcher([pattern], 'setGlobalPrefix')(excludable)
    })
    return isExcluded ? path : joinPaths(globalPrefix, path)
  }

  private async configureMiddleware(model: AppModel): Promise<readonly PlacedMiddleware[]> {
    const placed: PlacedMiddleware[] = []
    const nearestFirst = [...model.graph.modules].sort((a, b) => a.distance - b.distance)
    for (const module of nearestFirst) {
      const { instance } = module.self
      if (typeof (instance as Partial<ConfiguresMiddleware> | undefined)?.configure !== 'function') continue
      const registry = new MiddlewareRegistry({
        module,
        injector: model.injector,
        caseSensitive: this.options.caseSensitive,
        addClass: (type) => void model.graph.addProvider(module, type, 'injectable'),
        prefixed: (path) => this.prefixed(joinPaths(path)),
        routesOf: (controller) =>
          httpEndpoints(model)
            .filter((endpoint) => endpoint.owner === controller)
            .map(({ path, method }) => ({ path, method })),
      })
      await (instance as ConfiguresMiddleware).configure(registry)
      await buildInjectables(module, model)
      placed.push(...registry.placed)
    }
    return placed
  }
}

function httpEndpoints(model: AppModel): HttpEndpoint[] {
  return (model.endpoints as unknown as HttpEndpoint[]).filter((endpoint) => endpoint.kind === 'http')
}

function definitionOf<T>(endpoint: HttpEndpoint, pattern: string, value: T): RouteDefinition<T> {
  const origin = `${endpointName(endpoint)} (${endpoint.module.name})`
  const { method, host } = endpoint
  return { method, pattern, origin, value, ...(host !== undefined && { host }) }
}

async function compileRoute(endpoint: HttpEndpoint, model: AppModel): Promise<HttpRoute> {
  const plan = await model.plan(endpoint, { keepStreams: endpoint.events })
  const { metadata, owner, member } = endpoint
  const handler = (owner.prototype as Record<PropertyKey, Handler>)[member]!
  // a decorator may have put another function in the place of the one that was decorated
  noteHandler(handler, owner, member)
  const params = endpoint.params as readonly (ParamModel<HttpContext> & ParamBinding)[]
  const takesBody = params.some((param) => param.type === 'body')
  return {
    endpoint,
    plan,
    handler,
    status: metadata.onMethod(HttpCode) ?? (endpoint.method === 'POST' ? 201 : 200),
    headers: new RouteHeaders(metadata.onMethod(Header) ?? []),
    redirect: metadata.onMethod(Redirect),
    readsBody: plan.hasEnhancers || params.some((param) => param.readsBody),
    takesBody,
    answers: params.some((param) => param.answers),
  }
}

async function buildInjectables(module: ModuleRecord, model: AppModel): Promise<void> {
  const added = [...module.injectables.values()].filter((record) => !record.built && record.isStatic)
  const { problems } = linkGraph(model.graph, added)
  if (problems.length > 0) throw new BootFailed(problems)
  for (const record of added) if (record.isStatic && !record.isTransient) await model.injector.resolve(record)
}

function earlyMiddleware(path: string | undefined, entry: MiddlewareEntry): PlacedMiddleware {
  const matches = path === undefined ? undefined : createPathMatcher([path], 'app.use', { prefix: true })
  const run = entry as (...args: unknown[]) => unknown
  return {
    name: entry.name,
    applies: () => true,
    run: (context, next) => {
      if (matches !== undefined && !matches(context.request.path)) return next()
      return run(context.request, context.response, next)
    },
  }
}
