import { isUtf8 } from 'node:buffer'
import { isPromise } from '../../common/index.js'
import { latin1 } from '../wire/latin1.js'
import { Assembly } from './assembly.js'
import type { Deflate } from './deflate.js'
import { protocolError, WebSocketFailure } from './errors.js'
import { maskingKey, unmask } from './mask.js'
import { Utf8Check } from './utf8-check.js'
import {
  CloseCode,
  FIN,
  isCloseCode,
  MASKED,
  MAX_CONTROL_PAYLOAD,
  MAX_HEADER_SIZE,
  Opcode,
  RSV1,
  type MessageOpcode,
  RSV2_OR_RSV3,
} from './wire-format.js'

/** What a receiver tells of. */
export interface ReceiverEvents {
  onText(text: string): void
  /** @param bytes are the listener's own */
  onBinary(bytes: Buffer): void
  onPing(payload: Uint8Array): void
  onPong(payload: Uint8Array): void
  /** @param code 1005 where none was given */
  onClose(code: number, reason: string): void
  /** What was kept, while a message was decompressed, has been read as well. */
  onIdle(): void
  /** What one of these has thrown while no call of `receive` or `resume` was under way. */
  onError(error: unknown): void
  /** Nothing more is read. */
  onFailure(failure: WebSocketFailure): void
}

/** Frames of one message; those without a payload are small enough to come by the million. */
const MAX_EMPTY_FRAMES = 1024

/**
 * Takes frames out of received bytes, puts messages together, and checks all that a client can break.
 *
 * @see RFC 6455 §5
 */
export class Receiver {
  /** Of the frame that is arriving. */
  private final = false
  private opcode: number = Opcode.Text
  private key = 0
  /** Its payload, and what has come of it. */
  private length = 0
  private filled = 0
  private inFrame = false

  /** Of the message that is arriving; 0 for none. */
  private kind: MessageOpcode | typeof Opcode.Continuation = Opcode.Continuation
  private compressed = false
  private emptyFrames = 0
  private message: Assembly | undefined
  private text: Utf8Check | undefined

  /** The beginning of a header, or a control frame, that is not complete. */
  private header: Uint8Array | undefined
  private headerFilled = 0
  private control: Assembly | undefined

  /** What cannot be compressed becomes larger: by an eighth and some bytes at most, as zlib does it. */
  private readonly maxCompressed: number

  /** What came, and is not read yet: a message is being decompressed, or reading is paused. */
  private waiting: Buffer[] | undefined
  private isPaused = false
  private isInflating = false
  /** While events are told. */
  private isReading = false
  /** The chunk's memory is somebody else's as soon as it was read: what is kept has to be copied. */
  private isBorrowed = false
  private stopped = false

  /**
   * @param events takes what is found
   * @param maxSize bytes of one message
   * @param deflate of the connection, if messages may be compressed
   */
  constructor(
    private readonly events: ReceiverEvents,
    private readonly maxSize: number,
    private readonly deflate: Deflate | undefined,
  ) {
    this.maxCompressed = maxSize + (maxSize >> 3) + 64
  }

  /** True while a message is decompressed, or reading is paused: what comes meanwhile is kept. */
  get isBusy(): boolean {
    return this.waiting !== undefined
  }

  /** Reads no more, not even what has come already; a message that is being decompressed still comes. */
  pause(): void {
    if (this.stopped) return
    this.isPaused = true
    this.waiting ??= []
  }

  /** Reads on, at first what has come already. */
  resume(): void {
    if (!this.isPaused) return
    this.isPaused = false
    if (this.isInflating) return
    const waiting = this.waiting ?? []
    this.waiting = undefined
    // within an event, nothing was kept yet
    if (!this.isReading) this.readAll(waiting)
  }

  /** Reads no more. */
  stop(): void {
    this.stopped = true
    this.waiting = this.message = this.control = undefined
  }

  /**
   * Reads what was received.
   *
   * @param chunk bytes, which are changed
   * @param size how many of them are there to be read. Default: all of them
   * @param isBorrowed false if nobody else uses the memory any more; true if somebody will, once this returns
   */
  receive(chunk: Buffer, size = chunk.length, isBorrowed = false): void {
    this.isBorrowed = isBorrowed
    if (this.waiting !== undefined) {
      this.waiting.push(this.own(chunk, 0, size))
      return
    }
    this.isReading = true
    try {
      this.read(chunk, size)
    } catch (error) {
      if (!(error instanceof WebSocketFailure)) throw error
      this.fail(error)
    } finally {
      this.isReading = false
    }
  }

  private read(chunk: Buffer, size: number): void {
    let at = 0
    while (!this.stopped) {
      if (!this.inFrame) {
        at = this.readHeader(chunk, at, size)
        if (!this.inFrame) return
      }
      const end = Math.min(size, at + this.length - this.filled)
      this.readPayload(chunk, at, end)
      at = end
      if (this.inFrame) return
      if (this.waiting !== undefined) {
        if (at < size) this.waiting.push(this.own(chunk, at, size))
        return
      }
    }
  }

  /** @returns where the payload begins; the header is not complete if `inFrame` is still false */
  private readHeader(chunk: Buffer, from: number, size: number): number {
    const available = size - from
    if (this.headerFilled === 0) {
      if (available === 0) return from
      if (available >= 2) {
        const headSize = headerSize(chunk[from + 1]!)
        if (available >= headSize) {
          this.begin(chunk, from)
          return from + headSize
        }
      }
    }
    const header = (this.header ??= new Uint8Array(MAX_HEADER_SIZE))
    let at = from
    while (at < size) {
      header[this.headerFilled++] = chunk[at++]!
      if (this.headerFilled >= 2 && this.headerFilled === headerSize(header[1]!)) {
        this.headerFilled = 0
        this.begin(header, 0)
        return at
      }
      // what is wrong with the first two bytes is said at once, and no length is waited for
      if (this.headerFilled === 2) this.check(header[0]!, header[1]!)
    }
    return at
  }

  /** The same for a listener: bytes that keep no more memory alive than they need. */
  private ownBytes(chunk: Buffer, start: number, end: number): Buffer {
    const bytes = chunk.subarray(start, end)
    return !this.isBorrowed && bytes.length * 2 >= chunk.buffer.byteLength ? bytes : Buffer.from(bytes)
  }

  /** A part of a chunk that may be kept. */
  private own(chunk: Buffer, start: number, end: number): Buffer {
    const bytes = chunk.subarray(start, end)
    return this.isBorrowed ? Buffer.from(bytes) : bytes
  }

  /** Checks what the first two bytes of a frame say. */
  private check(first: number, second: number): void {
    const opcode = first & 0x0f
    const isFinal = (first & FIN) !== 0
    const isCompressed = (first & RSV1) !== 0
    if ((first & RSV2_OR_RSV3) !== 0) throw protocolError('a reserved bit is set')
    if ((second & MASKED) === 0) throw protocolError('a frame is not masked')
    switch (opcode) {
      case Opcode.Continuation:
        if (this.kind === Opcode.Continuation) throw protocolError('there is no message to be continued')
        if (isCompressed) throw protocolError('a continuation has RSV1 set')
        return
      case Opcode.Text:
      case Opcode.Binary:
        if (this.kind !== Opcode.Continuation) throw protocolError('the message before is not complete')
        if (isCompressed && this.deflate === undefined) throw protocolError('no compression was agreed on')
        return
      case Opcode.Close:
      case Opcode.Ping:
      case Opcode.Pong:
        if (!isFinal) throw protocolError('a control frame is fragmented')
        if (isCompressed) throw protocolError('a control frame has RSV1 set')
        if ((second & ~MASKED) > MAX_CONTROL_PAYLOAD) throw protocolError('a control frame is too long')
        return
      default:
        throw protocolError('an opcode is unknown')
    }
  }

  private begin(bytes: Uint8Array, at: number): void {
    const first = bytes[at]!
    const second = bytes[at + 1]!
    this.check(first, second)
    this.final = (first & FIN) !== 0
    this.opcode = first & 0x0f
    const short = second & ~MASKED
    this.length = short < 126 ? short : longLength(bytes, at + 2, short)
    this.key = maskingKey(bytes, at + headerSize(second) - 4)
    this.filled = 0
    this.inFrame = true
    if (this.opcode >= Opcode.Close) return
    if (this.opcode === Opcode.Text || this.opcode === Opcode.Binary) {
      this.kind = this.opcode
      this.compressed = (first & RSV1) !== 0
    }
    if (this.length + (this.message?.size ?? 0) > (this.compressed ? this.maxCompressed : this.maxSize)) {
      throw new WebSocketFailure(CloseCode.MessageTooBig, 'a message is too large')
    }
    if (this.length === 0 && !this.final && ++this.emptyFrames > MAX_EMPTY_FRAMES) {
      throw new WebSocketFailure(CloseCode.PolicyViolation, 'too many empty frames')
    }
  }

  private readPayload(chunk: Buffer, start: number, end: number): void {
    const isAscii = unmask(chunk, start, end, this.key, this.filled)
    const isWhole = end - start === this.length
    this.filled += end - start
    if (this.filled === this.length) this.inFrame = false
    if (this.opcode >= Opcode.Close) return this.readControl(chunk, start, end)
    if (isWhole && this.final && this.opcode !== Opcode.Continuation) {
      // most messages: one frame, which has come at once
      this.kind = Opcode.Continuation
      if (this.compressed) this.inflate(this.opcode, this.own(chunk, start, end))
      else if (this.opcode === Opcode.Binary) this.events.onBinary(this.ownBytes(chunk, start, end))
      else if (isAscii) this.events.onText(latin1(chunk, start, end))
      else this.events.onText(decode(chunk.subarray(start, end)))
      return
    }
    this.readPart(chunk, start, end)
  }

  private readPart(chunk: Buffer, start: number, end: number): void {
    if (this.kind === Opcode.Text && !this.compressed) {
      // as early as possible: it need not be received, nor kept
      if (!(this.text ??= new Utf8Check()).accept(chunk.subarray(start, end))) throw notText()
    }
    const message = (this.message ??= new Assembly())
    if (end > start) message.add(chunk, start, end)
    if (this.inFrame || !this.final) return
    const { kind, text } = this
    this.kind = Opcode.Continuation
    this.message = this.text = undefined
    this.emptyFrames = 0
    const whole = message.take()
    if (this.compressed) this.inflate(kind, whole)
    else if (kind === Opcode.Binary) this.events.onBinary(whole)
    else if (text?.isComplete === false) throw notText()
    else this.events.onText(whole.toString('utf8'))
  }

  private readControl(chunk: Buffer, start: number, end: number): void {
    let payload: Buffer = chunk.subarray(start, end)
    if (payload.length < this.length) {
      const control = (this.control ??= new Assembly())
      control.add(chunk, start, end)
      if (this.inFrame) return
      payload = control.take()
      this.control = undefined
    } else if (this.inFrame) return
    switch (this.opcode) {
      case Opcode.Ping:
        return this.events.onPing(payload)
      case Opcode.Pong:
        return this.events.onPong(payload)
      default:
        return this.readClose(payload)
    }
  }

  /** RFC 6455 §5.5.1, §7.4: nothing, or a code and a reason. */
  private readClose(payload: Buffer): void {
    let code: number = CloseCode.NoStatus
    let reason = ''
    if (payload.length > 0) {
      code = payload.length === 1 ? 0 : payload.readUInt16BE(0)
      if (!isCloseCode(code)) throw protocolError('a close frame has no valid code')
      reason = decode(payload.subarray(2))
    }
    this.stop()
    this.events.onClose(code, reason)
  }

  private inflate(kind: number, payload: Uint8Array): void {
    const inflated = this.deflate!.inflate(payload)
    if (!isPromise(inflated)) return this.deliver(kind, inflated)
    this.isInflating = true
    this.waiting ??= []
    inflated
      .then(
        (bytes) => this.inflated(kind, bytes),
        (error: WebSocketFailure) => this.fail(error),
      )
      .catch((error: unknown) => this.events.onError(error))
  }

  private inflated(kind: number, bytes: Uint8Array): void {
    const { waiting = [] } = this
    if (this.stopped) return
    this.isInflating = false
    this.waiting = this.isPaused ? [] : undefined
    this.isReading = true
    try {
      this.deliver(kind, bytes)
    } catch (error) {
      if (!(error instanceof WebSocketFailure)) throw error
      return this.fail(error)
    } finally {
      this.isReading = false
    }
    this.readAll(waiting)
    if (!this.isBusy) this.events.onIdle()
  }

  /** Chunks that were kept, or those of them that may be read now. */
  private readAll(chunks: readonly Buffer[]): void {
    for (const chunk of chunks) this.receive(chunk)
  }

  private deliver(kind: number, bytes: Uint8Array): void {
    const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    if (kind === Opcode.Binary) this.events.onBinary(whole)
    else this.events.onText(decode(whole))
  }

  private fail(failure: WebSocketFailure): void {
    if (this.stopped) return
    this.stop()
    this.events.onFailure(failure)
  }
}

/** The size of a header with its masking key, by its second byte. */
function headerSize(second: number): number {
  const short = second & ~MASKED
  return short < 126 ? 6 : short === 126 ? 8 : 14
}

/** RFC 6455 §5.2: in as few bytes as possible, the highest bit 0. */
function longLength(bytes: Uint8Array, at: number, short: number): number {
  if (short === 126) {
    const length = (bytes[at]! << 8) | bytes[at + 1]!
    if (length < 126) throw protocolError('a length is not in its shortest form')
    return length
  }
  const high = uint32(bytes, at)
  if (high >= 0x8000_0000) throw protocolError('a length has its highest bit set')
  const length = high * 0x1_0000_0000 + uint32(bytes, at + 4)
  if (length <= 0xffff) throw protocolError('a length is not in its shortest form')
  return length
}

function uint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}

function decode(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw notText()
  return bytes.toString('utf8')
}

function notText(): WebSocketFailure {
  return new WebSocketFailure(CloseCode.InvalidPayload, 'a text is not UTF-8')
}
