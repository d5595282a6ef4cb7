import { ChunkInvalid } from './errors.js'
import { DQUOTE, EQUALS, FIELD_VALUE, HTAB, SEMICOLON, SP, TOKEN } from './syntax.js'

const BACKSLASH = 0x5c

const enum State {
  /** Behind the size, a name, a token or a quoted string: where the line may end. */
  Complete,
  /** White space that only a semicolon may follow. */
  BeforeSemicolon,
  BeforeName,
  Name,
  /** White space behind a name: a semicolon or an equals sign may follow. */
  BehindName,
  BeforeValue,
  Value,
  Quoted,
  QuotedPair,
}

/**
 * Checks the extensions of one chunk, byte by byte. Nobody uses them, but they are refused where they leave the grammar:
 * a parser that is lax here and one that is strict can be made to disagree on where the chunk begins.
 *
 * @see RFC 9112 §7.1.1
 */
export class ChunkExtension {
  private state = State.Complete

  /** Begins behind the next chunk's size. */
  reset(): void {
    this.state = State.Complete
  }

  /**
   * Takes a byte that is not CR.
   *
   * @throws {CorbelError} CORBEL_H1_CHUNK (400)
   */
  take(byte: number): void {
    if (FIELD_VALUE[byte] === 0) throw new ChunkInvalid({ reason: 'an extension has a control character' })
    this.state = next(this.state, byte)
  }

  /**
   * Ends the line.
   *
   * @throws {CorbelError} CORBEL_H1_CHUNK (400) if the extension is not complete
   */
  end(): void {
    if (this.state !== State.Complete && this.state !== State.Name && this.state !== State.Value) {
      throw new ChunkInvalid({ reason: 'an extension is incomplete' })
    }
  }
}

function next(state: State, byte: number): State {
  const blank = byte === SP || byte === HTAB
  switch (state) {
    case State.Quoted:
      if (byte === DQUOTE) return State.Complete
      return byte === BACKSLASH ? State.QuotedPair : State.Quoted
    case State.QuotedPair:
      return State.Quoted
    case State.BeforeName:
      if (blank) return State.BeforeName
      return TOKEN[byte] === 1 ? State.Name : refuse()
    case State.BeforeValue:
      if (blank) return State.BeforeValue
      if (byte === DQUOTE) return State.Quoted
      return TOKEN[byte] === 1 ? State.Value : refuse()
    case State.Name:
      if (TOKEN[byte] === 1) return State.Name
      break
    case State.Value:
      if (TOKEN[byte] === 1) return State.Value
  }
  if (byte === SEMICOLON) return State.BeforeName
  const named = state === State.Name || state === State.BehindName
  if (blank) return named ? State.BehindName : State.BeforeSemicolon
  return named && byte === EQUALS ? State.BeforeValue : refuse()
}

function refuse(): never {
  throw new ChunkInvalid({ reason: 'what follows a size is not an extension' })
}
