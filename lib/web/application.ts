import type { Server } from 'node:net'
import {
  ApplicationContext,
  boot,
  type Booted,
  type BootOptions,
  type ContextOptions,
  type Feature,
} from '../core/index.js'
import { defineError } from '../common/index.js'
import type { ModuleImport, ModuleOverrides } from '../di/index.js'
import type { CanActivate, ExceptionFilter, Interceptor, PipeTransform } from '../pipeline/index.js'
import { createH1Server, type BoundAddress, type H1Options, type ServerEngine } from '../server/index.js'
import type { BodyOptions } from './body.js'
import { corsMiddleware, type CorsDelegate, type CorsOptions } from './cors.js'
import { WebFeature, type WebOptions } from './feature.js'
import { fetchWith, inject, type InjectRequest, type InjectResponse } from './inject.js'
import type { MiddlewareEntry, RouteInfo } from './middleware.js'
import type { ErrorFormat } from './problem.js'
import type { VersioningOptions } from './versioning.js'

/** Something was set after the routes were compiled. */
export const AlreadyInitialised = defineError<{ call: string }>(
  'CORBEL_ALREADY_INITIALISED',
  '{call} has no effect after init() or listen(): the routes are compiled. Call it before.',
)

/** Options of `useBodyParser`; those that Corbel has no use for are accepted and ignored. */
export interface BodyParserOptions {
  /** Bytes, or text such as `'10mb'`. */
  readonly limit?: number | string
  readonly [other: string]: unknown
}

/** Options of `createApp`. */
export interface ApplicationOptions extends ContextOptions {
  /** The form of error bodies: RFC 9457 (`'problem'`, the default), or `'plain'`: `{ statusCode, message, error }`. */
  readonly errors?: ErrorFormat
  /** Keeps the bytes of bodies for `request.rawBody` and `@RawBody()`. */
  readonly rawBody?: boolean
  /** Allows other origins: true for all. */
  readonly cors?: boolean | CorsOptions | CorsDelegate
  readonly body?: BodyOptions
  /** Bounds and timeouts of the HTTP engine. */
  readonly server?: Omit<H1Options, 'onError'>
  /** Whether `/Users` and `/users` differ. Default true. */
  readonly caseSensitive?: boolean
  /** Whether `/users` and `/users/` differ. Default false. */
  readonly strictSlash?: boolean
  /** Shows traces of unknown errors to clients. Default: only if NODE_ENV is `development`. */
  readonly development?: boolean
  /** Closes the application on SIGINT and SIGTERM once it listens. Default true. */
  readonly shutdownSignals?: boolean
  /** Milliseconds for which `close` waits for requests in flight. Default 10 s. */
  readonly drainTimeout?: number
  /** Runs every request in a `RequestContext`, also if nothing injects it. Default false. */
  readonly requestContext?: boolean
  /** Features that no module brings. */
  readonly features?: readonly Feature[]
  /** Modules to replace by others. */
  readonly overrides?: ModuleOverrides
}

const DEFAULT_DRAIN_MS = 10_000

/** An application that answers HTTP. */
export class Application extends ApplicationContext {
  private engine: ServerEngine | undefined
  private bound: readonly BoundAddress[] = []
  private initialised = false
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
    Object.assign(this.web.options, optionsOf(options))
    this.web.options.report = (error, { exchange }) => {
      this.logger.error(error, `${exchange.method} ${exchange.target.split('?', 1)[0]}`)
    }
    if (options.cors !== undefined && options.cors !== false)
      this.enableCors(options.cors === true ? {} : options.cors)
  }

  /**
   * Starts answering on a port.
   *
   * @param port 0 for any free one, or the path of a Unix socket
   * @param hostOrDone the address to listen on (all of them if left out), or the callback
   * @param done called once the server is bound; awaiting the result does as well
   * @returns the server, once it is bound
   */
  async listen(
    port: number | string,
    hostOrDone?: string | (() => void),
    done: (() => void) | undefined = typeof hostOrDone === 'function' ? hostOrDone : undefined,
  ): Promise<Server> {
    await this.init()
    const host = typeof hostOrDone === 'string' ? hostOrDone : undefined
    const where = typeof port === 'string' && !/^\d+$/.test(port) ? { path: port } : { port: Number(port) }
    this.bound = await this.server().listen({ ...where, ...(host !== undefined && { host }) })
    if (this.options.shutdownSignals !== false) this.enableShutdownHooks()
    this.logger.log(`Listening on ${await this.getUrl()} (${this.web.size} routes)`, 'Corbel')
    done?.()
    return this.server().nodeServer
  }

  /** The address as a URL, once it listens. A wildcard address is told as localhost. */
  async getUrl(): Promise<string> {
    const address = this.bound[0] ?? this.addressOfServer()
    if (address === undefined)
      throw new TypeError('The application does not listen yet. Call listen() first.')
    if (address.path !== undefined) return `unix:${address.path}`
    const isAny = address.host === '::' || address.host === '0.0.0.0'
    const host = isAny ? 'localhost' : address.host.includes(':') ? `[${address.host}]` : address.host
    return `http://${host}:${address.port}`
  }

  /** The listening server: has `address()` and `listen(0)`, for test clients that take a server. */
  getHttpServer(): Server {
    return this.server().nodeServer
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
    for (const entry of typeof first === 'string' ? rest : [first, ...rest]) {
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

  /** Serves several versions of an API; see `@Version`. */
  enableVersioning(options: VersioningOptions = {}): this {
    this.assertOpen('enableVersioning()')
    this.web.options.versioning = options
    return this
  }

  /** Lets pages of other origins call the application. */
  enableCors(options: CorsOptions | CorsDelegate = {}): this {
    this.assertOpen('enableCors()')
    this.web.options.placed.push(corsMiddleware(options))
    return this
  }

  /** Changes how bodies are read; Corbel reads all of its types anyway, so the type only selects whose limit is meant. */
  useBodyParser(_type: string, options: BodyParserOptions = {}): this {
    this.assertOpen('useBodyParser()')
    const { limit } = options
    if (limit !== undefined) this.web.options.body = { ...this.web.options.body, limit }
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

  protected override async prepare(): Promise<void> {
    this.initialised = true
  }

  /** Lets requests in flight finish, then closes the port. */
  protected override async dispose(): Promise<void> {
    await this.engine?.drain(this.options.drainTimeout ?? DEFAULT_DRAIN_MS)
    await this.engine?.close()
  }

  private server(): ServerEngine {
    if (this.engine !== undefined) return this.engine
    const onError = (error: unknown): void => this.logger.error(error, 'Server')
    // browsers and proxies that give up only end their stream: streams of events would never hear of it otherwise
    this.engine = createH1Server({ halfClose: 'abort', ...this.options.server, onError })
    this.engine.handle((exchange) => this.web.handler.handle(exchange))
    return this.engine
  }

  private addressOfServer(): BoundAddress | undefined {
    const address = this.engine?.nodeServer.address() ?? null
    if (address === null) return undefined
    if (typeof address === 'string') return { host: '', port: 0, path: address }
    return { host: address.address, port: address.port, path: undefined }
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
  const web = new WebFeature({ ...optionsOf({}), early: [], placed: [], report: () => undefined })
  const booted = await boot(root, { ...options, features: [web, ...(options.features ?? [])] })
  return { booted, web }
}

function optionsOf(options: ApplicationOptions): Omit<WebOptions, 'early' | 'placed' | 'report'> {
  return {
    errors: options.errors ?? 'problem',
    body: { ...options.body, ...(options.rawBody !== undefined && { rawBody: options.rawBody }) },
    globalPrefix: '',
    prefixExclusions: [],
    versioning: undefined,
    caseSensitive: options.caseSensitive ?? true,
    strictSlash: options.strictSlash ?? false,
    development: options.development ?? process.env['NODE_ENV'] === 'development',
  }
}
