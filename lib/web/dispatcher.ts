import { isPromise } from '../common/index.js'
import { HeaderList, NO_HEADERS, type Exchange } from '../http/index.js'
import {
  BadRequestException,
  MethodNotAllowedException,
  NOT_FILTERED,
  NotFoundException,
  runFilters,
  type CompiledFilters,
} from '../pipeline/index.js'
import type { NoRoute } from '../router/index.js'
import type { RequestContext } from '../core/index.js'
import type { BodyNeed, BodyReader } from './body.js'
import { HttpContext, type FrameworkAnswers } from './http-context.js'
import type { HttpRoute } from './http-route.js'
import { runMiddleware, type PlacedMiddleware } from './middleware.js'
import type { ErrorWriter } from './problem.js'
import { sendResult } from './result.js'
import type { RouteLookup } from './route-lookup.js'

/** What the dispatcher works with, all of it made at boot. */
export interface DispatcherParts {
  readonly routes: RouteLookup
  /** Runs before the body is read, for every request. */
  readonly early: readonly PlacedMiddleware[]
  /** Runs after the body is read, where it applies. */
  readonly middleware: readonly PlacedMiddleware[]
  readonly bodies: BodyReader
  readonly errors: ErrorWriter
  /** The filters of requests without a route. */
  readonly filters: CompiledFilters
  /** Around every call, if something uses it. */
  readonly requestContext: RequestContext | undefined
}

const MALFORMED_PATH =
  'The path is not valid: it has a broken escape, a dot segment, or a character that no path has.'
const NOT_FOUND: NoRoute = { route: undefined, reason: 'not-found' }

/** Leads each exchange to its route and sees that it is answered, whatever happens. */
export class Dispatcher implements FrameworkAnswers {
  private readonly hasMiddleware: boolean

  constructor(private readonly parts: DispatcherParts) {
    this.hasMiddleware = parts.early.length + parts.middleware.length > 0
  }

  /** The handler of the application: never throws and never rejects. */
  handle(exchange: Exchange): void | Promise<void> {
    const context = new HttpContext(exchange, this)
    const { requestContext } = this.parts
    if (requestContext === undefined) return this.dispatch(context)
    return requestContext.run(() => this.dispatch(context), context)
  }

  private dispatch(context: HttpContext): void | Promise<void> {
    if (this.hasMiddleware) return this.throughMiddleware(context)
    try {
      return this.toRoute(context, this.find(context, context.exchange.target))
    } catch (error) {
      return this.fail(context, error)
    }
  }

  /** What a handler's `next()` does: nothing else answers on its path. */
  fallThrough(context: HttpContext, error: unknown): void {
    if (context.exchange.sink.state !== 'idle') return
    if (error === undefined || error === null) void this.withoutRoute(context, NOT_FOUND)
    else void this.fail(context, error)
  }

  /** What happens to errors without a filter. */
  answerError(context: HttpContext, error: unknown): void {
    this.parts.errors.answer(context, error)
  }

  private find(context: HttpContext, target: string): HttpRoute | NoRoute {
    const match = this.parts.routes.find(context, pathOf(target))
    if (match.route === undefined) return match
    context.enter(match.route.value, match.params, match.hostParams)
    return match.route.value
  }

  private throughMiddleware(context: HttpContext): void {
    const { early, middleware, bodies } = this.parts
    const fail = (error: unknown): unknown => this.fail(context, error)
    const afterBody = (found: HttpRoute | NoRoute, list: readonly PlacedMiddleware[]): void =>
      runMiddleware(list, context, () => this.toRoute(context, found), fail)
    const afterEarly = (): unknown => {
      try {
        // what a middleware has made of the URL counts
        const { target } = context
        const found = this.find(context, target)
        const path = pathOf(target)
        const list = middleware.filter((one) => one.applies(context, path))
        if (list.length === 0) return this.toRoute(context, found)
        const needsBytes = 'endpoint' in found && found.body === 'bytes'
        const reading = bodies.read(context, needsBytes ? 'bytes' : 'optional')
        return isPromise(reading) ? reading.then(() => afterBody(found, list), fail) : afterBody(found, list)
      } catch (error) {
        return fail(error)
      }
    }
    runMiddleware(early, context, afterEarly, fail)
  }

  private toRoute(context: HttpContext, found: HttpRoute | NoRoute): void | Promise<void> {
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
          (error: unknown) => this.fail(context, error),
        )
      }
    } catch (error) {
      return this.fail(context, error)
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
      const sending = sendResult(context, route, value, this.parts.errors)
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

  private withoutRoute(context: HttpContext, found: NoRoute): void | Promise<void> {
    const { method, target, sink } = context.exchange
    const path = pathOf(target)
    // RFC 9110 §9.3.7: asks about the server as a whole
    if (method === 'OPTIONS' && target === '*') {
      sink.head(204, NO_HEADERS, 'none')
      return sink.end()
    }
    if (found.reason === 'malformed') return this.fail(context, new BadRequestException(MALFORMED_PATH))
    if (found.reason === 'not-found')
      return this.fail(context, new NotFoundException(`Cannot ${method} ${path}`))
    const allow = found.allow.join(', ')
    if (method === 'OPTIONS') {
      const headers = context.touchedResponse?.headers.clone() ?? new HeaderList()
      sink.head(204, headers.set('allow', allow), 'none')
      return sink.end()
    }
    context.response.setHeader('allow', allow)
    return this.fail(context, new MethodNotAllowedException(`Cannot ${method} ${path}. Allowed: ${allow}`))
  }

  private fail(context: HttpContext, error: unknown): void | Promise<void> {
    const { errors, filters } = this.parts
    const answer = (reason: unknown): void => errors.answer(context, reason)
    try {
      const handled = runFilters(context.route?.plan.filters ?? filters, error, context)
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

function pathOf(target: string): string {
  const mark = target.indexOf('?')
  return mark === -1 ? target : target.slice(0, mark)
}
