import { parse as parseCookies } from 'cookie'
import type { MaybePromise } from '../common/index.js'
import { Emitter } from './emitter.js'
import type { Exchange } from './exchange.js'
import { parseQuery, type QueryParams } from './query.js'

/**
 * The request as handlers, guards and middleware know it. Everything is looked up when it is first read; properties of
 * the application's own (`request.user`) can be set on it.
 */
export class HttpRequest extends Emitter {
  [own: string]: unknown
  readonly exchange: Exchange
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
  private parsedQuery: QueryParams | undefined = undefined
  private parsedCookies: Record<string, string | undefined> | undefined = undefined

  constructor(exchange: Exchange) {
    super()
    this.exchange = exchange
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
    return (this.parsedQuery = parseQuery(mark === -1 ? '' : this.url.slice(mark + 1)))
  }

  set query(value: QueryParams) {
    this.parsedQuery = value
  }

  /** Names in lower case; `set-cookie` is an array. */
  get headers(): Record<string, string | string[] | undefined> {
    return this.exchange.headers.toObject()
  }

  /** Decoded; nothing is verified. */
  get cookies(): Record<string, string | undefined> {
    return (this.parsedCookies ??= parseCookies(this.exchange.headers.get('cookie') ?? ''))
  }

  set cookies(value: Record<string, string | undefined>) {
    this.parsedCookies = value
  }

  get protocol(): 'http' | 'https' {
    return this.exchange.scheme
  }

  get secure(): boolean {
    return this.exchange.scheme === 'https'
  }

  /** The host without its port. */
  get hostname(): string {
    return this.exchange.authority.replace(/:\d+$/, '')
  }

  /** The host with its port, if it has one. */
  get host(): string {
    return this.exchange.authority
  }

  get ip(): string {
    return this.exchange.connection.remoteAddress
  }

  get httpVersion(): string {
    const { protocol } = this.exchange
    return protocol === 'h2' ? '2.0' : protocol === 'h3' ? '3.0' : protocol === 'http/1.0' ? '1.0' : '1.1'
  }

  /** The two ends of the connection. */
  get socket(): Exchange['connection'] {
    return this.exchange.connection
  }

  /** Aborts when the client goes away. */
  get signal(): AbortSignal {
    return this.exchange.signal
  }

  /** A header by name, whatever its case. */
  get(name: string): string | undefined {
    return this.exchange.headers.get(name.toLowerCase())
  }

  /** As `get`. */
  header(name: string): string | undefined {
    return this.get(name)
  }

  /**
   * Compares the content type.
   *
   * @param type a media type (`application/json`), a suffix (`json`), or a pattern (`text/*`)
   * @returns the media type if it matches, otherwise false
   */
  is(type: string): string | false {
    const actual = this.get('content-type')?.split(';', 1)[0]!.trim().toLowerCase()
    if (actual === undefined) return false
    if (type === actual || actual.endsWith(`/${type}`) || actual.endsWith(`+${type}`)) return actual
    return type.endsWith('/*') && actual.startsWith(type.slice(0, -1)) ? actual : false
  }

  /** The body in pieces, for code that reads it by itself; `body` stays empty then. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.exchange.body[Symbol.asyncIterator]()
  }

  /** Writes the body to a stream as fast as it takes it, and ends it. */
  pipe<T extends BodyTarget>(target: T): T {
    void this.readAloud(async (chunk) => {
      if (target.write(chunk) === false) await new Promise<void>((resolve) => target.once('drain', resolve))
    }).then(() => target.end())
    return target
  }

  /**
   * `data` and `end` with the body, which is read from then on; `close` when the exchange is over, `aborted` if the client
   * went away before its end.
   */
  protected listened(event: string | symbol): void {
    if (event === 'data') void this.readAloud((chunk) => void this.emit('data', chunk))
    if (event !== 'close' && event !== 'aborted') return
    this.exchange.sink.onClose((state) => {
      if (event === 'close' || state === 'aborted') this.emit(event)
    })
  }

  private async readAloud(take: (chunk: Uint8Array) => MaybePromise<void>): Promise<void> {
    try {
      for await (const chunk of this) await take(chunk)
      this.emit('end')
    } catch (error) {
      this.emit('error', error)
    }
  }
}

/** What a body can be piped to. */
interface BodyTarget {
  write(chunk: Uint8Array): unknown
  once(event: string, listener: () => void): unknown
  end(): unknown
}
