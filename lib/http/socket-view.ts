import { Emitter } from './emitter.js'
import type { ConnectionInfo, Exchange } from './exchange.js'
import type { PeerCertificate, TlsInfo } from './features.js'

/**
 * What handlers and middleware see of the connection under a request: who is at its ends, and when the exchange is over.
 * Reading and writing is the engine's alone.
 */
export class SocketView extends Emitter implements ConnectionInfo {
  constructor(private readonly exchange: Exchange) {
    super()
  }

  get remoteAddress(): string {
    return this.exchange.connection.remoteAddress
  }

  get remotePort(): number {
    return this.exchange.connection.remotePort
  }

  get remoteFamily(): 'IPv4' | 'IPv6' {
    return this.remoteAddress.includes(':') ? 'IPv6' : 'IPv4'
  }

  get localAddress(): string {
    return this.exchange.connection.localAddress
  }

  get localPort(): number {
    return this.exchange.connection.localPort
  }

  get encrypted(): boolean {
    return this.exchange.connection.encrypted
  }

  /** What was agreed on, over TLS; the members that follow say the same by Node's names. */
  get tls(): TlsInfo | undefined {
    return this.exchange.connection.tls
  }

  /** True if the client has shown a certificate that was verified. */
  get authorized(): boolean {
    return this.tls?.authorized ?? false
  }

  get authorizationError(): string | undefined {
    return this.tls?.authorizationError
  }

  get servername(): string | undefined {
    return this.tls?.serverName
  }

  get alpnProtocol(): string | undefined {
    return this.tls?.applicationProtocol
  }

  /** The client's certificate; an object without properties if there is none. */
  getPeerCertificate(): PeerCertificate | Record<string, never> {
    return this.tls?.peerCertificate ?? {}
  }

  /** Such as `TLSv1.3`; null without TLS. */
  getProtocol(): string | null {
    return this.tls?.protocol ?? null
  }

  /** True until the exchange is over. */
  get readable(): boolean {
    return this.writable
  }

  get writable(): boolean {
    const { state } = this.exchange.sink
    return state !== 'ended' && state !== 'aborted'
  }

  get destroyed(): boolean {
    return this.exchange.sink.state === 'aborted'
  }

  address(): { readonly address: string; readonly port: number; readonly family: string } {
    return { address: this.localAddress, port: this.localPort, family: this.remoteFamily }
  }

  /** Gives the exchange up: HTTP/1 closes the connection. */
  destroy(error: Error = new Error('The exchange was given up by the application.')): this {
    if (this.writable) this.exchange.sink.abort(error)
    return this
  }

  /** Timeouts are the engine's: nothing happens. */
  setTimeout(): this {
    return this
  }

  /** The engine's business: nothing happens. */
  setKeepAlive(): this {
    return this
  }

  /** The engine's business: nothing happens. */
  setNoDelay(): this {
    return this
  }

  protected listened(event: string | symbol): void {
    if (event === 'close') this.exchange.sink.onClose((state) => this.emit('close', state === 'aborted'))
  }
}
