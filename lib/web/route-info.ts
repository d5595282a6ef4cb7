import type { VersionValue } from './decorators.js'

/** A place where middleware runs: a path with a method and version. */
export interface RouteInfo {
  readonly path: string
  /** A method's name in upper case; `ALL` or left out for every method. */
  readonly method?: string | number
  /** With URI versioning: the version in front of the path. */
  readonly version?: VersionValue | undefined
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

/** A path alone stands for every method. */
export function toRouteInfo(route: string | RouteInfo): RouteInfo {
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
