import { parseHostPattern, parsePattern, UNNAMED } from './pattern.js'

/**
 * The names under which the values of a path pattern are found.
 *
 * @param pattern see `RouteDefinition.pattern`
 * @param origin who declared it, for messages
 * @returns names in any order; wildcards without a name have `*` and numbers
 * @throws {CorbelError} CORBEL_ROUTE_PATTERN
 */
export function pathParamNames(pattern: string, origin: string): ReadonlySet<string> {
  const names = parsePattern(pattern, origin, true).flatMap(({ segments, wildcard }) => {
    const all = segments.flatMap(({ params }) => params.map(({ name }) => name))
    if (wildcard !== undefined) all.push(wildcard.name)
    const unnamed = all.filter((name) => name === UNNAMED)
    return [...all, ...unnamed.map((_, number) => String(number))]
  })
  return new Set(names)
}

/**
 * The names under which the values of a host pattern are found.
 *
 * @param pattern see `RouteDefinition.host`
 * @param origin who declared it, for messages
 * @throws {CorbelError} CORBEL_ROUTE_PATTERN
 */
export function hostParamNames(pattern: string, origin: string): ReadonlySet<string> {
  return new Set(parseHostPattern(pattern, origin).flatMap(({ params }) => params.map(({ name }) => name)))
}
