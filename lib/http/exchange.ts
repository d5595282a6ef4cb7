import type { TypedKey } from '../common/index.js'
import type { BodySource } from './body.js'
import type { TlsInfo } from './features.js'
import type { HeaderList } from './header-list.js'
import type { HeaderView } from './header-view.js'

/** The wire (or the lack of one) by which an exchange came in. */
export type Protocol = 'http/1.0' | 'http/1.1' | 'h2' | 'h3' | 'memory' | 'serverless'

/** The two ends of the transport; each value is looked up only when it is read. */
export interface ConnectionInfo {
  /** The peer's address; empty where there is no network. */
  readonly remoteAddress: string
  readonly remotePort: number
  readonly localAddress: string
  readonly localPort: number
  /** True over TLS. */
  readonly encrypted: boolean
  /** What was agreed on, over TLS. */
  readonly tls?: TlsInfo | undefined
}

/**
 * One request and the place for its answer: the only thing that engines (H1, H2, H3), serverless adapters and
 * in-process tests have in common, and the only thing of them that the application sees.
 */
export interface Exchange {
  readonly protocol: Protocol
  /** Upper case as received; methods are case-sensitive (RFC 9110 §9.1). */
  readonly method: string
  readonly scheme: 'http' | 'https'
  /** Host and optional port from `:authority`, the absolute target, or `Host`; empty in HTTP/1.0 without one. */
  readonly authority: string
  /** Path and query in origin form (`/a?b=c`), or `*`; never decoded. */
  readonly target: string
  readonly headers: HeaderView
  readonly body: BodySource
  readonly connection: ConnectionInfo
  /** Aborts when the client goes away before the answer is complete. Made when first read. */
  readonly signal: AbortSignal
  readonly sink: ResponseSink
  /**
   * Asks for something only some transports can do: upgrade, extended CONNECT, early hints, TLS details.
   *
   * @returns the feature, or undefined where the transport has no such thing
   */
  feature<T>(key: TypedKey<T>): T | undefined
}

/** Where the answer goes. The engine decides how it looks on the wire. */
export interface ResponseSink {
  readonly state: SinkState
  /** The bytes of the body, once `head` has told how many there are. */
  readonly length: number | undefined
  /**
   * Sets status and headers. They leave together with the first body bytes where possible.
   *
   * @param status 200–599
   * @param headers without framing (`content-length`, `transfer-encoding`, `connection`): the engine adds it
   * @param body `'none'`: no body and no length (204, 304); a number: exactly so many bytes follow; `'stream'`: unknown
   * @throws {CorbelError} CORBEL_RESPONSE_HEAD_SENT if the head was set before; CORBEL_HEADER_INVALID for bytes that
   *   could split the response (RFC 9110 §5.5)
   */
  head(status: number, headers: HeaderList, body: BodySize): void
  /**
   * Sends a part of the body. The engine may still hold the chunk after it returns: do not reuse its memory.
   *
   * @returns false if the reader is slower than the writer: wait for `drained()`
   */
  write(chunk: Uint8Array): boolean
  /** Resolves when the buffered bytes are gone; rejects when the exchange is aborted. */
  drained(): Promise<void>
  /**
   * Ends the answer.
   *
   * @param last the last (or only) part of the body; a string is sent as UTF-8
   * @param trailers fields after the body, where the protocol and the framing allow them
   */
  end(last?: Uint8Array | string, trailers?: HeaderList): void
  /** Gives up: H1 closes the connection, H2 and H3 reset the stream. Nothing more can be written. */
  abort(error: Error): void
  /** Calls back once, when the answer has been handed over whole ('ended') or will never be ('aborted'). */
  onClose(listener: (state: 'ended' | 'aborted') => void): void
}

/** How far an answer has come. */
export type SinkState = 'idle' | 'head' | 'body' | 'ended' | 'aborted'

/** What is known about a body's size when the head is written: its length in bytes, nothing yet, or that there is none. */
export type BodySize = 'none' | 'stream' | number

/** What an engine calls for each request. A promise that rejects is the engine's to answer with 500. */
export type ExchangeHandler = (exchange: Exchange) => void | Promise<void>
