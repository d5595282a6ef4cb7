import { encodeUtf8 } from '../common/index.js'
import { Emitter } from './emitter.js'
import { endWhole } from './end-whole.js'
import type { BodySize, Exchange, ResponseSink, SinkState } from './exchange.js'
import { ResponseHeadSent } from './errors.js'
import { INFORMATIONAL } from './features.js'
import { HeaderList } from './header-list.js'

/** The value of a header; several lines for a list. */
export type HeaderValue = string | number | readonly string[]

type Headers = Readonly<Record<string, HeaderValue | undefined>> | readonly unknown[]
type Done = (error?: Error | null) => void

/** The response as Node's `ServerResponse` shows it: what middleware and streams use. */
export abstract class NodeResponse extends Emitter {
  [own: string]: unknown
  /** The status to answer with. */
  statusCode: number
  readonly headers = new HeaderList()
  protected readonly exchange: Exchange
  protected sink: ResponseSink
  private trailers: HeaderList | undefined = undefined

  /**
   * @param exchange to answer
   * @param status what the route answers with unless it is changed
   */
  constructor(exchange: Exchange, status: number) {
    super()
    this.exchange = exchange
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

  get writableFinished(): boolean {
    return this.sink.state === 'ended'
  }

  get writable(): boolean {
    return !this.writableEnded
  }

  get destroyed(): boolean {
    return this.sink.state === 'aborted'
  }

  get closed(): boolean {
    return this.writableEnded
  }

  /**
   * Sets a header; an array becomes several lines.
   *
   * @throws {CorbelError} CORBEL_RESPONSE_HEAD_SENT once the head is sent, as every method that changes headers
   */
  setHeader(name: string, value: HeaderValue): this {
    this.beforeHead('setHeader()')
    if (typeof value !== 'object') this.headers.set(name, String(value))
    else {
      this.headers.delete(name)
      for (const one of value) this.headers.append(name, one)
    }
    return this
  }

  /** Sets each header of a `Headers`, a `Map` or the like. */
  setHeaders(headers: Iterable<readonly [name: string, value: HeaderValue]>): this {
    for (const [name, value] of headers) {
      if (name.toLowerCase() === 'set-cookie') this.appendHeader(name, value as string)
      else this.setHeader(name, value)
    }
    return this
  }

  /** Adds a line, whether or not there is one of that name. */
  appendHeader(name: string, value: string | readonly string[]): this {
    this.beforeHead('appendHeader()')
    for (const one of typeof value === 'string' ? [value] : value) this.headers.append(name, one)
    return this
  }

  /** The value of a header; several lines are a list. Of the length also where the engine has set it. */
  getHeader(name: string): string | string[] | undefined {
    const all = this.headers.getAll(name)
    if (all.length === 0 && this.sink.length !== undefined && name.toLowerCase() === 'content-length')
      return String(this.sink.length)
    return all.length > 1 ? all : all[0]
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
    this.beforeHead('removeHeader()')
    this.headers.delete(name)
  }

  /**
   * Sets status and headers; they leave with the first of the body.
   *
   * @param status the status
   * @param rest a reason phrase, which HTTP has no use for any more, and headers: an object, or a list as in Node
   */
  writeHead(status: number, ...rest: (string | Headers | undefined)[]): this {
    this.beforeHead('writeHead()')
    this.statusCode = status
    const fields = rest.find((one) => typeof one === 'object')
    if (fields === undefined) return this
    const pairs = Array.isArray(fields) ? pairsOf(fields) : Object.entries(fields)
    for (const [name, value] of pairs) if (value !== undefined) this.setHeader(name, value as HeaderValue)
    return this
  }

  /** Sends the head now; the body follows with `write` and `end`. */
  flushHeaders(): void {
    if (this.headersSent) return
    if (this.isReplaced('writeHead')) this.writeHead(this.statusCode)
    this.completeHead()
    const length = Number(this.headers.get('content-length') ?? NaN)
    this.sink.head(this.statusCode, this.headers, Number.isNaN(length) ? 'stream' : length)
  }

  /**
   * Sends a part of the body.
   *
   * @param chunk text or bytes
   * @param encodingOrDone of text; UTF-8 unless it is given
   * @param done called when the reader has taken it
   * @returns false if the reader is slower: `drain` tells when it has caught up
   */
  write(chunk: string | Uint8Array, encodingOrDone?: BufferEncoding | Done | null, done?: Done): boolean {
    this.flushHeaders()
    const [encoding, callback] = optionsOf(encodingOrDone, done)
    const goesOn = this.sink.write(bytesOf(chunk, encoding))
    if (goesOn) callback?.()
    else {
      this.sink.drained().then(
        () => {
          callback?.()
          this.emit('drain')
        },
        (error: Error) => callback?.(error),
      )
    }
    return goesOn
  }

  /**
   * Ends the answer.
   *
   * @param last the last (or only) part of the body
   * @param encodingOrDone of text; UTF-8 unless it is given
   * @param done called when the answer has been handed over
   */
  end(
    last?: string | Uint8Array | Done | null,
    encodingOrDone?: BufferEncoding | Done | null,
    done?: Done,
  ): this {
    if (typeof last === 'function') return this.end(undefined, last)
    if (this.writableEnded) return this
    const [encoding, callback] = optionsOf(encodingOrDone, done)
    if (callback !== undefined) this.once('finish', callback)
    const body = last === undefined || last === null ? undefined : encoded(last, encoding)
    if (this.trailers !== undefined) this.flushHeaders()
    if (this.headersSent) this.sink.end(body, this.trailers)
    else {
      if (this.isReplaced('writeHead')) this.writeHead(this.statusCode)
      this.completeHead()
      endWhole(this.sink, this.statusCode, this.headers, body)
    }
    return this
  }

  /** Sends fields after the body, where the protocol has a place for them. */
  addTrailers(fields: Headers): void {
    this.trailers ??= new HeaderList()
    for (const [name, value] of Array.isArray(fields) ? pairsOf(fields) : Object.entries(fields))
      this.trailers.append(name, String(value))
  }

  /** Sends a 103 with links to what the page will need, where the client understands interim answers. */
  writeEarlyHints(hints: Readonly<Record<string, string | readonly string[]>>, done?: () => void): void {
    this.exchange.feature(INFORMATIONAL)?.send(103, HeaderList.from(hints))
    done?.()
  }

  /** Gives the exchange up. */
  destroy(error: Error = new Error('The response was destroyed by the application.')): this {
    if (!this.writableEnded) this.sink.abort(error)
    return this
  }

  /** Writing is coalesced anyway: nothing happens. */
  cork(): void {
    // the engine's business
  }

  /** As `cork`. */
  uncork(): void {
    // the engine's business
  }

  /** Timeouts are the engine's: nothing happens. */
  setTimeout(): this {
    return this
  }

  /**
   * Puts something between this answer and the transport: all of it, whoever gives it, goes through. Only before it begins.
   *
   * @param filter gets where the answer went until now
   */
  through(filter: (sink: ResponseSink) => ResponseSink): this {
    this.beforeHead('through()')
    this.sink = filter(this.sink)
    return this
  }

  /**
   * Where results go: the transport itself, or, where a middleware has put functions of its own in the place of
   * `writeHead`, `write` or `end` (sessions and compression do), those functions.
   */
  get outlet(): ResponseSink {
    return OVERRIDABLE.some((name) => this.isReplaced(name)) ? new OverriddenSink(this, this.sink) : this.sink
  }

  /** What Node calls the rendered head; middleware asks whether it is there. */
  get _header(): string | undefined {
    return this.headersSent ? `HTTP/1.1 ${this.statusCode}` : undefined
  }

  /** What Node calls before a body without a head; middleware does the same. */
  _implicitHeader(): void {
    this.writeHead(this.statusCode)
  }

  /** Called once status and headers are known and about to leave: the place for headers that all answers have. */
  protected completeHead(): void {
    // none here
  }

  /** `finish` when the answer is complete, `close` when nothing more happens, whether or not it is. */
  protected listened(event: string | symbol): void {
    if (event !== 'finish' && event !== 'close') return
    this.sink.onClose((state) => {
      if (event === 'close' || state === 'ended') this.emit(event)
    })
  }

  /** Refuses what would have no effect any more. Whoever answers a client that is gone has done nothing wrong. */
  protected beforeHead(call: string): void {
    const { state } = this.sink
    if (state !== 'idle' && state !== 'aborted') throw new ResponseHeadSent({ call })
  }

  /** True if the object has another function than its class under a name. */
  private isReplaced(name: (typeof OVERRIDABLE)[number]): boolean {
    return this[name] !== NodeResponse.prototype[name]
  }
}

const OVERRIDABLE = ['writeHead', 'write', 'end'] as const

/** Sends through the methods of a response, so that what has been put in their place has its say. */
class OverriddenSink implements ResponseSink {
  constructor(
    private readonly response: NodeResponse,
    private readonly sink: ResponseSink,
  ) {}

  get state(): SinkState {
    return this.sink.state
  }

  get length(): number | undefined {
    return this.sink.length
  }

  head(status: number, headers: HeaderList, body: BodySize): void {
    const { response } = this
    response.statusCode = status
    if (headers !== response.headers) {
      for (const name of response.getHeaderNames()) response.removeHeader(name)
      for (const [name, value] of headers) response.appendHeader(name, value)
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

/** Node's list of headers: name, value, name, value …, or pairs. */
function pairsOf(list: readonly unknown[]): (readonly [string, unknown])[] {
  if (Array.isArray(list[0])) return list as (readonly [string, unknown])[]
  return list.flatMap((name, index) => (index % 2 === 0 ? [[String(name), list[index + 1]] as const] : []))
}

function optionsOf(
  encodingOrDone: BufferEncoding | Done | null | undefined,
  done: Done | undefined,
): [BufferEncoding | undefined, Done | undefined] {
  return typeof encodingOrDone === 'function'
    ? [undefined, encodingOrDone]
    : [encodingOrDone ?? undefined, done]
}
