import { writeCookie, type CookieOptions, type CookieRules } from './cookies.js'
import { isBodyless } from './end-whole.js'
import { FormatNotAcceptable } from './errors.js'
import type { Exchange } from './exchange.js'
import { PUSH, type PushOptions } from './features.js'
import { mediaTypeOf } from './media-types.js'
import { negotiate } from './negotiation.js'
import { NodeResponse, type HeaderValue } from './node-response.js'
import { setOwn } from './own-property.js'
import type { HttpRequest } from './request.js'
import { statusText } from './status.js'

/** What a response belongs to. */
export interface ResponseCall {
  readonly request: HttpRequest
  /** How cookies are set. */
  readonly cookieRules: CookieRules
}

/** Answers by media type; `default` where the client takes none of them. */
export type FormatHandlers = Readonly<
  Record<string, (request: HttpRequest | undefined, response: HttpResponse) => void>
>

/** The response as handlers and middleware know it: nothing leaves before the first of `send`, `json`, `write`, `end`. */
export class HttpResponse extends NodeResponse {
  /** Values for templates and later middleware. */
  locals: Record<string, unknown> = {}

  /**
   * @param exchange to answer
   * @param status what the route answers with unless it is changed; 200 by default
   * @param call what it belongs to; undefined outside of an application
   */
  constructor(
    exchange: Exchange,
    status = 200,
    protected readonly call?: ResponseCall,
  ) {
    super(exchange, status)
  }

  /** The request that is answered. */
  get req(): HttpRequest | undefined {
    return this.call?.request
  }

  set req(value: unknown) {
    setOwn(this, 'req', value)
  }

  status(code: number): this {
    this.statusCode = code
    return this
  }

  /** As `status`. */
  code(code: number): this {
    return this.status(code)
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
    return this.appendHeader(name, value)
  }

  /** As `getHeader`. */
  get(name: string): string | string[] | undefined {
    return this.getHeader(name)
  }

  /** Sets the content type: a media type, or a short name or file name (`json`, `.png`, `report.pdf`). */
  type(type: string): this {
    const known = type.includes('/') ? type : (mediaTypeOf(type) ?? 'application/octet-stream')
    return this.setHeader('content-type', known)
  }

  /** As `type`. */
  contentType(type: string): this {
    return this.type(type)
  }

  /** Adds names to `Vary`. */
  vary(names: string | readonly string[]): this {
    for (const name of [names].flat()) {
      const known = this.headers.get('vary')
      const list = known?.split(/\s*,\s*/).map((one) => one.toLowerCase()) ?? []
      if (name === '*') this.setHeader('vary', '*')
      else if (!list.includes(name.toLowerCase()) && known !== '*')
        this.setHeader('vary', known === undefined ? name : `${known}, ${name}`)
    }
    return this
  }

  /**
   * Adds links to the `Link` header (RFC 8288).
   *
   * @param links addresses by relation: `{ next: '/users?page=2' }`
   */
  links(links: Readonly<Record<string, string>>): this {
    const known = this.headers.get('link')
    const added = Object.entries(links).map(
      ([rel, url]) => `<${encodeUri(url)}>; rel="${rel.replaceAll(/["\\]/g, '\\$&')}"`,
    )
    return this.setHeader('link', [...(known === undefined ? [] : [known]), ...added].join(', '))
  }

  /**
   * Sets a cookie.
   *
   * @param name its name
   * @param value a string; an object is sent as `j:` and its JSON
   * @param options attributes; `maxAge` in milliseconds
   * @throws {CorbelError} CORBEL_COOKIE_INVALID for what browsers would not take
   */
  cookie(name: string, value: string | object, options: CookieOptions = {}): this {
    const text = typeof value === 'object' ? `j:${JSON.stringify(value)}` : value
    return this.append(
      'set-cookie',
      writeCookie(name, text, { ...this.call?.cookieRules.defaults, ...options }),
    )
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

  /**
   * Sends another resource along before the client asks for it (RFC 9113 §8.4): the application answers it like any other
   * request. Where that is not possible (HTTP/1.1, and browsers, which have given it up), nothing happens; see
   * `writeEarlyHints` for what does there.
   *
   * @param path path and query
   * @param options method and fields of the request
   * @returns true if it will be sent
   */
  push(path: string, options?: PushOptions): boolean {
    return this.exchange.feature(PUSH)?.push(path, options) ?? false
  }

  sendStatus(status: number): this {
    return this.status(status).send(statusText(status))
  }

  /** Answers with JSON. */
  json(value: unknown): this {
    this.beforeHead('json()')
    this.defaultType('application/json; charset=utf-8')
    const text = JSON.stringify(value) ?? ''
    // who has replaced `send` wants to see this answer, too
    return this.send === HttpResponse.prototype.send ? this.end(text) : this.send(text)
  }

  /**
   * Answers with a script that calls the function named by the query's `callback`; with JSON if it names none.
   *
   * @param value what the function is called with
   */
  jsonp(value: unknown): this {
    const callback = this.req?.query['callback']
    const name = typeof callback === 'string' ? callback.replaceAll(/[^[\]\w$.]/g, '') : ''
    if (name === '') return this.json(value)
    // what JSON allows and scripts did not (ECMAScript before 2019), and a guard against content sniffing
    const json = (JSON.stringify(value) ?? '').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
    this.setHeader('x-content-type-options', 'nosniff').type('js')
    return this.end(`/**/ typeof ${name} === 'function' && ${name}(${json});`)
  }

  /** Answers: text, bytes, or anything else as JSON; nothing for undefined and null. */
  send(body?: unknown): this {
    this.beforeHead('send()')
    if (body === undefined || body === null) return this.end()
    if (typeof body === 'string') {
      this.defaultType('text/plain; charset=utf-8')
      const type = this.headers.get('content-type') ?? ''
      if (/^(?:text\/|application\/(?:json|javascript|xml)\b)/.test(type) && !type.includes('charset'))
        this.headers.set('content-type', `${type}; charset=utf-8`)
      return this.end(body)
    }
    if (body instanceof Uint8Array) {
      this.defaultType('application/octet-stream')
      return this.end(body)
    }
    return this.json(body)
  }

  /**
   * Answers by what the client takes (RFC 9110 §12.5.1).
   *
   * @param handlers by media type or short name (`json`); the first is sent to clients that do not say
   * @throws {CorbelError} CORBEL_FORMAT_NOT_ACCEPTABLE (406) where there is nothing for it and no `default`
   */
  format(handlers: FormatHandlers): this {
    const types = Object.keys(handlers).filter((type) => type !== 'default')
    const request = this.req
    const [best] = negotiate('accept', this.exchange.headers.get('accept'), types)
    this.vary('Accept')
    if (best !== undefined) this.type(best)
    const handler = best === undefined ? handlers['default'] : handlers[best]
    if (handler === undefined)
      throw new FormatNotAcceptable({
        accept: (this.exchange.headers.get('accept') ?? '*/*').slice(0, 200),
        available: types.join(', '),
      })
    handler(request, this)
    return this
  }

  /** Whether middleware has put functions of its own in the place of `json` or `send`, to see what is answered. */
  get isWatched(): boolean {
    return this.send !== HttpResponse.prototype.send || this.json !== HttpResponse.prototype.json
  }

  private defaultType(type: string): void {
    if (!this.headers.has('content-type') && !isBodyless(this.statusCode))
      this.headers.set('content-type', type)
  }
}

/** What may not stand in a URI (RFC 3986 §2): also a percent sign that begins no escape. */
const NOT_IN_URI = /[^\w\-.~:/?#[\]@!$&'()*+,;=%]|%(?![\dA-Fa-f]{2})/gu

/** Encodes what may not stand in a URI, and leaves escapes that are there as they are. */
function encodeUri(url: string): string {
  return url.replace(NOT_IN_URI, (char) =>
    /^[\ud800-\udfff]$/.test(char) ? '%EF%BF%BD' : encodeURIComponent(char),
  )
}
