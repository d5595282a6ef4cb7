/** Frame types (RFC 9113 §6, RFC 9218 §7.1). */
export const TYPE = {
  DATA: 0x0,
  HEADERS: 0x1,
  PRIORITY: 0x2,
  RST_STREAM: 0x3,
  SETTINGS: 0x4,
  PUSH_PROMISE: 0x5,
  PING: 0x6,
  GOAWAY: 0x7,
  WINDOW_UPDATE: 0x8,
  CONTINUATION: 0x9,
  PRIORITY_UPDATE: 0x10,
} as const

/** Flags (RFC 9113 §6). */
export const FLAG = {
  ACK: 0x1,
  END_STREAM: 0x1,
  END_HEADERS: 0x4,
  PADDED: 0x8,
  PRIORITY: 0x20,
} as const

/** Error codes (RFC 9113 §7). */
export const CODE = {
  NO_ERROR: 0x0,
  PROTOCOL_ERROR: 0x1,
  INTERNAL_ERROR: 0x2,
  FLOW_CONTROL_ERROR: 0x3,
  SETTINGS_TIMEOUT: 0x4,
  STREAM_CLOSED: 0x5,
  FRAME_SIZE_ERROR: 0x6,
  REFUSED_STREAM: 0x7,
  CANCEL: 0x8,
  COMPRESSION_ERROR: 0x9,
  CONNECT_ERROR: 0xa,
  ENHANCE_YOUR_CALM: 0xb,
  INADEQUATE_SECURITY: 0xc,
  HTTP_1_1_REQUIRED: 0xd,
} as const

/** Parameters of SETTINGS (RFC 9113 §6.5.2, RFC 8441 §3, RFC 9218 §2.1). */
export const SETTING = {
  HEADER_TABLE_SIZE: 0x1,
  ENABLE_PUSH: 0x2,
  MAX_CONCURRENT_STREAMS: 0x3,
  INITIAL_WINDOW_SIZE: 0x4,
  MAX_FRAME_SIZE: 0x5,
  MAX_HEADER_LIST_SIZE: 0x6,
  ENABLE_CONNECT_PROTOCOL: 0x8,
  NO_RFC7540_PRIORITIES: 0x9,
} as const

/** What a client begins with (RFC 9113 §3.4). */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

/** One parameter and its value. */
export type Setting = readonly [id: number, value: number]

/** One frame as it came. */
export interface Frame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

/**
 * Writes any frame, right or wrong.
 *
 * @param stream all 32 bits, so that the reserved one can be set
 */
export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array | string = '',
): Buffer {
  const content = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload
  const head = Buffer.alloc(9)
  head.writeUIntBE(content.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream >>> 0, 5)
  return Buffer.concat([head, content])
}

/** What most frames of a stream have in common. */
export interface FrameOptions {
  /** END_STREAM. */
  readonly end?: boolean
  /** Bytes of padding; undefined: the frame is not PADDED. */
  readonly pad?: number
}

function padded(content: Uint8Array, pad: number | undefined): Buffer {
  if (pad === undefined) return Buffer.from(content)
  return Buffer.concat([Buffer.from([pad]), content, Buffer.alloc(pad)])
}

/** DATA. Default: the stream goes on. */
export function data(stream: number, content: Uint8Array | string, options: FrameOptions = {}): Buffer {
  const flags = (options.end ? FLAG.END_STREAM : 0) | (options.pad === undefined ? 0 : FLAG.PADDED)
  return frame(TYPE.DATA, flags, stream, padded(Buffer.from(content as string, 'latin1'), options.pad))
}

/** HEADERS. Default: the block is whole, and the stream ends. */
export function headers(
  stream: number,
  block: Uint8Array,
  options: FrameOptions & {
    readonly whole?: boolean
    /** On which stream it depends. */
    readonly dependsOn?: number
  } = {},
): Buffer {
  const { end = true, whole = true, pad, dependsOn } = options
  const flags =
    (end ? FLAG.END_STREAM : 0) |
    (whole ? FLAG.END_HEADERS : 0) |
    (pad === undefined ? 0 : FLAG.PADDED) |
    (dependsOn === undefined ? 0 : FLAG.PRIORITY)
  const content = dependsOn === undefined ? block : Buffer.concat([dependency(dependsOn), block])
  return frame(TYPE.HEADERS, flags, stream, padded(content, pad))
}

/** CONTINUATION. Default: the last one. */
export function continuation(stream: number, block: Uint8Array, whole = true): Buffer {
  return frame(TYPE.CONTINUATION, whole ? FLAG.END_HEADERS : 0, stream, block)
}

/** The payload of PRIORITY (RFC 7540 §6.3). */
export function dependency(on: number, weight = 15): Buffer {
  const payload = Buffer.alloc(5)
  payload.writeUInt32BE(on, 0)
  payload[4] = weight
  return payload
}

/** PRIORITY. */
export function priority(stream: number, on: number): Buffer {
  return frame(TYPE.PRIORITY, 0, stream, dependency(on))
}

/** RST_STREAM. */
export function reset(stream: number, code: number = CODE.CANCEL): Buffer {
  return frame(TYPE.RST_STREAM, 0, stream, uint32(code))
}

/** SETTINGS. */
export function settings(...list: readonly Setting[]): Buffer {
  const payload = Buffer.alloc(list.length * 6)
  list.forEach(([id, value], i) => {
    payload.writeUInt16BE(id, i * 6)
    payload.writeUInt32BE(value >>> 0, i * 6 + 2)
  })
  return frame(TYPE.SETTINGS, 0, 0, payload)
}

/** The acknowledgement of SETTINGS. */
export const SETTINGS_ACK = frame(TYPE.SETTINGS, FLAG.ACK, 0)

/** PING with eight bytes. */
export function ping(content = 'conforms', flags = 0): Buffer {
  return frame(TYPE.PING, flags, 0, content)
}

/** GOAWAY. */
export function goaway(last: number, code: number, debug = ''): Buffer {
  return frame(TYPE.GOAWAY, 0, 0, Buffer.concat([uint32(last), uint32(code), Buffer.from(debug)]))
}

/** WINDOW_UPDATE. */
export function windowUpdate(stream: number, increment: number): Buffer {
  return frame(TYPE.WINDOW_UPDATE, 0, stream, uint32(increment))
}

/** PRIORITY_UPDATE (RFC 9218 §7.1). */
export function priorityUpdate(stream: number, value: string): Buffer {
  return frame(TYPE.PRIORITY_UPDATE, 0, 0, Buffer.concat([uint32(stream), Buffer.from(value, 'latin1')]))
}

/** Four bytes, the highest first. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

/** Takes frames out of bytes that come in pieces. */
export class FrameReader {
  private rest: Buffer = Buffer.alloc(0)

  /** The frames that are whole now. */
  read(piece: Buffer): Frame[] {
    this.rest = this.rest.length === 0 ? piece : Buffer.concat([this.rest, piece])
    const frames: Frame[] = []
    let at = 0
    while (this.rest.length - at >= 9) {
      const length = this.rest.readUIntBE(at, 3)
      if (this.rest.length - at < 9 + length) break
      frames.push({
        type: this.rest[at + 3]!,
        flags: this.rest[at + 4]!,
        stream: this.rest.readUInt32BE(at + 5),
        payload: this.rest.subarray(at + 9, at + 9 + length),
      })
      at += 9 + length
    }
    this.rest = this.rest.subarray(at)
    return frames
  }
}

/** A frame in words, for messages. */
export function describeFrame({ type, flags, stream, payload }: Frame): string {
  const name = Object.entries(TYPE).find(([, value]) => value === type)?.[0] ?? `type ${type}`
  const codeAt = type === TYPE.GOAWAY ? 4 : type === TYPE.RST_STREAM ? 0 : undefined
  const code = codeAt === undefined ? '' : ` ${codeName(payload.readUInt32BE(codeAt))}`
  const debug = type === TYPE.GOAWAY ? ` ${JSON.stringify(payload.toString('latin1', 8))}` : ''
  return `${name}(stream ${stream}, flags ${flags}, ${payload.length} bytes)${code}${debug}`
}

/** The name of an error code. */
export function codeName(code: number): string {
  return Object.entries(CODE).find(([, value]) => value === code)?.[0] ?? `code ${code}`
}
