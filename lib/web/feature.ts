import type { Server } from 'node:net'
import type { Class, CorbelError } from '../common/index.js'
import { BootFailed, linkGraph, type ModuleGraph, type ModuleRecord } from '../di/index.js'
import type { CookieRules, QueryParser } from '../http/index.js'
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
  findRouteErrors,
  type RouteDefinition,
  type RouteTableOptions,
} from '../router/index.js'
import type { AppBuilder, AppModel, Feature, RunningApp } from '../core/index.js'
import { BODY_FORMATS, type BodyFormat } from './bodies/format.js'
import { Consumes, consumeSteps } from './bodies/consumes.js'
import { BodyLimit } from './bodies/limit.js'
import type { BodyOptions } from './bodies/options.js'
import { BodyReader, type BodyNeed } from './bodies/reader.js'
import { byteSize } from './byte-size.js'
import { connectMiddleware } from './connect-apps.js'
import { Cors } from './cors/decorator.js'
import { corsMiddleware, corsWithRoutes } from './cors/middleware.js'
import { Header, Redirect } from './decorators.js'
import { describeRoute } from './describe-route.js'
import type { DirectTarget } from './direct-routes.js'
import { Dispatcher, pathOf } from './dispatcher.js'
import { findUnclaimed, findUnknownParams } from './endpoint-checks.js'
import { inspectController, joinPaths } from './endpoints.js'
import { Links, type VersionedLink } from './links/links.js'
import { EventHub } from './event-hub.js'
import { eventSettings, type SseOptions } from './events.js'
import { PROBLEM_FORMS, SINK_FILTERS, UPGRADES } from './extensions.js'
import { HttpAdapterHost } from './http-adapter.js'
import type { HttpContext } from './http-context.js'
import { usualStatus, type HttpEndpoint, type HttpRoute } from './http-route.js'
import { writeJson } from './json.js'
import {
  MiddlewareRegistry,
  type ConfiguresMiddleware,
  type MiddlewareEntry,
  type MiddlewareFunction,
} from './middleware.js'
import { middlewareOf, type MiddlewareStep, type PlacedMiddleware } from './middleware-run.js'
import { RAW_BODY, type ParamBinding } from './param-decorators.js'
import { earlyHintSteps } from './early-hints.js'
import { FALLBACKS, orderFallbacks } from './fallback.js'
import { createErrorWriter, type ErrorFormat } from './problem.js'
import { PathPrefix } from './prefix.js'
import { RouteLookup, type VersionedDefinition } from './route-lookup.js'
import { modulePathsOf } from './router-module.js'
import { RouteHeaders, type DeclaredHeader } from './route-headers.js'
import type { RouteInfo } from './route-info.js'
import { prepareRoutes, previewRoutes } from './route-preparation.js'
import { NO_STANDARD_HEADERS, STANDARD_HEADERS, type StandardHeaders } from './standard-headers.js'
import { StreamAs, streamFormat } from './stream-format.js'
import { compileTrust, type TrustProxy } from './trust-proxy.js'
import { SupportedVersions } from './unsupported-version.js'
import {
  strategiesOf,
  versionHeaders,
  versionPrefix,
  versionsOf,
  VersioningType,
  type VersioningOptions,
} from './versioning.js'
import { openViews, renderSteps } from './render.js'
import type { ViewOptions } from './views.js'

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
  /** Runs before that. */
  cors: MiddlewareStep | undefined
  /** Told of errors that are not the client's. */
  report: (error: unknown, context: HttpContext) => void
  development: boolean
  /** Which proxies are believed about the client. */
  trustProxy: TrustProxy
  parseQuery: QueryParser
  cookieRules: CookieRules
  parseCookies: boolean
  readonly views: ViewOptions
  sse: SseOptions
}

const NO_PATHS: ReadonlySet<string> = new Set([''])

/** Controllers over HTTP: inspects the declared classes, compiles them into a route table, and handles exchanges. */
export class WebFeature implements Feature {
  readonly name = 'web'
  private dispatcher: Dispatcher | undefined
  private early: readonly MiddlewareStep[] = []
  private readonly routes = new Map<HttpEndpoint, HttpRoute>()
  private modulePaths: ReadonlyMap<Class, ReadonlySet<string>> | undefined
  /** What may be meant, but is more likely a mistake. */
  private doubts: readonly CorbelError[] = []
  /** How many routes there are, once they are compiled. */
  size = 0

  /** What catch-all filters inject. */
  readonly adapterHost = new HttpAdapterHost(
    () => this.server?.(),
    () => this.application,
  )
  /** Writes links to the routes that have names. */
  readonly links = new Links()
  /** Gives the server that carries the application, once there is one. */
  server: (() => Server | undefined) | undefined
  /** What takes routes and settings for the adapter, once it is made. */
  application: DirectTarget | undefined

  constructor(readonly options: WebOptions) {}

  configure(build: AppBuilder): void {
    build.provide({ provide: HttpAdapterHost, useValue: this.adapterHost })
    build.provide({ provide: Links, useValue: this.links })
  }

  readonly inspect: NonNullable<Feature['inspect']> = (declared, model) => {
    this.modulePaths ??= modulePathsOf(model.graph)
    inspectController(declared, model, this.modulePaths.get(declared.module.type) ?? NO_PATHS)
  }

  describe(endpoint: EndpointModel): object | undefined {
    if (endpoint.kind !== 'http') return undefined
    const route = endpoint as unknown as HttpEndpoint
    return describeRoute(route, new PathPrefix(this.options), this.middlewareNames(route))
  }

  check(model: AppModel): void {
    findUnclaimed(model).forEach((error) => model.report(error))
    const byVersion = new Map<unknown, RouteDefinition<HttpEndpoint>[]>()
    for (const endpoint of httpEndpoints(model)) {
      checkSse(endpoint, model)
      for (const version of versionsOf(endpoint.version) ?? [undefined]) {
        const list = byVersion.get(version) ?? []
        list.push(definitionOf(endpoint, endpoint.path, endpoint))
        byVersion.set(version, list)
      }
    }
    for (const routes of byVersion.values()) findRouteErrors(routes).forEach((error) => model.report(error))
  }

  async compile(model: AppModel): Promise<void> {
    const { options } = this
    const views = openViews(options.views, httpEndpoints(model), options.development)
    if (views !== undefined) model.addSteps(renderSteps(views))
    model.addSteps(consumeSteps())
    model.addSteps(earlyHintSteps())
    const prefix = new PathPrefix(options)
    const { versioning } = options
    await prepareRoutes(model, { versioning, placesOf: (endpoint) => prefix.placesOf(endpoint) })
    const middleware = await this.configureMiddleware(model, prefix)
    this.early = options.early.map(({ path, entry }) => earlyMiddleware(path, entry))
    const standard = model.contributions(STANDARD_HEADERS).at(-1) ?? NO_STANDARD_HEADERS
    const vary = varying(httpEndpoints(model), versioning, prefix)
    for (const endpoint of httpEndpoints(model)) {
      const list = middlewareOf(middleware, endpoint.method, prefix.pathsOf(endpoint))
      if (vary.length > 0 && !endpoint.direct)
        endpoint.headers = [{ name: 'Vary', value: vary.join(', ') }, ...(endpoint.headers ?? [])]
      this.routes.set(endpoint, await compileRoute(endpoint, model, list, options.sse, standard))
    }
    const hasOwnCors = [...this.routes.values()].some(({ cors }) => cors !== undefined)
    if (options.cors !== undefined)
      this.early = [hasOwnCors ? corsWithRoutes(options.cors) : options.cors, ...this.early]
    const { caseSensitive, strictSlash: strict } = options
    const definitions = this.definitions(prefix)
    this.size = [...this.routes.keys()].flatMap((endpoint) => prefix.pathsOf(endpoint)).length
    this.doubts = findUnknownParams(definitions)
    const defaults = versionsOf(options.versioning?.defaultVersion) ?? []
    this.links.use(namedRoutes(model, prefix), defaults, { caseSensitive, strict })
    const filters = compileFilters([await model.globals.filters(model.injector)])
    this.dispatcher = new Dispatcher({
      routes: new RouteLookup(
        definitions,
        { caseSensitive, strict },
        options.versioning,
        this.supportedVersions(prefix, { caseSensitive, strict }),
      ),
      early: this.early,
      middleware,
      bodies: new BodyReader(options.body, bodyFormats(model.graph), options.report),
      errors: createErrorWriter(
        options.errors,
        options.report,
        options.development,
        (error) => model.explain(error),
        model.contributions(PROBLEM_FORMS),
      ),
      sinkFilters: model.contributions(SINK_FILTERS),
      upgrades: model.contributions(UPGRADES),
      hub: new EventHub(model.state.stopping),
      requestContext: model.requestContext,
      proxies: compileTrust(options.trustProxy),
      parseQuery: options.parseQuery,
      cookieRules: options.cookieRules,
      parsesCookies: options.parseCookies,
      app: this.adapterHost.httpAdapter,
      views,
      filters,
      fallbacks: orderFallbacks(model.contributions(FALLBACKS)),
      standard,
      vary,
    })
  }

  start({ logger }: RunningApp): void {
    if (this.doubts.length === 0) return
    logger.warn(this.doubts.map(({ code, message }) => `[${code}] ${message}`).join('\n'), 'Corbel')
  }

  /** What runs before the plan of an endpoint, in order; of `app.use` with a path, and where patterns overlap, it may. */
  private middlewareNames(endpoint: HttpEndpoint): readonly string[] {
    const route = this.routes.get(endpoint)
    if (route === undefined) return []
    return [...this.early, ...route.middleware].map(({ name }) => name || 'anonymous')
  }

  /** True once exchanges can be handled. */
  get isReady(): boolean {
    return this.dispatcher !== undefined
  }

  /** The routes of the application; before `init()` as they will be, with the settings so far. */
  routesOf(model: AppModel): readonly HttpEndpoint[] {
    if (this.isReady) return httpEndpoints(model)
    const prefix = new PathPrefix(this.options)
    const { versioning } = this.options
    return previewRoutes(model, { versioning, placesOf: (endpoint) => prefix.placesOf(endpoint) })
  }

  /** Every exchange of the application comes here. */
  get handler(): Dispatcher {
    if (this.dispatcher === undefined)
      throw new TypeError('The application is not initialised. Call init() first.')
    return this.dispatcher
  }

  private definitions(prefix: PathPrefix): readonly VersionedDefinition[] {
    const ignored = this.ignoredVersions(prefix)
    return [...this.routes].flatMap(([endpoint, route]) => {
      const version = prefix.versionOf(endpoint.version)
      const places = prefix.placesOf(endpoint)
      const isNamed = versionsOf(version)?.some((one) => typeof one === 'string') === true
      const more = isNamed ? prefix.placesOf(endpoint, ignored).filter(({ tells }) => tells) : []
      return [...places, ...more.map((one) => ({ ...one, tells: false }))].map(({ path, tells }) => ({
        // links are written by `Links`, where a name may come again in another version
        ...definitionOf({ ...endpoint, name: undefined }, path, route),
        version,
        tells,
      }))
    })
  }

  /** The versions that a path may tell in vain: what a strategy before it has named counts. */
  private ignoredVersions(prefix: PathPrefix): readonly string[] {
    const { versioning } = this.options
    const types = versioning === undefined ? [] : strategiesOf(versioning).map(({ type }) => type)
    if (types.indexOf(VersioningType.URI) < 1) return []
    const declared = [...this.routes.keys()].flatMap(
      ({ version }) => versionsOf(prefix.versionOf(version)) ?? [],
    )
    return [...new Set(declared)].filter((one) => typeof one === 'string')
  }

  private supportedVersions(prefix: PathPrefix, table: RouteTableOptions): SupportedVersions | undefined {
    const { versioning, globalPrefix } = this.options
    if (versioning === undefined) return undefined
    const { unsupported: status } = versioning
    const bare = [...this.routes].map(([endpoint, route]): VersionedDefinition => ({
      ...definitionOf({ ...endpoint, name: undefined }, prefix.bareOf(endpoint), route),
      version: prefix.versionOf(endpoint.version),
      tells: false,
    }))
    return new SupportedVersions(bare, table, { status, pathPrefix: versionPrefix(versioning), globalPrefix })
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
        origin: `${module.name}.configure`,
        caseSensitive: this.options.caseSensitive,
        addClass: (type) => void model.graph.addProvider(module, type, 'injectable'),
        pathsOf: (route) => prefix.pathsForMiddleware(route),
        routesOf: (controller) =>
          httpEndpoints(model)
            .filter((endpoint) => endpoint.owner === controller)
            .map(({ path, method, version }) => ({ path, method, version: prefix.versionOf(version) })),
      })
      await (instance as ConfiguresMiddleware).configure(registry)
      await buildInjectables(module, model)
      placed.push(...(await registry.build()))
    }
    return placed
  }
}

/**
 * The formats of bodies that features and modules bring.
 *
 * @param graph walked completely
 */
export function bodyFormats(graph: ModuleGraph): readonly BodyFormat[] {
  return [...graph.records()].flatMap(({ token, source }) =>
    token === BODY_FORMATS && source.kind === 'value' ? (source.useValue as readonly BodyFormat[]) : [],
  )
}

/** The headers that tell versions apart: they may lead any request to another route, as soon as one route has a version. */
function varying(
  endpoints: readonly HttpEndpoint[],
  versioning: WebOptions['versioning'],
  prefix: PathPrefix,
): readonly string[] {
  const isNamed = ({ version }: HttpEndpoint): boolean =>
    versionsOf(prefix.versionOf(version))?.some((one) => typeof one === 'string') === true
  return endpoints.some(isNamed) ? versionHeaders(versioning) : []
}

function checkSse({ sse }: HttpEndpoint, model: AppModel): void {
  try {
    eventSettings(sse)
  } catch (error) {
    model.report(error as Error)
  }
}

/** The middleware of global modules comes first, then that of the root, then what the root imports. */
function middlewareOrder(modules: readonly ModuleRecord[]): readonly ModuleRecord[] {
  return [...modules].sort((a, b) => Number(b.isGlobal) - Number(a.isGlobal) || a.distance - b.distance)
}

function httpEndpoints(model: AppModel): HttpEndpoint[] {
  return (model.endpoints as unknown as HttpEndpoint[]).filter((endpoint) => endpoint.kind === 'http')
}

function definitionOf<T>(
  endpoint: Omit<HttpEndpoint, 'name'> & { readonly name?: string | undefined },
  pattern: string,
  value: T,
): RouteDefinition<T> {
  const origin = `${endpointName(endpoint)} (${endpoint.module.name})`
  const { method, host, owner, member, name } = endpoint
  const handler = (owner.prototype as Record<PropertyKey, unknown>)[member]
  const where = { ...(host !== undefined && { host }), ...(name !== undefined && { name }) }
  return { method, pattern, origin, handler, value, ...where }
}

/** The routes with names, each version for itself. */
function namedRoutes(model: AppModel, prefix: PathPrefix): readonly VersionedLink[] {
  return httpEndpoints(model)
    .filter((endpoint) => endpoint.name !== undefined)
    .flatMap((endpoint) =>
      (versionsOf(prefix.versionOf(endpoint.version)) ?? [undefined]).map((version) => {
        const [path = endpoint.path] = prefix.pathsOf({ ...endpoint, version })
        return { version, route: definitionOf(endpoint, path, undefined) }
      }),
    )
}

async function compileRoute(
  endpoint: HttpEndpoint,
  model: AppModel,
  middleware: HttpRoute['middleware'],
  sse: SseOptions,
  standardOfAll: StandardHeaders,
): Promise<HttpRoute> {
  const { metadata, owner, member, events } = endpoint
  const handler = (owner.prototype as Record<PropertyKey, Handler>)[member]!
  // a decorator may have put another function in the place of the one that was decorated
  noteHandler(handler, owner, member)
  const params = endpoint.params as readonly (ParamModel<HttpContext> & ParamBinding)[]
  const redirect = metadata.onMethod(Redirect)
  const limit = metadata.onMethod(BodyLimit) ?? metadata.onClass(BodyLimit)
  const { standard = standardOfAll } = endpoint
  const headers = RouteHeaders.of(headersOf(endpoint), standard)
  const form = metadata.onMethod(StreamAs)
  // elsewhere results are looked at, not only written
  const writesResults = (redirect ?? form ?? endpoint.form) === undefined && !events
  const keepStreams = events || form !== undefined
  const plan = await model.plan(endpoint, { keepStreams, writesResults, bare: endpoint.direct })
  const write = plan.resultWriter?.write ?? endpoint.write ?? writeJson
  const { writeBody = write } = plan.resultWriter ?? endpoint
  const stream = form === undefined ? undefined : streamFormat(form, write)
  return {
    endpoint,
    plan,
    handler,
    status: usualStatus(endpoint),
    headers,
    standard,
    cors: corsOf(endpoint),
    redirect,
    middleware,
    body: bodyNeed(params, plan.hasEnhancers),
    bodyLimit: limit === undefined ? undefined : byteSize(limit),
    consumes: metadata.get(Consumes),
    write,
    writeBody,
    convert: plan.resultWriter?.convert,
    form: endpoint.form,
    finish: endpoint.finish,
    stream,
    events: events ? eventSettings(sse, endpoint.sse) : undefined,
    isPlain: !headers.dynamic && (endpoint.form ?? endpoint.finish ?? stream) === undefined,
    // a redirect and a stream of events are what the route is for: `@Res()` only adds to them
    answers: redirect === undefined && !events && params.some((param) => param.answers),
  }
}

function corsOf({ metadata }: HttpEndpoint): MiddlewareStep | undefined {
  const options = metadata.onMethod(Cors) ?? metadata.onClass(Cors)
  return options === undefined ? undefined : corsMiddleware(options)
}

/** Those of features first: what is written on the handler counts. */
function headersOf(endpoint: HttpEndpoint): readonly DeclaredHeader[] | undefined {
  const own = endpoint.metadata.onMethod(Header)
  return endpoint.headers === undefined ? own : [...endpoint.headers, ...(own ?? [])]
}

function bodyNeed(params: readonly ParamBinding[], hasEnhancers: boolean): BodyNeed | undefined {
  if (params.some((param) => param.label === RAW_BODY)) return 'bytes'
  if (params.some((param) => param.type === 'body')) return hasEnhancers ? 'optional' : 'value'
  return hasEnhancers || params.some((param) => param.readsBody) ? 'optional' : undefined
}

async function buildInjectables(module: ModuleRecord, model: AppModel): Promise<void> {
  const added = [...module.injectables.values()].filter((record) => !record.built && record.isStatic)
  const { problems } = linkGraph(model.graph, added)
  if (problems.length > 0) throw new BootFailed(problems)
  for (const record of added) if (record.isStatic && !record.isTransient) await model.injector.resolve(record)
}

function earlyMiddleware(path: string | undefined, entry: MiddlewareEntry): MiddlewareStep {
  const run = connectMiddleware(entry as MiddlewareFunction)
  const common = { name: entry.name, placement: undefined, pass: undefined }
  if (path === undefined || joinPaths(path) === '/') {
    return { ...common, run: ({ request, response }, next) => run(request, response, next) }
  }
  const matches = createPathMatcher([path], 'app.use', { prefix: true })
  const mount = joinPaths(path)
  return {
    ...common,
    run: (context, next) => {
      if (!matches(pathOf(context.target))) return next()
      const { request, response } = context
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
