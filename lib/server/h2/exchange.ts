import { encodeUtf8, NO_BYTES, type TypedKey } from '../../common/index.js'
import {
  type BodySize,
  type BodySource,
  type ConnectionInfo,
  type Exchange,
  HeaderList,
  INFORMATIONAL,
  ListedHeaders,
  NO_HEADERS,
  type ResponseSink,
  type SinkState,
  ResponseEnded,
  ResponseHeadMissing,
  ResponseHeadSent,
  ResponseLengthMismatch,
  ResponseStatusInvalid,
  TLS,
  TRAILERS,
  UPGRADE,
} from '../../http/index.js'
import { describeProblem } from '../problem.js'
import type { RequestHead } from './request-head.js'
import type { Sender } from './sender.js'
import type { H2Stream } from './stream.js'

/** What an exchange needs of the connection that it came in by. */
export interface StreamWire {
  readonly info: ConnectionInfo
  readonly sender: Sender
  /** True while the client takes less than it is given. */
  readonly isBlocked: boolean
  /** Something was added to the output. */
  written(): void
  /** The application gives up, or takes no more of the request. */
  aborted(stream: H2Stream): void
  /** Features that not every exchange has. */
  feature(exchange: H2Exchange, key: TypedKey<unknown>): unknown
  /** Tells the application about an error that nobody handled. */
  report(error: unknown): void
}

/** Output that waits for the client before `write` asks the handler to wait. */
const HOLD_ABOVE = 64 * 1024

/** The length of an answer's body is not known before its end. */
const OPEN_END = -1

/** One request and its answer on a stream. It is exchange and sink in one, because there is one of it for each request. */
export class H2Exchange implements Exchange, ResponseSink {
  readonly protocol = 'h2'
  readonly method: string
  readonly target: string
  readonly authority: string
  state: SinkState = 'idle'
  /** True if the client waits for 100 before it sends the body. */
  awaitsContinue: boolean

  /** It was taken over as a stream of bytes in both directions. */
  isTunnel = false

  private view: ListedHeaders | undefined
  private status = 0
  private fields: HeaderList = NO_HEADERS
  /** The head was not sent yet. */
  private pending = false
  /** No body, whatever the handler writes: HEAD, 204, 205, 304. */
  private silent = false
  /** What content-length says; undefined for nothing. */
  private told: number | undefined
  private declared = 0
  /** Bytes of the body still to come, or `OPEN_END`. */
  private remaining = 0
  private controller: AbortController | undefined
  private reason: Error | undefined
  private waiters: { resolve: () => void; reject: (error: Error) => void }[] | undefined
  private isOver = false
  private listeners: ((state: 'ended' | 'aborted') => void)[] | undefined

  /**
   * @param wire the connection
   * @param stream of the connection
   * @param request its head
   * @param body what the request carries
   */
  constructor(
    private readonly wire: StreamWire,
    readonly stream: H2Stream,
    readonly request: RequestHead,
    readonly body: BodySource,
  ) {
    this.method = request.method
    this.target = request.path
    this.authority = request.authority
    this.awaitsContinue = request.expects === '100-continue' && stream.body !== undefined
  }

  get headers(): ListedHeaders {
    return (this.view ??= new ListedHeaders(this.request.names, this.request.values))
  }

  get scheme(): 'http' | 'https' {
    return this.wire.info.encrypted ? 'https' : 'http'
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

  feature<T>(key: TypedKey<T>): T | undefined {
    // eslint-disable-next-line typescript/no-unsafe-type-assertion -- T is what the key says
    return this.findFeature(key) as T | undefined
  }

  private findFeature(key: TypedKey<unknown>): unknown {
    if (key === TRAILERS) return this.stream.trailers
    if (key === INFORMATIONAL) {
      return { send: (status: number, headers: HeaderList) => this.inform(status, headers) }
    }
    if (key === TLS) return this.wire.info.tls
    return key === UPGRADE && this.request.protocol === undefined ? undefined : this.wire.feature(this, key)
  }

  get length(): number | undefined {
    return this.state === 'idle' ? undefined : this.told
  }

  head(status: number, headers: HeaderList, body: BodySize): void {
    if (this.state !== 'idle') {
      if (this.state === 'aborted') return
      throw new ResponseHeadSent({ call: 'head()' })
    }
    if (!Number.isInteger(status) || status < 200 || status > 599) {
      throw new ResponseStatusInvalid({ status, range: '200–599' })
    }
    this.silent = status === 204 || status === 205 || status === 304 || this.method === 'HEAD'
    if (typeof body === 'number') {
      if (!(Number.isSafeInteger(body) && body >= 0)) {
        throw new ResponseLengthMismatch({ declared: body, actual: 'a number that is no length' })
      }
      this.told = this.remaining = this.declared = body
    } else if (body === 'none') {
      this.remaining = this.declared = 0
      this.told = this.silent ? wishedLength(headers) : 0
    } else {
      this.remaining = OPEN_END
      this.told = undefined
    }
    // RFC 9110 §8.6, §15.3.6: never with 204, and no doubt about 205
    if (status === 204) this.told = undefined
    else if (status === 205) this.told = 0
    this.status = status
    this.fields = headers
    this.pending = true
    this.state = 'head'
  }

  write(chunk: Uint8Array): boolean {
    if (this.state === 'aborted') return false
    this.assertOpen()
    this.state = 'body'
    this.sendHead(false)
    if (chunk.length > 0 && !this.silent) {
      if (this.remaining !== OPEN_END) {
        if (chunk.length > this.remaining) this.mismatch('more')
        this.remaining -= chunk.length
      }
      this.wire.sender.data(this.stream.outgoing, chunk, false)
    }
    this.wire.written()
    return !this.isHeldUp
  }

  drained(): Promise<void> {
    if (this.state === 'aborted') return Promise.reject(this.reason!)
    if (!this.isHeldUp) return Promise.resolve()
    return new Promise((resolve, reject) => (this.waiters ??= []).push({ resolve, reject }))
  }

  end(last?: Uint8Array | string, trailers?: HeaderList): void {
    if (this.state === 'aborted') return
    this.assertOpen()
    const part = this.lastPart(last)
    if (this.remaining !== OPEN_END && !this.silent && part.length !== this.remaining) {
      this.mismatch(part.length > this.remaining ? 'more' : 'less')
    }
    this.state = 'ended'
    const fields = this.silent || trailers === undefined || trailers.flat.length === 0 ? undefined : trailers
    const isHeadOnly = (this.silent || part.length === 0) && fields === undefined
    if (this.pending && isHeadOnly) this.sendHead(true)
    else {
      this.sendHead(false)
      this.wire.sender.data(this.stream.outgoing, this.silent ? '' : part, true, fields)
    }
    this.wire.written()
  }

  abort(error: Error): void {
    if (this.isOver || this.state === 'aborted') return
    this.giveUp(error)
    this.wire.aborted(this.stream)
  }

  onClose(listener: (state: 'ended' | 'aborted') => void): void {
    if (this.isOver) listener(this.outcome)
    else (this.listeners ??= []).push(listener)
  }

  /** Ends what has its answer, and whose request nobody reads any more. */
  leave(): void {
    this.wire.aborted(this.stream)
  }

  // —— for the connection ——

  /** Answers with the error if that is still possible, else gives up. */
  fail(error: unknown): void {
    if (this.state === 'aborted' && error === this.reason) return
    const problem = describeProblem(error)
    if (problem.unexpected) this.wire.report(error)
    if (this.state === 'aborted') return
    if (this.state === 'idle' || (this.state === 'head' && this.pending)) {
      this.state = 'idle'
      this.head(problem.status, problem.headers, problem.body.length)
      this.end(problem.body)
    } else if (this.state !== 'ended') {
      this.abort(error instanceof Error ? error : new Error(String(error)))
    }
  }

  /** Tells handlers in `drained()` that they may go on. */
  drain(): void {
    if (this.waiters === undefined || this.isHeldUp) return
    const { waiters } = this
    this.waiters = undefined
    for (const { resolve } of waiters) resolve()
  }

  /** Marks the exchange as one that will not be answered; the connection takes note by itself. */
  giveUp(error: Error): void {
    if (this.isOver || this.state === 'aborted') return
    this.state = 'aborted'
    this.reason = error
    this.pending = false
    const { waiters } = this
    this.waiters = undefined
    if (waiters !== undefined) for (const { reject } of waiters) reject(error)
    this.controller?.abort(error)
    this.stream.body?.fail(error)
  }

  /** Calls those who wanted to know how it ended; what they throw is reported. */
  tellEnd(): void {
    if (this.isOver) return
    this.isOver = true
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

  /** Someone waits for the body: the client may send it (RFC 9110 §10.1.1). */
  bodyWanted(): void {
    if (!this.awaitsContinue) return
    this.awaitsContinue = false
    // needless once the body is coming, and too late once the final answer is
    if (this.stream.received > 0 || this.state !== 'idle') return
    this.wire.sender.interim(this.stream.outgoing, 100, NO_HEADERS)
    this.wire.written()
  }

  private get outcome(): 'ended' | 'aborted' {
    return this.state === 'ended' ? 'ended' : 'aborted'
  }

  private get isHeldUp(): boolean {
    return this.stream.outgoing.queued >= HOLD_ABOVE || this.wire.isBlocked
  }

  private inform(status: number, headers: HeaderList): void {
    if (this.state === 'aborted') return
    if (this.state !== 'idle') throw new ResponseHeadSent({ call: 'An interim answer' })
    if (!Number.isInteger(status) || status < 102 || status > 199) {
      throw new ResponseStatusInvalid({ status, range: '102–199' })
    }
    this.wire.sender.interim(this.stream.outgoing, status, headers)
    this.wire.written()
  }

  private lastPart(last: Uint8Array | string | undefined): Uint8Array | string {
    if (last === undefined) return NO_BYTES
    if (typeof last !== 'string') return last
    // as many characters as bytes were declared: it is ASCII, and goes as it is
    return last.length === this.remaining ? last : encodeUtf8(last)
  }

  private sendHead(ends: boolean): void {
    if (!this.pending) return
    this.pending = false
    this.wire.sender.head(this.stream.outgoing, this.status, this.fields, this.told, ends)
  }

  private assertOpen(): void {
    if (this.state === 'idle') throw new ResponseHeadMissing({})
    if (this.state === 'ended') throw new ResponseEnded({})
  }

  private mismatch(actual: 'more' | 'less'): never {
    const error = new ResponseLengthMismatch({ declared: this.declared, actual })
    this.abort(error)
    throw error
  }
}

/** A Content-Length that is meant for answers to HEAD and for 304. */
function wishedLength(headers: HeaderList): number | undefined {
  const wished = headers.get('content-length')
  return wished !== undefined && /^\d{1,15}$/.test(wished) ? Number(wished) : undefined
}
