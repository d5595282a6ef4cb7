import type { SocketReader } from '../../../lib/server/wire/shared-read.js'
import type { WireSocket } from '../../../lib/server/h1/index.js'
import { MemorySocket } from '../../server/memory-socket.js'

/** A client in memory: what it sends, how it ends, and what it gets. */
export class MemoryClient extends MemorySocket {
  /** For `ConnectionInfo`: by this the recorder tells connections apart. */
  constructor(readonly remotePort: number) {
    super()
  }

  /** True if the server has ended its side. */
  get answered(): boolean {
    return this.writableEnded || this.destroyed
  }

  /** Ends the client's side. */
  hangUp(): void {
    if (!this.destroyed) this.push(null)
  }
}

/** A client whose bytes lie in memory that is someone else's as soon as the server has looked at them. */
export class LentClient extends MemoryClient {
  receive: ((bytes: Buffer) => void) | undefined
  private backlog: Buffer[] = []
  private delivering = false
  private ending = false

  override feed(...pieces: string[]): this {
    for (const piece of pieces) this.backlog.push(Buffer.from(piece, 'latin1'))
    process.nextTick(this.deliver)
    return this
  }

  override hangUp(): void {
    this.ending = true
    process.nextTick(this.deliver)
  }

  override resume(): this {
    process.nextTick(this.deliver)
    return super.resume()
  }

  private readonly deliver = (): void => {
    if (this.delivering) return
    this.delivering = true
    while (this.backlog.length > 0 && !this.isPaused() && !this.destroyed && this.receive !== undefined) {
      const piece = this.backlog.shift()!
      for (let at = 0; at < piece.length; at += SHARED.length) {
        const length = piece.copy(SHARED, 0, at)
        this.receive(SHARED.subarray(0, length))
        // whoever has kept a view of it will be found out
        SHARED.fill('!', 0, length)
      }
    }
    this.delivering = false
    if (this.ending && this.backlog.length === 0) {
      this.ending = false
      super.hangUp()
    }
  }
}

const SHARED = Buffer.allocUnsafeSlow(64 * 1024)

/** Does for `LentClient` what the shared read buffer does for TCP sockets. */
export const LENDING_READER: SocketReader = {
  attach(socket: WireSocket, receive: (bytes: Buffer) => void): boolean {
    if (!(socket instanceof LentClient)) return false
    socket.receive = receive
    return true
  },
  detach(socket: WireSocket): void {
    if (!(socket instanceof LentClient)) return
    socket.receive = (bytes) => void socket.push(Buffer.from(bytes))
  },
}
