import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { ConnectionInfo } from '../http/index.js'

/** What a connection runs on: `net.Socket`, `tls.TLSSocket`, or any duplex, which need not know addresses. */
export type WireSocket = Duplex &
  Partial<Pick<Socket, 'remoteAddress' | 'remotePort' | 'localAddress' | 'localPort'>>

/** The two ends of a connection, as a proxy tells them. */
export interface Ends {
  readonly remoteAddress: string
  readonly remotePort: number
  readonly localAddress: string
  readonly localPort: number
}

/** Both ends of a socket; asked for only when someone reads them, and kept, since a closed socket forgets them. */
export class SocketInfo implements ConnectionInfo {
  private peer: string | undefined

  /**
   * @param socket the connection
   * @param ends where its two ends are, if not those of the socket
   */
  constructor(
    private readonly socket: WireSocket,
    private readonly ends: Partial<Ends> = socket,
  ) {}

  get remoteAddress(): string {
    return (this.peer ??= this.ends.remoteAddress) ?? ''
  }

  get remotePort(): number {
    return this.ends.remotePort ?? 0
  }

  get localAddress(): string {
    return this.ends.localAddress ?? ''
  }

  get localPort(): number {
    return this.ends.localPort ?? 0
  }

  get encrypted(): boolean {
    return isEncrypted(this.socket)
  }
}

/** Tells TLS sockets from others, without loading `node:tls` where there are none. */
export function isEncrypted(socket: WireSocket): socket is TLSSocket {
  return 'encrypted' in socket && socket.encrypted === true
}

/**
 * Closes a TCP socket, or the one below TLS, with RST, others at once. The public `resetAndDestroy` sends FIN first and throws
 * for other sockets.
 */
export function resetSocket(socket: WireSocket): void {
  const below: unknown = Reflect.get(socket, '_parent')
  const base = typeof below === 'object' && below !== null ? below : socket
  const handle: unknown = Reflect.get(base, '_handle')
  if (typeof handle === 'object' && handle !== null && 'reset' in handle)
    Reflect.set(base, 'resetAndClosing', true)
  socket.destroy()
}

/** For the `error` of sockets, which would end the process without a listener: their `close` follows, and says all that matters. */
export function ignoreError(): void {}
