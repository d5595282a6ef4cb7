import type { HeaderView } from '../../http/index.js'
import { ChunkExtension } from './chunk-extension.js'
import { ChunkExtensionTooLarge, ChunkInvalid } from './errors.js'
import type { H1Limits } from './limits.js'
import { CR, HEX_DIGIT, LF } from './syntax.js'
import { TrailerSection, type TrailerLimits } from './trailers.js'

/** What the decoder of chunked bodies is bound by. */
export type ChunkLimits = Pick<H1Limits, 'maxChunkExtensionSize'> & TrailerLimits

const enum State {
  SizeStart,
  Size,
  Extension,
  SizeLineFeed,
  Content,
  ContentReturn,
  ContentLineFeed,
  Trailers,
  Done,
}

/** 13 hexadecimal digits are 52 bits: still a safe integer. */
const MAX_SIZE_DIGITS = 13

/**
 * Takes the chunked coding off a body, in pieces of whatever size. Extensions are checked, counted and
 * dropped; trailers are kept.
 *
 * @see RFC 9112 §7.1
 */
export class ChunkedDecoder {
  private state = State.SizeStart
  private size = 0
  private digits = 0
  private extensionSize = 0
  private extension: ChunkExtension | undefined
  private trailerSection: TrailerSection | undefined

  constructor(private readonly limits: ChunkLimits) {}

  /** True behind the empty line that ends the trailers. */
  get done(): boolean {
    return this.state === State.Done
  }

  /** The fields behind the body, once it is done; undefined if there are none. */
  get trailers(): HeaderView | undefined {
    return this.done ? this.trailerSection?.fields : undefined
  }

  /**
   * Decodes the next bytes.
   *
   * @param bytes what was received
   * @param from where to begin in it
   * @param take called with each range of body bytes
   * @returns where the body ended or the bytes did
   * @throws {CorbelError} CORBEL_H1_CHUNK (400), CORBEL_H1_CHUNK_EXTENSION_TOO_LARGE (413), CORBEL_H1_FIELD (400),
   *   CORBEL_H1_TRAILER_TOO_LARGE, CORBEL_H1_TOO_MANY_FIELDS (431)
   */
  decode(bytes: Uint8Array, from: number, take: (part: Uint8Array) => void): number {
    let i = from
    while (i < bytes.length && this.state !== State.Done) {
      if (this.state !== State.Content) {
        this.step(bytes[i++]!)
        continue
      }
      const end = Math.min(bytes.length, i + this.size)
      this.size -= end - i
      if (this.size === 0) this.state = State.ContentReturn
      take(bytes.subarray(i, end))
      i = end
    }
    return i
  }

  private step(byte: number): void {
    switch (this.state) {
      case State.SizeStart:
      case State.Size:
        return this.sizeByte(byte)
      case State.Extension:
        return this.extensionByte(byte)
      case State.SizeLineFeed:
        expectByte(byte, LF, 'the size line does not end in CRLF')
        this.state = this.size === 0 ? State.Trailers : State.Content
        return
      case State.ContentReturn:
        expectByte(byte, CR, 'a chunk is longer than its size')
        this.state = State.ContentLineFeed
        return
      case State.ContentLineFeed:
        expectByte(byte, LF, 'a chunk does not end in CRLF')
        this.state = State.SizeStart
        return
      case State.Trailers:
        this.trailerSection ??= new TrailerSection(this.limits)
        if (this.trailerSection.take(byte)) this.state = State.Done
    }
  }

  private sizeByte(byte: number): void {
    const digit = HEX_DIGIT[byte]!
    if (digit !== 255) {
      if (this.state === State.SizeStart) this.size = this.digits = 0
      if (++this.digits > MAX_SIZE_DIGITS) throw new ChunkInvalid({ reason: 'a size has too many digits' })
      this.size = this.size * 16 + digit
      this.state = State.Size
    } else if (this.state === State.SizeStart) throw new ChunkInvalid({ reason: 'a size is not hexadecimal' })
    else if (byte === CR) this.state = State.SizeLineFeed
    else {
      this.extension ??= new ChunkExtension()
      this.extension.reset()
      this.state = State.Extension
      this.extensionByte(byte)
    }
  }

  private extensionByte(byte: number): void {
    const extension = this.extension!
    if (byte === CR) {
      extension.end()
      this.state = State.SizeLineFeed
      return
    }
    if (++this.extensionSize > this.limits.maxChunkExtensionSize) {
      throw new ChunkExtensionTooLarge({ limit: this.limits.maxChunkExtensionSize })
    }
    extension.take(byte)
  }
}

function expectByte(found: number, wanted: number, reason: string): void {
  if (found !== wanted) throw new ChunkInvalid({ reason })
}
