import { HeadTooLarge, TargetTooLong } from './errors.js'
import type { H1Limits } from './limits.js'
import { CR, LF } from './syntax.js'

/**
 * Gathers a head that comes in pieces. Each byte is looked at once, however small the pieces are, so that a sender of single
 * bytes costs no more than their number.
 */
export class HeadAssembler {
  bytes: Buffer = Buffer.allocUnsafe(1024)
  length = 0
  /** True when nothing more has to come before the head can be parsed, or refused. */
  whole = false
  /** True when it is worth parsing: once more behind the request line, whose mistakes nobody should have to wait for. */
  ready = false

  private lines = 0
  private lineStart = 0

  constructor(private readonly limits: Pick<H1Limits, 'maxHeadSize'>) {}

  /**
   * Takes bytes up to where the head is worth parsing.
   *
   * @param chunk what was received
   * @param from where to go on in it
   * @returns how many bytes were taken
   * @throws {CorbelError} CORBEL_H1_TARGET_TOO_LONG (414) or CORBEL_H1_HEAD_TOO_LARGE (431)
   */
  take(chunk: Uint8Array, from: number): number {
    const { maxHeadSize } = this.limits
    const before = this.length
    const stop = Math.min(chunk.length, from + maxHeadSize + 1 - before)
    let i = from
    this.ready = false
    while (i < stop && !this.ready) {
      const byte = chunk[i]!
      this.push(byte)
      i++
      if (byte === LF) this.endLine()
      // a bare CR, like a bare LF, is for the parser to complain about: waiting for more would only delay that
      else if (this.length > 1 && this.bytes[this.length - 2] === CR) this.whole = this.ready = true
    }
    if (!this.ready && this.length > maxHeadSize) {
      throw this.lines === 0
        ? new TargetTooLong({ limit: maxHeadSize })
        : new HeadTooLarge({ limit: maxHeadSize })
    }
    return i - from
  }

  private endLine(): void {
    const { bytes, length, lineStart } = this
    const crlf = length >= 2 && bytes[length - 2] === CR
    const empty = crlf && length - lineStart === 2
    this.whole = !crlf || empty
    this.ready = this.whole || this.lines === 0
    this.lines++
    this.lineStart = length
  }

  private push(byte: number): void {
    if (this.length === this.bytes.length) {
      const larger = Buffer.allocUnsafe(this.length * 2)
      this.bytes.copy(larger)
      this.bytes = larger
    }
    this.bytes[this.length++] = byte
  }
}
