import type { Server } from 'node:net'
import { setTimeout } from 'node:timers'
import { ApplicationClosed, ApplicationContext, boot, type Booted, type BootOptions } from '../core/index.js'
import { defineError, listOf } from '../common/index.js'
import type { Exchange } from '../http/index.js'
import type { ModuleImport } from '../di/index.js'
import type { CanActivate, ExceptionFilter, Interceptor, PipeTransform } from '../pipeline/index.js'
import {
  cluster,
  createHttpServer,
  showListening,
  urlOf,
  workerLink,
  type ListenOptions,
  type ServerEngine,
} from '../server/index.js'
import type { BodyFormat, BodyParser } from './bodies/format.js'
import type { BodyKind } from './bodies/options.js'
import { addBodyParser, type BodyParserOptions, type BodyParserTarget } from './bodies/settings.js'
import { webOptionsOf, type ApplicationOptions } from './application-options.js'
import { corsMiddleware } from './cors/middleware.js'
import type { CorsDelegate, CorsOptions } from './cors/options.js'
import { eventSettings } from './events.js'
import { WEB_SOCKET_ADAPTER } from './extensions.js'
import { expressViews, type FileRenderer } from './express-views.js'
import { bodyFormats, WebFeature } from './feature.js'
import type { HttpAdapter } from './http-adapter.js'
import { fetchWith, inject, type InjectRequest, type InjectResponse } from './inject.js'
import { checkMiddleware, type MiddlewareEntry } from './middleware.js'
import type { LinkArguments, RouteName } from './links/types.js'
import { listenCall, type ApplicationListenOptions, type ListenDetails } from './listen-arguments.js'
import type { RouteInfo } from './route-info.js'
import { NodeEvents } from './node-events.js'
import { readSetting } from './express-settings.js'
import { changeSetting } from './settings.js'
import { shutdownTimes, type ShutdownTimes } from './shutdown.js'
import { checkVersioning, type VersioningOptions } from './versioning.js'
import type { ViewEngineChoice } from './views.js'
import { startWorkers, type WorkerGroup } from './workers.js'

/** Something was set after the routes were compiled. */
export const AlreadyInitialised = defineError<{ call: string }>(
  'CORBEL_ALREADY_INITIALISED',
  '{call} has no effect after init() or listen(): the routes are compiled. Call it before.',
)

/** An application that answers HTTP. */
export class Application extends ApplicationContext {
  private serverEngine: ServerEngine | undefined
  private events: NodeEvents | undefined
  private readonly renderers = new Map<string, FileRenderer>()
  private initialised = false
  private workers: WorkerGroup | undefined
  private readonly web: WebFeature

  /**
   * Use `createApp`.
   *
   * @param prepared from `prepareApplication`
   * @param options see `ApplicationOptions`
   */
  constructor(
    prepared: PreparedApplication,
    private readonly options: ApplicationOptions,
  ) {
    super(prepared.booted, options)
    this.web = prepared.web
    // wrong options are told now
    this.shutdownTimes(undefined)
    eventSettings(options.sse)
    this.web.application = this
    this.web.server = () => this.server().nodeServer
    Object.assign(this.web.options, webOptionsOf(options))
    this.web.options.report = (error, { exchange }) => {
      this.logger.error(error, `${exchange.method} ${exchange.target.split('?', 1)[0]}`)
    }
    if (options.cors !== undefined && options.cors !== false)
      this.enableCors(options.cors === true ? {} : options.cors)
  }

  /**
   * Starts answering on a port, or wherever the options say.
   *
   * @param first 0 for any free port, the path of a Unix socket, or options: TLS, several listeners, workers …
   * @param second the address to listen on (all of them if left out), options such as `workers`, or the callback
   * @param third called once the server is bound; awaiting the result does as well
   * @returns the server, once it is bound; with several listeners, the first one's
   * @throws {CorbelError} CORBEL_APPLICATION_CLOSED; see `ServerEngine.listen`, and `runWorkers` where there are workers
   * @example
   * await app.listen(3000, { workers: 'auto' })
   * @example
   * await app.listen({ listeners: [{ port: 80 }, { port: 443, tls: { key: 'key.pem', cert: 'cert.pem' } }] })
   */
  async listen(
    first: number | string | ApplicationListenOptions,
    second?: ListenDetails,
    third?: () => void,
  ): Promise<Server> {
    if (this.isClosing) throw new ApplicationClosed({ call: 'listen()' })
    const { where, workers, done } = listenCall(first, second, third)
    if (workers !== undefined && cluster().isPrimary) await this.listenByWorkers(workers)
    else await this.listenHere(where)
    done?.()
    return this.server().nodeServer
  }

  /** The first address as a URL, once it listens. Of wildcard addresses the loopback one is told: a name might lead elsewhere. */
  async getUrl(): Promise<string> {
    const [address] = this.workers?.addresses ?? this.serverEngine?.addresses ?? []
    if (address === undefined)
      throw new TypeError('The application does not listen yet. Call listen() first.')
    return urlOf(address)
  }

  /**
   * Reads certificates and keys again, for connections to come.
   *
   * @throws {CorbelError} CORBEL_TLS_FILE, CORBEL_TLS_CONFIGURATION; then those in force stay
   */
  async reloadTls(): Promise<void> {
    await this.serverEngine?.reloadTls()
  }

  /**
   * The listening server: has `address()` and `listen(0)`, for test clients that take a server. A request that comes
   * before `init()` has it called. Listeners for `request` and `upgrade` are told as those of `node:http` are, so that
   * socket.io and its like can attach themselves; they take precedence over the application.
   */
  getHttpServer<T = Server>(): T {
    // eslint-disable-next-line typescript/no-unsafe-type-assertion -- what other libraries call a server
    return this.server().nodeServer as T
  }

  /** What answers requests outside of controllers, and adds routes there; filters inject it by `HttpAdapterHost`. */
  getHttpAdapter(): HttpAdapter {
    return this.web.adapterHost.httpAdapter
  }

  /**
   * Writes a link to a route that has a name; see `Links`, which is what classes inject.
   *
   * @param name of the route
   * @param rest parameters, query, options
   */
  link<Name extends RouteName>(name: Name, ...rest: LinkArguments<Name>): string {
    return this.web.links.link(name, ...rest)
  }

  /** Sends a request through the application without a socket. */
  async inject(request: InjectRequest | string): Promise<InjectResponse> {
    await this.init()
    return inject((exchange) => this.web.handler.handle(exchange), request)
  }

  /** Answers a Fetch request. */
  async fetch(request: Request): Promise<Response> {
    await this.init()
    return fetchWith((exchange) => this.web.handler.handle(exchange), request)
  }

  /**
   * Adds middleware in front of everything.
   *
   * @param first a path below which the others run, or middleware
   * @param rest more middleware
   */
  use(first: string | MiddlewareEntry, ...rest: readonly MiddlewareEntry[]): this {
    this.assertOpen('use()')
    const path = typeof first === 'string' ? first : undefined
    const entries = typeof first === 'string' ? rest : [first, ...rest]
    checkMiddleware(entries, 'app.use()', false)
    for (const entry of entries) {
      this.web.options.early.push({ path, entry })
    }
    return this
  }

  /**
   * Puts a path in front of all routes.
   *
   * @param prefix the path
   * @param options `exclude`: routes that stay where they are
   */
  setGlobalPrefix(
    prefix: string,
    options: { readonly exclude?: readonly (string | RouteInfo)[] } = {},
  ): this {
    this.assertOpen('setGlobalPrefix()')
    this.web.options.globalPrefix = prefix
    this.web.options.prefixExclusions = options.exclude ?? []
    return this
  }

  /**
   * Serves several versions of an API; see `@Version`.
   *
   * @param options where a request says its version; in the path by default
   * @throws {CorbelError} CORBEL_VERSIONING_INVALID
   */
  enableVersioning(options: VersioningOptions = {}): this {
    this.assertOpen('enableVersioning()')
    checkVersioning(options)
    this.web.options.versioning = options
    return this
  }

  /**
   * Lets pages of other origins call the application; `@Cors` says otherwise for a route.
   *
   * @throws {CorbelError} CORBEL_CORS_INVALID
   */
  enableCors(options: CorsOptions | CorsDelegate = {}): this {
    this.assertOpen('enableCors()')
    this.web.options.cors = corsMiddleware(options)
    return this
  }

  /**
   * Decides how the messages of gateways look on the wire.
   *
   * @param adapter plain WebSockets by default; see `corbel/websocket`
   */
  useWebSocketAdapter(adapter: object): this {
    this.assertOpen('useWebSocketAdapter()')
    this.booted.model.contribute(WEB_SOCKET_ADAPTER, adapter)
    return this
  }

  /**
   * Changes how bodies of one kind are read, or adds a parser for media types of your own.
   *
   * @param kind `'json'`, `'urlencoded'`, `'text'`, `'raw'`, `'xml'`, `'msgpack'`, `'cbor'`; or media types
   *   (`'text/csv'`, `'+yaml'`, `'image/*'`) with a parser; or a format
   * @param options its limit, and media types that are read as this kind
   * @param parser makes the value of the bytes
   * @throws {CorbelError} CORBEL_SETTING_UNKNOWN for another kind; at boot, CORBEL_PACKAGE_MISSING where its package is
   *   not installed
   * @example
   * app.useBodyParser('text/csv', { limit: '5mb' }, (bytes) => parseCsv(bytes.toString()))
   */
  useBodyParser(kind: BodyKind | BodyFormat, options?: BodyParserOptions): this
  useBodyParser(types: string | readonly string[], options: BodyParserOptions, parser: BodyParser): this
  useBodyParser(target: BodyParserTarget, options: BodyParserOptions = {}, parser?: BodyParser): this {
    this.assertOpen('useBodyParser()')
    const { options: web } = this.web
    web.body = addBodyParser(web.body, bodyFormats(this.booted.model.graph), target, options, parser)
    return this
  }

  /**
   * Changes a setting by the name that Express has for it.
   *
   * @param name `'trust proxy'`, `'case sensitive routing'`, `'strict routing'`, `'query parser'`
   * @param value of the setting
   * @throws {CorbelError} CORBEL_SETTING_UNKNOWN, which says what to use instead
   */
  set(name: string, value: unknown): this {
    this.assertOpen('set()')
    changeSetting(this.web.options, name, value)
    return this
  }

  /** The value of a setting by the name that Express has for it; undefined for those that there are none of. */
  setting(name: string): unknown {
    return readSetting(this.web.options, name)
  }

  /** Sets to true; see `set`. */
  enable(name: string): this {
    return this.set(name, true)
  }

  /** Sets to false; see `set`. */
  disable(name: string): this {
    return this.set(name, false)
  }

  /**
   * Chooses what renders views, for `@Render` and `response.render`.
   *
   * @param engine `nunjucksViews()` of `corbel/views`, an engine of your own, or the name of a package that renders for
   *   Express (`'hbs'`, `'ejs'`, `'pug'`): it is also the extension
   */
  setViewEngine(engine: ViewEngineChoice): this {
    this.assertOpen('setViewEngine()')
    const { views } = this.web.options
    const renderer = typeof engine === 'string' ? this.renderers.get(engine) : undefined
    views.engine = renderer === undefined ? engine : expressViews(engine as string, renderer)
    return this
  }

  /**
   * Says how files of an extension are rendered, for `setViewEngine(extension)` after it.
   *
   * @param extension without the dot
   * @param renderer in the form that Express has: `(path, options, callback)`
   */
  engine(extension: string, renderer: FileRenderer): this {
    this.assertOpen('engine()')
    this.renderers.set(extension, renderer)
    return this
  }

  /**
   * Says where views are.
   *
   * @param folders one or several, asked in order; relative to the working directory. Default `views`
   */
  setBaseViewsDir(folders: string | readonly string[]): this {
    this.assertOpen('setBaseViewsDir()')
    this.web.options.views.folders = listOf(folders)
    return this
  }

  useGlobalGuards(...guards: readonly CanActivate[]): this {
    this.assertOpen('useGlobalGuards()')
    this.booted.model.globals.useGuards(...guards)
    return this
  }

  useGlobalInterceptors(...interceptors: readonly Interceptor[]): this {
    this.assertOpen('useGlobalInterceptors()')
    this.booted.model.globals.useInterceptors(...interceptors)
    return this
  }

  useGlobalPipes(...pipes: readonly PipeTransform<never>[]): this {
    this.assertOpen('useGlobalPipes()')
    this.booted.model.globals.usePipes(...pipes)
    return this
  }

  useGlobalFilters(...filters: readonly ExceptionFilter<never>[]): this {
    this.assertOpen('useGlobalFilters()')
    this.booted.model.globals.useFilters(...filters)
    return this
  }

  override close(signal?: string): Promise<void> {
    // no hook has run in this process
    return this.workers === undefined ? super.close(signal) : this.workers.close(signal)
  }

  protected override async prepare(): Promise<void> {
    this.initialised = true
  }

  /** Gives load balancers the time to notice that the application is not ready any more. */
  protected override async withdraw(signal: string | undefined): Promise<void> {
    if (this.serverEngine === undefined) return
    const { delay } = this.shutdownTimes(signal)
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay))
  }

  /** Lets requests in flight finish, then closes the port. */
  protected override async dispose(signal: string | undefined): Promise<void> {
    if (this.serverEngine === undefined) return
    const { deadline, idle } = this.shutdownTimes(signal)
    const { cut } = await this.serverEngine.drain(deadline, idle)
    if (cut > 0) this.logger.warn(`Cut off after ${deadline} ms: ${cut} requests in flight`, 'Corbel')
    await this.serverEngine.close()
  }

  private shutdownTimes(signal: string | undefined): ShutdownTimes {
    const { drainTimeout: deadline, shutdown } = this.options
    return shutdownTimes({ ...(deadline !== undefined && { deadline }), ...shutdown }, signal)
  }

  private async listenHere(where: ListenOptions): Promise<void> {
    await this.init()
    this.answerDirectly()
    const addresses = await this.server().listen(where)
    if (this.options.shutdownSignals !== false) this.enableShutdownHooks(['SIGINT', 'SIGTERM'])
    this.logger.log(`Listening on ${addresses.map(urlOf).join(', ')} (${this.web.size} routes)`, 'Corbel')
    const link = workerLink()
    if (link === undefined) return
    const { delay, deadline } = this.shutdownTimes('SIGTERM')
    link.serves(addresses, delay + deadline)
    if (!link.isHeld) link.ready()
  }

  /** This process runs no hooks and answers nothing: that is what the workers do, which run the same script. */
  private async listenByWorkers(workers: number | 'auto'): Promise<void> {
    const { logger } = this
    this.workers = await startWorkers({ workers, logger, signals: this.options.shutdownSignals !== false })
    const { addresses, pids } = this.workers
    showListening(this.server().nodeServer, addresses[0])
    logger.log(`Listening on ${addresses.map(urlOf).join(', ')} (${pids.length} workers)`, 'Corbel')
  }

  private server(): ServerEngine {
    if (this.serverEngine !== undefined) return this.serverEngine
    const onError = (error: unknown): void => this.logger.error(error, 'Server')
    const onWarning = ({ message }: Error, untold: number): void =>
      this.logger.warn(untold === 0 ? message : `${message} (${untold} more since the last one)`, 'Server')
    const { server, http2, httpsOptions: tls } = this.options
    // browsers and proxies that give up only end their stream: streams of events would never hear of it otherwise
    this.serverEngine = createHttpServer({
      halfClose: 'abort',
      ...server,
      ...(http2 !== undefined && { http2 }),
      ...(tls && { tls }),
      onError,
      onWarning,
    })
    // a test client may make the server listen by itself, before anything has called init()
    this.serverEngine.handle(async (exchange) => {
      await this.init()
      this.answerDirectly()
      await this.answer(exchange)
    })
    const { nodeServer } = this.serverEngine
    const watched = (): void => {
      if (this.web.isReady) this.answerDirectly()
    }
    this.events = new NodeEvents(nodeServer, () => this.web.handler, watched)
    if (this.web.isReady) this.answerDirectly()
    return this.serverEngine
  }

  private answerDirectly(): void {
    const { handler } = this.web
    const { events } = this
    if (events?.isWatched === true) this.serverEngine?.handle(events.handle)
    else this.serverEngine?.handle((exchange) => handler.handle(exchange))
  }

  private answer(exchange: Exchange): void | Promise<void> {
    const { events } = this
    return events?.isWatched === true ? events.handle(exchange) : this.web.handler.handle(exchange)
  }

  private assertOpen(call: string): void {
    if (this.initialised) throw new AlreadyInitialised({ call })
  }
}

/** An application that is booted and has no face yet. */
export interface PreparedApplication {
  readonly booted: Booted
  readonly web: WebFeature
}

/**
 * Boots an application with controllers.
 *
 * @param root the root module
 * @param options features besides controllers, and overrides
 * @throws {BootFailed} CORBEL_BOOT_FAILED with every problem found
 */
export async function prepareApplication(
  root: ModuleImport,
  options: BootOptions = {},
): Promise<PreparedApplication> {
  const web = new WebFeature({
    ...webOptionsOf({}),
    early: [],
    cors: undefined,
    report: () => undefined,
    views: { engine: undefined, folders: ['views'] },
  })
  const booted = await boot(root, { ...options, features: [web, ...(options.features ?? [])] })
  return { booted, web }
}
