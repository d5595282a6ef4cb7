import { createPathMatcher } from '../router/index.js'
import { methodName, type RouteInfo } from './route-info.js'

/** Where a middleware runs. */
export interface Placement {
  /**
   * Whether it runs for a request.
   *
   * @param method upper case
   * @param path as received, without query: its spelling makes no difference
   */
  matches(method: string, path: string): boolean
  /**
   * Whether it runs for the requests of a route.
   *
   * @param method of the route; `*` for all
   * @param pattern its whole path
   * @returns true for all of them, false for none, undefined if that depends on the request
   */
  covers(method: string, pattern: string): boolean | undefined
}

/** What is needed to read the paths of `forRoutes` and `exclude`. */
export interface PlacementOptions {
  /** Who configures, for messages. */
  readonly origin: string
  /** The full paths of a route, with the global prefix (unless it is excluded from it) and the version. */
  pathsOf(route: RouteInfo): readonly string[]
  readonly caseSensitive: boolean
}

/**
 * Compiles where a middleware runs.
 *
 * @param included routes as given to `forRoutes`
 * @param excluded routes as given to `exclude`
 * @param options how paths are read
 * @throws {CorbelError} CORBEL_ROUTE_PATTERN
 */
export function compilePlacement(
  included: readonly RouteInfo[],
  excluded: readonly RouteInfo[],
  options: PlacementOptions,
): Placement {
  const ins = included.map((route) => compileRoute(route, options))
  const outs = excluded.map((route) => compileRoute(route, options))
  return {
    matches: (method, path) =>
      ins.some((one) => one.matches(method, path)) && !outs.some((one) => one.matches(method, path)),
    covers(method, pattern) {
      const inside = anyCovers(ins, method, pattern)
      if (inside === false) return false
      const outside = anyCovers(outs, method, pattern)
      if (outside === true) return false
      return outside === undefined ? undefined : inside
    },
  }
}

function anyCovers(places: readonly Placement[], method: string, pattern: string): boolean | undefined {
  const answers = places.map((one) => one.covers(method, pattern))
  return answers.includes(true) ? true : answers.includes(undefined) ? undefined : false
}

function compileRoute(route: RouteInfo, options: PlacementOptions): Placement {
  const { origin, caseSensitive } = options
  const patterns = options.pathsOf(route)
  const matchesPath = createPathMatcher(patterns, origin, { caseSensitive })
  const wanted = methodName(route.method)
  return {
    matches: (method, path) =>
      (wanted === undefined || wanted === method || (wanted === 'GET' && method === 'HEAD')) &&
      matchesPath(path),
    covers(method, pattern) {
      const byMethod = coversMethod(wanted, method)
      if (byMethod === false) return false
      const byPath = coversPath(patterns, matchesPath, pattern, caseSensitive)
      return byPath === false ? false : byMethod === undefined ? undefined : byPath
    },
  }
}

/** HEAD is served by GET's routes, and follows GET here, too. */
function coversMethod(wanted: string | undefined, method: string): boolean | undefined {
  if (wanted === undefined || wanted === method) return true
  if (method === '*' || (wanted === 'HEAD' && method === 'GET')) return undefined
  return wanted === 'GET' && method === 'HEAD'
}

const EVERY_PATH = /^\/(?:\*\w*|\{\*\w+\}|\(\.\*\))$/
/** Literal text without escapes or anything else that means something in a pattern. */
const LITERAL = /^[\w.~-]+$/
const PARAM = /^:[A-Za-z_]\w*$/
const WILDCARD = /^(?:\*\w*|\{\*\w+\}|\(\.\*\))$/

function coversPath(
  patterns: readonly string[],
  matches: (path: string) => boolean,
  route: string,
  caseSensitive: boolean,
): boolean | undefined {
  if (patterns.some((one) => one === route || EVERY_PATH.test(one))) return true
  const segments = segmentsOf(route)
  if (segments.every((one) => LITERAL.test(one))) {
    // the route has one path, with or without a slash at its end
    const matched = matches(route)
    return matched === matches(`${route.replace(/\/$/, '')}/`) ? matched : undefined
  }
  const answers = patterns.map((one) => coversSegments(segmentsOf(one), segments, caseSensitive))
  return answers.includes(true) ? true : answers.includes(undefined) ? undefined : false
}

/** Compares two patterns; what is neither a literal nor a plain parameter is left to the request. */
function coversSegments(
  pattern: readonly string[],
  route: readonly string[],
  caseSensitive: boolean,
): boolean | undefined {
  let answer: boolean | undefined = true
  for (const [index, wanted] of pattern.entries()) {
    const given = route[index]
    if (WILDCARD.test(wanted)) {
      return index === pattern.length - 1 && given !== undefined && isPlain(given) ? answer : undefined
    }
    if (!isPlain(wanted)) return undefined
    if (given === undefined) return false
    if (!isPlain(given)) return undefined
    if (PARAM.test(wanted)) continue
    if (PARAM.test(given)) answer = undefined
    else if (!isSame(wanted, given, caseSensitive)) return false
  }
  if (route.length === pattern.length) return answer
  // a wildcard or an optional part may match nothing
  return isPlain(route[pattern.length]!) ? false : undefined
}

/** Always stands for one segment, whatever the path. */
function isPlain(segment: string): boolean {
  return LITERAL.test(segment) || PARAM.test(segment)
}

function isSame(a: string, b: string, caseSensitive: boolean): boolean {
  return caseSensitive ? a === b : a.toLowerCase() === b.toLowerCase()
}

function segmentsOf(pattern: string): readonly string[] {
  return pattern.split('/').filter((segment) => segment !== '')
}
