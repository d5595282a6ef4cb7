import { describeFrame, FLAG, FrameReader, TYPE, type Frame } from './frames.js'
import { HpackReader, type Field } from './hpack.js'

/** What a server has sent on one stream. */
export interface StreamLog {
  /** Field sections in order: interim answers, the answer, trailers. */
  readonly sections: Field[][]
  /** latin1 */
  body: string
  /** Bytes of DATA frames, padding included: what flow control counts. */
  counted: number
  /** END_STREAM was seen. */
  ended: boolean
  /** The code of RST_STREAM. */
  reset: number | undefined
}

/** What a client has announced, and a server is held to. */
export interface Bounds {
  /** The largest payload of a frame. */
  readonly frameSize: number
  /** The dynamic table. */
  readonly tableSize: number
}

/** Reads what a server sends, strictly, and keeps what matters of it. */
export class Reading {
  readonly frames: Frame[] = []
  readonly streams = new Map<number, StreamLog>()
  /** What the server has announced. */
  readonly announced = new Map<number, number>()
  /** Code, last stream and text of GOAWAY. */
  goaway: { readonly code: number; readonly last: number; readonly debug: string } | undefined
  /** Nothing more will come. */
  gone = false
  /** What the server has done wrong, by the rules of this client. */
  wrong: string | undefined
  /** Bytes received that were no HTTP/2 from the first one on. */
  other = ''
  readonly pongs: string[] = []
  /** Requests that the server has promised to answer unasked, by the stream of the answer. */
  readonly promises = new Map<number, readonly Field[]>()
  /** What the server has allowed beyond the initial windows, by stream; 0 is the connection. */
  readonly updates = new Map<number, number>()
  /** Times that our SETTINGS were acknowledged. */
  acknowledged = 0
  readonly hpack: HpackReader
  private readonly reader = new FrameReader()
  private block: { stream: number; parts: Buffer[]; end: boolean } | undefined

  /** @param onSettings called for each SETTINGS that is not an acknowledgement */
  constructor(
    private readonly bounds: Bounds = { frameSize: 16_384, tableSize: 4_096 },
    private readonly onSettings: () => void = () => undefined,
  ) {
    this.hpack = new HpackReader(bounds.tableSize)
  }

  /** What is known of a stream. */
  stream(id: number): StreamLog {
    let log = this.streams.get(id)
    if (log === undefined) {
      log = { sections: [], body: '', counted: 0, ended: false, reset: undefined }
      this.streams.set(id, log)
    }
    return log
  }

  /** The status of the last field section with one. */
  status(id: number): number | undefined {
    const status = this.stream(id).sections.findLast(([first]) => first?.[0] === ':status')?.[0]?.[1]
    return status === undefined ? undefined : Number(status)
  }

  /** What has come so far, for messages. */
  story(): string {
    if (this.other !== '') return `received ${JSON.stringify(this.other.slice(0, 200))}`
    const frames = this.frames.slice(-12).map(describeFrame)
    return `received ${frames.length === 0 ? 'nothing' : frames.join(', ')}${this.gone ? ', end' : ''}`
  }

  /** Takes bytes as they have come. @throws for what a server may not send */
  receive(bytes: Buffer): void {
    if (this.other !== '' || (this.frames.length === 0 && bytes.subarray(0, 5).equals(HTTP1))) {
      this.other += bytes.toString('latin1')
      return
    }
    for (const frame of this.reader.read(bytes)) {
      this.frames.push(frame)
      if (this.frames.length > 4_096) this.frames.splice(0, 2_048)
      this.take(frame)
    }
  }

  private take(frame: Frame): void {
    const { type, flags, stream, payload } = frame
    if (!this.announced.has(0)) {
      // RFC 9113 §3.4: the server's preface is a SETTINGS frame, and it is the first
      if (type !== TYPE.SETTINGS || flags & FLAG.ACK)
        throw new Error(`${describeFrame(frame)} is the first frame`)
      this.announced.set(0, 0)
    }
    if (payload.length > this.bounds.frameSize)
      throw new Error(`${describeFrame(frame)} is larger than allowed`)
    if (this.block !== undefined && (type !== TYPE.CONTINUATION || stream !== this.block.stream)) {
      throw new Error(`${describeFrame(frame)} within a field block`)
    }
    switch (type) {
      case TYPE.SETTINGS:
        return this.takeSettings(flags, payload)
      case TYPE.HEADERS:
        this.block = { stream, parts: [unpadded(frame)], end: (flags & FLAG.END_STREAM) !== 0 }
        if (flags & FLAG.END_HEADERS) this.takeBlock()
        return
      case TYPE.CONTINUATION:
        if (this.block === undefined) throw new Error(`${describeFrame(frame)} outside a field block`)
        this.block.parts.push(payload)
        if (flags & FLAG.END_HEADERS) this.takeBlock()
        return
      case TYPE.PUSH_PROMISE: {
        if (!(flags & FLAG.END_HEADERS)) throw new Error('a promise in several frames')
        const content = unpadded(frame)
        const promised = content.readUInt32BE(0)
        if (promised % 2 !== 0) throw new Error(`a promise of stream ${promised}`)
        this.promises.set(promised, this.hpack.read(content.subarray(4)))
        return
      }
      case TYPE.DATA: {
        const log = this.stream(stream)
        if (log.sections.length === 0) throw new Error(`${describeFrame(frame)} before the head`)
        if (log.ended || log.reset !== undefined) throw new Error(`${describeFrame(frame)} behind the end`)
        log.counted += payload.length
        // memory for what is looked at only
        if (log.body.length < 2 << 20) log.body += unpadded(frame).toString('latin1')
        if (flags & FLAG.END_STREAM) log.ended = true
        return
      }
      case TYPE.RST_STREAM:
        this.stream(stream).reset ??= payload.readUInt32BE(0)
        return
      case TYPE.PING:
        if (flags & FLAG.ACK) this.pongs.push(payload.toString('latin1'))
        return
      case TYPE.GOAWAY:
        // the last one counts: a graceful one may come before it
        this.goaway = {
          last: payload.readUInt32BE(0),
          code: payload.readUInt32BE(4),
          debug: payload.toString('latin1', 8),
        }
        return
      case TYPE.WINDOW_UPDATE: {
        const increment = payload.readUInt32BE(0)
        if (increment === 0) throw new Error('WINDOW_UPDATE with 0')
        this.updates.set(stream, (this.updates.get(stream) ?? 0) + increment)
        return
      }
      default:
    }
  }

  private takeSettings(flags: number, payload: Buffer): void {
    if (flags & FLAG.ACK) {
      this.acknowledged += 1
      return
    }
    for (let at = 0; at < payload.length; at += 6) {
      this.announced.set(payload.readUInt16BE(at), payload.readUInt32BE(at + 2))
    }
    this.onSettings()
  }

  private takeBlock(): void {
    const { stream, parts, end } = this.block!
    this.block = undefined
    const fields = this.hpack.read(Buffer.concat(parts))
    const log = this.stream(stream)
    if (log.ended || log.reset !== undefined) throw new Error(`HEADERS behind the end of stream ${stream}`)
    const fault = faultOf(fields, log)
    if (fault !== undefined) throw new Error(`${fault} on stream ${stream}: ${JSON.stringify(fields)}`)
    log.sections.push(fields)
    if (end) log.ended = true
  }
}

const HTTP1 = Buffer.from('HTTP/')

function unpadded({ flags, payload }: Frame): Buffer {
  if (!(flags & FLAG.PADDED)) return payload
  return payload.subarray(1, payload.length - payload[0]!)
}

/** What is wrong with a field section of a server (RFC 9113 §8.2, §8.3.2). */
function faultOf(fields: readonly Field[], log: StreamLog): string | undefined {
  const trailers = log.sections.some(([first]) => Number(first?.[1]) >= 200)
  const statuses = fields.filter(([name]) => name === ':status')
  if (trailers && statuses.length > 0) return 'a status in trailers'
  if (!trailers && (fields[0]?.[0] !== ':status' || statuses.length !== 1)) return 'no status in front'
  for (const [name, value] of fields) {
    if (name.startsWith(':') && name !== ':status') return `${name} in an answer`
    if (!/^:?[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name)) return `the name ${JSON.stringify(name)}`
    if (/[\0\r\n]|^[ \t]|[ \t]$/.test(value)) return `the value ${JSON.stringify(value)}`
    if (CONNECTION_SPECIFIC.has(name)) return `the connection-specific ${name}`
  }
  return undefined
}

/** RFC 9113 §8.2.2. */
const CONNECTION_SPECIFIC = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
])
