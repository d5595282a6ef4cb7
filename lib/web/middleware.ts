import { isClass, isPromise, type Class, listOf } from '../common/index.js'
import type { Injector, ModuleRecord } from '../di/index.js'
import type { HttpRequest, HttpResponse } from '../http/index.js'
import { createPathMatcher } from '../router/index.js'
import type { VersionValue } from './decorators.js'
import type { HttpContext } from './http-context.js'

/** What middleware calls to go on, or with an error to stop. */
export type NextFunction = (error?: unknown) => void

/** A function between the server and the routes. */
export type MiddlewareFunction = (request: HttpRequest, response: HttpResponse, next: NextFunction) => unknown

/** A middleware class, built by the container. */
export interface Middleware {
  use(request: HttpRequest, response: HttpResponse, next: NextFunction): unknown
}

/** Middleware in either form. */
export type MiddlewareEntry = MiddlewareFunction | Class<Middleware>

/** A place where middleware runs: a path with a method and version. */
export interface RouteInfo {
  readonly path: string
  /** A method's name in upper case; `ALL` or left out for every method. */
  readonly method?: string | number
  /** With URI versioning: the version in front of the path. */
  readonly version?: VersionValue | undefined
}

/** Says which middleware runs where: the argument of a module's `configure`. */
export interface MiddlewareConsumer {
  apply(...middleware: readonly (MiddlewareEntry | readonly MiddlewareEntry[])[]): MiddlewarePlacement
}

/** The rest of the sentence that begins with `apply`. */
export interface MiddlewarePlacement {
  exclude(...routes: readonly (string | RouteInfo)[]): MiddlewarePlacement
  forRoutes(...routes: readonly (string | RouteInfo | Class)[]): MiddlewareConsumer
}

/** A module that has middleware. */
export interface ConfiguresMiddleware {
  configure(consumer: MiddlewareConsumer): unknown
}

/** One middleware and where it runs. */
export interface PlacedMiddleware {
  readonly name: string
  applies(context: HttpContext, path: string): boolean
  run(context: HttpContext, next: NextFunction): unknown
}

/** What is needed to place middleware. */
export interface PlacementOptions {
  readonly module: ModuleRecord
  readonly injector: Injector
  /** Makes the container build a middleware class. */
  addClass(type: Class): void
  /** The full paths of a route, with the global prefix (unless it is excluded from it) and the version. */
  pathsOf(route: RouteInfo): readonly string[]
  /** The routes of a controller. */
  routesOf(controller: Class): readonly RouteInfo[]
  readonly caseSensitive: boolean
}

/** `RequestMethod`'s numbers, for `{ path, method: RequestMethod.GET }`. */
export enum RequestMethod {
  GET = 0,
  POST,
  PUT,
  DELETE,
  PATCH,
  ALL,
  OPTIONS,
  HEAD,
  SEARCH,
  PROPFIND,
  PROPPATCH,
  MKCOL,
  COPY,
  MOVE,
  LOCK,
  UNLOCK,
}

/** Collects what the modules configure. */
export class MiddlewareRegistry implements MiddlewareConsumer {
  /** In the order in which they run. */
  readonly placed: PlacedMiddleware[] = []

  constructor(private readonly options: PlacementOptions) {}

  apply(...middleware: readonly (MiddlewareEntry | readonly MiddlewareEntry[])[]): MiddlewarePlacement {
    return this.placement(middleware.flatMap(listOf<MiddlewareEntry>), [])
  }

  private placement(
    entries: readonly MiddlewareEntry[],
    excluded: readonly RouteInfo[],
  ): MiddlewarePlacement {
    return {
      exclude: (...routes) => this.placement(entries, [...excluded, ...routes.map(toRouteInfo)]),
      forRoutes: (...routes) => {
        const included = routes.flatMap((route) =>
          isClass(route) ? this.options.routesOf(route) : toRouteInfo(route),
        )
        const includes = this.matcher(included)
        const excludes = this.matcher(excluded)
        const applies = (context: HttpContext, path: string): boolean => {
          const { method } = context
          return includes(method, path) && !excludes(method, path)
        }
        for (const entry of entries) if (isClass(entry)) this.options.addClass(entry)
        for (const entry of entries) this.placed.push({ name: entry.name, applies, run: this.runner(entry) })
        return this
      },
    }
  }

  private matcher(routes: readonly RouteInfo[]): (method: string, path: string) => boolean {
    const { caseSensitive, module } = this.options
    const tests = routes.map((route) => {
      const paths = this.options.pathsOf(route)
      const matches = createPathMatcher(paths, `${module.name}.configure`, { caseSensitive })
      const wanted = methodName(route.method)
      return (actual: string, target: string): boolean =>
        (wanted === undefined || wanted === actual || (wanted === 'GET' && actual === 'HEAD')) &&
        matches(target)
    })
    return (method, path) => tests.some((test) => test(method, path))
  }

  private runner(entry: MiddlewareEntry): PlacedMiddleware['run'] {
    if (!isClass(entry)) {
      return (context, next) => entry(context.request, context.response, next)
    }
    const { module, injector } = this.options
    const record = module.injectables.get(entry)!
    const use = (instance: unknown, context: HttpContext, next: NextFunction): unknown =>
      (instance as Middleware).use(context.request, context.response, next)
    return (context, next) => {
      const instance = record.built ? record.instance : injector.resolve(record, context.scope)
      return isPromise(instance)
        ? instance.then((one) => use(one, context, next))
        : use(instance, context, next)
    }
  }
}

/**
 * Runs middleware one after the other.
 *
 * @param list those that apply
 * @param context the call
 * @param done called when the last one has called `next()`
 * @param fail called with what one has thrown, rejected with, or handed to `next`
 */
export function runMiddleware(
  list: readonly PlacedMiddleware[],
  context: HttpContext,
  done: () => unknown,
  fail: (error: unknown) => unknown,
): void {
  const step = (index: number): void => {
    const middleware = list[index]
    if (middleware === undefined) return void done()
    let called = false
    const next: NextFunction = (error) => {
      // a second call would run the rest twice
      if (called) return
      called = true
      if (error !== undefined && error !== null && error !== 'route') fail(error)
      else step(index + 1)
    }
    try {
      const result = middleware.run(context, next)
      if (isPromise(result)) result.catch(next)
    } catch (error) {
      next(error)
    }
  }
  step(0)
}

function toRouteInfo(route: string | RouteInfo): RouteInfo {
  return typeof route === 'string' ? { path: route } : route
}

/**
 * The name of a method.
 *
 * @param method a name in any case, or a number of `RequestMethod`
 * @returns upper case; undefined for every method
 */
export function methodName(method: string | number | undefined): string | undefined {
  const name = typeof method === 'number' ? RequestMethod[method] : method?.toUpperCase()
  return name === 'ALL' || name === '*' ? undefined : name
}
