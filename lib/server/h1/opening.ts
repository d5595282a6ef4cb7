import type { ConnectionOpening } from '../protocol.js'
import { isEncrypted, type Ends, type WireSocket } from '../socket.js'

/** The first bytes of a connection, as long as they could be those of another protocol. */
export class FirstBytes {
  private held: Buffer | undefined

  private constructor(private readonly opening: ConnectionOpening) {}

  /**
   * @param opening tells the other protocol
   * @param socket nothing is looked at on TLS: what was agreed on by ALPN is spoken there (RFC 9113 §3.2)
   */
  static of(opening: ConnectionOpening | undefined, socket: WireSocket): FirstBytes | undefined {
    return opening === undefined || isEncrypted(socket) ? undefined : new FirstBytes(opening)
  }

  /**
   * Looks at what was received, behind what was before.
   *
   * @param data bytes, which are not kept
   * @returns the bytes and whether they are another protocol's; undefined until that is clear
   */
  read(data: Buffer): { readonly bytes: Buffer; readonly claimed: boolean } | undefined {
    const bytes = this.held === undefined ? data : Buffer.concat([this.held, data])
    const claimed = this.opening.claims(bytes)
    if (claimed !== undefined) return { bytes, claimed }
    this.held = bytes === data ? Buffer.from(bytes) : bytes
    return undefined
  }

  /** Gives the connection to the other protocol, with all that was read. */
  handOver(socket: WireSocket, ends: Ends | undefined, bytes: Buffer): void {
    this.opening.take(socket, { ends, head: Buffer.from(bytes) })
  }
}
