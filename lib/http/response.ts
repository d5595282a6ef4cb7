import { serialize, type SerializeOptions } from 'cookie'
import { encodeUtf8 } from '../common/index.js'
import { Emitter } from './emitter.js'
import type { BodySize, Exchange, ResponseSink, SinkState } from './exchange.js'
import { HeaderList } from './header-list.js'
import { statusText } from './status.js'

/** Attributes of a cookie. `path=/` and `SameSite=Lax` by default. `maxAge` is in milliseconds. */
export type CookieOptions = Omit<SerializeOptions, 'encode'>

type HeaderValue = string | number | readonly string[]

/** The response as handlers and middleware know it: nothing leaves before the first of `send`, `json`, `write`, `end`. */
export class HttpResponse extends Emitter {
  [own: string]: unknown
  /** The status to answer with. */
  statusCode: number
  /** Values for templates and later middleware. */
  locals: Record<string, unknown> = {}
  readonly headers = new HeaderList()
  private readonly sink: ResponseSink

  /**
   * @param exchange to answer
   * @param status what the route answers with unless it is changed; 200 by default
   */
  constructor(exchange: Exchange, status = 200) {
    super()
    this.sink = exchange.sink
    this.statusCode = status
  }

  get headersSent(): boolean {
    return this.sink.state !== 'idle'
  }

  get writableEnded(): boolean {
    return this.sink.state === 'ended' || this.sink.state === 'aborted'
  }

  /** As `writableEnded`. */
  get finished(): boolean {
    return this.writableEnded
  }

  status(code: number): this {
    this.statusCode = code
    return this
  }

  /** As `status`. */
  code(code: number): this {
    return this.status(code)
  }

  /** Sets a header; an array becomes several lines. */
  setHeader(name: string, value: HeaderValue): this {
    if (typeof value !== 'object') this.headers.set(name, String(value))
    else {
      this.headers.delete(name)
      for (const one of value) this.headers.append(name, one)
    }
    return this
  }

  /** Sets one header, or all of an object. */
  header(name: string | Readonly<Record<string, HeaderValue>>, value: HeaderValue = ''): this {
    if (typeof name === 'string') return this.setHeader(name, value)
    for (const [key, one] of Object.entries(name)) this.setHeader(key, one)
    return this
  }

  /** As `header`. */
  set(name: string | Readonly<Record<string, HeaderValue>>, value: HeaderValue = ''): this {
    return this.header(name, value)
  }

  /** Adds a line, whether or not there is one of that name. */
  append(name: string, value: string | readonly string[]): this {
    for (const one of typeof value === 'string' ? [value] : value) this.headers.append(name, one)
    return this
  }

  /** As `append`. */
  appendHeader(name: string, value: string | readonly string[]): this {
    return this.append(name, value)
  }

  getHeader(name: string): string | string[] | undefined {
    const all = this.headers.getAll(name)
    return all.length > 1 ? all : all[0]
  }

  /** As `getHeader`. */
  get(name: string): string | string[] | undefined {
    return this.getHeader(name)
  }

  getHeaders(): Record<string, string | string[] | undefined> {
    return Object.fromEntries(this.getHeaderNames().map((name) => [name, this.getHeader(name)]))
  }

  getHeaderNames(): string[] {
    return [...new Set([...this.headers].map(([name]) => name))]
  }

  hasHeader(name: string): boolean {
    return this.headers.has(name)
  }

  removeHeader(name: string): void {
    this.headers.delete(name)
  }

  /** Sets the content type; `json`, `html` and `text` stand for their media types. */
  type(type: string): this {
    return this.setHeader('content-type', MEDIA_TYPES[type] ?? type)
  }

  /** As `type`. */
  contentType(type: string): this {
    return this.type(type)
  }

  /** Adds a name to `Vary`. */
  vary(name: string): this {
    const known = this.headers.get('vary')
    const names = known?.split(/\s*,\s*/).map((one) => one.toLowerCase()) ?? []
    if (!names.includes(name.toLowerCase()))
      this.setHeader('vary', known === undefined ? name : `${known}, ${name}`)
    return this
  }

  /**
   * Sets a cookie.
   *
   * @param name its name
   * @param value a string; an object is sent as `j:` and its JSON
   * @param options attributes; `maxAge` in milliseconds
   */
  cookie(name: string, value: string | object, options: CookieOptions = {}): this {
    const text = typeof value === 'string' ? value : `j:${JSON.stringify(value)}`
    const attributes: SerializeOptions = { path: '/', sameSite: 'lax', ...options }
    if (options.maxAge !== undefined) {
      attributes.maxAge = Math.floor(options.maxAge / 1000)
      attributes.expires ??= new Date(Date.now() + options.maxAge)
    }
    return this.append('set-cookie', serialize(name, text, attributes))
  }

  /** Deletes a cookie: name the same path and domain that it was set with. */
  clearCookie(name: string, options: CookieOptions = {}): this {
    return this.cookie(name, '', { ...options, expires: new Date(1), maxAge: undefined })
  }

  location(url: string): this {
    return this.setHeader('location', encodeUri(url))
  }

  /** Answers with a redirect; 302 unless a status is given (before or after the address). */
  redirect(...args: [url: string, status?: number] | [status: number, url: string]): void {
    const [url, status] =
      typeof args[0] === 'string'
        ? [args[0], (args[1] as number | undefined) ?? 302]
        : [args[1] as string, args[0]]
    this.status(status)
      .location(url)
      .send(`${statusText(status)}. Redirecting to ${this.headers.get('location')}`)
  }

  sendStatus(status: number): void {
    this.status(status).send(statusText(status))
  }

  /** Answers with JSON. */
  json(value: unknown): void {
    this.defaultType('application/json; charset=utf-8')
    this.end(JSON.stringify(value) ?? '')
  }

  /** Answers: text, bytes, or anything else as JSON; nothing for undefined and null. */
  send(body?: unknown): void {
    if (body === undefined || body === null) this.end()
    else if (typeof body === 'string') {
      this.defaultType('text/plain; charset=utf-8')
      this.end(body)
    } else if (body instanceof Uint8Array) {
      this.defaultType('application/octet-stream')
      this.end(body)
    } else this.json(body)
  }

  writeHead(status: number, ...rest: (string | Readonly<Record<string, HeaderValue>> | undefined)[]): this {
    this.statusCode = status
    const fields = rest.find((one) => typeof one === 'object')
    if (fields !== undefined) this.header(fields)
    return this
  }

  /** Sends the head now; the body follows with `write` and `end`. */
  flushHeaders(): void {
    if (this.headersSent) return
    if (isOwn(this, 'writeHead')) this.writeHead(this.statusCode)
    const length = Number(this.headers.get('content-length') ?? NaN)
    this.sink.head(this.statusCode, this.headers, Number.isNaN(length) ? 'stream' : length)
  }

  /** Sends a part of the body. Returns false if the reader is slower: `drain` tells when it has caught up. */
  write(chunk: string | Uint8Array, encoding?: BufferEncoding): boolean {
    this.flushHeaders()
    const goesOn = this.sink.write(bytesOf(chunk, encoding))
    if (!goesOn) {
      this.sink.drained().then(
        () => this.emit('drain'),
        () => undefined,
      )
    }
    return goesOn
  }

  end(last?: string | Uint8Array, encoding?: BufferEncoding): this {
    if (this.writableEnded) return this
    const body = last === undefined || last === null ? undefined : encoded(last, encoding)
    if (this.headersSent) this.sink.end(body)
    else {
      if (isOwn(this, 'writeHead')) this.writeHead(this.statusCode)
      endWhole(this.sink, this.statusCode, this.headers, body)
    }
    return this
  }

  /**
   * Where results go: the transport itself, or, where a middleware has put functions of its own in the place of
   * `writeHead`, `write` or `end` (sessions and compression do), those functions.
   */
  get outlet(): ResponseSink {
    return OVERRIDABLE.some((name) => isOwn(this, name)) ? new OverriddenSink(this, this.sink) : this.sink
  }

  /** What Node calls the rendered head; middleware asks whether it is there. */
  get _header(): string | undefined {
    return this.headersSent ? `HTTP/1.1 ${this.statusCode}` : undefined
  }

  /** What Node calls before a body without a head; middleware does the same. */
  _implicitHeader(): void {
    this.writeHead(this.statusCode)
  }

  /** `finish` when the answer is complete, `close` when nothing more happens, whether or not it is. */
  protected listened(event: string | symbol): void {
    if (event !== 'finish' && event !== 'close') return
    this.sink.onClose((state) => {
      if (event === 'close' || state === 'ended') this.emit(event)
    })
  }

  private defaultType(type: string): void {
    if (!this.headers.has('content-type')) this.headers.set('content-type', type)
  }
}

const OVERRIDABLE = ['writeHead', 'write', 'end'] as const

/** True if the object has another function than its class under a name. */
function isOwn(response: HttpResponse, name: (typeof OVERRIDABLE)[number]): boolean {
  return Object.hasOwn(response, name)
}

/** Sends through the methods of a response, so that what has been put in their place has its say. */
class OverriddenSink implements ResponseSink {
  constructor(
    private readonly response: HttpResponse,
    private readonly sink: ResponseSink,
  ) {}

  get state(): SinkState {
    return this.sink.state
  }

  head(status: number, headers: HeaderList, body: BodySize): void {
    const { response } = this
    response.statusCode = status
    if (headers !== response.headers) {
      for (const name of response.getHeaderNames()) response.removeHeader(name)
      for (const [name, value] of headers) response.append(name, value)
    }
    if (typeof body === 'number') response.setHeader('content-length', body)
  }

  write(chunk: Uint8Array): boolean {
    return this.response.write(chunk)
  }

  /** Whoever has replaced `write` also says when there is room again. */
  drained(): Promise<void> {
    return new Promise((resolve) => this.response.on('drain', resolve).on('close', resolve))
  }

  end(last?: Uint8Array | string): void {
    this.response.end(last)
  }

  abort(error: Error): void {
    this.sink.abort(error)
  }

  onClose(listener: (state: 'ended' | 'aborted') => void): void {
    this.sink.onClose(listener)
  }
}

/** Text in another encoding than UTF-8 becomes bytes. */
function encoded(chunk: string | Uint8Array, encoding: BufferEncoding | undefined): string | Uint8Array {
  const isUtf8 = typeof encoding !== 'string' || encoding === 'utf8' || encoding === 'utf-8'
  return typeof chunk !== 'string' || isUtf8 ? chunk : Buffer.from(chunk, encoding)
}

function bytesOf(chunk: string | Uint8Array, encoding: BufferEncoding | undefined): Uint8Array {
  const content = encoded(chunk, encoding)
  return typeof content === 'string' ? encodeUtf8(content) : content
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  json: 'application/json; charset=utf-8',
  html: 'text/html; charset=utf-8',
  text: 'text/plain; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  xml: 'application/xml; charset=utf-8',
}

/**
 * Sends an answer whose body is complete.
 *
 * @param sink to write to
 * @param status the status; 204 and 304 have no body (RFC 9110 §6.4.1)
 * @param headers without framing
 * @param body text is sent as UTF-8
 */
export function endWhole(
  sink: ResponseSink,
  status: number,
  headers: HeaderList,
  body?: string | Uint8Array,
): void {
  if (status === 204 || status === 304) {
    sink.head(status, headers, 'none')
    sink.end()
    return
  }
  sink.head(status, headers, typeof body === 'string' ? utf8Length(body) : (body?.length ?? 0))
  sink.end(body)
}

/**
 * The length of a text in UTF-8.
 *
 * @param text any string
 * @returns bytes
 */
export function utf8Length(text: string): number {
  return typeof Buffer === 'undefined' ? encodeUtf8(text).length : Buffer.byteLength(text)
}

/** What may not stand in a URI (RFC 3986 §2): also a percent sign that begins no escape. */
const NOT_IN_URI = /[^\w\-.~:/?#[\]@!$&'()*+,;=%]|%(?![\dA-Fa-f]{2})/gu

/** Encodes what may not stand in a URI, and leaves escapes that are there as they are. */
function encodeUri(url: string): string {
  return url.replace(NOT_IN_URI, (char) =>
    /^[\ud800-\udfff]$/.test(char) ? '%EF%BF%BD' : encodeURIComponent(char),
  )
}
