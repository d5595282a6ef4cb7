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
import { createPathMatcher, findRouteErrors, type RouteDefinition } from '../router/index.js'
import type { AppModel, Feature } from '../core/index.js'
import { BodyReader, type BodyNeed, type BodyOptions } from './body.js'
import { Header, HttpCode, Redirect } from './decorators.js'
import { Dispatcher } from './dispatcher.js'
import { inspectController, joinPaths } from './endpoints.js'
import type { HttpContext } from './http-context.js'
import type { HttpEndpoint, HttpRoute } from './http-route.js'
import {
  MiddlewareRegistry,
  type ConfiguresMiddleware,
  type MiddlewareEntry,
  type MiddlewareFunction,
  type PlacedMiddleware,
  type RouteInfo,
} from './middleware.js'
import { RAW_BODY, type ParamBinding } from './param-decorators.js'
import { createErrorWriter, type ErrorFormat } from './problem.js'
import { PathPrefix } from './prefix.js'
import { RouteLookup, type VersionedDefinition } from './route-lookup.js'
import { modulePathsOf } from './router-module.js'
import { RouteHeaders } from './route-headers.js'
import { versionsOf, type VersioningOptions } from './versioning.js'

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
  /** How many routes there are, once they are compiled. */
  size = 0

  constructor(readonly options: WebOptions) {}

  readonly inspect: NonNullable<Feature['inspect']> = (declared, model) => {
    this.modulePaths ??= modulePathsOf(model.graph)
    inspectController(declared, model, this.modulePaths.get(declared.module.type) ?? '')
  }

  describe(endpoint: EndpointModel): object | undefined {
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
    const prefix = new PathPrefix(options)
    const { caseSensitive, strictSlash: strict } = options
    const definitions = this.definitions(routes, prefix)
    this.size = definitions.length
    const filters = compileFilters([await model.globals.filters(model.injector)])
    this.dispatcher = new Dispatcher({
      routes: new RouteLookup(definitions, { caseSensitive, strict }, options.versioning),
      early: [...options.placed, ...options.early.map(({ path, entry }) => earlyMiddleware(path, entry))],
      middleware: await this.configureMiddleware(model, prefix),
      bodies: new BodyReader(options.body),
      errors: createErrorWriter(options.errors, options.report, options.development),
      requestContext: model.requestContext,
      filters,
    })
  }

  /** Every exchange of the application comes here. */
  get handler(): Dispatcher {
    if (this.dispatcher === undefined)
      throw new TypeError('The application is not initialised. Call init() first.')
    return this.dispatcher
  }

  private definitions(
    routes: ReadonlyMap<HttpEndpoint, HttpRoute>,
    prefix: PathPrefix,
  ): readonly VersionedDefinition[] {
    return [...routes].flatMap(([endpoint, route]) =>
      prefix
        .pathsOf(endpoint)
        .map((path) => ({ ...definitionOf(endpoint, path, route), version: endpoint.version })),
    )
  }

  private async configureMiddleware(
    model: AppModel,
    prefix: PathPrefix,
  ): Promise<readonly PlacedMiddleware[]> {
    const placed: PlacedMiddleware[] = []
    for (const module of middlewareOrder(model.graph.modules)) {
      const { instance } = module.self
      if (typeof (instance as Partial<ConfiguresMiddleware> | undefined)?.configure !== 'function') continue
      const registry = new MiddlewareRegistry({
        module,
        injector: model.injector,
        caseSensitive: this.options.caseSensitive,
        addClass: (type) => void model.graph.addProvider(module, type, 'injectable'),
        pathsOf: (route) => prefix.pathsForMiddleware(route),
        routesOf: (controller) =>
          httpEndpoints(model)
            .filter((endpoint) => endpoint.owner === controller)
            .map(({ path, method, version }) => ({ path, method, version })),
      })
      await (instance as ConfiguresMiddleware).configure(registry)
      await buildInjectables(module, model)
      placed.push(...registry.placed)
    }
    return placed
  }
}

/** The middleware of global modules comes first, then that of the root, then what the root imports. */
function middlewareOrder(modules: readonly ModuleRecord[]): readonly ModuleRecord[] {
  return [...modules].sort((a, b) => Number(b.isGlobal) - Number(a.isGlobal) || a.distance - b.distance)
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
  return {
    endpoint,
    plan,
    handler,
    status: metadata.onMethod(HttpCode) ?? (endpoint.method === 'POST' ? 201 : 200),
    headers: RouteHeaders.of(metadata.onMethod(Header)),
    redirect: metadata.onMethod(Redirect),
    body: bodyNeed(params, plan.hasEnhancers),
    answers: params.some((param) => param.answers),
  }
}

function bodyNeed(params: readonly ParamBinding[], hasEnhancers: boolean): BodyNeed | undefined {
  if (params.some((param) => param.label === RAW_BODY)) return 'bytes'
  if (params.some((param) => param.type === 'body')) return 'value'
  return hasEnhancers || params.some((param) => param.readsBody) ? 'optional' : undefined
}

async function buildInjectables(module: ModuleRecord, model: AppModel): Promise<void> {
  const added = [...module.injectables.values()].filter((record) => !record.built && record.isStatic)
  const { problems } = linkGraph(model.graph, added)
  if (problems.length > 0) throw new BootFailed(problems)
  for (const record of added) if (record.isStatic && !record.isTransient) await model.injector.resolve(record)
}

function earlyMiddleware(path: string | undefined, entry: MiddlewareEntry): PlacedMiddleware {
  const run = entry as MiddlewareFunction
  const { name } = entry
  const applies = (): boolean => true
  if (path === undefined || joinPaths(path) === '/') {
    return { name, applies, run: ({ request, response }, next) => run(request, response, next) }
  }
  const matches = createPathMatcher([path], 'app.use', { prefix: true })
  const mount = joinPaths(path)
  return {
    name,
    applies,
    run: ({ request, response }, next) => {
      if (!matches(request.path)) return next()
      const { url } = request
      // below a path, a middleware sees what comes after it; where another spelling matched, it sees all
      if (!url.startsWith(mount)) return run(request, response, next)
      request.url = `/${url.slice(mount.length).replace(/^\/+/, '')}`
      request.baseUrl = mount
      return run(request, response, (error) => {
        request.url = url
        request.baseUrl = ''
        next(error)
      })
    },
  }
}
