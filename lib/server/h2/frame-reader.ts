import { H2Error } from './errors.js'
import { HeaderBlock, type HeaderBlockLimits } from './header-block.js'
import { ErrorCode, Flag, FRAME_HEADER_SIZE, FrameType, PREFACE } from './wire-format.js'

/** What a reader tells of. Bytes are valid only until the call returns. */
export interface FrameEvents {
  /** @param size of the payload with its padding, as flow control counts it */
  onData(streamId: number, bytes: Uint8Array, start: number, end: number, size: number, endsStream: boolean): void
  /** @param isSelfDependent its priority names the stream itself */
  onHeaders(streamId: number, bytes: Uint8Array, start: number, end: number, endsStream: boolean, isSelfDependent: boolean): void
  onRstStream(streamId: number, code: number): void
  /** @param payload settings of six bytes each; undefined for an acknowledgement */
  onSettings(payload: Uint8Array | undefined): void
  onPing(data: Uint8Array, isAck: boolean): void
  onGoaway(lastStreamId: number, code: number): void
  onWindowUpdate(streamId: number, increment: number): void
  onPriorityUpdate(streamId: number, value: Uint8Array): void
  /** PRIORITY, and frames of unknown types: nothing is to be done but counting them. */
  onIgnored(type: number, streamId: number): void
  /** A frame that brings nothing. */
  onEmpty(): void
  /** A frame that only its stream is to blame for. */
  onStreamError(streamId: number, code: ErrorCode, reason: string): void
} // prettier-ignore

/** What a reader is bound by. */
export interface FrameLimits extends HeaderBlockLimits {
  readonly maxFrameSize: number
}

/**
 * Takes frames out of received bytes, puts header blocks together, and checks what can be told without knowing any stream.
 *
 * @see RFC 9113 §4, §6
 */
export class FrameReader {
  private preface: number
  /** What has come of a frame that is not complete. */
  private partial: Uint8Array | undefined
  private filled = 0
  private readonly header = new Uint8Array(FRAME_HEADER_SIZE)
  private readonly block: HeaderBlock
  private stopped = false
  /** The first frame has to be SETTINGS. */
  private begun = false

  /**
   * @param events takes what is found
   * @param limits bounds on what is kept
   * @param preface false where it was read already
   */
  constructor(
    private readonly events: FrameEvents,
    private readonly limits: FrameLimits,
    preface = true,
  ) {
    this.preface = preface ? 0 : PREFACE.length
    this.block = new HeaderBlock(limits, events)
  }

  /** True if a header block has begun and is not complete. */
  get isMidBlock(): boolean {
    return this.block.streamId !== 0
  }

  /** The stream whose frame is arriving, 0 for none or the connection. */
  get arriving(): number {
    const { partial } = this
    return partial === undefined || partial === this.header ? 0 : streamIdOf(partial, 0)
  }

  /** True once the client has sent its preface and its settings. */
  get isReady(): boolean {
    return this.begun
  }

  /** Reads no more. */
  stop(): void {
    this.stopped = true
    this.partial = undefined
  }

  /**
   * Reads what was received.
   *
   * @param chunk bytes, which are not kept
   * @throws {H2Error} for what ends the connection
   */
  receive(chunk: Uint8Array): void {
    let position = this.preface < PREFACE.length ? this.readPreface(chunk) : 0
    if (this.partial !== undefined) position = this.complete(chunk, position)
    while (!this.stopped) {
      const left = chunk.length - position
      if (left === 0) return
      if (left < FRAME_HEADER_SIZE) return this.keep(this.header, chunk, position)
      const size = FRAME_HEADER_SIZE + this.lengthOf(chunk, position)
      if (left < size) return this.keep(new Uint8Array(size), chunk, position)
      this.frame(chunk, position, position + size)
      position += size
    }
  }

  private readPreface(chunk: Uint8Array): number {
    let position = 0
    while (position < chunk.length && this.preface < PREFACE.length) {
      if (chunk[position++] !== PREFACE[this.preface++]) throw protocolError('this is no preface of HTTP/2')
    }
    return position
  }

  /** Begins to keep a frame. */
  private keep(place: Uint8Array, chunk: Uint8Array, position: number): void {
    this.partial = place
    place.set(chunk.subarray(position))
    this.filled = chunk.length - position
  }

  /** Goes on with the frame that was kept. */
  private complete(chunk: Uint8Array, from: number): number {
    let position = from
    if (this.partial === this.header) {
      position = this.fill(this.header, chunk, position)
      if (this.filled < FRAME_HEADER_SIZE) return position
      const whole = new Uint8Array(FRAME_HEADER_SIZE + this.lengthOf(this.header, 0))
      whole.set(this.header)
      this.partial = whole
    }
    const partial = this.partial!
    position = this.fill(partial, chunk, position)
    if (this.filled < partial.length) return position
    this.partial = undefined
    this.frame(partial, 0, partial.length)
    return position
  }

  private fill(place: Uint8Array, chunk: Uint8Array, position: number): number {
    const end = Math.min(chunk.length, position + place.length - this.filled)
    place.set(chunk.subarray(position, end), this.filled)
    this.filled += end - position
    return end
  }

  private lengthOf(bytes: Uint8Array, at: number): number {
    const length = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!
    if (length > this.limits.maxFrameSize) {
      const reason = `a frame has ${length} bytes, ${this.limits.maxFrameSize} are allowed`
      throw new H2Error(ErrorCode.FrameSizeError, reason)
    }
    return length
  }

  /** Reads a frame that is complete. */
  private frame(bytes: Uint8Array, at: number, end: number): void {
    const type = bytes[at + 3]!
    const flags = bytes[at + 4]!
    const streamId = streamIdOf(bytes, at)
    const start = at + FRAME_HEADER_SIZE
    const length = end - start
    if (!this.begun) {
      if (type !== FrameType.Settings || (flags & Flag.Ack) !== 0)
        throw protocolError('the first frame is not SETTINGS')
      this.begun = true
    }
    if (this.isMidBlock && (type !== FrameType.Continuation || streamId !== this.block.streamId)) {
      throw protocolError('a header block is interrupted by another frame')
    }
    const { events } = this
    switch (type) {
      case FrameType.Data:
        return this.data(bytes, start, end, flags, streamId)
      case FrameType.Headers:
        if (streamId === 0) throw protocolError('HEADERS on stream 0')
        return this.block.begin(bytes, start, end, flags, streamId)
      case FrameType.Priority:
        if (streamId === 0) throw protocolError('PRIORITY on stream 0')
        events.onIgnored(type, streamId)
        if (length !== 5) events.onStreamError(streamId, ErrorCode.FrameSizeError, 'PRIORITY without 5 bytes')
        else if (streamIdOf(bytes, start - 5) === streamId) {
          events.onStreamError(streamId, ErrorCode.ProtocolError, 'a stream depends on itself')
        }
        return
      case FrameType.RstStream:
        expectLength('RST_STREAM', length, 4)
        if (streamId === 0) throw protocolError('RST_STREAM on stream 0')
        return events.onRstStream(streamId, uint32At(bytes, start))
      case FrameType.Settings:
        return this.settings(bytes, start, end, flags, streamId)
      case FrameType.PushPromise:
        throw protocolError('a client has sent PUSH_PROMISE')
      case FrameType.Ping:
        expectLength('PING', length, 8)
        if (streamId !== 0) throw protocolError('PING on a stream')
        return events.onPing(bytes.subarray(start, end), (flags & Flag.Ack) !== 0)
      case FrameType.Goaway:
        if (streamId !== 0) throw protocolError('GOAWAY on a stream')
        if (length < 8) throw new H2Error(ErrorCode.FrameSizeError, 'GOAWAY with less than 8 bytes')
        return events.onGoaway(uint32At(bytes, start) & 0x7fffffff, uint32At(bytes, start + 4))
      case FrameType.WindowUpdate:
        expectLength('WINDOW_UPDATE', length, 4)
        return events.onWindowUpdate(streamId, uint32At(bytes, start) & 0x7fffffff)
      case FrameType.Continuation:
        if (!this.isMidBlock) throw protocolError('CONTINUATION without a header block')
        return this.block.go(bytes, start, end, flags)
      case FrameType.PriorityUpdate:
        if (streamId !== 0) throw protocolError('PRIORITY_UPDATE on a stream')
        if (length < 4) throw new H2Error(ErrorCode.FrameSizeError, 'PRIORITY_UPDATE with less than 4 bytes')
        return events.onPriorityUpdate(uint32At(bytes, start) & 0x7fffffff, bytes.subarray(start + 4, end))
      default:
        return events.onIgnored(type, streamId)
    }
  }

  private data(bytes: Uint8Array, from: number, to: number, flags: number, streamId: number): void {
    if (streamId === 0) throw protocolError('DATA on stream 0')
    let start = from
    let end = to
    if ((flags & Flag.Padded) !== 0) {
      if (start === end) throw new H2Error(ErrorCode.FrameSizeError, 'padded DATA without a pad length')
      end -= bytes[start++]!
      if (end < start) throw protocolError('DATA has more padding than bytes')
    }
    const endsStream = (flags & Flag.EndStream) !== 0
    if (start === end && !endsStream) this.events.onEmpty()
    this.events.onData(streamId, bytes, start, end, to - from, endsStream)
  }

  private settings(bytes: Uint8Array, start: number, end: number, flags: number, streamId: number): void {
    if (streamId !== 0) throw protocolError('SETTINGS on a stream')
    if ((flags & Flag.Ack) !== 0) {
      expectLength('an acknowledgement of SETTINGS', end - start, 0)
      return this.events.onSettings(undefined)
    }
    if ((end - start) % 6 !== 0)
      throw new H2Error(ErrorCode.FrameSizeError, 'SETTINGS of incomplete settings')
    this.events.onSettings(bytes.subarray(start, end))
  }
}

/**
 * Reads 32 bits.
 *
 * @param bytes in network order
 * @param at the first of them
 */
export function uint32At(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}

/** A breach of the protocol that ends the connection. */
export function protocolError(reason: string): H2Error {
  return new H2Error(ErrorCode.ProtocolError, reason)
}

/** The stream of the frame at `at`; its reserved bit is ignored. */
function streamIdOf(bytes: Uint8Array, at: number): number {
  return uint32At(bytes, at + 5) & 0x7fffffff
}

function expectLength(frame: string, length: number, expected: number): void {
  if (length === expected) return
  throw new H2Error(ErrorCode.FrameSizeError, `${frame} has ${length} bytes instead of ${expected}`)
}
