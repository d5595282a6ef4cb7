import { ChunkExtensionTooLarge, ChunkInvalid, FieldInvalid, TrailerTooLarge } from './errors.js'
import type { H1Limits } from './limits.js'
import { COLON, CR, FIELD_VALUE, HEX_DIGIT, HTAB, LF, SEMICOLON, SP, TOKEN } from './syntax.js'

/** What the decoder of chunked bodies is bound by. */
export type ChunkLimits = Pick<H1Limits, 'maxChunkExtensionSize' | 'maxTrailerSize'>

const enum State {
  SizeStart,
  Size,
  BeforeExtension,
  Extension,
  SizeLineFeed,
  Content,
  ContentReturn,
  ContentLineFeed,
  TrailerStart,
  TrailerName,
  TrailerValue,
  TrailerLineFeed,
  LastLineFeed,
  Done,
}

/** 13 hexadecimal digits are 52 bits: still a safe integer. */
const MAX_SIZE_DIGITS = 13

/** Fields that would change how the message is read, had they come before the body (RFC 9110 §6.5.1). */
const NEVER_IN_TRAILERS = new Set([
  'content-length',
  'transfer-encoding',
  'host',
  'trailer',
  'connection',
  'expect',
])

/**
 * Takes the chunked coding off a body, in pieces of whatever size. Extensions and trailers are checked, counted and dropped.
 *
 * @see RFC 9112 §7.1
 */
export class ChunkedDecoder {
  private state = State.SizeStart
  private size = 0
  private digits = 0
  private extensionSize = 0
  private trailerSize = 0
  private trailerName = ''

  constructor(private readonly limits: ChunkLimits) {}

  /** True behind the empty line that ends the trailers. */
  get done(): boolean {
    return this.state === State.Done
  }

  /**
   * Decodes the next bytes.
   *
   * @param bytes what was received
   * @param from where to begin in it
   * @param take called with each range of body bytes
   * @returns where the body ended or the bytes did
   * @throws {CorbelError} CORBEL_H1_CHUNK (400), CORBEL_H1_CHUNK_EXTENSION_TOO_LARGE (413), CORBEL_H1_FIELD (400),
   *   CORBEL_H1_TRAILER_TOO_LARGE (431)
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
      case State.BeforeExtension:
      case State.Extension:
        return this.extensionByte(byte)
      case State.SizeLineFeed:
        expectByte(byte, LF, 'the size line does not end in CRLF')
        this.state = this.size === 0 ? State.TrailerStart : State.Content
        return
      case State.ContentReturn:
        expectByte(byte, CR, 'a chunk is longer than its size')
        this.state = State.ContentLineFeed
        return
      case State.ContentLineFeed:
        expectByte(byte, LF, 'a chunk does not end in CRLF')
        this.state = State.SizeStart
        return
      default:
        return this.trailerByte(byte)
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
    else this.extensionByte(byte)
  }

  private extensionByte(byte: number): void {
    if (byte === CR && this.state === State.Extension) {
      this.state = State.SizeLineFeed
      return
    }
    if (++this.extensionSize > this.limits.maxChunkExtensionSize) {
      throw new ChunkExtensionTooLarge({ limit: this.limits.maxChunkExtensionSize })
    }
    if (FIELD_VALUE[byte] === 0) throw new ChunkInvalid({ reason: 'an extension has a control character' })
    if (this.state === State.Extension) return
    if (byte === SEMICOLON) this.state = State.Extension
    else if (byte === SP || byte === HTAB) this.state = State.BeforeExtension
    else throw new ChunkInvalid({ reason: 'a size is not hexadecimal' })
  }

  private trailerByte(byte: number): void {
    if (++this.trailerSize > this.limits.maxTrailerSize + 2) {
      throw new TrailerTooLarge({ limit: this.limits.maxTrailerSize })
    }
    switch (this.state) {
      case State.TrailerStart:
        this.trailerName = ''
        if (byte === CR) this.state = State.LastLineFeed
        else this.trailerNameByte(byte)
        return
      case State.TrailerName:
        return this.trailerNameByte(byte)
      case State.TrailerValue:
        if (byte === CR) this.state = State.TrailerLineFeed
        else if (FIELD_VALUE[byte] === 0)
          throw new FieldInvalid({ reason: 'a trailer has a control character' })
        return
      case State.TrailerLineFeed:
        if (byte !== LF) throw new FieldInvalid({ reason: 'a trailer does not end in CRLF' })
        this.state = State.TrailerStart
        return
      case State.LastLineFeed:
        expectByte(byte, LF, 'the body does not end in CRLF')
        this.state = State.Done
    }
  }

  private trailerNameByte(byte: number): void {
    if (TOKEN[byte] === 1) {
      this.trailerName += String.fromCharCode(byte)
      this.state = State.TrailerName
      return
    }
    if (byte !== COLON || this.state === State.TrailerStart) {
      throw new FieldInvalid({ reason: 'the name of a trailer is not a token' })
    }
    if (NEVER_IN_TRAILERS.has(this.trailerName.toLowerCase())) {
      throw new FieldInvalid({ reason: `${this.trailerName} is not allowed after the body` })
    }
    this.state = State.TrailerValue
  }
}

function expectByte(found: number, wanted: number, reason: string): void {
  if (found !== wanted) throw new ChunkInvalid({ reason })
}
