import { defineError, type Class } from '../common/index.js'
import { ContextIdFactory, type ResolutionScope } from '../di/index.js'
import { HttpRequest, parseQuery, type Exchange, type QueryParams, type ResponseSink } from '../http/index.js'
import type {
  Handler,
  HttpArgumentsHost,
  PipelineContext,
  RpcArgumentsHost,
  WsArgumentsHost,
} from '../pipeline/index.js'
import type { HttpRoute } from './http-route.js'
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
}

/**
 * One HTTP call: what guards, interceptors, filters and parameter decorators get as context. Request and response
 * objects, query and scope are made only if something looks at them.
 */
export class HttpContext implements PipelineContext, HttpArgumentsHost {
  readonly exchange: Exchange
  /** Undefined while no route is known, and for requests without one. */
  route: HttpRoute | undefined = undefined
  params: Readonly<Record<string, string>> = NO_PARAMS
  hosts: Readonly<Record<string, string>> = NO_PARAMS
  /** The body's bytes, where they are kept. */
  rawBody: Uint8Array | undefined = undefined
  private parsedBody: unknown = undefined
  private parsedQuery: QueryParams | undefined = undefined
  private requestObject: HttpRequest | undefined = undefined
  private responseObject: WebResponse | undefined = undefined
  private resolutionScope: ResolutionScope | undefined = undefined

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

  /** Path and query, as received or as a middleware has changed them. */
  get target(): string {
    return this.requestObject?.url ?? this.exchange.target
  }

  /** The method as middleware has left it. */
  get method(): string {
    return this.requestObject?.method ?? this.exchange.method
  }

  get request(): HttpRequest {
    if (this.requestObject !== undefined) return this.requestObject
    const request = new HttpRequest(this.exchange)
    request.params = this.params
    request.hosts = this.hosts
    request.body = this.parsedBody
    request.rawBody = this.rawBody
    if (this.parsedQuery !== undefined) request.query = this.parsedQuery
    return (this.requestObject = request)
  }

  get response(): WebResponse {
    if (this.responseObject !== undefined) return this.responseObject
    const response = new WebResponse(this.exchange, this.route?.status, this.next)
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
    return (this.parsedQuery = parseQuery(mark === -1 ? '' : target.slice(mark + 1)))
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
    if (this.responseObject !== undefined) {
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

const NO_ANSWERS: FrameworkAnswers = { fallThrough: doNothing, answerError: doNothing }

function doNothing(): void {
  // nobody listens
}
