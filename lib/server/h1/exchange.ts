import { encodeUtf8, NO_BYTES, type TypedKey } from '../../common/index.js'
import {
  type BodySize,
  type BodySource,
  type ConnectionInfo,
  type Exchange,
  type HeaderList,
  type HeaderView,
  type ResponseSink,
  type SinkState,
  ResponseEnded,
  ResponseHeadMissing,
  ResponseHeadSent,
  ResponseLengthMismatch,
  ResponseStatusInvalid,
  UpgradeUnavailable,
} from '../../http/index.js'
import {
  INFORMATIONAL,
  TLS,
  TRAILERS,
  UPGRADE,
  type InformationalFeature,
  type TlsInfo,
  type UpgradeFeature,
} from '../../http/index.js'
import type { BodyOwner, RequestBody } from './body.js'
import { H1Headers } from './headers.js'
import type { RequestHead } from './request-head.js'
import type { WireSocket } from '../socket.js'
import type { Output } from '../wire/output.js'
import { describeProblem } from '../problem.js'
import { lastWishes, renderFields, renderPrepared, renderTrailers, statusLine } from './response-head.js'

/** What an exchange needs of the connection that it came in by. */
export interface Wire {
  readonly output: Output
  readonly info: ConnectionInfo
  /** The Date line in force. */
  readonly dateLine: string
  /** True if the connection can go on after this exchange, as far as is known now. */
  outlasts(exchange: H1Exchange): boolean
  /** The answer is complete, or will never be: see the exchange's state. */
  finished(exchange: H1Exchange): void
  /** Something was added to the output outside of `finished`. */
  written(): void
  bodyWanted(): void
  /** Lets go of the socket. What is left of the connection is all that its exchange has to know of it. */
  release(): { socket: WireSocket; head: Uint8Array; wire: Wire }
  /** Tells the application about an error that nobody handled. */
  report(error: unknown): void
}

/** How the body of the answer is delimited (RFC 9112 §6.3). */
const enum Framing {
  /** There is none, whatever the handler writes: HEAD, 204, 205, 304. */
  None,
  Length,
  Chunked,
  Close,
}

/** Output that an exchange may hold before its turn, before `write` asks the handler to wait. */
const HOLD_ABOVE = 64 * 1024

const LAST_CHUNK = '0\r\n'
const CRLF = '\r\n'

/**
 * One request and its answer on an HTTP/1.1 connection. It is exchange and sink in one, because there is one of it for each
 * request: everything that not every request needs is made when it is asked for.
 */
export class H1Exchange implements Exchange, ResponseSink, BodyOwner {
  readonly method: string
  readonly target: string
  readonly authority: string
  body: BodySource
  state: SinkState = 'idle'

  /** The connection's; the part of the body that is still on its way. */
  incoming: RequestBody | undefined
  /** The connection's; the exchange behind this one in its queue. */
  next: H1Exchange | undefined
  /** True while this exchange's output goes to the wire: there is none before it. */
  front = false
  /** False if the connection ends with this exchange. */
  persistent: boolean
  /** True if the client waits for 100 before it sends the body. */
  awaitsContinue: boolean
  /** True once the answer's framing is "until the connection closes" and some of it was sent. */
  endsByClose = false
  /** True for requests that may change something: they are worked on alone (RFC 9112 §9.3.2). */
  readonly alone: boolean

  private readonly minor: number
  private readonly upgrade: string | undefined
  private readonly fieldsStart: number
  private readonly fieldsEnd: number
  private framing = Framing.Length
  /** Bytes of the answer's body still to come. */
  private remaining = 0
  private declared = 0
  /** The rendered head, until something follows it. */
  private rendered = ''
  private held: (string | Uint8Array)[] | undefined
  private heldSize = 0
  private view: H1Headers | undefined
  private controller: AbortController | undefined
  private reason: Error | undefined
  private waiters: { resolve: () => void; reject: (error: Error) => void }[] | undefined
  private closed = false
  private listeners: ((state: 'ended' | 'aborted') => void)[] | undefined

  /**
   * @param wire the connection
   * @param head read at once: it belongs to the codec
   * @param text the request's head as latin1
   * @param base index in the received bytes of the text's first character
   * @param body what the request carries
   */
  constructor(
    private wire: Wire,
    head: RequestHead,
    private readonly text: string,
    base: number,
    body: BodySource,
  ) {
    this.method = head.method
    this.target = head.target
    this.authority = head.authority
    this.minor = head.minor
    this.persistent = head.persistent
    this.awaitsContinue = head.expectsContinue
    this.upgrade = head.upgrade
    this.fieldsStart = head.fieldsStart - base
    this.fieldsEnd = head.fieldsEnd - base
    this.body = body
    this.alone = this.upgrade !== undefined || !isSafe(this.method)
  }

  get protocol(): 'http/1.0' | 'http/1.1' {
    return this.minor === 1 ? 'http/1.1' : 'http/1.0'
  }

  get scheme(): 'http' | 'https' {
    return this.wire.info.encrypted ? 'https' : 'http'
  }

  get headers(): HeaderView {
    return (this.view ??= new H1Headers(this.text, this.fieldsStart, this.fieldsEnd))
  }

  get connection(): ConnectionInfo {
    return this.wire.info
  }

  get sink(): ResponseSink {
    return this
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController()
      if (this.state === 'aborted') this.controller.abort(this.reason)
    }
    return this.controller.signal
  }

  /** True when nothing more will come of this exchange. */
  get done(): boolean {
    return this.state === 'ended' || this.state === 'aborted'
  }

  private get outcome(): 'ended' | 'aborted' {
    return this.state === 'ended' ? 'ended' : 'aborted'
  }

  feature<T>(key: TypedKey<T>): T | undefined {
    // eslint-disable-next-line typescript/no-unsafe-type-assertion -- T is what the key says
    return this.findFeature(key) as T | undefined
  }

  private findFeature(
    key: TypedKey<unknown>,
  ): UpgradeFeature | InformationalFeature | HeaderView | TlsInfo | undefined {
    if (key === TRAILERS) return this.incoming?.trailers
    if (key === UPGRADE && this.upgrade !== undefined) {
      const { upgrade: protocol } = this
      return { protocol, form: 'upgrade', accept: (headers) => this.handOver(protocol, headers) }
    }
    if (key === INFORMATIONAL && this.minor === 1) {
      return { send: (status: number, headers: HeaderList) => this.inform(status, headers) }
    }
    if (key === TLS) return this.wire.info.tls
    return undefined
  }

  get length(): number | undefined {
    const isKnown = this.framing === Framing.Length || this.declared > 0
    return isKnown && this.state !== 'idle' ? this.declared : undefined
  }

  head(status: number, headers: HeaderList, body: BodySize): void {
    if (this.state !== 'idle') {
      if (this.state === 'aborted') return
      throw new ResponseHeadSent({ call: 'head()' })
    }
    if (!Number.isInteger(status) || status < 200 || status > 599) {
      throw new ResponseStatusInvalid({ status, range: '200–599' })
    }
    const silent = status === 204 || status === 205 || status === 304 || this.method === 'HEAD'
    const { h1 } = headers
    if (h1 !== undefined && !silent && typeof body === 'number' && this.goesOn) {
      this.declare(body)
      this.framing = Framing.Length
      this.rendered = renderPrepared(status, h1, this.wire.dateLine, body)
      this.state = 'head'
      return
    }
    const fields = renderFields(headers)
    const wishes = lastWishes
    let framing = ''
    this.framing = silent ? Framing.None : Framing.Length
    if (typeof body === 'number') {
      this.declare(body)
      // RFC 9110 §8.6: never with 204
      if (status !== 204) framing = 'content-length: ' + body + CRLF
    } else if (body === 'none') {
      this.remaining = this.declared = 0
      if (!silent) framing = 'content-length: 0\r\n'
      else if (status !== 204 && wishes.contentLength !== undefined) {
        framing = 'content-length: ' + wishes.contentLength + CRLF
      }
    } else if (this.minor === 0) {
      // HTTP/1.0 has no chunks: the connection's end is the body's end
      if (!silent) {
        this.framing = Framing.Close
        this.persistent = false
      }
    } else if (status !== 204 && status !== 304) {
      framing = 'transfer-encoding: chunked\r\n'
      if (!silent) this.framing = Framing.Chunked
    }
    // RFC 9110 §15.3.6: never a body, and no doubt about it
    if (status === 205) framing = 'content-length: 0\r\n'
    if (wishes.close || !this.wire.outlasts(this)) this.persistent = false
    if (!this.persistent) framing += 'connection: close\r\n'
    else if (this.minor === 0) framing += 'connection: keep-alive\r\n'
    if (status === 426 && wishes.upgrade !== undefined) {
      framing += 'connection: upgrade\r\nupgrade: ' + wishes.upgrade + CRLF
    }
    const date = wishes.date ? '' : this.wire.dateLine
    this.rendered = statusLine(status) + fields + date + framing + CRLF
    this.state = 'head'
  }

  /** Nothing has to be said of the connection: it goes on, as HTTP/1.1 has it by default. */
  private get goesOn(): boolean {
    return this.persistent && this.minor === 1 && this.wire.outlasts(this)
  }

  private declare(length: number): void {
    if (!(Number.isSafeInteger(length) && length >= 0)) {
      throw new ResponseLengthMismatch({ declared: length, actual: 'a number that is no length' })
    }
    this.remaining = this.declared = length
  }

  write(chunk: Uint8Array): boolean {
    if (this.state === 'aborted') return false
    this.assertOpen()
    this.state = 'body'
    this.sendHead()
    if (chunk.length > 0 && this.framing !== Framing.None) {
      if (this.framing === Framing.Length) {
        if (chunk.length > this.remaining) this.mismatch('more')
        this.remaining -= chunk.length
        this.sendBytes(chunk)
      } else this.sendPart(chunk)
    }
    if (!this.front) return this.heldSize < HOLD_ABOVE
    this.wire.written()
    return !this.wire.output.blocked
  }

  drained(): Promise<void> {
    if (this.state === 'aborted') return Promise.reject(this.reason!)
    if (this.front ? !this.wire.output.blocked : this.heldSize < HOLD_ABOVE) return Promise.resolve()
    return new Promise((resolve, reject) => (this.waiters ??= []).push({ resolve, reject }))
  }

  end(last?: Uint8Array | string, trailers?: HeaderList): void {
    if (this.state === 'aborted') return
    this.assertOpen()
    if (this.framing === Framing.Length && typeof last === 'string' && last.length === this.remaining) {
      // as many characters as bytes were declared: it is ASCII, and one text with the head
      this.sendText(this.rendered + last)
      this.rendered = ''
    } else this.sendLast(last, trailers)
    this.state = 'ended'
    this.wire.finished(this)
  }

  abort(error: Error): void {
    if (this.done) return
    this.giveUp(error)
    this.wire.finished(this)
  }

  onClose(listener: (state: 'ended' | 'aborted') => void): void {
    if (this.closed) listener(this.outcome)
    else (this.listeners ??= []).push(listener)
  }

  // —— for the connection ——

  /** Answers with the error if that is still possible, else gives up. */
  fail(error: unknown): void {
    if (this.state === 'aborted' && error === this.reason) return
    const problem = describeProblem(error)
    if (problem.unexpected) this.wire.report(error)
    if (this.state === 'aborted') return
    if (this.state === 'idle' || (this.state === 'head' && this.rendered !== '')) {
      this.state = 'idle'
      this.head(problem.status, problem.headers, problem.body.length)
      this.end(problem.body)
    } else if (this.state !== 'ended') {
      this.abort(error instanceof Error ? error : new Error(String(error)))
    }
  }

  /** Becomes the exchange whose output goes to the wire. */
  toFront(): void {
    this.front = true
    const { held } = this
    if (held === undefined) return
    this.held = undefined
    for (const part of held) this.wire.output.add(part)
    this.wire.written()
    this.drain()
  }

  /** Tells handlers in `drained()` that they may go on. */
  drain(): void {
    if (this.waiters === undefined || this.wire.output.blocked) return
    const { waiters } = this
    this.waiters = undefined
    for (const { resolve } of waiters) resolve()
  }

  /** Marks the exchange as one that will not be answered; the connection takes note by itself. */
  giveUp(error: Error): void {
    if (this.state === 'aborted') return
    this.state = 'aborted'
    this.reason = error
    this.persistent = false
    this.held = undefined
    this.rendered = ''
    const { waiters } = this
    this.waiters = undefined
    if (waiters !== undefined) for (const { reject } of waiters) reject(error)
    this.controller?.abort(error)
    this.incoming?.fail(error)
  }

  /** Calls those who wanted to know how it ended; what they throw is reported. */
  tellEnd(): void {
    this.closed = true
    const { listeners } = this
    if (listeners === undefined) return
    this.listeners = undefined
    for (const listener of listeners) {
      try {
        listener(this.outcome)
      } catch (error) {
        this.wire.report(error)
      }
    }
  }

  bodyWanted(): void {
    if (this.awaitsContinue) {
      this.awaitsContinue = false
      // needless once the body is coming, and too late once the final answer is (RFC 9110 §10.1.1)
      if (this.incoming?.received === 0 && this.state === 'idle') {
        this.sendText(statusLine(100) + CRLF)
        if (this.front) this.wire.written()
      }
    }
    this.wire.bodyWanted()
  }

  bodyDrained(): void {
    this.wire.bodyWanted()
  }

  private inform(status: number, headers: HeaderList): void {
    if (this.state === 'aborted') return
    if (this.state !== 'idle') throw new ResponseHeadSent({ call: 'An interim answer' })
    if (!Number.isInteger(status) || status < 102 || status > 199) {
      throw new ResponseStatusInvalid({ status, range: '102–199' })
    }
    this.sendText(statusLine(status) + renderFields(headers) + CRLF)
    if (this.front) this.wire.written()
  }

  private handOver(
    protocol: string,
    headers: HeaderList | undefined,
  ): { socket: WireSocket; head: Uint8Array } {
    if (this.state !== 'idle')
      throw new UpgradeUnavailable({ reason: 'the request was answered or given up' })
    if (headers !== undefined) {
      const fields = renderFields(headers)
      const change = `connection: upgrade\r\nupgrade: ${lastWishes.upgrade ?? protocol}\r\n`
      this.sendText(statusLine(101) + change + fields + CRLF)
    }
    this.state = 'ended'
    const { socket, head, wire } = this.wire.release()
    this.wire = wire
    this.view?.shrink()
    return { socket, head }
  }

  private assertOpen(): void {
    if (this.state === 'idle') throw new ResponseHeadMissing({})
    if (this.state === 'ended') throw new ResponseEnded({})
  }

  private sendLast(last: Uint8Array | string | undefined, trailers: HeaderList | undefined): void {
    const bytes = last === undefined ? NO_BYTES : typeof last === 'string' ? encodeUtf8(last) : last
    if (this.framing === Framing.Length && bytes.length !== this.remaining) {
      this.mismatch(bytes.length > this.remaining ? 'more' : 'less')
    }
    this.sendHead()
    if (this.framing === Framing.None) return
    if (bytes.length > 0) {
      if (this.framing === Framing.Length) this.sendBytes(bytes)
      else this.sendPart(bytes)
    }
    if (this.framing === Framing.Chunked) this.sendText(LAST_CHUNK + renderTrailers(trailers) + CRLF)
  }

  private sendHead(): void {
    if (this.rendered === '') return
    this.sendText(this.rendered)
    this.rendered = ''
    this.endsByClose = this.framing === Framing.Close
  }

  /** Sends a part of a body whose length was not declared. */
  private sendPart(bytes: Uint8Array): void {
    if (this.framing === Framing.Close) return this.sendBytes(bytes)
    this.sendText(bytes.length.toString(16) + CRLF)
    this.sendBytes(bytes)
    this.sendText(CRLF)
  }

  private sendText(text: string): void {
    if (this.front) this.wire.output.addText(text)
    else {
      ;(this.held ??= []).push(text)
      this.heldSize += text.length
    }
  }

  private sendBytes(bytes: Uint8Array): void {
    if (this.front) this.wire.output.addBytes(bytes)
    else {
      ;(this.held ??= []).push(bytes)
      this.heldSize += bytes.length
    }
  }

  /** The client would take the next answer for the rest of this one, or the other way round: the connection has to go. */
  private mismatch(actual: 'more' | 'less'): never {
    const error = new ResponseLengthMismatch({ declared: this.declared, actual })
    this.abort(error)
    throw error
  }
}

function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}
