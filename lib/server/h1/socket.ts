import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ConnectionInfo } from '../../http/index.js'

/** What a connection runs on: `net.Socket`, `tls.TLSSocket`, or any duplex, which need not know addresses. */
export type WireSocket = Duplex &
  Partial<Pick<Socket, 'remoteAddress' | 'remotePort' | 'localAddress' | 'localPort'>>

/** Both ends of a socket; asked for only when someone reads them, and kept, since a closed socket forgets them. */
export class SocketInfo implements ConnectionInfo {
  private peer: string | undefined

  constructor(private readonly socket: WireSocket) {}

  get remoteAddress(): string {
    return (this.peer ??= this.socket.remoteAddress) ?? ''
  }

  get remotePort(): number {
    return this.socket.remotePort ?? 0
  }

  get localAddress(): string {
    return this.socket.localAddress ?? ''
  }

  get localPort(): number {
    return this.socket.localPort ?? 0
  }

  get encrypted(): boolean {
    return 'encrypted' in this.socket && this.socket.encrypted === true
  }
}

/** Closes a TCP socket with RST, others at once. The public `resetAndDestroy` sends FIN first and throws for other sockets. */
export function resetSocket(socket: WireSocket): void {
  const handle: unknown = Reflect.get(socket, '_handle')
  if (typeof handle === 'object' && handle !== null && 'reset' in handle)
    Reflect.set(socket, 'resetAndClosing', true)
  socket.destroy()
}
