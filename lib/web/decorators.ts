import { defineDecorator, readMember, type AnyDecorator, type DeclaringClass } from '../metadata/index.js'
import { Injectable, type Scope } from '../di/index.js'
import { HeaderList, type HttpStatus } from '../http/index.js'
import { listOf } from '../common/index.js'
import type { SseOptions } from './events.js'
import { methodName } from './route-info.js'

/** Serves requests of every version, also those that name none. */
export const VERSION_NEUTRAL = Symbol('VERSION_NEUTRAL')

/** One version or several. */
export type VersionValue = string | typeof VERSION_NEUTRAL | readonly (string | typeof VERSION_NEUTRAL)[]

/** The options of `@Controller`. */
export interface ControllerOptions {
  /** In front of the paths of its routes. */
  readonly path?: string | readonly string[]
  /** Answers only requests for this host; may have parameters (`:tenant.example.com`). */
  readonly host?: string | readonly string[]
  readonly scope?: Scope
  readonly durable?: boolean
  readonly version?: VersionValue
}

/** What `@Controller` stores. */
export const ControllerMetadata = defineDecorator({
  name: 'Controller',
  on: ['class'],
  value: (options: ControllerOptions) => options,
})

/**
 * Declares a controller.
 *
 * @param prefix path, paths, or options
 * @example
 * @Controller('users')
 */
export function Controller(prefix: string | readonly string[] | ControllerOptions = ''): AnyDecorator {
  const options: ControllerOptions =
    typeof prefix === 'string' || Array.isArray(prefix)
      ? { path: prefix as string }
      : (prefix as ControllerOptions)
  const note = ControllerMetadata(options)
  const { scope, durable } = options
  const injectable = Injectable({
    ...(scope !== undefined && { scope }),
    ...(durable !== undefined && { durable }),
  })
  return (target, member, place) => {
    note(target, member, place)
    if (member === undefined && place === undefined) injectable(target)
  }
}

/**
 * Serves the routes of a controller at their paths as they are: without global prefix and version, and without the
 * application's global guards, pipes, interceptors and filters. For features that serve what is not part of the API.
 */
export const Direct = defineDecorator({ name: 'Direct', on: ['class'], value: () => true })

/** One `@Get`, `@Post` … on a method. */
export interface RouteDeclaration {
  /** Upper case, or `*` for all. */
  readonly method: string
  readonly paths: readonly string[]
  /** True for `@Sse`: the result is a stream of events. */
  readonly events: boolean
  readonly sse?: SseOptions
  readonly label: string
  /** For links. */
  readonly name?: string
}

/** The options of a method decorator, where a path is not all. */
export interface RouteOptions {
  /** One path or several; `/` if left out. */
  readonly path?: string | readonly string[]
  /** For `app.link(name)`; unique in the application. */
  readonly name?: string
}

/** What the method decorators store; several on one method are several routes. */
export const Routes = defineDecorator({
  name: 'Get',
  on: ['method'],
  merge: 'append',
  value: (route: RouteDeclaration) => [route],
  label: ([route]) => route!.label,
})

/**
 * Whether a method has a route of its own: for decorators that give routes to methods by their names.
 *
 * @param type the controller
 * @param member the method's name
 */
export function hasRoute(type: DeclaringClass, member: PropertyKey): boolean {
  return readMember(Routes, type, member) !== undefined
}

type RouteDecorator = (path?: string | readonly string[] | RouteOptions) => AnyDecorator

function routeDecorator(label: string, method: string): RouteDecorator {
  return (given) => Routes({ method, ...readRoute(given), events: false, label })
}

/** Answers GET, and HEAD with it. */
export const Get = routeDecorator('Get', 'GET')
/** Answers POST, with 201 unless `@HttpCode` says otherwise. */
export const Post = routeDecorator('Post', 'POST')
export const Put = routeDecorator('Put', 'PUT')
export const Patch = routeDecorator('Patch', 'PATCH')
export const Delete = routeDecorator('Delete', 'DELETE')
export const Options = routeDecorator('Options', 'OPTIONS')
export const Head = routeDecorator('Head', 'HEAD')
/** Answers every method that has no route of its own on the same path. */
export const All = routeDecorator('All', '*')
/** Answers the QUERY method: safe like GET, with a body like POST. (`@Query` is the parameter.) */
export const QueryMethod = routeDecorator('Query', 'QUERY')
export const Search = routeDecorator('Search', 'SEARCH')
export const Propfind = routeDecorator('Propfind', 'PROPFIND')
export const Proppatch = routeDecorator('Proppatch', 'PROPPATCH')
export const Mkcol = routeDecorator('Mkcol', 'MKCOL')
export const Copy = routeDecorator('Copy', 'COPY')
export const Move = routeDecorator('Move', 'MOVE')
export const Lock = routeDecorator('Lock', 'LOCK')
export const Unlock = routeDecorator('Unlock', 'UNLOCK')
/** Options of `@Sse`, beside those of all streams of events. */
export interface SseRouteOptions extends SseOptions {
  /** Another method than GET, by name or as a `RequestMethod`, for clients other than `EventSource`. */
  readonly method?: string | number
}

/**
 * Sends server-sent events: each value of the returned observable or async iterable is one.
 *
 * @param path one path or several; `/` if left out
 * @param options see `SseRouteOptions`; what is left out is as the application has it
 * @see HTML Living Standard §9.2
 */
export function Sse(
  path?: string | readonly string[] | RouteOptions,
  options: SseRouteOptions = {},
): AnyDecorator {
  const { method: given, ...sse } = options
  const method = given === undefined ? 'GET' : (methodName(given) ?? '*')
  return Routes({ method, ...readRoute(path), events: true, label: 'Sse', sse })
}

/** Answers with another status than 200 (201 for POST). */
export const HttpCode = defineDecorator({
  name: 'HttpCode',
  on: ['method'],
  value: (status: HttpStatus | number): number => status,
  check: (status) =>
    Number.isInteger(status) && status >= 200 && status <= 599
      ? undefined
      : `${status} is no status from 200 to 599`,
})

/** Sets a response header; a function is asked for each response. */
export const Header = defineDecorator({
  name: 'Header',
  on: ['method'],
  merge: 'append',
  value: (name: string, value: string | (() => string)) => [{ name, value }],
  check: ([header]) => headerProblem(header!.name, typeof header!.value === 'string' ? header!.value : ''),
})

/** Redirects; the handler may return `{ url, statusCode }` to choose another address or status. */
export const Redirect = defineDecorator({
  name: 'Redirect',
  on: ['method'],
  value: (url: string = '', statusCode: number = 302) => ({ url, statusCode }),
})

/**
 * Gives a route its name, by which links to it are written: `app.link('photos.show', { id: 7 })`.
 *
 * @param name unique in the application
 */
export const Name = defineDecorator({
  name: 'Name',
  on: ['method'],
  value: (name: string) => name,
  check: (name) => (typeof name === 'string' && name !== '' ? undefined : 'needs a name'),
})

/** The version (or versions) that a controller or a route belongs to; the route's counts. */
export const Version = defineDecorator({
  name: 'Version',
  on: ['class', 'method'],
  value: (version: VersionValue) => version,
})

function readRoute(
  given: string | readonly string[] | RouteOptions = '/',
): Pick<RouteDeclaration, 'paths' | 'name'> {
  const isOptions = typeof given === 'object' && !isList(given)
  const { path = '/', name }: RouteOptions = isOptions ? given : { path: given }
  return { paths: listOf(path), ...(name !== undefined && { name }) }
}

function isList(value: object): value is readonly string[] {
  return Array.isArray(value)
}

function headerProblem(name: string, value: string): string | undefined {
  try {
    new HeaderList().set(name, value)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
