import { LinkParamInvalid, LinkUnknown } from './errors.js'
import type { ParsedRoute } from './parsed-route.js'
import { isUnsafeSegment } from './path.js'
import type { PatternParam, PatternSegment } from './pattern.js'

type Values = Readonly<Record<string, unknown>>

/** Writes the paths of named routes. */
export class Links<T> {
  private readonly routes = new Map<string, ParsedRoute<T>>()

  constructor(routes: readonly ParsedRoute<T>[]) {
    for (const route of routes) {
      const { name } = route.route
      if (name !== undefined && !this.routes.has(name)) this.routes.set(name, route)
    }
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
    const parsed = this.routes.get(name)
    if (parsed === undefined) throw new LinkUnknown({ name })
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
}

type Fail = (param: string, problem: string) => Error

function isMissing(value: unknown): value is undefined | null | '' {
  return value === undefined || value === null || value === ''
}

function writeSegment(segment: PatternSegment, params: Values, fail: Fail): string {
  const written = segment.texts.map((literal, index) => {
    const param = segment.params[index]
    return encode(literal) + (param === undefined ? '' : encode(writeParam(param, params, fail)))
  })
  const whole = written.join('')
  if (isUnsafeSegment(decodeURIComponent(whole))) {
    throw fail(segment.params[0]?.name ?? whole, 'makes a dot segment, which paths may not have')
  }
  return whole
}

function writeParam(param: PatternParam, params: Values, fail: Fail): string {
  const value = text(params[param.name], param.name, fail)
  if (value === undefined) throw fail(param.name, 'is missing')
  if (isUnsafeSegment(value)) throw fail(param.name, 'makes a dot segment, which paths may not have')
  if (param.constraint !== undefined && !param.constraint.test(value, 0, value.length)) {
    throw fail(param.name, `does not meet its constraint (${param.constraint.source})`)
  }
  return value
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
