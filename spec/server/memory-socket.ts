import { Duplex } from 'node:stream'

/** Both ends of a connection in memory: each piece that is sent arrives as a piece of its own, which no network promises. */
export class MemorySocket extends Duplex {
  received = ''
  /** How often something was written. */
  writes = 0

  constructor() {
    super({ allowHalfOpen: true, decodeStrings: false })
  }

  /** Sends pieces to the server. */
  feed(...pieces: string[]): this {
    for (const piece of pieces) this.push(Buffer.from(piece, 'latin1'))
    return this
  }

  override _read(): void {}

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.writes++
    this.received += typeof chunk === 'string' ? chunk : chunk.toString('latin1')
    done()
  }
}
