import { connect, type Socket } from 'node:net'
import { HpackDecoder, HpackEncoder, type Field } from '../../../lib/server/h2/hpack/index.js'

/** A frame as it came. */
export interface Frame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
  /** Of HEADERS and PUSH_PROMISE; cookies and other repeated names as arrays would have them are not needed here. */
  readonly fields: Readonly<Record<string, string>>
}

export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

/** A frame, as bytes. */
export function frame(type: number, flags: number, stream: number, payload: string | Buffer = ''): Buffer {
  const body = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload
  const header = Buffer.alloc(9)
  header.writeUIntBE(body.length, 0, 3)
  header[3] = type
  header[4] = flags
  header.writeUInt32BE(stream, 5)
  return Buffer.concat([header, body])
}

export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

/** SETTINGS of pairs. */
export function settings(...pairs: readonly (readonly [id: number, value: number])[]): Buffer {
  return frame(4, 0, 0, Buffer.concat(pairs.map(([id, value]) => Buffer.concat([u32(id).subarray(2), u32(value)]))))
} // prettier-ignore

/** A client that sends exactly the frames that it is told to. */
export class FrameClient {
  readonly frames: Frame[] = []
  closed = false
  private rest: Buffer = Buffer.alloc(0)
  private readonly encoder = new HpackEncoder()
  private readonly decoder = new HpackDecoder()
  private wake: (() => void) | undefined
  private pings = 0

  private constructor(readonly socket: Socket) {
    socket.on('data', (data: Buffer) => this.take(data))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.closed = true
      this.wake?.()
    })
  }

  /** Connects and sends the preface with settings; the server's are acknowledged. */
  static async open(port: number, ...pairs: readonly (readonly [number, number])[]): Promise<FrameClient> {
    const client = await FrameClient.silent(port)
    return client.send(Buffer.from(PREFACE, 'latin1'), settings(...pairs), frame(4, 1, 0))
  }

  /** Connects. */
  static async silent(port: number): Promise<FrameClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    return new FrameClient(socket)
  }

  send(...frames: readonly Buffer[]): this {
    this.socket.write(Buffer.concat(frames))
    return this
  }

  /** Encodes fields, pseudo-header fields of a GET first where they are not given. */
  block(fields: Readonly<Record<string, string>> = {}): Buffer {
    const all = { ':method': 'GET', ':scheme': 'http', ':authority': 'a', ':path': '/', ...fields }
    return this.raw(Object.entries(all))
  }

  /** Encodes exactly these fields. */
  raw(fields: readonly (readonly [string, string])[]): Buffer {
    let text = this.encoder.begin()
    for (const [name, value] of fields) text += this.encoder.field(name, value)
    return Buffer.from(text, 'latin1')
  }

  /** A whole request without a body; with `more`, its body is still to come. */
  request(stream: number, fields: Readonly<Record<string, string>> = {}, more = false): this {
    return this.send(frame(1, more ? 4 : 5, stream, this.block(fields)))
  }

  /** Waits for a frame. */
  async until(matches: (frame: Frame) => boolean): Promise<Frame> {
    for (;;) {
      const found = this.frames.find(matches)
      if (found !== undefined) return found
      if (this.closed) throw new Error(`closed after ${this.frames.map(({ type }) => type).join(' ')}`)
      await new Promise<void>((resolve) => (this.wake = resolve))
    }
  }

  /** Waits until the server has read everything that was sent: a PING behind it comes back. */
  async heard(): Promise<this> {
    const content = `heard${String(++this.pings).padStart(3, '0')}`
    this.send(frame(6, 0, 0, content))
    await this.until(({ type, flags, payload }) => type === 6 && flags === 1 && payload.toString('latin1') === content)
    return this
  } // prettier-ignore

  /** Waits for the head of an answer, behind interim ones. */
  head(stream: number): Promise<Frame> {
    return this.until(({ type, stream: id, fields }) => type === 1 && id === stream && (fields[':status'] ?? '200') >= '200')
  } // prettier-ignore

  /** Waits for a stream to end: its body, or the error code that it was reset with. */
  async answer(stream: number): Promise<string | number> {
    await this.until(
      ({ type, flags, stream: id }) => id === stream && (type === 3 || (type < 2 && (flags & 1) === 1)),
    )
    const reset = this.frames.find(({ type, stream: id }) => type === 3 && id === stream)
    if (reset !== undefined) return reset.payload.readUInt32BE()
    return this.body(stream)
  }

  /** What has come of a body. */
  body(stream: number): string {
    const data = this.frames.filter(({ type, stream: id }) => type === 0 && id === stream)
    return data.map(({ payload }) => payload.toString('latin1')).join('')
  }

  /** Waits for GOAWAY: last stream and error code. */
  async goaway(nth = 0): Promise<readonly [last: number, code: number, reason: string]> {
    await this.until(() => this.frames.filter(({ type }) => type === 7).length > nth)
    const { payload } = this.frames.filter(({ type }) => type === 7)[nth]!
    return [payload.readUInt32BE(), payload.readUInt32BE(4), payload.toString('latin1', 8)]
  }

  /** Waits until the server has closed. */
  async gone(): Promise<void> {
    while (!this.closed) await new Promise<void>((resolve) => (this.wake = resolve))
  }

  /** Bounds the table of the answers, as SETTINGS_HEADER_TABLE_SIZE has said. */
  resize(size: number): this {
    this.decoder.allow(size)
    return this
  }

  destroy(): void {
    this.socket.destroy()
  }

  private take(data: Buffer): void {
    this.rest = Buffer.concat([this.rest, data])
    for (;;) {
      if (this.rest.length < 9) break
      const length = this.rest.readUIntBE(0, 3)
      if (this.rest.length < 9 + length) break
      const [type, flags] = [this.rest[3]!, this.rest[4]!]
      const payload = this.rest.subarray(9, 9 + length)
      const isHead = (type === 1 || type === 5) && (flags & 4) !== 0
      const fields = isHead ? this.decode(type === 5 ? payload.subarray(4) : payload) : {}
      this.frames.push({ type, flags, stream: this.rest.readUInt32BE(5), payload, fields })
      this.rest = this.rest.subarray(9 + length)
    }
    const { wake } = this
    this.wake = undefined
    wake?.()
  }

  private decode(block: Buffer): Record<string, string> {
    const fields: Field[] = []
    this.decoder.decode(block, 0, block.length, fields, { maxHeaderListSize: Infinity })
    return Object.fromEntries(fields.map(({ name, value }) => [name, value]))
  }
}
