import type { TLSSocket } from 'node:tls'
import type { ConnectionInfo, PeerCertificate, TlsInfo } from '../../http/index.js'
import { isEncrypted, SocketInfo, type Ends, type WireSocket } from '../socket.js'

/** What was agreed on in a TLS handshake; kept where a closed socket would forget it. */
export class SocketTlsInfo implements TlsInfo {
  private certificate: PeerCertificate | undefined | null = null

  constructor(private readonly socket: TLSSocket) {}

  get protocol(): string {
    return this.socket.getProtocol() ?? ''
  }

  get cipher(): string {
    return this.socket.getCipher()?.standardName ?? ''
  }

  get serverName(): string | undefined {
    // Node says false for clients that name none; the types say otherwise
    const name: unknown = Reflect.get(this.socket, 'servername')
    return typeof name === 'string' ? name : undefined
  }

  get applicationProtocol(): string | undefined {
    const { alpnProtocol } = this.socket
    return typeof alpnProtocol === 'string' ? alpnProtocol : undefined
  }

  get resumed(): boolean {
    return this.socket.isSessionReused()
  }

  get authorized(): boolean {
    return this.socket.authorized
  }

  get authorizationError(): string | undefined {
    // the code of OpenSSL, whatever the types say
    const error: unknown = this.socket.authorizationError
    return typeof error === 'string' ? error : undefined
  }

  get peerCertificate(): PeerCertificate | undefined {
    if (this.certificate !== null) return this.certificate
    // Node's words for none are an object without properties and, of a closed socket, null
    const found: object | null = this.socket.getPeerCertificate()
    return (this.certificate = found !== null && 'raw' in found ? (found as PeerCertificate) : undefined)
  }
}

/** The connection of a TLS socket. */
class TlsSocketInfo extends SocketInfo {
  readonly tls: TlsInfo

  constructor(socket: TLSSocket, ends?: Ends) {
    super(socket, ends)
    this.tls = new SocketTlsInfo(socket)
  }
}

/**
 * Describes a connection.
 *
 * @param socket of any kind
 * @param ends as a proxy tells them
 */
export function connectionInfo(socket: WireSocket, ends: Ends | undefined): ConnectionInfo {
  return isEncrypted(socket) ? new TlsSocketInfo(socket, ends) : new SocketInfo(socket, ends)
}
