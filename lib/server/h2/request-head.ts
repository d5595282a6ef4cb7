import { LEFT_OUT_TRAILERS, REFUSED_TRAILERS } from '../trailer-fields.js'
import { FieldKind as Kind } from './field-kind.js'
import type { Field } from './hpack/index.js'

const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/
// obs-text as latin1; no white space at the ends (RFC 9113 §8.2.1)
const VALUE = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,32}$/
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/
// visible ASCII without `#`, as in HTTP/1.1
const PATH = /^\/[\x21\x22\x24-\x7e]*$/
// no user information (RFC 9113 §8.3.1); IPv6 also without brackets, as Node's client sends it
const AUTHORITY =
  /^(?:\[[0-9A-Fa-f:.]+\]|[-._~!$&'()*+,;=%0-9A-Za-z]*|[0-9A-Fa-f:.]*::[0-9A-Fa-f:.]*)(?::\d*)?$/

/** Those of single connections in HTTP/1.1 (RFC 9113 §8.2.2). */
const OF_CONNECTIONS = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
])

const KINDS: ReadonlyMap<string, Kind> = new Map([
  [':method', Kind.Method],
  [':scheme', Kind.Scheme],
  [':authority', Kind.Authority],
  [':path', Kind.Path],
  [':protocol', Kind.Protocol],
  ['host', Kind.Host],
  ['content-length', Kind.ContentLength],
  ['cookie', Kind.Cookie],
  ['expect', Kind.Expect],
  ['priority', Kind.Priority],
])

/** What a header section says about a request. */
export interface RequestHead {
  readonly method: string
  /** Empty for CONNECT without `:protocol`. */
  readonly path: string
  readonly authority: string
  /** What an extended CONNECT asks for (RFC 8441 §4). */
  readonly protocol: string | undefined
  /** The fields as they are shown: names in lower case, `host` among them, cookies as one. */
  readonly names: string[]
  readonly values: string[]
  /** As announced; -1 if nothing is. */
  readonly contentLength: number
  readonly expects: string | undefined
  readonly priority: string | undefined
}

/**
 * Reads the fields of a request.
 *
 * @param fields in the order of the wire
 * @returns the head, or what is wrong with it: the stream ends by PROTOCOL_ERROR then
 * @see RFC 9113 §8.2, §8.3
 */
export function readRequestHead(fields: readonly Field[]): RequestHead | string {
  let method: string | undefined
  let scheme: string | undefined
  let authority: string | undefined
  let path: string | undefined
  let protocol: string | undefined
  let host: string | undefined
  let cookie: string | undefined
  let contentLength = -1
  let expects: string | undefined
  let priority: string | undefined
  const names: string[] = []
  const values: string[] = []
  let isRegular = false
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i]!
    const kind = field.kind === Kind.Unknown ? (field.kind = kindOf(field)) : field.kind
    const { value } = field
    if (kind >= Kind.Method && kind <= Kind.Protocol) {
      if (isRegular) return `${field.name} comes behind a regular field`
      if (kind === Kind.Method) {
        if (method !== undefined) return 'there is more than one :method'
        method = value
      } else if (kind === Kind.Scheme) {
        if (scheme !== undefined) return 'there is more than one :scheme'
        scheme = value
      } else if (kind === Kind.Authority) {
        if (authority !== undefined) return 'there is more than one :authority'
        authority = value
      } else if (kind === Kind.Path) {
        if (path !== undefined) return 'there is more than one :path'
        path = value
      } else {
        if (protocol !== undefined) return 'there is more than one :protocol'
        protocol = value
      }
      continue
    }
    isRegular = true
    switch (kind) {
      case Kind.Malformed:
        return `the field ${JSON.stringify(field.name)} is not allowed, or malformed`
      case Kind.Host:
        if (host !== undefined) return 'there is more than one host'
        host = value
        continue
      case Kind.Cookie:
        // crumbs are one field again (RFC 9113 §8.2.3)
        cookie = cookie === undefined ? value : `${cookie}; ${value}`
        continue
      case Kind.ContentLength:
        if (contentLength !== -1) return 'there is more than one content-length'
        contentLength = Number(value)
        break
      case Kind.Expect:
        expects = value.toLowerCase()
        break
      case Kind.Priority:
        priority = priority === undefined ? value : `${priority}, ${value}`
        break
    }
    names.push(field.name)
    values.push(value)
  }
  if (method === undefined) return 'there is no :method'
  if (method === 'CONNECT' && protocol === undefined) {
    if (scheme !== undefined || path !== undefined || authority === undefined || authority === '') {
      return 'CONNECT has :authority and neither :scheme nor :path'
    }
  } else if (protocol !== undefined && method !== 'CONNECT') return ':protocol is for CONNECT only'
  else if (scheme === undefined) return 'there is no :scheme'
  else if (path === undefined || !(path.startsWith('/') || (path === '*' && method === 'OPTIONS'))) {
    return 'there is no :path, or one that its method does not have'
  } else if (protocol !== undefined && authority === undefined) return 'extended CONNECT without :authority'
  if (host !== undefined && authority !== undefined && host.toLowerCase() !== authority.toLowerCase()) {
    return 'host and :authority differ'
  }
  authority ??= host
  if (authority !== undefined) {
    names.push('host')
    values.push(authority)
  }
  if (cookie !== undefined) {
    names.push('cookie')
    values.push(cookie)
  }
  return {
    method,
    path: path ?? '',
    authority: authority ?? '',
    protocol,
    names,
    values,
    contentLength,
    expects,
    priority,
  }
}

/**
 * Reads the fields behind a body.
 *
 * @param fields in the order of the wire
 * @returns those that may be shown, or what is wrong with them
 * @see RFC 9113 §8.1, RFC 9110 §6.5.1
 */
export function readTrailers(fields: readonly Field[]): { names: string[]; values: string[] } | string {
  const names: string[] = []
  const values: string[] = []
  for (const field of fields) {
    const { name, value } = field
    if (field.kind === Kind.Unknown) field.kind = kindOf(field)
    if (name.startsWith(':')) return 'there is a pseudo-header field behind the body'
    if (field.kind === Kind.Malformed) return `the trailer ${JSON.stringify(name)} is not allowed`
    if (LEFT_OUT_TRAILERS.has(name) || REFUSED_TRAILERS.has(name)) continue
    names.push(name)
    values.push(value)
  }
  return { names, values }
}

function kindOf({ name, value }: Field): Kind {
  const kind = KINDS.get(name)
  if (!VALUE.test(value)) return Kind.Malformed
  switch (kind) {
    case undefined:
      if (!NAME.test(name) || OF_CONNECTIONS.has(name)) return Kind.Malformed
      return name === 'te' && value.toLowerCase() !== 'trailers' ? Kind.Malformed : Kind.Plain
    case Kind.Method:
    case Kind.Protocol:
      return TOKEN.test(value) ? kind : Kind.Malformed
    case Kind.Scheme:
      return SCHEME.test(value) ? kind : Kind.Malformed
    case Kind.Authority:
      // a client that has none leaves it out (RFC 9113 §8.3.1)
      return value !== '' && AUTHORITY.test(value) ? kind : Kind.Malformed
    case Kind.Host:
      return AUTHORITY.test(value) ? kind : Kind.Malformed
    case Kind.Path:
      return PATH.test(value) || value === '*' ? kind : Kind.Malformed
    case Kind.ContentLength:
      return /^\d{1,15}$/.test(value) ? kind : Kind.Malformed
    default:
      return kind
  }
}
