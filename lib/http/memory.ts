import { concatBytes, encodeUtf8, type TypedKey } from '../common/index.js'
import { BufferedBody, ClientGone, EMPTY_BODY, type BodySource } from './body.js'
import { ResponseHeadSent } from './errors.js'
import type { BodySize, ConnectionInfo, Exchange, ResponseSink, SinkState } from './exchange.js'
import type { HeaderList } from './header-list.js'
import { ListedHeaders, type HeaderView } from './header-view.js'

/** What an exchange without sockets is made of. */
export interface MemoryRequest {
  readonly method: string
  readonly target: string
  /** Names in any case. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body?: Uint8Array | BodySource | undefined
  readonly scheme?: 'http' | 'https'
  readonly authority?: string
}

/** What came back. */
export interface MemoryResponse {
  readonly status: number
  readonly headers: HeaderList
  readonly body: Uint8Array
}

const NOWHERE: ConnectionInfo = {
  remoteAddress: '127.0.0.1',
  remotePort: 0,
  localAddress: '127.0.0.1',
  localPort: 0,
  encrypted: false,
}

/** An exchange in memory: the same pipeline as over a socket, for tests and for calls within one process. */
export class MemoryExchange implements Exchange, ResponseSink {
  readonly protocol = 'memory'
  readonly method: string
  readonly scheme: 'http' | 'https'
  readonly authority: string
  readonly target: string
  readonly headers: HeaderView
  readonly body: BodySource
  readonly connection = NOWHERE
  state: SinkState = 'idle'
  /** Resolves with the whole answer; rejects if it is aborted. */
  readonly response: Promise<MemoryResponse>
  private status = 0
  private fields!: HeaderList
  private size: BodySize = 'none'
  private readonly chunks: Uint8Array[] = []
  private readonly listeners: ((state: 'ended' | 'aborted') => void)[] = []
  private aborting: AbortController | undefined
  private resolve!: (response: MemoryResponse) => void
  private reject!: (error: Error) => void

  constructor(request: MemoryRequest) {
    this.method = request.method.toUpperCase()
    this.scheme = request.scheme ?? 'http'
    this.target = request.target
    this.headers = new ListedHeaders(
      request.headers.map(([name]) => name.toLowerCase()),
      request.headers.map(([, value]) => value),
    )
    this.authority = request.authority ?? this.headers.get('host') ?? 'localhost'
    const { body = EMPTY_BODY } = request
    this.body = body instanceof Uint8Array ? new BufferedBody(body) : body
    this.response = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    // whoever aborts is told through the response; without a reader that must not end the process
    this.response.catch(() => undefined)
  }

  get sink(): this {
    return this
  }

  get length(): number | undefined {
    return this.state !== 'idle' && typeof this.size === 'number' ? this.size : undefined
  }

  get signal(): AbortSignal {
    return (this.aborting ??= new AbortController()).signal
  }

  feature<T>(_key: TypedKey<T>): T | undefined {
    return undefined
  }

  head(status: number, headers: HeaderList, body: BodySize): void {
    if (this.state !== 'idle') throw new ResponseHeadSent({ call: 'head()' })
    this.state = 'head'
    this.status = status
    this.fields = headers
    this.size = body
  }

  write(chunk: Uint8Array): boolean {
    if (this.state === 'ended' || this.state === 'aborted') return true
    this.state = 'body'
    this.chunks.push(chunk.slice())
    return true
  }

  drained(): Promise<void> {
    return Promise.resolve()
  }

  end(last?: Uint8Array | string): void {
    if (this.state === 'ended' || this.state === 'aborted') return
    if (last !== undefined && last.length > 0)
      this.chunks.push(typeof last === 'string' ? encodeUtf8(last) : last)
    this.state = 'ended'
    const hasBody = this.method !== 'HEAD' && this.size !== 'none'
    const headers = this.fields.clone()
    if (typeof this.size === 'number') headers.set('content-length', String(this.size))
    this.resolve({
      status: this.status,
      headers,
      body: hasBody ? concatBytes(this.chunks) : new Uint8Array(0),
    })
    for (const listener of this.listeners) listener('ended')
  }

  abort(error: Error): void {
    if (this.state === 'ended' || this.state === 'aborted') return
    this.state = 'aborted'
    this.reject(error)
    this.aborting?.abort(error)
    for (const listener of this.listeners) listener('aborted')
  }

  /** What a client does that does not wait for the answer. */
  disconnect(): void {
    this.abort(new ClientGone({}))
  }

  onClose(listener: (state: 'ended' | 'aborted') => void): void {
    if (this.state === 'ended' || this.state === 'aborted') listener(this.state)
    else this.listeners.push(listener)
  }
}
