import { LinkParamInvalid, LinkUnknown } from './errors.js'
import { hostParamNames, pathParamNames } from './param-names.js'
import { parseRoute, type ParsedRoute } from './parsed-route.js'
import { isUnsafeSegment } from './path.js'
import type { PatternParam, PatternSegment } from './pattern.js'
import type { RouteDefinition, RouteTableOptions } from './types.js'

type Values = Readonly<Record<string, unknown>>

/** Writes the paths of named routes. */
export class Links<T> implements LinkWriter {
  /** By name; several of one route, the longest first, if parts in the midst of its pattern are optional. */
  private readonly routes = new Map<string, ParsedRoute<T>[]>()

  /** By name, as far as they were asked for. */
  private readonly params = new Map<string, ReadonlySet<string>>()

  constructor(routes: readonly ParsedRoute<T>[]) {
    for (const route of routes) {
      const { name } = route.route
      if (name === undefined) continue
      const known = this.routes.get(name)
      if (known === undefined) this.routes.set(name, [route])
      else if (known[0]!.route === route.route) known.push(route)
    }
  }

  has(name: string): boolean {
    return this.routes.has(name)
  }

  paramsOf(name: string): ReadonlySet<string> {
    const known = this.params.get(name)
    if (known !== undefined) return known
    const { pattern, host, origin } = this.meanings(name)[0]!.route
    const ofHost = host === undefined ? [] : hostParamNames(host, origin)
    const params = new Set([...pathParamNames(pattern, origin), ...ofHost])
    this.params.set(name, params)
    return params
  }

  writeHost(name: string, params: Values): string | undefined {
    const { host, route } = this.meanings(name)[0]!
    const fail = (param: string, problem: string) =>
      new LinkParamInvalid({ name, param, pattern: `${route.host}${route.pattern}`, problem })
    return host?.map((label) => writeLabel(label, params, fail)).join('.')
  }

  /**
   * Writes a path.
   *
   * @param name of the route
   * @param params values by parameter name: strings, numbers, booleans or bigints; others in excess are ignored
   * @returns the percent-encoded path (RFC 3986 §3.3)
   * @throws {CorbelError} CORBEL_LINK_UNKNOWN, CORBEL_LINK_PARAM
   */
  write(name: string, params: Values): string {
    const meanings = this.meanings(name)
    const parsed = meanings.find((one) => hasAll(one, params)) ?? meanings[0]!
    const { segments, ends, wildcard, trailingSlash } = parsed.pattern
    const fail = (param: string, problem: string) =>
      new LinkParamInvalid({ name, param, pattern: parsed.route.pattern, problem })
    const rest = wildcard === undefined ? undefined : text(params[wildcard.name], wildcard.name, fail)
    // the longest way to end the path that there are values for
    const missing = segments.findIndex((segment) =>
      segment.params.some((param) => isMissing(params[param.name])),
    )
    const possible =
      missing < 0 ? segments.length : (ends.findLast((end) => end <= missing) ?? segments.length)
    const count = rest === undefined ? possible : segments.length
    const path = segments.slice(0, count).map((segment) => writeSegment(segment, params, fail))
    if (wildcard !== undefined && count === segments.length) {
      if (rest !== undefined) path.push(writeRest(rest, wildcard.name, fail))
      else if (!wildcard.optional) throw fail(wildcard.name, 'is missing')
    }
    return `/${path.join('/')}${trailingSlash && path.length > 0 ? '/' : ''}`
  }

  private meanings(name: string): readonly ParsedRoute<T>[] {
    const meanings = this.routes.get(name)
    if (meanings === undefined) throw new LinkUnknown({ name })
    return meanings
  }
}

/** What writes links to routes that have names. */
export interface LinkWriter {
  /** Whether a route has this name. */
  has(name: string): boolean
  /** The names of the parameters in the path of a route and in its host. */
  paramsOf(name: string): ReadonlySet<string>
  /** As `RouteTable.link`. */
  write(name: string, params: Values): string
  /**
   * Writes the host of a route.
   *
   * @returns undefined for routes of every host
   * @throws {CorbelError} CORBEL_LINK_UNKNOWN, CORBEL_LINK_PARAM
   */
  writeHost(name: string, params: Values): string | undefined
}

/**
 * Makes what writes links, without a table to find routes in.
 *
 * @param routes those with a name count; of several with one name, the first
 * @param options as for the table
 * @throws {CorbelError} CORBEL_ROUTE_PATTERN
 */
export function createLinkWriter<T>(
  routes: readonly RouteDefinition<T>[],
  options: RouteTableOptions = {},
): LinkWriter {
  return new Links(routes.flatMap((route) => parseRoute(route, options)))
}

type Fail = (param: string, problem: string) => Error

function hasAll<T>({ pattern }: ParsedRoute<T>, values: Values): boolean {
  return pattern.segments.every((segment) => segment.params.every((param) => !isMissing(values[param.name])))
}

function isMissing(value: unknown): value is undefined | null | '' {
  return value === undefined || value === null || value === ''
}

function writeSegment(segment: PatternSegment, params: Values, fail: Fail): string {
  const written = segment.texts.map((literal, index) => {
    const param = segment.params[index]
    return encode(literal) + (param === undefined ? '' : writeParam(param, params, fail))
  })
  const whole = written.join('')
  if (isUnsafeSegment(decodeURIComponent(whole))) {
    throw fail(segment.params[0]?.name ?? whole, 'makes a dot segment, which paths may not have')
  }
  return whole
}

function writeParam(param: PatternParam, params: Values, fail: Fail): string {
  const value = text(params[param.name], param.name, fail)
  if (param.spans !== undefined && (value !== undefined || param.spans === 'any'))
    return writeRest(value ?? '', param.name, fail)
  if (value === undefined) throw fail(param.name, 'is missing')
  if (isUnsafeSegment(value)) throw fail(param.name, 'makes a dot segment, which paths may not have')
  if (param.constraint !== undefined && !param.constraint.test(value, 0, value.length)) {
    throw fail(param.name, `does not meet its constraint (${param.constraint.source})`)
  }
  return encode(value)
}

/** One label of a host name (RFC 952, RFC 1123 §2.1): what else a value holds would lead to another host. */
const LABEL = /^[a-z\d_](?:[a-z\d_-]*[a-z\d_])?$/

function writeLabel(label: PatternSegment, params: Values, fail: Fail): string {
  const whole = label.texts
    .map((literal, index) => {
      const param = label.params[index]
      if (param === undefined) return literal
      const value = text(params[param.name], param.name, fail)?.toLowerCase()
      if (value === undefined) throw fail(param.name, 'is missing')
      if (param.constraint !== undefined && !param.constraint.test(value, 0, value.length))
        throw fail(param.name, `does not meet its constraint (${param.constraint.source})`)
      return literal + value
    })
    .join('')
  if (label.params.length > 0 && (!LABEL.test(whole) || whole.length > 63))
    throw fail(label.params[0]!.name, 'makes no label of a host name')
  return whole
}

function writeRest(rest: string, name: string, fail: Fail): string {
  if (isUnsafeSegment(rest)) throw fail(name, 'holds a dot segment, which paths may not have')
  return rest.replace(/^\/+/, '').split('/').map(encode).join('/')
}

function text(value: unknown, param: string, fail: Fail): string | undefined {
  if (isMissing(value)) return undefined
  if (
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    typeof value === 'bigint'
  ) {
    const written = String(value)
    if (/\p{Surrogate}/u.test(written))
      throw fail(param, 'holds half a surrogate pair, which UTF-8 cannot express')
    return written
  }
  throw fail(param, `is of type ${typeof value}, which has no place in a path; give a string or a number`)
}

/** Encodes all but what RFC 3986 §3.3 lets a path segment hold as it is. */
function encode(value: string): string {
  return encodeURIComponent(value).replace(/%(?:24|26|2B|2C|3A|3B|3D|40)/g, decodeURIComponent)
}
