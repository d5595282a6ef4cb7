import { CorbelError } from '../common/index.js'
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

/** A route whose patterns were understood. */
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
      parsed.push(parseRoute(route, options))
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
  return JSON.stringify(
    texts.flatMap((text, index) => [text, segment.params[index]?.constraint?.source ?? null]),
  )
}

function parseRoute<T>(route: RouteDefinition<T>, options: RouteTableOptions): ParsedRoute<T> {
  const { pattern, host, origin } = route
  const labels = host === undefined ? undefined : parseHostPattern(host, origin)
  return {
    route,
    pattern: parsePattern(pattern, origin, options.caseSensitive ?? true),
    host: labels,
    hostNames: labels?.flatMap((label) => label.params.map((param) => param.name)) ?? [],
    hostShape: labels?.map((label) => segmentShape(label, true)).join('.') ?? '',
  }
}

function duplicates<T>(parsed: readonly ParsedRoute<T>[], options: RouteTableOptions): CorbelError[] {
  const errors: CorbelError[] = []
  const owners = new Map<string, ParsedRoute<T>>()
  for (const route of parsed) {
    const rivals = new Set<ParsedRoute<T>>()
    for (const place of places(route, options)) {
      const owner = owners.get(place)
      if (owner === undefined) owners.set(place, route)
      else rivals.add(owner)
    }
    for (const rival of rivals) {
      if (rival !== route) errors.push(duplicate(rival.route, route.route))
    }
  }
  return errors
}

function duplicate<T>(first: RouteDefinition<T>, second: RouteDefinition<T>): CorbelError {
  const write = (route: RouteDefinition<T>) => `${route.host ?? ''}${route.pattern}`
  const other = write(first) === write(second) ? '' : ` (also written ${write(second)})`
  return new RouteDuplicate({
    route: `${first.method === '*' ? 'Every method of' : first.method} ${write(first)}${other}`,
    first: first.origin,
    second: second.origin,
  })
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
  const errors: CorbelError[] = []
  for (const { route } of parsed) {
    if (route.name === undefined) continue
    const owner = owners.get(route.name)
    if (owner === undefined) owners.set(route.name, route)
    // one handler may have several paths: links use the first
    else if (owner.origin !== route.origin) {
      errors.push(new RouteNameTaken({ name: route.name, first: owner.origin, second: route.origin }))
    }
  }
  return errors
}
