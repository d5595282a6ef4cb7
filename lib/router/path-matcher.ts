import { createRouteTable } from './table.js'
import type { RouteTableOptions } from './types.js'

/** How a path is compared with patterns outside the route table. */
export interface PathMatcherOptions extends RouteTableOptions {
  /** Whether paths below a pattern match it, too. Default false. */
  readonly prefix?: boolean
}

/**
 * Compiles patterns into a test for paths that agrees with the route table on every path: what a route's pattern
 * matches, the same pattern matches here. Middleware and exclusions use it, so that no spelling slips past them.
 *
 * @param patterns see `RouteDefinition.pattern`
 * @param origin who declared them, for messages
 * @param options how paths are compared; give the route table's
 * @returns a function that takes a raw path; false for malformed ones, which the route table refuses
 * @throws {CorbelError} CORBEL_ROUTE_PATTERN
 */
export function createPathMatcher(
  patterns: readonly string[],
  origin: string,
  options: PathMatcherOptions = {},
): (path: string) => boolean {
  // one table each: two patterns may well mean the same here
  const tables = [...new Set(patterns)].map((pattern) => {
    const endsOpen = /(?<!\\)\*[^/(){}]*\}?$|\(\.\*\)$/.test(pattern)
    const below = options.prefix === true && !endsOpen ? `${pattern.replace(/\/+$/, '')}{/*}` : pattern
    return createRouteTable([{ method: '*', pattern: below, origin, value: true }], options)
  })
  return (path) => tables.some((table) => table.match('', path).route !== undefined)
}
