import { isPromise, type MaybePromise } from '../../common/index.js'
import type { HttpContext } from '../http-context.js'
import type { MiddlewareStep } from '../middleware-run.js'
import { admit, isPreflight } from './answer.js'
import {
  checkCors,
  type CorsDelegate,
  type CorsOptions,
  type OriginCheck,
  type OriginRule,
} from './options.js'

/**
 * Answers preflights and marks responses.
 *
 * @param options which origins, methods and headers; a function that chooses them; false allows none
 * @throws {CorbelError} CORBEL_CORS_INVALID
 * @see Fetch Standard §3.2 (CORS protocol)
 */
export function corsMiddleware(options: CorsOptions | CorsDelegate | boolean): MiddlewareStep {
  const common = { name: 'cors', placement: undefined }
  if (typeof options === 'function') return { ...common, run: chooseFirst(options), pass: undefined }
  const known: CorsOptions = typeof options === 'object' ? options : { origin: options ? '*' : false }
  checkCors(known)
  const { origin = '*' } = known
  if (typeof origin === 'function') return { ...common, run: askFirst(known, origin), pass: undefined }
  const pass = (context: HttpContext): boolean => admit(context, known, origin, false)
  return { ...common, run: (context, next) => pass(context) && next(), pass }
}

/**
 * The middleware of an application some of whose routes have options of their own: their preflights are theirs.
 *
 * @param step that of the application
 */
export function corsWithRoutes(step: MiddlewareStep): MiddlewareStep {
  return {
    ...step,
    pass: undefined,
    run: (context, next) => (preflightOf(context) ?? step).run(context, next),
  }
}

/** What answers a preflight in place of the application; undefined where the route that it is about has none of its own. */
export function preflightOf(context: HttpContext): MiddlewareStep | undefined {
  if (!isPreflight(context)) return undefined
  return context.routeFor(context.exchange.headers.get('access-control-request-method')!)?.cors
}

function chooseFirst(delegate: CorsDelegate): MiddlewareStep['run'] {
  // most delegates choose between objects that they have: those are checked once
  const known = new WeakMap<CorsOptions, MiddlewareStep>()
  return (context, next) => {
    const chosen = (error: Error | null, options?: CorsOptions): unknown => {
      if (error !== null) return next(error)
      context.response.vary('Origin')
      if (options === undefined) return next()
      const step = known.get(options) ?? corsMiddleware(options)
      known.set(options, step)
      return step.run(context, next)
    }
    return settle(delegate(context.request, guarded(chosen, next)), (options) => chosen(null, options))
  }
}

function askFirst(options: CorsOptions, check: OriginCheck): MiddlewareStep['run'] {
  return (context, next) => {
    const decided = (error: Error | null, rule: OriginRule = false): unknown => {
      if (error !== null) return next(error)
      return admit(context, options, rule, true) && next()
    }
    const origin = context.exchange.headers.get('origin')
    return settle(check(origin, guarded(decided, next)), (rule) => decided(null, rule))
  }
}

/** In a callback nobody else would catch what is thrown. */
function guarded<T>(
  decided: (error: Error | null, value?: T) => unknown,
  next: (error?: unknown) => void,
): (error: Error | null, value?: T) => void {
  return (error, value) => {
    try {
      decided(error, value)
    } catch (failure) {
      next(failure)
    }
  }
}

/** Takes what a function returns for its word; if that is nothing, it calls back. */
function settle<T>(returned: MaybePromise<T | undefined | void>, then: (value: T) => unknown): unknown {
  const use = (value: T | undefined | void): unknown => (value === undefined ? undefined : then(value))
  return isPromise<T | undefined | void>(returned) ? returned.then(use) : use(returned)
}
