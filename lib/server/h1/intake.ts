import { MAX_EMPTY_LINES, type HeadParser } from './codec.js'
import { RequestLineInvalid } from './errors.js'
import { HeadAssembler } from './head-assembler.js'
import { latin1 } from '../wire/latin1.js'
import type { H1Limits } from './limits.js'
import { CR, LF } from './syntax.js'

/** What a connection has received and not worked off: bytes, from which it takes heads and bodies in turn. */
export class Intake {
  /** Received bytes, undefined if there are none left: from `position` on. */
  chunk: Buffer | undefined
  position = 0
  /** Text of the head that was read last, and perhaps of what comes behind it. */
  text = ''
  /** Index of the text's first character in the bytes that the parser's offsets count in. */
  base = 0

  /** The text belongs to the chunk, so that the next head may be in it, too. */
  private shared = false
  /** The chunk's memory is the shared buffer's: valid until the read is worked off. */
  private borrowed = false
  private assembler: HeadAssembler | undefined
  private emptyLines = 0
  /** A carriage return was received where only an empty line can begin with one. */
  private midEmptyLine = false

  constructor(
    private readonly parser: HeadParser,
    private readonly limits: H1Limits,
  ) {}

  /** True if a head has begun and is not complete. */
  get midHead(): boolean {
    return this.assembler !== undefined
  }

  /** True if nothing of a further request was received. */
  get empty(): boolean {
    return this.chunk === undefined && this.assembler === undefined
  }

  /**
   * Adds what was received.
   *
   * @param data bytes
   * @param borrowed true if they have to be copied before anyone keeps them
   */
  add(data: Buffer, borrowed = false): void {
    this.borrowed = borrowed && this.chunk === undefined
    // only what comes after pause() has to be joined
    this.chunk = this.chunk === undefined ? data : Buffer.concat([this.chunk.subarray(this.position), data])
    this.position = 0
    this.shared = false
  }

  /** Copies what is left, if its memory is about to be someone else's. */
  own(): void {
    if (!this.borrowed) return
    this.borrowed = false
    if (this.chunk === undefined) return
    this.chunk = Buffer.from(this.chunk.subarray(this.position))
    this.position = 0
    this.shared = false
  }

  /** The chunk, in memory that may be kept. */
  owned(): Buffer {
    this.own()
    return this.chunk!
  }

  /** Forgets everything. */
  clear(): void {
    this.chunk = this.assembler = undefined
  }

  /** Takes everything that is left. */
  takeRest(): Uint8Array {
    this.own()
    const rest = this.chunk?.subarray(this.position) ?? Buffer.alloc(0)
    this.clear()
    return rest
  }

  /** Takes so many bytes, if they are all here. */
  takeExactly(length: number): Uint8Array | undefined {
    const { chunk, position } = this
    if (chunk === undefined || chunk.length - position < length) return undefined
    const bytes = chunk.subarray(position, position + length)
    const kept = this.borrowed ? Buffer.from(bytes) : bytes
    this.advance(position + length)
    return kept
  }

  /** Goes on in the chunk: what is before has been worked off. */
  advance(position: number): void {
    this.position = position
    if (position === this.chunk?.length) this.chunk = undefined
  }

  /**
   * Takes the next head out of the bytes.
   *
   * @returns true if the parser holds one; false if it is still incomplete, and all bytes are taken
   * @throws {CorbelError} with the status to answer, for what cannot become a head
   */
  readHead(): boolean {
    const { parser } = this
    parser.method = ''
    if (this.assembler !== undefined) return this.assemble(this.assembler)
    this.skipEmptyLines()
    const { chunk, position } = this
    if (chunk === undefined) return false
    if (!parser.parse(chunk, position, chunk.length)) {
      this.assembler = new HeadAssembler(this.limits)
      return this.assemble(this.assembler)
    }
    if (!this.shared || parser.end > this.base + this.text.length) this.decode(chunk, position)
    parser.describe(this.text, this.base)
    this.emptyLines = 0
    this.advance(parser.end)
    return true
  }

  /**
   * Takes note that nothing more will come.
   *
   * @returns the error to answer, if what has come of a head could not have become one
   */
  finish(): unknown {
    const { assembler } = this
    this.clear()
    try {
      if (assembler !== undefined) this.parser.parse(assembler.bytes, 0, assembler.length)
      return undefined
    } catch (error) {
      return error
    }
  }

  /** Makes text of the head at `start`, and of those that may come behind it. */
  private decode(chunk: Buffer, start: number): void {
    const { parser, limits } = this
    const end = parser.bodyLength === 0 ? Math.min(chunk.length, start + limits.maxHeadSize) : parser.end
    this.text = latin1(chunk, start, end)
    this.base = start
    this.shared = true
  }

  private assemble(assembler: HeadAssembler): boolean {
    const { parser } = this
    do {
      const { chunk } = this
      if (chunk === undefined) return false
      this.advance(this.position + assembler.take(chunk, this.position))
      if (!assembler.ready) return false
      // what is whole to the assembler, but incomplete to the parser, is a broken line too short to tell more
      if (!parser.parse(assembler.bytes, 0, assembler.length) && assembler.whole) {
        throw new RequestLineInvalid({ reason: 'a line does not end in CRLF' })
      }
    } while (!assembler.whole)
    this.assembler = undefined
    this.text = latin1(assembler.bytes, 0, parser.end)
    this.base = 0
    this.shared = false
    parser.describe(this.text, 0)
    this.emptyLines = 0
    return true
  }

  /** Empty lines before a request line are forgiven, a few of them (RFC 9112 §2.2). */
  private skipEmptyLines(): void {
    const { chunk } = this
    if (chunk === undefined || (chunk[this.position] !== CR && !this.midEmptyLine)) return
    let { position } = this
    while (this.midEmptyLine || chunk[position] === CR) {
      if (!this.midEmptyLine) {
        if (++this.emptyLines > MAX_EMPTY_LINES)
          throw new RequestLineInvalid({ reason: 'too many empty lines' })
        this.midEmptyLine = true
        position++
      }
      if (position === chunk.length) break
      if (chunk[position] !== LF)
        throw new RequestLineInvalid({ reason: 'a carriage return without line feed' })
      this.midEmptyLine = false
      position++
    }
    this.advance(position)
  }
}
