import { defineError, type Class } from '../common/index.js'
import { ContextIdFactory, type ResolutionScope } from '../di/index.js'
import {
  forwardedProtocol,
  HttpRequest,
  parseQuery,
  type CookieRules,
  type Exchange,
  type HeaderList,
  type QueryParams,
  type QueryParser,
  type ResponseSink,
  type ProxyTrust,
} from '../http/index.js'
import type {
  Handler,
  HttpArgumentsHost,
  PipelineContext,
  RpcArgumentsHost,
  WsArgumentsHost,
} from '../pipeline/index.js'
import type { HttpRoute } from './http-route.js'
import { addStandardHeaders, NO_STANDARD_HEADERS, type StandardHeaders } from './standard-headers.js'
import type { ViewEngine } from './views.js'
import { WebResponse } from './web-response.js'

/** `switchToWs()` on an HTTP call, and the like. */
export const TransportMismatch = defineError<{ asked: string; actual: string }>(
  'CORBEL_TRANSPORT_MISMATCH',
  'This call came by {actual}, so it has no {asked} side. Ask context.getType() first.',
)

const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze({})

/** What the framework answers where the application leaves it to it. */
export interface FrameworkAnswers {
  /** After a handler has called `next()`: an error, or a path that nobody serves. */
  fallThrough(context: HttpContext, error: unknown): void
  /** After a filter has left an error to the default. */
  answerError(context: HttpContext, error: unknown): void
  /** The route that another method of the same path has. */
  routeFor(context: HttpContext, method: string): HttpRoute | undefined
  /** The pattern of the route that a call is on, with all prefixes. */
  routePath(context: HttpContext): string | undefined
  /** Whose word on the client's address counts. */
  readonly proxies: ProxyTrust | undefined
  readonly parseQuery: QueryParser
  /** How cookies are set and read. */
  readonly cookieRules: CookieRules
  /** Why the body of a call was left unread. */
  refusal(context: HttpContext): Error
  /** False where middleware parses them. */
  readonly parsesCookies: boolean
  /** What middleware gets as `request.app`. */
  readonly app: object | undefined
  /** What `response.render` uses. */
  readonly views: ViewEngine | undefined
  /** What answers without a route have. */
  readonly standard: StandardHeaders
}

/**
 * One HTTP call: what guards, interceptors, filters and parameter decorators get as context. Request and response
 * objects, query and scope are made only if something looks at them.
 */
export class HttpContext implements PipelineContext, HttpArgumentsHost {
  /** Changed only before anything looks at it. */
  exchange: Exchange
  /** Undefined while no route is known, and for requests without one. */
  route: HttpRoute | undefined = undefined
  params: Readonly<Record<string, string>> = NO_PARAMS
  hosts: Readonly<Record<string, string>> = NO_PARAMS
  /** The body's bytes, where they are kept. */
  rawBody: Uint8Array | undefined = undefined
  private parsedBody: unknown = undefined
  private parsedQuery: QueryParams | undefined = undefined
  private caller: unknown = undefined
  private requestObject: HttpRequest | undefined = undefined
  private responseObject: WebResponse | undefined = undefined
  private resolutionScope: ResolutionScope | undefined = undefined
  private aborting: AbortController | undefined = undefined
  private cancelled: Error | undefined = undefined

  /**
   * @param exchange the request and the place for its answer
   * @param framework answers where the application does not
   */
  constructor(
    exchange: Exchange,
    private readonly framework: FrameworkAnswers = NO_ANSWERS,
  ) {
    this.exchange = exchange
  }

  /** What `@Next()` gives: leaves the answer to the framework, as an error or as a path that nobody serves. */
  get next(): (error?: unknown) => void {
    return (error) => this.framework.fallThrough(this, error)
  }

  /** Answers an error as if there were no filter. */
  answerError(error: unknown): void {
    this.framework.answerError(this, error)
  }

  /**
   * What the body is where nothing has been parsed: no body, or one that somebody has read by himself.
   *
   * @throws {CorbelError} CORBEL_BODY_TYPE_UNSUPPORTED, CORBEL_BODY_CODING_UNSUPPORTED, CORBEL_BODY_CHARSET_UNSUPPORTED
   *   (415) for a body that nobody reads
   */
  refuseUnread(): undefined {
    const { body } = this.exchange
    if (body.length !== 0 && !body.used) throw this.framework.refusal(this)
  }

  /** The pattern of its route, with all prefixes; undefined without a route. */
  get routePath(): string | undefined {
    return this.route === undefined ? undefined : this.framework.routePath(this)
  }

  /** The route that another method of the same path has; undefined for none. */
  routeFor(method: string): HttpRoute | undefined {
    return this.framework.routeFor(this, method)
  }

  /** Whose word on the client's address counts; undefined for nobody's. */
  get proxies(): ProxyTrust | undefined {
    return this.framework.proxies
  }

  /** How cookies are set and read. */
  get cookieRules(): CookieRules {
    return this.framework.cookieRules
  }

  /** Whether the client uses TLS, as far as a trusted proxy says so where there is one. */
  get isSecure(): boolean {
    return forwardedProtocol(this.exchange, this.proxies) === 'https'
  }

  /**
   * Adds the standard headers that are not there yet.
   *
   * @param headers complete otherwise
   * @returns the same list
   */
  complete(headers: HeaderList): HeaderList {
    const standard = this.route?.standard ?? this.framework.standard
    if (standard !== NO_STANDARD_HEADERS)
      addStandardHeaders(headers, standard, this.isSecure, this.responseObject?.issuedNonce)
    return headers
  }

  get parseQuery(): QueryParser {
    return this.framework.parseQuery
  }

  get parsesCookies(): boolean {
    return this.framework.parsesCookies
  }

  /** What middleware gets as `request.app`. */
  get app(): object | undefined {
    return this.framework.app
  }

  /** Path and query, as received or as a middleware has changed them. */
  get target(): string {
    return this.requestObject?.url ?? this.exchange.target
  }

  /** The method as middleware has left it. */
  get method(): string {
    return this.requestObject?.method ?? this.exchange.method
  }

  /** Who makes the call: `request.user`, for which no request object has to be made. */
  get user(): unknown {
    return this.requestObject === undefined ? this.caller : (this.requestObject as { user?: unknown }).user
  }

  set user(user: unknown) {
    if (this.requestObject === undefined) this.caller = user
    else (this.requestObject as { user?: unknown }).user = user
  }

  get request(): HttpRequest {
    if (this.requestObject !== undefined) return this.requestObject
    const request = new HttpRequest(this.exchange, this)
    if (this.caller !== undefined) (request as { user?: unknown }).user = this.caller
    request.params = this.params
    request.hosts = this.hosts
    request.body = this.parsedBody
    request.rawBody = this.rawBody
    if (this.parsedQuery !== undefined) request.query = this.parsedQuery
    return (this.requestObject = request)
  }

  get response(): WebResponse {
    if (this.responseObject !== undefined) return this.responseObject
    const response = new WebResponse(this.exchange, this.route?.status, this.next, this, this.framework.views)
    this.route?.headers.applyTo(response)
    return (this.responseObject = response)
  }

  /** The response object, if something has asked for it: then its status and headers count. */
  get touchedResponse(): WebResponse | undefined {
    return this.responseObject
  }

  /** Where the answer goes; functions that middleware has put on the response have their say. */
  get outlet(): ResponseSink {
    return this.responseObject?.outlet ?? this.exchange.sink
  }

  get body(): unknown {
    return this.requestObject === undefined ? this.parsedBody : this.requestObject.body
  }

  set body(value: unknown) {
    this.parsedBody = value
    if (this.requestObject !== undefined) this.requestObject.body = value
  }

  get query(): QueryParams {
    if (this.requestObject !== undefined) return this.requestObject.query
    if (this.parsedQuery !== undefined) return this.parsedQuery
    const { target } = this.exchange
    const mark = target.indexOf('?')
    return (this.parsedQuery = this.parseQuery(mark === -1 ? '' : target.slice(mark + 1)))
  }

  /** Aborts when nobody wants the answer any more: the client has gone, or the time of the call is over. */
  get signal(): AbortSignal {
    if (this.aborting !== undefined) return this.aborting.signal
    const aborting = (this.aborting = new AbortController())
    const { signal } = this.exchange
    if (this.cancelled !== undefined) aborting.abort(this.cancelled)
    else if (signal.aborted) aborting.abort(signal.reason)
    else signal.addEventListener('abort', () => aborting.abort(signal.reason), { once: true })
    return aborting.signal
  }

  /**
   * Aborts the signal. What is answered is somebody else's business.
   *
   * @param reason of the signal
   */
  cancel(reason: Error): void {
    this.cancelled = reason
    this.aborting?.abort(reason)
  }

  /** Tells the context which route it is on. */
  enter(
    route: HttpRoute,
    params: Readonly<Record<string, string>>,
    hosts: Readonly<Record<string, string>>,
  ): void {
    this.route = route
    this.params = params
    this.hosts = hosts
    if (this.requestObject !== undefined) {
      this.requestObject.params = params
      this.requestObject.hosts = hosts
    }
    if (this.responseObject?.headersSent === false) {
      this.responseObject.statusCode = route.status
      route.headers.applyTo(this.responseObject)
    }
  }

  get scope(): ResolutionScope {
    if (this.resolutionScope !== undefined) return this.resolutionScope
    const scope = ContextIdFactory.getByRequest(this.request) as ResolutionScope
    return (this.resolutionScope = scope)
  }

  getClass<T = unknown>(): Class<T> {
    return this.route?.endpoint.owner as Class<T>
  }

  getHandler(): Handler {
    return this.route?.handler as Handler
  }

  getType<T extends string = string>(): T {
    return 'http' as T
  }

  getArgs<T extends readonly unknown[] = unknown[]>(): T {
    return [this.request, this.response, this.next] as unknown as T
  }

  getArgByIndex<T = unknown>(index: number): T {
    return this.getArgs()[index] as T
  }

  switchToHttp(): HttpArgumentsHost {
    return this
  }

  switchToWs(): WsArgumentsHost {
    throw new TransportMismatch({ asked: 'WebSocket', actual: 'HTTP' })
  }

  switchToRpc(): RpcArgumentsHost {
    throw new TransportMismatch({ asked: 'RPC', actual: 'HTTP' })
  }

  getRequest<T = HttpRequest>(): T {
    return this.request as T
  }

  getResponse<T = WebResponse>(): T {
    return this.response as T
  }

  getNext<T = unknown>(): T {
    return this.next as T
  }
}

const NO_ANSWERS: FrameworkAnswers = {
  fallThrough: doNothing,
  answerError: doNothing,
  routeFor: doNothing,
  routePath: doNothing,
  refusal: () => new TypeError('There is no application that reads the body.'),
  proxies: undefined,
  parseQuery,
  cookieRules: { defaults: {}, seals: undefined },
  parsesCookies: true,
  app: undefined,
  views: undefined,
  standard: NO_STANDARD_HEADERS,
}

function doNothing(): undefined {
  // nobody listens
}
