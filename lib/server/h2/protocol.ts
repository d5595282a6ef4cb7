import type { TLSSocket } from 'node:tls'
import type { ExchangeHandler } from '../../http/index.js'
import type { SweepClock } from '../clock.js'
import type {
  Arrival,
  ConnectionOpening,
  ProtocolHost,
  ServerConnection,
  ServerProtocol,
} from '../protocol.js'
import { isEncrypted, type WireSocket } from '../socket.js'
import type { SocketReader } from '../wire/shared-read.js'
import { H2Connection } from './connection.js'
import type { H2Config } from './host.js'
import type { CommonLimits, H2Settings } from './limits.js'
import { ErrorCode, PREFACE } from './wire-format.js'

/** As much of the preface tells HTTP/2 from every request that could be meant: `PRI * HTTP/2.0`. */
const TELLING = 14

/** Suites with ephemeral keys and authenticated encryption; all others are prohibited (RFC 9113 §9.2.2, App. A). */
const STRONG = /^TLS_(?:ECDHE|DHE)_.*(?:_GCM_|_CCM|_POLY1305_)/

/** HTTP/2, for the connections of a server. */
export class H2Protocol implements ServerProtocol, H2Config, ConnectionOpening {
  readonly alpn = 'h2'
  readonly clock: SweepClock

  /**
   * @param server that the connections belong to
   * @param limits that both protocols have
   * @param settings of HTTP/2 alone
   * @param halfClose see `H1Options`
   */
  constructor(
    private readonly server: ProtocolHost,
    readonly limits: CommonLimits,
    readonly settings: H2Settings,
    readonly halfClose: 'answer' | 'abort' = 'answer',
  ) {
    this.clock = server.clock
  }

  get reader(): SocketReader | undefined {
    return this.server.reader
  }

  get handler(): ExchangeHandler {
    return this.server.handler
  }

  get draining(): boolean {
    return this.server.draining
  }

  get closesIdle(): boolean {
    return this.server.closesIdle
  }

  open(socket: WireSocket, arrival: Arrival | undefined, isTooMany: boolean): void {
    const connection = this.connect(socket, arrival)
    if (isTooMany) connection.refuse(ErrorCode.NoError, 'the server has no room for another connection')
    else if (isEncrypted(socket) && !isStrong(socket)) {
      connection.refuse(ErrorCode.InadequateSecurity, 'HTTP/2 does not allow this cipher suite')
    } else if (arrival?.head !== undefined && arrival.head.length > 0) connection.receive(arrival.head, false)
  }

  /** Speaks HTTP/2 on a connection that was opened otherwise. */
  connect(socket: WireSocket, arrival: Arrival | undefined): H2Connection {
    const connection = new H2Connection(this, socket, arrival?.ends)
    this.remember(connection)
    if (!isEncrypted(socket)) this.reader?.attach(socket, (bytes) => connection.receive(bytes, true))
    return connection
  }

  claims(bytes: Uint8Array): boolean | undefined {
    const length = Math.min(bytes.length, TELLING)
    for (let i = 0; i < length; i++) if (bytes[i] !== PREFACE[i]) return false
    return length === TELLING ? true : undefined
  }

  take(socket: WireSocket, arrival: Arrival): void {
    this.open(socket, arrival, false)
  }

  report(error: unknown): void {
    this.server.report(error)
  }

  warn(warning: Error): void {
    this.server.warn(warning)
  }

  remember(connection: ServerConnection): void {
    this.server.remember(connection)
  }

  forget(connection: ServerConnection): void {
    this.server.forget(connection)
  }
}

function isStrong(socket: TLSSocket): boolean {
  return socket.getProtocol() !== 'TLSv1.2' || STRONG.test(socket.getCipher().standardName)
}
