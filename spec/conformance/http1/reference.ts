/** A request in a text, as the grammar reads it. */
export interface ReadRequest {
  readonly method: string
  readonly target: string
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly body: string
  readonly trailers: readonly (readonly [name: string, value: string])[]
}

/** What a text is: requests, and what comes behind them. */
export interface Reading {
  readonly requests: readonly ReadRequest[]
  /** Nothing; the beginning of a request; something that cannot become one; the end that the last request asked for. */
  readonly end: 'clean' | 'incomplete' | 'rejected' | 'closed'
  readonly reason?: string
}

/** Limits that a server may set (RFC 9112 §3, §7.1.1, RFC 9110 §5.4); those of Corbel. */
const LIMITS = {
  head: 16_384,
  fields: 100,
  target: 8192,
  method: 32,
  digits: 13,
  extensions: 4096,
  trailers: 8192,
  empty: 4,
}

class Rejected extends Error {}
class Incomplete extends Error {}

const token = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+"
const quoted = '"(?:[\\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*"'
const bws = '[ \\t]*'
const REQUEST_LINE = new RegExp(`^(${token}) ([^ ]+) HTTP/([0-9])\\.([0-9])$`)
const FIELD_LINE = new RegExp(
  `^(${token}):[ \\t]*((?:[\\x21-\\x7e\\x80-\\xff](?:[\\t\\x20-\\x7e\\x80-\\xff]*[\\x21-\\x7e\\x80-\\xff])?)?)[ \\t]*$`,
)
const EXTENSIONS = `((?:${bws};${bws}${token}(?:${bws}=${bws}(?:${token}|${quoted}))?)*)`
const CHUNK_LINE = new RegExp(`^([0-9A-Fa-f]+)${EXTENSIONS}$`)
// RFC 3986: host [ ":" port ], where the host may not be empty for http (RFC 9110 §4.2.1)
const regName = "(?:[-._~!$&'()*+,;=0-9A-Za-z]|%[0-9A-Fa-f]{2})+"
const h16 = '[0-9A-Fa-f]{1,4}'
const octet = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])'
const ls32 = `(?:${h16}:${h16}|${octet}(?:\\.${octet}){3})`
const ipv6 = [
  `(?:${h16}:){6}${ls32}`,
  `::(?:${h16}:){5}${ls32}`,
  ...[0, 1, 2, 3, 4].map((n) => `(?:(?:${h16}:){0,${n}}${h16})?::(?:${h16}:){${4 - n}}${ls32}`),
  `(?:(?:${h16}:){0,5}${h16})?::${h16}`,
  `(?:(?:${h16}:){0,6}${h16})?::`,
].join('|')
const future = "v[0-9A-Fa-f]+\\.[-._~!$&'()*+,;=:0-9A-Za-z]+"
const authority = `(?:\\[(?:${ipv6}|${future})\\]|${regName})(?::[0-9]*)?`
const HOST = new RegExp(`^${authority}$`)
// wider than RFC 3986 by what browsers send: any visible character but #
const visible = '[\\x21\\x22\\x24-\\x7e]'
const ORIGIN = new RegExp(`^/${visible}*$`)
const ABSOLUTE = new RegExp(`^[hH][tT][tT][pP][sS]?://(${authority})((?:[/?]${visible}*)?)$`)

/**
 * Reads a whole text by the letter of RFC 9112, with its choices as Corbel has taken them: refuse rather than repair. It is
 * written from the grammar and shares nothing with the engine, which is compared with it.
 *
 * @param text everything that a client sends on one connection, as latin1
 */
export function readRequests(text: string): Reading {
  const requests: ReadRequest[] = []
  const reader = new Reader(text)
  try {
    for (;;) {
      reader.skipEmptyLines()
      if (reader.atEnd) return { requests, end: 'clean' }
      const { request, last } = readRequest(reader)
      requests.push(request)
      if (last) return { requests, end: 'closed' }
    }
  } catch (error) {
    if (error instanceof Rejected) return { requests, end: 'rejected', reason: error.message }
    if (error instanceof Incomplete) return { requests, end: 'incomplete' }
    throw error
  }
}

class Reader {
  at = 0
  constructor(private readonly text: string) {}

  get atEnd(): boolean {
    return this.at === this.text.length
  }

  /** A line without its CRLF; neither CR nor LF may stand alone (RFC 9112 §2.2). */
  line(limit: number): string {
    const { text, at } = this
    const feed = text.indexOf('\n', at)
    const end = feed === -1 ? text.length : feed
    const line = text.slice(at, end)
    const bare = line.search(/\r[^]/)
    if (bare !== -1) throw new Rejected('a carriage return within a line')
    if (line.length > limit) throw new Rejected('a line beyond the limit')
    if (feed === -1) throw new Incomplete()
    if (!line.endsWith('\r')) throw new Rejected('a line feed without carriage return')
    this.at = feed + 1
    return line.slice(0, -1)
  }

  take(length: number): string {
    if (this.text.length - this.at < length) throw new Incomplete()
    this.at += length
    return this.text.slice(this.at - length, this.at)
  }

  /** RFC 9112 §2.2: empty lines before a request line are ignored. */
  skipEmptyLines(): void {
    for (let count = 0; this.text[this.at] === '\r'; count++) {
      if (count === LIMITS.empty) throw new Rejected('too many empty lines')
      if (this.at + 1 === this.text.length) throw new Incomplete()
      if (this.text[this.at + 1] !== '\n') throw new Rejected('a carriage return before the request line')
      this.at += 2
    }
  }
}

function readRequest(reader: Reader): { request: ReadRequest; last: boolean } {
  const start = reader.at
  const requestLine = REQUEST_LINE.exec(reader.line(LIMITS.head))
  if (requestLine === null) throw new Rejected('not a request line')
  const [, method, target, major, minor] = requestLine as unknown as [string, string, string, string, string]
  if (major !== '1') throw new Rejected('another major version')
  if (method.length > LIMITS.method) throw new Rejected('a method beyond the limit')
  if (target.length > LIMITS.target) throw new Rejected('a target beyond the limit')
  const fields = readFields(reader, LIMITS.head)
  if (reader.at - start > LIMITS.head) throw new Rejected('a head beyond the limit')
  const values = (name: string) => fields.filter(([key]) => key === name).map(([, value]) => value)
  const host = checkHost(values('host'), minor)
  const resolved = resolveTarget(method, target)
  void host
  for (const expectation of values('expect')) {
    if (expectation.toLowerCase() !== '100-continue') throw new Rejected('an unknown expectation')
  }
  const { body, trailers } = readBody(reader, values('content-length'), values('transfer-encoding'), minor)
  const options = values('connection').flatMap((value) =>
    value.split(',').map((option) => option.replace(/^[ \t]+|[ \t]+$/g, '').toLowerCase()),
  )
  const last = options.includes('close') || (minor === '0' && !options.includes('keep-alive'))
  return { request: { method, target: resolved, fields, body, trailers }, last }
}

function readFields(reader: Reader, limit: number): [string, string][] {
  const fields: [string, string][] = []
  for (;;) {
    const line = reader.line(limit)
    if (line === '') return fields
    const field = FIELD_LINE.exec(line)
    if (field === null) throw new Rejected('not a field line')
    if (fields.length === LIMITS.fields) throw new Rejected('too many fields')
    fields.push([field[1]!.toLowerCase(), field[2]!])
  }
}

/** RFC 9112 §3.2. */
function checkHost(hosts: string[], minor: string): string {
  if (hosts.length > 1) throw new Rejected('several Hosts')
  if (hosts[0] === undefined) {
    if (minor !== '0') throw new Rejected('no Host')
    return ''
  }
  if (!HOST.test(hosts[0])) throw new Rejected('not a host')
  return hosts[0]
}

/** RFC 9112 §3.2.1–§3.2.4. */
function resolveTarget(method: string, target: string): string {
  if (method === 'CONNECT') throw new Rejected('no tunnels')
  if (target === '*') {
    if (method !== 'OPTIONS') throw new Rejected('* for something other than OPTIONS')
    return target
  }
  if (ORIGIN.test(target)) return target
  const absolute = ABSOLUTE.exec(target)
  if (absolute === null) throw new Rejected('a target in no known form')
  const path = absolute[2]!
  if (path === '') return method === 'OPTIONS' ? '*' : '/'
  return path.startsWith('?') ? `/${path}` : path
}

/** RFC 9112 §6.3. */
function readBody(
  reader: Reader,
  lengths: string[],
  codings: string[],
  minor: string,
): Pick<ReadRequest, 'body' | 'trailers'> {
  if (codings.length > 0) {
    if (lengths.length > 0) throw new Rejected('both Transfer-Encoding and Content-Length')
    if (minor === '0') throw new Rejected('Transfer-Encoding in HTTP/1.0')
    if (codings.length > 1 || codings[0]!.toLowerCase() !== 'chunked')
      throw new Rejected('codings other than chunked')
    return readChunks(reader)
  }
  if (lengths.length === 0) return { body: '', trailers: [] }
  if (lengths.length > 1) throw new Rejected('several lengths')
  if (!/^[0-9]+$/.test(lengths[0]!)) throw new Rejected('not a length')
  if (BigInt(lengths[0]!) > BigInt(Number.MAX_SAFE_INTEGER)) throw new Rejected('a length beyond all limits')
  return { body: reader.take(Number(lengths[0])), trailers: [] }
}

/** RFC 9112 §7.1. */
function readChunks(reader: Reader): Pick<ReadRequest, 'body' | 'trailers'> {
  let body = ''
  for (let extensions = 0; ;) {
    const line = CHUNK_LINE.exec(reader.line(LIMITS.extensions + LIMITS.digits + 1))
    if (line === null) throw new Rejected('not a chunk size')
    if (line[1]!.length > LIMITS.digits) throw new Rejected('a size with too many digits')
    extensions += line[2]!.length
    if (extensions > LIMITS.extensions) throw new Rejected('extensions beyond the limit')
    const size = parseInt(line[1]!, 16)
    if (size === 0) break
    body += reader.take(size)
    const end = reader.take(2)
    if (end !== '\r\n') throw new Rejected('a chunk that does not end in CRLF')
  }
  const start = reader.at
  const trailers = readFields(reader, LIMITS.trailers + 1)
  if (reader.at - start - 2 > LIMITS.trailers) throw new Rejected('trailers beyond the limit')
  if (trailers.some(([name]) => REFUSED_TRAILERS.includes(name)))
    throw new Rejected('a field that is not for trailers')
  return { body, trailers: trailers.filter(([name]) => !IGNORED_TRAILERS.includes(name)) }
}

/** Framing and routing (RFC 9110 §6.5.1). */
const REFUSED_TRAILERS = ['content-length', 'transfer-encoding', 'host', 'trailer', 'connection', 'expect']

/** Controls, conditions, authentication, and how to read the body (RFC 9110 §6.5.1). */
// prettier-ignore
const IGNORED_TRAILERS = [
  'cache-control', 'max-forwards', 'te', 'range', 'pragma', 'keep-alive', 'upgrade',
  'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range',
  'authorization', 'proxy-authorization', 'www-authenticate', 'proxy-authenticate', 'cookie', 'set-cookie',
  'content-encoding', 'content-type', 'content-range',
]
