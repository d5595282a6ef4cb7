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
import type { NoRoute, RouteTable } from '../router/index.js'
import type { BodyReader } from './body.js'
import { VERSION_NEUTRAL } from './decorators.js'
import { HttpContext } from './http-context.js'
import type { HttpRoute } from './http-route.js'
import { runMiddleware, type PlacedMiddleware } from './middleware.js'
import type { ErrorWriter } from './problem.js'
import { sendResult } from './result.js'
import type { VersionExtractor } from './versioning.js'

/** What is stored in the route table: one route, or one for each version. */
export type RouteEntry =
  | { readonly single: HttpRoute }
  | { readonly single: undefined; readonly versions: ReadonlyMap<string | typeof VERSION_NEUTRAL, HttpRoute> }

/** What the dispatcher works with, all of it made at boot. */
export interface DispatcherParts {
  readonly table: RouteTable<RouteEntry>
  /** Runs before the body is read, for every request. */
  readonly early: readonly PlacedMiddleware[]
  /** Runs after the body is read, where it applies. */
  readonly middleware: readonly PlacedMiddleware[]
  readonly bodies: BodyReader
  readonly errors: ErrorWriter
  /** The filters of requests without a route. */
  readonly filters: CompiledFilters
  readonly version: VersionExtractor | undefined
}

/** Leads each exchange to its route and sees that it is answered, whatever happens. */
export class Dispatcher {
  private readonly hasMiddleware: boolean

  constructor(private readonly parts: DispatcherParts) {
    this.hasMiddleware = parts.early.length + parts.middleware.length > 0
  }

  /** The handler of the application: never throws and never rejects. */
  handle(exchange: Exchange): void | Promise<void> {
    const context = new HttpContext(exchange)
    if (this.hasMiddleware) return this.throughMiddleware(context)
    return this.toRoute(context, this.find(context))
  }

  private find(context: HttpContext): HttpRoute | NoRoute {
    const { target, method, authority } = context.exchange
    const mark = target.indexOf('?')
    const match = this.parts.table.match(method, mark === -1 ? target : target.slice(0, mark), authority)
    if (match.route === undefined) return match
    const { single } = match.route.value
    const route = single ?? this.versionOf(match.route.value, context)
    if (route === undefined) return { route: undefined, reason: 'not-found' }
    context.enter(route, match.params, match.hostParams)
    return route
  }

  private versionOf(entry: RouteEntry, context: HttpContext): HttpRoute | undefined {
    if (entry.single !== undefined) return entry.single
    const wanted = this.parts.version?.(context).find((version) => entry.versions.has(version))
    return entry.versions.get(wanted ?? VERSION_NEUTRAL)
  }

  private throughMiddleware(context: HttpContext): void {
    const { early, middleware, bodies } = this.parts
    const path = context.request.path
    const found = this.find(context)
    const fail = (error: unknown): unknown => this.fail(context, error)
    const applicable = middleware.filter((one) => one.applies(context, path))
    const afterBody = (): void => runMiddleware(applicable, context, () => this.toRoute(context, found), fail)
    runMiddleware(
      early,
      context,
      () => {
        if (applicable.length === 0) return this.toRoute(context, found)
        const reading = attempt(() => bodies.read(context, false))
        return reading.then(afterBody, fail)
      },
      fail,
    )
  }

  private toRoute(context: HttpContext, found: HttpRoute | NoRoute): void | Promise<void> {
    // a middleware may have answered already, and called next all the same
    if (context.exchange.sink.state !== 'idle') return undefined
    if ('endpoint' in found)
      return found.readsBody ? this.readAndRun(context, found) : this.run(context, found)
    return this.withoutRoute(context, found)
  }

  private readAndRun(context: HttpContext, route: HttpRoute): void | Promise<void> {
    try {
      const reading = this.parts.bodies.read(context, route.takesBody)
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
      const sending = sendResult(context, route, value)
      return isPromise(sending) ? sending.catch((error: unknown) => this.fail(context, error)) : undefined
    } catch (error) {
      return this.fail(context, error)
    }
  }

  private withoutRoute(context: HttpContext, found: NoRoute): void | Promise<void> {
    const { method, target, sink } = context.exchange
    const mark = target.indexOf('?')
    const path = mark === -1 ? target : target.slice(0, mark)
    if (found.reason === 'malformed') {
      return this.fail(context, new BadRequestException('The path has a malformed percent-encoding.'))
    }
    if (method === 'OPTIONS' && target === '*') {
      sink.head(204, NO_HEADERS, 'none')
      return sink.end()
    }
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

async function attempt<T>(action: () => T): Promise<Awaited<T>> {
  return await action()
}
