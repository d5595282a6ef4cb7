import { parse as parseCookies } from 'cookie'
import type { CookieRules } from './cookies.js'
import type { Exchange } from './exchange.js'
import { TRAILERS } from './features.js'
import { addressChain, forwardedHost, forwardedProtocol, type ProxyTrust } from './forwarded.js'
import { parseByteRanges, type ByteRange } from './byte-ranges.js'
import { isFresh } from './freshness.js'
import { fullMediaType } from './media-types.js'
import { negotiate, preferencesOf, type NegotiatedField } from './negotiation.js'
import { parseQuery, type QueryParams, type QueryParser } from './query.js'
import { setOwn } from './own-property.js'
import { RequestStream } from './request-stream.js'
import type { HttpResponse } from './response.js'
import { SocketView } from './socket-view.js'

/** What a request belongs to. */
export interface RequestCall {
  readonly response: HttpResponse
  /** The pattern of the route, with all prefixes; undefined where there is none. */
  readonly routePath: string | undefined
  /** Whose word on the client's address counts; undefined for nobody's. */
  readonly proxies: ProxyTrust | undefined
  /** Parses queries, without the leading `?`. */
  readonly parseQuery: QueryParser
  /** Aborts when nobody wants the answer any more. */
  readonly signal: AbortSignal
  /** How cookies are read. */
  readonly cookieRules: CookieRules
  /** False where middleware parses cookies. */
  readonly parsesCookies?: boolean
  /** What middleware may ask about the application. */
  readonly app?: object | undefined
}

/**
 * The request as handlers, guards and middleware know it. Everything is looked up when it is first read; properties of
 * the application's own (`request.user`) can be set on it.
 */
export class HttpRequest extends RequestStream {
  [own: string]: unknown
  /** Upper case. Middleware may change it, before the route is looked up. */
  method: string
  /** Path and query as received. Middleware may change it. */
  url: string
  readonly originalUrl: string
  /** Path parameters, decoded. */
  params: Readonly<Record<string, string>> = {}
  /** Parameters of the route's host pattern. */
  hosts: Readonly<Record<string, string>> = {}
  /** The parsed body, where something on the route reads it. */
  body: unknown = undefined
  /** The body's bytes, where the application or the route asks for them. */
  rawBody: Uint8Array | undefined = undefined
  /** The path that the middleware which runs is mounted at. */
  baseUrl = ''
  private parsedQuery: QueryParams | undefined = undefined
  private parsedCookies: Record<string, string | undefined> | undefined = undefined
  private verifiedCookies: Record<string, string | false | undefined> | undefined = undefined
  private view: SocketView | undefined = undefined

  /**
   * @param exchange where it comes from
   * @param call what it belongs to; undefined outside of an application
   */
  constructor(
    exchange: Exchange,
    private readonly call?: RequestCall,
  ) {
    super(exchange)
    this.method = exchange.method
    this.url = exchange.target
    this.originalUrl = exchange.target
  }

  /** The path as received, without the query. */
  get path(): string {
    const mark = this.url.indexOf('?')
    return mark === -1 ? this.url : this.url.slice(0, mark)
  }

  get query(): QueryParams {
    if (this.parsedQuery !== undefined) return this.parsedQuery
    const mark = this.url.indexOf('?')
    const parse = this.call?.parseQuery ?? parseQuery
    return (this.parsedQuery = parse(mark === -1 ? '' : this.url.slice(mark + 1)))
  }

  set query(value: QueryParams) {
    this.parsedQuery = value
  }

  /** Names in lower case; `set-cookie` is an array. */
  get headers(): Record<string, string | string[] | undefined> {
    return this.exchange.headers.toObject()
  }

  /** Name, value, name, value …, in the order of the wire. */
  get rawHeaders(): string[] {
    return this.exchange.headers.lines().flatMap((line) => [...line])
  }

  /**
   * Fields behind a chunked body, names in lower case; empty before the body was read to its end, and where there are none.
   *
   * @see RFC 9110 §6.5: they were not there when the headers were checked, so they must not be taken for headers
   */
  get trailers(): Record<string, string | string[] | undefined> {
    return this.exchange.feature(TRAILERS)?.toObject() ?? {}
  }

  /** Decoded; nothing is verified. */
  get cookies(): Record<string, string | undefined> {
    if (this.call?.parsesCookies !== false)
      this.parsedCookies ??= parseCookies(this.exchange.headers.get('cookie') ?? '')
    // whoever parses them looks whether somebody has already
    return this.parsedCookies as Record<string, string | undefined>
  }

  set cookies(value: Record<string, string | undefined>) {
    this.parsedCookies = value
  }

  /** The cookies that are signed, by name; false where the signature is not the application's. */
  get signedCookies(): Record<string, string | false | undefined> {
    if (this.verifiedCookies !== undefined) return this.verifiedCookies
    const signed = Object.create(null) as Record<string, string | false | undefined>
    const seals = this.call?.cookieRules.seals
    for (const [name, text] of Object.entries(this.cookies ?? {}))
      if (text?.startsWith('s:') === true) signed[name] = seals?.unsign(name, text) ?? false
    return (this.verifiedCookies = signed)
  }

  set signedCookies(value: unknown) {
    setOwn(this, 'signedCookies', value)
  }

  /**
   * The value of an encrypted cookie.
   *
   * @param name of the cookie
   * @returns undefined where there is none, or none that this application has encrypted and that is still good
   */
  decryptCookie(name: string): unknown {
    const text = this.cookies?.[name]
    return text === undefined ? undefined : this.call?.cookieRules.seals?.decrypt(name, text)
  }

  /** As the client used it, where a trusted proxy says so. */
  get protocol(): 'http' | 'https' {
    return forwardedProtocol(this.exchange, this.call?.proxies)
  }

  get secure(): boolean {
    return this.protocol === 'https'
  }

  /** The host without its port. */
  get hostname(): string {
    return this.host.replace(/:\d+$/, '')
  }

  /** The host with its port, if it has one; the client's, where a trusted proxy names it. */
  get host(): string {
    return forwardedHost(this.exchange, this.call?.proxies)
  }

  /** The labels in front of the domain, the nearest to it first; none for addresses. */
  get subdomains(): string[] {
    const { hostname } = this
    return /^\[|^[\d.]+$/.test(hostname) ? [] : hostname.split('.').reverse().slice(2)
  }

  /** The client's address: the peer's, or what trusted proxies say. */
  get ip(): string {
    return addressChain(this.exchange, this.call?.proxies).at(-1)!
  }

  set ip(value: string) {
    setOwn(this, 'ip', value)
  }

  /** The addresses that trusted proxies name, the client's first; empty without such proxies. */
  get ips(): string[] {
    return addressChain(this.exchange, this.call?.proxies).slice(1).reverse()
  }

  get httpVersion(): string {
    const { protocol } = this.exchange
    return protocol === 'h2' ? '2.0' : protocol === 'h3' ? '3.0' : protocol === 'http/1.0' ? '1.0' : '1.1'
  }

  get httpVersionMajor(): number {
    return Number(this.httpVersion.split('.', 1)[0])
  }

  get httpVersionMinor(): number {
    return Number(this.httpVersion.split('.')[1])
  }

  /** The two ends of the connection. */
  get socket(): SocketView {
    return (this.view ??= new SocketView(this.exchange))
  }

  /** As `socket`. */
  get connection(): SocketView {
    return this.socket
  }

  /** The response to this request. */
  get res(): HttpResponse | undefined {
    return this.call?.response
  }

  set res(value: unknown) {
    setOwn(this, 'res', value)
  }

  /** The application as middleware made for Express asks it: `get('trust proxy')`, `locals` … */
  get app(): object | undefined {
    return this.call?.app
  }

  set app(value: unknown) {
    setOwn(this, 'app', value)
  }

  /** The route that was found: its pattern and its methods. */
  get route(): { readonly path: string; readonly methods: Readonly<Record<string, boolean>> } | undefined {
    const path = this.call?.routePath
    return path === undefined ? undefined : { path, methods: { [this.method.toLowerCase()]: true } }
  }

  set route(value: unknown) {
    setOwn(this, 'route', value)
  }

  /** Aborts when the client goes away, or when the time of the call is over. */
  get signal(): AbortSignal {
    return this.call?.signal ?? this.exchange.signal
  }

  /** True if the request was made by a script that says so (`X-Requested-With: XMLHttpRequest`). */
  get xhr(): boolean {
    return this.get('x-requested-with')?.toLowerCase() === 'xmlhttprequest'
  }

  /** True if what the client has is still good by the response's `ETag` or `Last-Modified`, so that 304 would do. */
  get fresh(): boolean {
    const response = this.call?.response
    if (response === undefined || (this.method !== 'GET' && this.method !== 'HEAD')) return false
    const { statusCode, headers } = response
    if ((statusCode < 200 || statusCode > 299) && statusCode !== 304) return false
    return isFresh(
      {
        ifNoneMatch: this.get('if-none-match'),
        ifModifiedSince: this.get('if-modified-since'),
        cacheControl: this.get('cache-control'),
      },
      { etag: headers.get('etag'), lastModified: headers.get('last-modified') },
    )
  }

  /** The opposite of `fresh`. */
  get stale(): boolean {
    return !this.fresh
  }

  /** A header by name, whatever its case; `referer` has two spellings. */
  get(name: string): string | undefined {
    const key = name.toLowerCase()
    const { headers } = this.exchange
    if (key === 'referer' || key === 'referrer') return headers.get('referrer') ?? headers.get('referer')
    return headers.get(key)
  }

  /** As `get`. */
  header(name: string): string | undefined {
    return this.get(name)
  }

  /**
   * Compares the content type.
   *
   * @param types media types (`application/json`), suffixes (`json`, `+json`), or patterns (`text/*`); the first match counts
   * @returns the media type as asked for, in full if a pattern matched; otherwise false, also without a body
   */
  is(...types: readonly (string | readonly string[])[]): string | false {
    const actual = this.get('content-type')?.split(';', 1)[0]!.trim().toLowerCase()
    if (actual === undefined) return false
    for (const type of types.flat()) {
      const wanted = fullMediaType(type)
      const suffix = wanted.replace(/^\*?\/?\*?\+/, '+')
      if (wanted === actual || actual.endsWith(`/${type}`) || actual.endsWith(`+${type}`)) return actual
      if (suffix.startsWith('+') && actual.endsWith(suffix)) return actual
      if (wanted === '*/*' || (wanted.endsWith('/*') && actual.startsWith(wanted.slice(0, -1)))) return actual
    }
    return false
  }

  /**
   * Finds what the client likes best.
   *
   * @param types media types or short names (`json`); none asks for the client's list
   * @returns the best one as it was given; false if the client takes none of them
   * @see RFC 9110 §12.5.1
   */
  accepts(): string[]
  accepts(...types: readonly (string | readonly string[])[]): string | false
  accepts(...types: readonly (string | readonly string[])[]): string | false | string[] {
    return this.best('accept', types.flat(), '*/*')
  }

  /** The same for content codings (`gzip`). */
  acceptsEncodings(...codings: readonly (string | readonly string[])[]): string | false | string[] {
    return this.best('accept-encoding', codings.flat(), 'identity')
  }

  /** The same for charsets. */
  acceptsCharsets(...charsets: readonly (string | readonly string[])[]): string | false | string[] {
    return this.best('accept-charset', charsets.flat(), '*')
  }

  /** The same for languages. */
  acceptsLanguages(...languages: readonly (string | readonly string[])[]): string | false | string[] {
    return this.best('accept-language', languages.flat(), '*')
  }

  /**
   * The parts of a body that the client asks for.
   *
   * @param size bytes of the whole
   * @returns the ranges; -1 if none lies in it, -2 if the header is malformed; undefined without one
   */
  range(size: number): (readonly ByteRange[] & { readonly type: string }) | -1 | -2 | undefined {
    const header = this.get('range')
    if (header === undefined) return undefined
    const ranges = parseByteRanges(header, size)
    if (ranges === 'malformed') return -2
    return ranges === 'unsatisfiable' ? -1 : Object.assign([...ranges], { type: 'bytes' })
  }

  private best(field: NegotiatedField, offers: readonly string[], any: string): string | false | string[] {
    const header = this.exchange.headers.get(field)
    if (offers.length === 0) return header === undefined ? [any] : [...preferencesOf(field, header)]
    return negotiate(field, header, offers)[0] ?? false
  }
}
