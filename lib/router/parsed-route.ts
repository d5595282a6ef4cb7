import { CorbelError, locateFunctions } from '../common/index.js'
import { RouteDuplicate, RouteNameTaken } from './errors.js'
import { foldCase } from './path.js'
import {
  isLiteral,
  isPlainParam,
  parseHostPattern,
  parsePattern,
  type ParsedPattern,
  type PatternSegment,
} from './pattern.js'
import type { RouteDefinition, RouteTableOptions } from './types.js'

/** A route whose patterns were understood; several of them are one route if its pattern has several meanings. */
export interface ParsedRoute<T> {
  readonly route: RouteDefinition<T>
  readonly pattern: ParsedPattern
  readonly host: readonly PatternSegment[] | undefined
  readonly hostNames: readonly string[]
  /** Equal for host patterns that match the same hosts; empty without one. */
  readonly hostShape: string
}

/** What came of checking routes. */
export interface CheckedRoutes<T> {
  readonly parsed: readonly ParsedRoute<T>[]
  readonly errors: readonly CorbelError[]
}

/**
 * Parses routes and looks for everything that is wrong with them, so that all of it can be told at once.
 *
 * @param routes in the order of declaration
 * @param options as for the table
 * @returns the routes that could be parsed, and the errors of all
 */
export function checkRoutes<T>(
  routes: readonly RouteDefinition<T>[],
  options: RouteTableOptions = {},
): CheckedRoutes<T> {
  const parsed: ParsedRoute<T>[] = []
  const errors: CorbelError[] = []
  for (const route of routes) {
    try {
      parsed.push(...parseRoute(route, options))
    } catch (error) {
      if (!(error instanceof CorbelError)) throw error
      errors.push(error)
    }
  }
  return { parsed, errors: [...errors, ...duplicates(parsed, options), ...nameClashes(parsed)] }
}

/**
 * Looks for invalid patterns, duplicates and names used twice.
 *
 * @param routes in the order of declaration
 * @param options as for the table
 * @returns an error each; empty if `createRouteTable` will accept the routes
 */
export function findRouteErrors<T>(
  routes: readonly RouteDefinition<T>[],
  options?: RouteTableOptions,
): readonly CorbelError[] {
  return checkRoutes(routes, options).errors
}

/**
 * Looks for routes that answer the same method, host and paths; the names of parameters make no difference.
 *
 * @param routes in the order of declaration; those with invalid patterns are left out
 * @param options as for the table
 * @returns a `RouteDuplicate` for each pair
 */
export function findDuplicates<T>(
  routes: readonly RouteDefinition<T>[],
  options: RouteTableOptions = {},
): readonly CorbelError[] {
  return duplicates(checkRoutes(routes, options).parsed, options)
}

/**
 * Describes a segment without the names of its parameters.
 *
 * @param segment of a pattern
 * @param fold whether literals ignore case
 * @returns equal texts for segments that match the same
 */
export function segmentShape(segment: PatternSegment, fold: boolean): string {
  if (isLiteral(segment)) return `=${fold ? foldCase(segment.texts[0]!) : segment.texts[0]}`
  if (isPlainParam(segment) && segment.params[0]!.constraint === undefined) return ':'
  const texts = fold ? segment.texts.map(foldCase) : segment.texts
  const inside = segment.params.map(({ constraint, spans }) => [constraint?.source ?? null, spans ?? null])
  return JSON.stringify([texts, inside])
}

/**
 * Parses the patterns of a route.
 *
 * @param route as declared
 * @param options as for the table
 * @throws {CorbelError} CORBEL_ROUTE_PATTERN
 */
export function parseRoute<T>(route: RouteDefinition<T>, options: RouteTableOptions): ParsedRoute<T>[] {
  const { pattern, host, origin } = route
  const labels = host === undefined ? undefined : parseHostPattern(host, origin)
  const hostNames = labels?.flatMap((label) => label.params.map((param) => param.name)) ?? []
  const hostShape = labels?.map((label) => segmentShape(label, true)).join('.') ?? ''
  return parsePattern(pattern, origin, options.caseSensitive ?? true).map((parsed) => {
    return { route, pattern: parsed, host: labels, hostNames, hostShape }
  })
}

function duplicates<T>(parsed: readonly ParsedRoute<T>[], options: RouteTableOptions): CorbelError[] {
  const pairs: (readonly [RouteDefinition<T>, RouteDefinition<T>])[] = []
  const owners = new Map<string, ParsedRoute<T>>()
  for (const route of parsed) {
    const rivals = new Set<ParsedRoute<T>>()
    for (const place of places(route, options)) {
      const owner = owners.get(place)
      if (owner === undefined) owners.set(place, route)
      else rivals.add(owner)
    }
    for (const rival of rivals) {
      if (rival.route !== route.route) pairs.push([rival.route, route.route])
    }
  }
  const written = placesOf(pairs.flat())
  return pairs.map(([first, second], index) =>
    duplicate(first, second, written[2 * index], written[2 * index + 1]),
  )
}

function duplicate<T>(
  first: RouteDefinition<T>,
  second: RouteDefinition<T>,
  ...places: readonly (string | undefined)[]
): CorbelError {
  const write = (route: RouteDefinition<T>) => `${route.host ?? ''}${route.pattern}`
  const other = write(first) === write(second) ? '' : ` (also written ${write(second)})`
  return new RouteDuplicate({
    route: `${first.method === '*' ? 'Every method of' : first.method} ${write(first)}${other}`,
    first: told(first, places[0]),
    second: told(second, places[1]),
  })
}

function told<T>({ origin }: RouteDefinition<T>, place: string | undefined): string {
  return place === undefined ? origin : `${origin} at ${place}`
}

/** Every place in the tree that a route takes, as text. */
function places<T>({ route, pattern, hostShape }: ParsedRoute<T>, options: RouteTableOptions): string[] {
  const fold = options.caseSensitive === false
  const shapes = pattern.segments.map((segment) => segmentShape(segment, fold))
  const slash = options.strict === true && pattern.trailingSlash
  const at = (path: readonly string[], end: string) => [route.method, hostShape, ...path, end].join('\0')
  const found = pattern.ends.map((end) => at(shapes.slice(0, end), slash && end > 0 ? 'slash' : 'end'))
  if (pattern.wildcard !== undefined) found.push(at(shapes, 'rest'))
  return found
}

function nameClashes<T>(parsed: readonly ParsedRoute<T>[]): CorbelError[] {
  const owners = new Map<string, RouteDefinition<T>>()
  const pairs: (readonly [name: string, RouteDefinition<T>, RouteDefinition<T>])[] = []
  for (const { route } of parsed) {
    if (route.name === undefined) continue
    const owner = owners.get(route.name)
    if (owner === undefined) owners.set(route.name, route)
    // one handler may have several paths: links use the first
    else if (owner.origin !== route.origin) pairs.push([route.name, owner, route])
  }
  const written = placesOf(pairs.flatMap(([, first, second]) => [first, second]))
  return pairs.map(([name, first, second], index) => {
    const [one, other] = [written[2 * index], written[2 * index + 1]]
    return new RouteNameTaken({ name, first: told(first, one), second: told(second, other) })
  })
}

/** Where handlers are written. To find that out takes time, which only errors have. */
function placesOf<T>(routes: readonly RouteDefinition<T>[]): readonly (string | undefined)[] {
  return routes.length === 0 ? [] : locateFunctions(routes.map(({ handler }) => handler))
}
