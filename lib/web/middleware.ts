import { defineError, isClass, isPromise, listOf, type Class } from '../common/index.js'
import type { Injector, ModuleRecord } from '../di/index.js'
import type { HttpRequest, HttpResponse } from '../http/index.js'
import { connectMiddleware } from './connect-apps.js'
import type { HttpContext } from './http-context.js'
import { compilePlacement, type Placement } from './middleware-placement.js'
import type { MiddlewareStep, NextFunction, PlacedMiddleware } from './middleware-run.js'
import { toRouteInfo, type RouteInfo } from './route-info.js'

/** A function between the server and the routes. */
export type MiddlewareFunction = (request: HttpRequest, response: HttpResponse, next: NextFunction) => unknown

/** A middleware class, built by the container. */
export interface Middleware {
  use(request: HttpRequest, response: HttpResponse, next: NextFunction): unknown
}

/** Middleware in either form. */
export type MiddlewareEntry = MiddlewareFunction | Class<Middleware>

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

/** Something that cannot be middleware, or no place for it. */
export const MiddlewareInvalid = defineError<{ call: string; index: number; given: string; wanted: string }>(
  'CORBEL_MIDDLEWARE_INVALID',
  '{call}: its argument [{index}] is {given}. Give {wanted}; if two files import each other, one of them may not be there yet.',
)

/**
 * Refuses what would only fail when a request comes.
 *
 * @param entries as given to `apply` or `app.use`
 * @param call in which, for the message
 * @param takesClasses whether the container can build them there
 * @throws {CorbelError} CORBEL_MIDDLEWARE_INVALID
 */
export function checkMiddleware(entries: readonly unknown[], call: string, takesClasses: boolean): void {
  const wanted = takesClasses
    ? 'a function, or a class with use()'
    : 'a function; classes go to consumer.apply()'
  for (const [index, entry] of entries.entries()) {
    const isFine = isClass(entry)
      ? takesClasses && typeof (entry.prototype as Partial<Middleware>).use === 'function'
      : typeof entry === 'function'
    if (!isFine) throw new MiddlewareInvalid({ call, index, given: nameOf(entry), wanted })
  }
}

function nameOf(entry: unknown): string {
  if (typeof entry === 'function') return `the class ${entry.name}`
  return typeof entry === 'object' && entry !== null
    ? `an instance of ${entry.constructor.name}`
    : String(entry)
}

/** What is needed to build and place middleware. */
export interface RegistryOptions {
  readonly module: ModuleRecord
  readonly injector: Injector
  /** Who configures, for messages. */
  readonly origin: string
  /** Makes the container build a middleware class. */
  addClass(type: Class): void
  /** The full paths of a route, with the global prefix (unless it is excluded from it) and the version. */
  pathsOf(route: RouteInfo): readonly string[]
  /** The routes of a controller. */
  routesOf(controller: Class): readonly RouteInfo[]
  readonly caseSensitive: boolean
}

/** Collects what the modules configure. */
export class MiddlewareRegistry implements MiddlewareConsumer {
  private readonly entries: { readonly entry: MiddlewareEntry; readonly placement: Placement }[] = []

  constructor(private readonly options: RegistryOptions) {}

  apply(...middleware: readonly (MiddlewareEntry | readonly MiddlewareEntry[])[]): MiddlewarePlacement {
    const entries = middleware.flatMap(listOf<MiddlewareEntry>)
    checkMiddleware(entries, `${this.options.origin}: apply()`, true)
    return this.placement(entries, [])
  }

  private placement(
    entries: readonly MiddlewareEntry[],
    excluded: readonly RouteInfo[],
  ): MiddlewarePlacement {
    return {
      exclude: (...routes) => {
        this.checkPlaces(routes, 'exclude()', 'a path or { path, method }')
        return this.placement(entries, [...excluded, ...routes.map(toRouteInfo)])
      },
      forRoutes: (...routes) => {
        this.checkPlaces(routes, 'forRoutes()', 'a path, { path, method } or a controller')
        const included = routes.flatMap((route) =>
          isClass(route) ? this.options.routesOf(route) : toRouteInfo(route),
        )
        const placement = compilePlacement(included, excluded, this.options)
        for (const entry of entries) if (isClass(entry)) this.options.addClass(entry)
        for (const entry of entries) this.entries.push({ entry, placement })
        return this
      },
    }
  }

  private checkPlaces(places: readonly unknown[], call: string, wanted: string): void {
    for (const [index, place] of places.entries()) {
      const isFine =
        typeof place === 'string' ||
        (isClass(place) && call === 'forRoutes()') ||
        typeof (place as Partial<RouteInfo> | null | undefined)?.path === 'string'
      if (isFine) continue
      const given = nameOf(place)
      throw new MiddlewareInvalid({ call: `${this.options.origin}: ${call}`, index, given, wanted })
    }
  }

  /** The middleware in the order in which it runs; call it when the classes are linked. */
  build(): Promise<PlacedMiddleware[]> {
    return Promise.all(
      this.entries.map(async ({ entry, placement }) => {
        const run = isClass(entry) ? await this.classRunner(entry) : functionRunner(entry)
        return { name: entry.name, placement, run, pass: undefined }
      }),
    )
  }

  private async classRunner(type: Class<Middleware>): Promise<MiddlewareStep['run']> {
    const { module, injector } = this.options
    const record = module.injectables.get(type)!
    if (record.isStatic) {
      const instance = (await injector.resolve(record)) as Middleware
      return ({ request, response }, next) => instance.use(request, response, next)
    }
    const use = (instance: Middleware, { request, response }: HttpContext, next: NextFunction): unknown =>
      instance.use(request, response, next)
    return (context, next) => {
      const instance = injector.resolve(record, context.scope)
      return isPromise<Middleware>(instance)
        ? instance.then((ready) => use(ready, context, next))
        : use(instance as Middleware, context, next)
    }
  }
}

function functionRunner(middleware: MiddlewareFunction): MiddlewareStep['run'] {
  const run = connectMiddleware(middleware)
  return ({ request, response }, next) => run(request, response, next)
}
