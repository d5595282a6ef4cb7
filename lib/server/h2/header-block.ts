import { concatBytes } from '../../common/index.js'
import { H2Error } from './errors.js'
import type { FrameEvents } from './frame-reader.js'
import { ErrorCode, Flag } from './wire-format.js'

/** What header blocks are bound by before they are decoded. */
export interface HeaderBlockLimits {
  readonly maxHeaderListSize: number
  readonly maxContinuations: number
}

/** A block may be so much larger than its fields may be: clients are told of that (431) if it is not much more. */
const SLACK = 4

/** The parts of one header block, which come one behind the other (RFC 9113 §4.3). */
export class HeaderBlock {
  /** The stream whose block is incomplete; 0 if there is none. */
  streamId = 0

  private parts: Uint8Array[] = []
  private size = 0
  private continuations = 0
  private endsStream = false
  private isSelfDependent = false

  constructor(
    private readonly limits: HeaderBlockLimits,
    private readonly events: Pick<FrameEvents, 'onHeaders' | 'onEmpty'>,
  ) {}

  /** Reads a HEADERS frame (RFC 9113 §6.2). */
  begin(bytes: Uint8Array, from: number, to: number, flags: number, streamId: number): void {
    const isPadded = (flags & Flag.Padded) !== 0
    const hasPriority = (flags & Flag.Priority) !== 0
    if (to - from < (isPadded ? 1 : 0) + (hasPriority ? 5 : 0)) {
      throw new H2Error(ErrorCode.FrameSizeError, 'HEADERS is shorter than its flags say')
    }
    let start = from
    const end = isPadded ? to - bytes[start++]! : to
    this.isSelfDependent = false
    if (hasPriority) {
      const dependency =
        ((bytes[start]! & 127) << 24) |
        (bytes[start + 1]! << 16) |
        (bytes[start + 2]! << 8) |
        bytes[start + 3]!
      this.isSelfDependent = dependency === streamId
      start += 5
    }
    if (end < start) throw new H2Error(ErrorCode.ProtocolError, 'HEADERS has more padding than bytes')
    const endsStream = (flags & Flag.EndStream) !== 0
    if ((flags & Flag.EndHeaders) !== 0) {
      this.events.onHeaders(streamId, bytes, start, end, endsStream, this.isSelfDependent)
      return
    }
    this.streamId = streamId
    this.endsStream = endsStream
    this.continuations = 0
    this.size = 0
    this.add(bytes, start, end)
  }

  /** Reads a CONTINUATION frame (RFC 9113 §6.10). */
  go(bytes: Uint8Array, start: number, end: number, flags: number): void {
    if (++this.continuations > this.limits.maxContinuations) throw tooMuch('CONTINUATION frames without end')
    if ((flags & Flag.EndHeaders) === 0) return this.add(bytes, start, end)
    this.parts.push(bytes.subarray(start, end))
    const block = concatBytes(this.parts)
    const { streamId } = this
    this.parts = []
    this.streamId = 0
    this.events.onHeaders(streamId, block, 0, block.length, this.endsStream, this.isSelfDependent)
  }

  private add(bytes: Uint8Array, start: number, end: number): void {
    this.size += end - start
    if (this.size > SLACK * this.limits.maxHeaderListSize) throw tooMuch('a header block without end')
    if (start === end) this.events.onEmpty()
    else this.parts.push(Buffer.from(bytes.subarray(start, end)))
  }
}

function tooMuch(reason: string): H2Error {
  return new H2Error(ErrorCode.EnhanceYourCalm, reason)
}
