import type { Duplex } from 'node:stream'
import { FrameReader, OP, type ReadFrame } from './frames.js'

/** A client of bytes on a connection whose handshake is over: it says what it is told to, and keeps the frames that it hears. */
export class Peer {
  readonly frames: ReadFrame[] = []
  /** The server has said its last byte, or has cut the connection off. */
  ended = false
  private failure: Error | undefined
  private readonly waiting = new Set<() => void>()

  /**
   * @param wire of the connection
   * @param headers of the server's answer to the handshake
   * @param head what came behind the handshake
   */
  constructor(
    readonly wire: Duplex,
    readonly headers: ReadonlyMap<string, string>,
    head: Buffer,
  ) {
    const reader = new FrameReader((frame) => this.frames.push(frame))
    const read = (chunk: Buffer): void => {
      try {
        reader.read(chunk)
      } catch (error) {
        this.failure = error as Error
      }
      this.wake()
    }
    const end = (): void => {
      if (!this.ended && reader.rest > 0) this.failure = new Error('the server has ended within a frame')
      this.ended = true
      this.wake()
    }
    if (head.length > 0) read(head)
    wire.on('data', read)
    wire.on('end', end)
    wire.on('close', end)
    // what is written to a server that has gone
    wire.on('error', () => undefined)
    wire.resume()
  }

  /** Says bytes. */
  write(bytes: Uint8Array): void {
    if (this.wire.writable) this.wire.write(bytes)
  }

  /** Says bytes one by one, each in a packet of its own as far as the system lets us. */
  async writeOctets(bytes: Uint8Array, size = 1): Promise<void> {
    for (let at = 0; at < bytes.length && !this.ended; at += size) {
      this.write(bytes.subarray(at, at + size))
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Waits until something is so; fails if the connection ends before, or says what no server may say. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    for (;;) {
      if (this.failure !== undefined) throw this.failure
      if (isSo()) return
      if (this.ended) throw new Error(`the connection has ended before ${what}: ${this.summary()}`)
      await new Promise<void>((resolve) => this.waiting.add(resolve))
    }
  }

  /** Waits for so many frames. */
  heard(count: number): Promise<void> {
    return this.until(`${count} frames`, () => this.frames.length >= count)
  }

  /** Waits until the server has ended the connection. */
  end(): Promise<void> {
    return this.until('its end', () => this.ended)
  }

  /** Asks for a pong, so that all that was sent before has been read. */
  async roundTrip(ping: (payload: string) => Buffer): Promise<void> {
    const mark = `mark ${this.frames.length}`
    this.write(ping(mark))
    await this.until('a pong', () =>
      this.frames.some((one) => one.opcode === OP.PONG && one.payload.toString() === mark),
    )
  }

  /** Ends its own direction, and hears no more. */
  leave(): void {
    this.wire.end()
    this.wire.resume()
  }

  private summary(): string {
    return this.frames.map(({ opcode, payload }) => `${opcode}:${payload.toString('hex', 0, 40)}`).join(' ')
  }

  private wake(): void {
    const woken = [...this.waiting]
    this.waiting.clear()
    for (const call of woken) call()
  }
}
