import { ListedHeaders, type HeaderView } from '../../http/index.js'
import { ChunkInvalid, FieldInvalid, TooManyFields, TrailerTooLarge } from './errors.js'
import { LEFT_OUT_TRAILERS, REFUSED_TRAILERS } from '../trailer-fields.js'
import type { H1Limits } from './limits.js'
import { COLON, CR, FIELD_VALUE, LF, TOKEN, trimBlanks } from './syntax.js'

/** What a trailer section is bound by. */
export type TrailerLimits = Pick<H1Limits, 'maxTrailerSize' | 'maxHeaderCount'>

const enum State {
  LineStart,
  Name,
  Value,
  LineFeed,
  LastLineFeed,
}

/**
 * Reads the fields behind a chunked body.
 *
 * @see RFC 9112 §7.1.2, RFC 9110 §6.5
 */
export class TrailerSection {
  private state = State.LineStart
  private size = 0
  private count = 0
  private name = ''
  private value = ''
  private readonly names: string[] = []
  private readonly values: string[] = []

  constructor(private readonly limits: TrailerLimits) {}

  /** The fields, undefined if there are none. */
  get fields(): HeaderView | undefined {
    return this.names.length === 0 ? undefined : new ListedHeaders(this.names, this.values)
  }

  /**
   * Takes the next byte.
   *
   * @returns true behind the empty line
   * @throws {CorbelError} CORBEL_H1_FIELD, CORBEL_H1_CHUNK (400), CORBEL_H1_TRAILER_TOO_LARGE, CORBEL_H1_TOO_MANY_FIELDS (431)
   */
  take(byte: number): boolean {
    const { maxTrailerSize } = this.limits
    if (++this.size > maxTrailerSize + 2) throw new TrailerTooLarge({ limit: maxTrailerSize })
    switch (this.state) {
      case State.LineStart:
        if (byte === CR) this.state = State.LastLineFeed
        else this.nameByte(byte)
        return false
      case State.Name:
        this.nameByte(byte)
        return false
      case State.Value:
        if (byte === CR) this.state = State.LineFeed
        else if (FIELD_VALUE[byte] === 1) this.value += String.fromCharCode(byte)
        else throw new FieldInvalid({ reason: 'a trailer has a control character' })
        return false
      case State.LineFeed:
        if (byte !== LF) throw new FieldInvalid({ reason: 'a trailer does not end in CRLF' })
        this.endLine()
        return false
      default:
        if (byte !== LF) throw new ChunkInvalid({ reason: 'the body does not end in CRLF' })
        return true
    }
  }

  private nameByte(byte: number): void {
    if (TOKEN[byte] === 1) {
      this.name += String.fromCharCode(byte)
      this.state = State.Name
      return
    }
    if (byte !== COLON || this.state === State.LineStart) {
      throw new FieldInvalid({ reason: 'the name of a trailer is not a token' })
    }
    if (REFUSED_TRAILERS.has(this.name.toLowerCase())) {
      throw new FieldInvalid({ reason: `${this.name} is not allowed after the body` })
    }
    this.state = State.Value
  }

  private endLine(): void {
    const { maxHeaderCount } = this.limits
    if (++this.count > maxHeaderCount) throw new TooManyFields({ limit: maxHeaderCount })
    const name = this.name.toLowerCase()
    if (!LEFT_OUT_TRAILERS.has(name)) {
      this.names.push(name)
      this.values.push(trimBlanks(this.value))
    }
    this.name = this.value = ''
    this.state = State.LineStart
  }
}
