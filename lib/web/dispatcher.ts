import { isPromise } from '../common/index.js'
import {
  HeaderList,
  NO_HEADERS,
  UPGRADE,
  type CookieRules,
  type Exchange,
  type QueryParser,
  type ProxyTrust,
} from '../http/index.js'
import {
  BadRequestException,
  MethodNotAllowedException,
  NOT_FILTERED,
  NotFoundException,
  runFilters,
  type CompiledFilters,
} from '../pipeline/index.js'
import type { RequestContext } from '../core/index.js'
import type { BodyNeed, BodyReader } from './bodies/reader.js'
import type { EventHub } from './event-hub.js'
import { FilteredExchange, type SinkFilter, type UpgradeTarget } from './extensions.js'
import { HttpContext, type FrameworkAnswers } from './http-context.js'
import { preflightOf } from './cors/middleware.js'
import type { Fallback } from './fallback.js'
import type { HttpRoute } from './http-route.js'
import { nextMiddleware, runMiddleware, type AfterMiddleware, type MiddlewareStep } from './middleware-run.js'
import type { ErrorWriter } from './problem.js'
import { sendResult } from './result.js'
import type { RouteLookup, Unrouted } from './route-lookup.js'
import type { StandardHeaders } from './standard-headers.js'
import type { ViewEngine } from './views.js'

/** What the dispatcher works with, all of it made at boot. */
export interface DispatcherParts {
  readonly routes: RouteLookup
  /** Runs before the body is read, for every request. */
  readonly early: readonly MiddlewareStep[]
  /** Runs after the body is read, for requests without a route: those with one have their own list. */
  readonly middleware: readonly MiddlewareStep[]
  readonly bodies: BodyReader
  readonly errors: ErrorWriter
  /** The filters of requests without a route. */
  readonly filters: CompiledFilters
  /** Keeps the streams of events. */
  readonly hub: EventHub
  /** Around every call, if something uses it. */
  readonly requestContext: RequestContext | undefined
  /** Whose word on the client's address counts. */
  readonly proxies: ProxyTrust | undefined
  /** Parses queries, without the leading `?`. */
  readonly parseQuery: QueryParser
  /** How cookies are set and read. */
  readonly cookieRules: CookieRules
  /** False where middleware parses them. */
  readonly parsesCookies: boolean
  /** What middleware gets as `request.app`. */
  readonly app: object
  readonly views: ViewEngine | undefined
  /** Asked, in order, before a request without a route is refused. */
  readonly fallbacks: readonly Fallback[]
  /** What answers without a route have. */
  readonly standard: StandardHeaders
  /** The request headers on which it depends whether there is a route. */
  readonly vary: readonly string[]
  /** Asked, in order, about requests for another protocol. */
  readonly upgrades: readonly UpgradeTarget[]
  /** Stand between every answer and the transport. */
  readonly sinkFilters: readonly SinkFilter[]
}

const MALFORMED_PATH =
  'The path is not valid: it has a broken escape, a dot segment, or a character that no path has.'
const NOT_FOUND: Unrouted = { route: undefined, reason: 'not-found' }

/** Leads each exchange to its route and sees that it is answered, whatever happens. */
export class Dispatcher implements FrameworkAnswers {
  readonly views: ViewEngine | undefined
  readonly cookieRules: CookieRules
  private readonly hasEarly: boolean
  private readonly hasFilters: boolean
  private readonly hasUpgrades: boolean
  private readonly afterEarly: AfterMiddleware<undefined>
  private readonly afterMiddleware: AfterMiddleware<HttpRoute | Unrouted>

  constructor(private readonly parts: DispatcherParts) {
    this.views = parts.views
    this.cookieRules = parts.cookieRules
    this.hasEarly = parts.early.length > 0
    this.hasFilters = parts.sinkFilters.length > 0
    this.hasUpgrades = parts.upgrades.length > 0
    const fail = (context: HttpContext, error: unknown): unknown => this.failBefore(context, error)
    const late = (context: HttpContext, error: unknown): unknown => parts.errors.note(context, error)
    // what a middleware has made of the URL counts
    this.afterEarly = { done: (context) => this.route(context, context.target), fail, late }
    this.afterMiddleware = { done: (context, found) => this.toRoute(context, found), fail, late }
  }

  get proxies(): ProxyTrust | undefined {
    return this.parts.proxies
  }

  get app(): object {
    return this.parts.app
  }

  get parsesCookies(): boolean {
    return this.parts.parsesCookies
  }

  get standard(): StandardHeaders {
    return this.parts.standard
  }

  get parseQuery(): QueryParser {
    return this.parts.parseQuery
  }

  /** The handler of the application: never throws and never rejects. */
  handle(exchange: Exchange): void | Promise<void> {
    return this.handleContext(new HttpContext(exchange, this))
  }

  /** What `handleContext` takes. */
  contextOf(exchange: Exchange): HttpContext {
    return new HttpContext(exchange, this)
  }

  /** As `handle`, where request and response were made before. */
  handleContext(context: HttpContext): void | Promise<void> {
    if (this.hasFilters) this.filter(context)
    const { requestContext } = this.parts
    if (requestContext === undefined) return this.dispatch(context)
    return requestContext.run(() => this.dispatch(context), context)
  }

  /**
   * Answers a request for another protocol: those of the application come first, as they know what is theirs.
   *
   * @param context the request
   * @param others take what nobody in the application wants
   */
  handleUpgrade(context: HttpContext, others: () => void): void | Promise<void> {
    const { requestContext } = this.parts
    const take = (): void | Promise<void> => this.upgrade(context, others)
    return requestContext === undefined ? take() : requestContext.run(take, context)
  }

  private filter(context: HttpContext): void {
    const { exchange } = context
    const sink = this.parts.sinkFilters.reduceRight((next, filter) => filter(next, context), exchange.sink)
    if (sink !== exchange.sink) context.exchange = new FilteredExchange(exchange, sink)
  }

  private dispatch(context: HttpContext): void | Promise<void> {
    if (!this.hasEarly) return this.route(context, context.exchange.target)
    runMiddleware(this.parts.early, 0, context, '', '', this.afterEarly, undefined)
  }

  private route(context: HttpContext, target: string): void | Promise<void> {
    if (this.hasUpgrades && context.exchange.feature(UPGRADE) !== undefined)
      return this.upgrade(context, () => this.toPath(context, target))
    return this.toPath(context, target)
  }

  /** Asks those who take upgrades, one after the other. */
  private upgrade(
    context: HttpContext,
    otherwise: () => void | Promise<void>,
    from = 0,
  ): void | Promise<void> {
    const take = this.parts.upgrades[from]
    if (take === undefined) return otherwise()
    const then = (taken: boolean): void | Promise<void> =>
      taken ? undefined : this.upgrade(context, otherwise, from + 1)
    try {
      const taken = take(context)
      if (!isPromise<boolean>(taken)) return then(taken)
      return taken.then(then).catch((error: unknown) => this.failBefore(context, error))
    } catch (error) {
      return this.failBefore(context, error)
    }
  }

  private toPath(context: HttpContext, target: string): void | Promise<void> {
    try {
      const found = this.find(context, target)
      if ('endpoint' in found && found.cors !== undefined)
        return this.throughCors(context, target, found, found.cors)
      return this.afterCors(context, target, found)
    } catch (error) {
      return this.failBefore(context, error)
    }
  }

  private throughCors(context: HttpContext, target: string, found: HttpRoute, cors: MiddlewareStep): void {
    const done = (): unknown => this.afterCors(context, target, found)
    runMiddleware([cors], 0, context, '', '', { ...this.afterMiddleware, done }, undefined)
  }

  private afterCors(context: HttpContext, target: string, found: HttpRoute | Unrouted): void | Promise<void> {
    try {
      const list = 'endpoint' in found ? found.middleware : this.parts.middleware
      return list.length === 0
        ? this.toRoute(context, found)
        : this.throughMiddleware(context, target, found, list)
    } catch (error) {
      return this.failBefore(context, error)
    }
  }

  /** What a handler's `next()` does: nothing else answers on its path. */
  fallThrough(context: HttpContext, error: unknown): void {
    if (context.exchange.sink.state !== 'idle') return
    if (error === undefined || error === null) void this.withoutRoute(context, NOT_FOUND)
    else void this.failBefore(context, error)
  }

  /** What happens to errors without a filter. */
  answerError(context: HttpContext, error: unknown): void {
    this.parts.errors.answer(context, error)
  }

  /** Why the body of a call was left unread. */
  refusal({ exchange }: HttpContext): Error {
    return this.parts.bodies.refusal(exchange.headers)
  }

  /** Looks for what a preflight is about. */
  routeFor(context: HttpContext, method: string): HttpRoute | undefined {
    return this.parts.routes.find(context, pathOf(context.target), method).route?.value
  }

  /** Looks again: hardly anyone asks, and nobody else pays. */
  routePath(context: HttpContext): string | undefined {
    return this.parts.routes.find(context, pathOf(context.target)).route?.pattern
  }

  private find(context: HttpContext, target: string): HttpRoute | Unrouted {
    const match = this.parts.routes.find(context, pathOf(target))
    if (match.route === undefined) return match
    context.enter(match.route.value, match.params, match.hostParams)
    return match.route.value
  }

  private throughMiddleware(
    context: HttpContext,
    target: string,
    found: HttpRoute | Unrouted,
    list: readonly MiddlewareStep[],
  ): void | Promise<void> {
    const { method } = context
    const path = pathOf(target)
    const first = nextMiddleware(list, 0, method, path)
    if (first === list.length) return this.toRoute(context, found)
    const run = (): void => runMiddleware(list, first, context, method, path, this.afterMiddleware, found)
    const needsBytes = 'endpoint' in found && found.body === 'bytes'
    const reading = this.parts.bodies.read(context, needsBytes ? 'bytes' : 'optional')
    if (!isPromise(reading)) return run()
    return reading.then(run, (error: unknown) => this.failBefore(context, error))
  }

  private toRoute(context: HttpContext, found: HttpRoute | Unrouted): void | Promise<void> {
    // a middleware may have answered already, and called next all the same
    if (context.exchange.sink.state !== 'idle') return undefined
    if ('endpoint' in found)
      return found.body === undefined ? this.run(context, found) : this.readAndRun(context, found, found.body)
    return this.withoutRoute(context, found)
  }

  private readAndRun(context: HttpContext, route: HttpRoute, need: BodyNeed): void | Promise<void> {
    try {
      const reading = this.parts.bodies.read(context, need)
      if (isPromise(reading)) {
        return reading.then(
          () => this.run(context, route),
          (error: unknown) => this.failBefore(context, error),
        )
      }
    } catch (error) {
      return this.failBefore(context, error)
    }
    return this.run(context, route)
  }

  private run(context: HttpContext, route: HttpRoute): void | Promise<void> {
    try {
      const result = route.plan.run(context)
      if (isPromise(result)) {
        return result.then(
          (value) => this.send(context, route, value),
          (error: unknown) => this.fail(context, error),
        )
      }
      return this.send(context, route, result)
    } catch (error) {
      return this.fail(context, error)
    }
  }

  private send(context: HttpContext, route: HttpRoute, value: unknown): void | Promise<void> {
    try {
      const sending = sendResult(context, route, value, this.parts)
      return isPromise(sending)
        ? sending.catch((error: unknown) => this.failSending(context, error))
        : undefined
    } catch (error) {
      return this.fail(context, error)
    }
  }

  /** Filters answer errors of handlers; once an answer has begun, there is nothing left for them to answer. */
  private failSending(context: HttpContext, error: unknown): void | Promise<void> {
    if (context.exchange.sink.state === 'idle') return this.fail(context, error)
    this.parts.errors.answer(context, error)
  }

  private withoutRoute(context: HttpContext, found: Unrouted, from = 0): void | Promise<void> {
    if (!this.mayFallBack(context, found)) return this.refuse(context, found)
    const { fallbacks } = this.parts
    for (let index = from; index < fallbacks.length; index += 1) {
      try {
        const answered = fallbacks[index]!.answer(context)
        if (isPromise<boolean>(answered)) {
          return answered.then(
            (isAnswered) => (isAnswered ? undefined : this.withoutRoute(context, found, index + 1)),
            (error: unknown) => this.failSending(context, error),
          )
        }
        if (answered) return undefined
      } catch (error) {
        return this.fail(context, error)
      }
    }
    return this.refuse(context, found)
  }

  /** The page of a path may be a file where its form is sent to a route. */
  private mayFallBack({ method }: HttpContext, found: Unrouted): boolean {
    if (this.parts.fallbacks.length === 0) return false
    return (
      found.reason === 'not-found' ||
      found.reason === 'version' ||
      (found.reason === 'method' && (method === 'GET' || method === 'HEAD'))
    )
  }

  private refuse(context: HttpContext, found: Unrouted): void | Promise<void> {
    const { method, target, sink } = context.exchange
    const path = pathOf(target)
    // RFC 9110 §9.3.7: asks about the server as a whole
    if (method === 'OPTIONS' && target === '*') {
      sink.head(204, NO_HEADERS, 'none')
      return sink.end()
    }
    if (found.reason === 'malformed') return this.fail(context, new BadRequestException(MALFORMED_PATH))
    if (this.parts.vary.length > 0) context.response.vary(this.parts.vary)
    if (found.reason === 'not-found')
      return this.fail(context, new NotFoundException(`Cannot ${method} ${path}`))
    if (found.reason === 'version') return this.fail(context, found.error)
    const allow = found.allow.join(', ')
    if (method === 'OPTIONS') {
      const cors = preflightOf(context)
      if (cors !== undefined) {
        const done = (): void => this.allow(context, allow)
        return runMiddleware([cors], 0, context, '', '', { ...this.afterMiddleware, done }, undefined)
      }
      return this.allow(context, allow)
    }
    context.response.setHeader('allow', allow)
    return this.fail(context, new MethodNotAllowedException(`Cannot ${method} ${path}. Allowed: ${allow}`))
  }

  /** RFC 9110 §9.3.7. */
  private allow(context: HttpContext, allow: string): void {
    const { sink } = context.exchange
    const touched = context.touchedResponse
    if (touched !== undefined) touched.statusCode = 204
    const headers = touched?.headers.clone() ?? new HeaderList()
    sink.head(204, headers.set('allow', allow), 'none')
    sink.end()
  }

  /** What fails before the plan of a route has begun is not for the filters of that route: those are part of the plan. */
  private failBefore(context: HttpContext, error: unknown): void | Promise<void> {
    return this.fail(context, error, this.parts.filters)
  }

  private fail(
    context: HttpContext,
    error: unknown,
    filters = context.route?.plan.filters ?? this.parts.filters,
  ): void | Promise<void> {
    const { errors } = this.parts
    const answer = (reason: unknown): void => errors.answer(context, reason)
    try {
      const handled = runFilters(filters, error, context)
      if (handled === NOT_FILTERED) return answer(error)
      if (isPromise(handled)) return handled.then((value) => this.afterFilter(context, value)).catch(answer)
      return this.afterFilter(context, handled)
    } catch (failure) {
      return answer(failure)
    }
  }

  /** A filter answers by itself, or returns what is to be sent. */
  private afterFilter(context: HttpContext, value: unknown): void {
    const { response } = context
    if (value !== undefined && !response.headersSent && value !== response) response.send(value)
  }
}

/** The path of a request target, without query. */
export function pathOf(target: string): string {
  const mark = target.indexOf('?')
  return mark === -1 ? target : target.slice(0, mark)
}
