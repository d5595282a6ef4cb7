import { isPromise } from '../common/index.js'
import type { HttpContext } from './http-context.js'
import type { Placement } from './middleware-placement.js'

/** What middleware calls to go on, or with an error to stop. */
export type NextFunction = (error?: unknown) => void

/** One middleware, ready to run. */
export interface MiddlewareStep {
  readonly name: string
  /** Asked whether the middleware runs for a request; undefined where boot has decided that it does. */
  readonly placement: Placement | undefined
  run(context: HttpContext, next: NextFunction): unknown
  /**
   * In place of `run`, for what needs no `next`: false if it has answered. Spares a request the function.
   */
  readonly pass: ((context: HttpContext) => boolean) | undefined
}

/** A middleware with the place that `forRoutes` and `exclude` gave it. */
export interface PlacedMiddleware extends MiddlewareStep {
  readonly placement: Placement
}

/** What comes after middleware. */
export interface AfterMiddleware<T> {
  /** All have called `next`. */
  done(context: HttpContext, value: T): unknown
  /** One has thrown, rejected, or given `next` an error. */
  fail(context: HttpContext, error: unknown): unknown
  /** One has failed after it had called `next`: the rest is on its way, so that nothing but the log can have it. */
  late(context: HttpContext, error: unknown): unknown
}

/**
 * Chooses the middleware of a route, as far as boot can tell.
 *
 * @param placed all middleware, in order
 * @param method of the route; `*` for all
 * @param patterns the whole paths under which it is served
 */
export function middlewareOf(
  placed: readonly PlacedMiddleware[],
  method: string,
  patterns: readonly string[],
): readonly MiddlewareStep[] {
  return placed.flatMap((one) => {
    const answers = patterns.map((pattern) => one.placement.covers(method, pattern))
    if (answers.every((answer) => answer === false)) return []
    return answers.every((answer) => answer === true) ? { ...one, placement: undefined } : one
  })
}

/**
 * Finds the next middleware that runs for a request.
 *
 * @param list in order
 * @param from where to begin
 * @param method of the request
 * @param path of the request, without query
 * @returns its index; the length of the list if there is none
 */
export function nextMiddleware(
  list: readonly MiddlewareStep[],
  from: number,
  method: string,
  path: string,
): number {
  let index = from
  while (index < list.length && list[index]!.placement?.matches(method, path) === false) index += 1
  return index
}

/**
 * Runs middleware one after the other.
 *
 * @param list in order
 * @param from where to begin
 * @param context the call
 * @param method of the request, as placements compare it
 * @param path of the request, as placements compare it
 * @param after what comes then
 * @param value handed to `after.done`
 */
export function runMiddleware<T>(
  list: readonly MiddlewareStep[],
  from: number,
  context: HttpContext,
  method: string,
  path: string,
  after: AfterMiddleware<T>,
  value: T,
): void {
  let index = nextMiddleware(list, from, method, path)
  for (; index < list.length; index = nextMiddleware(list, index + 1, method, path)) {
    const { pass } = list[index]!
    if (pass === undefined) return runOne(list, index, context, method, path, after, value)
    try {
      if (!pass(context)) return
    } catch (error) {
      after.fail(context, error)
      return
    }
  }
  after.done(context, value)
}

function runOne<T>(
  list: readonly MiddlewareStep[],
  index: number,
  context: HttpContext,
  method: string,
  path: string,
  after: AfterMiddleware<T>,
  value: T,
): void {
  let isCalled = false
  const next: NextFunction = (error) => {
    // a second call would run the rest twice
    if (isCalled) return
    isCalled = true
    if (error !== undefined && error !== null && error !== 'route') after.fail(context, error)
    else runMiddleware(list, index + 1, context, method, path, after, value)
  }
  const fail = (error: unknown): void => {
    if (isCalled) after.late(context, error)
    else next(error ?? new TypeError(`The middleware ${list[index]!.name} failed without saying why.`))
  }
  try {
    const result = list[index]!.run(context, next)
    if (isPromise(result)) Promise.resolve(result).catch(fail)
  } catch (error) {
    fail(error)
  }
}
