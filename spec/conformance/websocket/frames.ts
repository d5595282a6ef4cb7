/** Opcodes of RFC 6455 §5.2. */
export const OP = { CONTINUED: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 } as const

/** The reserved bits of a frame's first byte. */
export const RSV = { NONE: 0, RSV1: 0x40, RSV2: 0x20, RSV3: 0x10 } as const

const KEY = Buffer.from([0x37, 0xfa, 0x21, 0x3d])

/** How a frame is written, where it is not as usual. */
export interface FrameOptions {
  /** Default true. */
  readonly final?: boolean
  readonly rsv?: number
  /** Default true, as clients do it. */
  readonly masked?: boolean
  /** The bytes of the length, in place of the shortest form. */
  readonly length?: readonly number[]
  readonly key?: Buffer
}

/** A frame, of a client if not said otherwise. */
export function frame(opcode: number, payload: Uint8Array | string = '', options: FrameOptions = {}): Buffer {
  const { final = true, rsv = 0, masked = true, key = KEY } = options
  const bytes = Buffer.from(payload)
  const length = options.length ?? lengthOf(bytes.length)
  const first = (final ? 0x80 : 0) | rsv | opcode
  const head = [first, (masked ? 0x80 : 0) | length[0]!, ...length.slice(1)]
  if (!masked) return Buffer.concat([Buffer.from(head), bytes])
  for (let at = 0; at < bytes.length; at++) bytes[at]! ^= key[at & 3]!
  return Buffer.concat([Buffer.from(head), key, bytes])
}

/** A message in frames of so many bytes; the last one may be shorter. */
export function fragments(opcode: number, payload: Uint8Array | string, size: number, rsv = 0): Buffer[] {
  const bytes = Buffer.from(payload)
  const parts: Buffer[] = []
  for (let at = 0; at === 0 || at < bytes.length; at += size) {
    const final = at + size >= bytes.length
    const first = at === 0 ? { final, rsv } : { final }
    parts.push(frame(at === 0 ? opcode : OP.CONTINUED, bytes.subarray(at, at + size), first))
  }
  return parts
}

/** What stands in a close frame. */
export function closing(code?: number, reason: Uint8Array | string = ''): Buffer {
  if (code === undefined) return Buffer.alloc(0)
  return Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)])
}

/** A close frame of a client. */
export function close(code?: number, reason: Uint8Array | string = ''): Buffer {
  return frame(OP.CLOSE, closing(code, reason))
}

function lengthOf(size: number): number[] {
  if (size < 126) return [size]
  if (size <= 0xffff) return [126, size >> 8, size & 0xff]
  const long = Buffer.alloc(8)
  long.writeBigUInt64BE(BigInt(size))
  return [127, ...long]
}

/** A frame of a server, as a client has read it. */
export interface ReadFrame {
  readonly final: boolean
  readonly rsv: number
  readonly opcode: number
  readonly payload: Buffer
}

/**
 * Reads the frames of a server out of bytes, and insists on the rules for them: no mask, the shortest length.
 *
 * @see RFC 6455 §5.1, §5.2
 */
export class FrameReader {
  private parts: Buffer[] = []
  private size = 0
  private needed = 2

  constructor(private readonly found: (frame: ReadFrame) => void) {}

  /** Bytes that make no whole frame yet. */
  get rest(): number {
    return this.size
  }

  read(chunk: Buffer): void {
    this.parts.push(chunk)
    this.size += chunk.length
    if (this.size < this.needed) return
    let bytes = this.parts.length === 1 ? chunk : Buffer.concat(this.parts)
    for (;;) {
      this.needed = sizeOf(bytes)
      if (bytes.length < this.needed) break
      this.found(parse(bytes.subarray(0, this.needed)))
      bytes = bytes.subarray(this.needed)
    }
    this.parts = [bytes]
    this.size = bytes.length
  }
}

function sizeOf(bytes: Buffer): number {
  if (bytes.length < 2) return 2
  const second = bytes[1]!
  if (second >= 0x80) throw new Error('a server has masked a frame')
  if (second < 126) return 2 + second
  const long = second === 126 ? 4 : 10
  if (bytes.length < long) return long
  const length = second === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  if (length < (second === 126 ? 126 : 0x1_0000)) throw new Error('a length is not in its shortest form')
  return long + length
}

function parse(bytes: Buffer): ReadFrame {
  const [first, second] = [bytes[0]!, bytes[1]!]
  const start = second < 126 ? 2 : second === 126 ? 4 : 10
  const { final, rsv, opcode } = { final: first >= 0x80, rsv: first & 0x70, opcode: first & 15 }
  return { final, rsv, opcode, payload: bytes.subarray(start) }
}
