import { isUtf8 } from 'node:buffer'

/**
 * Checks text that comes in parts, so that what is not UTF-8 is seen with the first byte that no text can have there.
 *
 * @see RFC 3629 §4
 */
export class Utf8Check {
  /** Bytes that the character begun needs still. */
  private missing = 0
  /** What the next of them may be. */
  private lowest = 0x80
  private highest = 0xbf

  /** True where no character is left incomplete. */
  get isComplete(): boolean {
    return this.missing === 0
  }

  /**
   * Takes the next part.
   *
   * @returns false if the text so far is the beginning of no text
   */
  accept(part: Uint8Array): boolean {
    let start = 0
    while (this.missing > 0 && start < part.length) if (!this.step(part[start++]!)) return false
    const whole = beginOfLast(part, start)
    if (whole > start && !isUtf8(part.subarray(start, whole))) return false
    for (let at = whole; at < part.length; at++) if (!this.step(part[at]!)) return false
    return true
  }

  private step(byte: number): boolean {
    if (this.missing === 0) return this.begin(byte)
    if (byte < this.lowest || byte > this.highest) return false
    this.missing--
    this.lowest = 0x80
    this.highest = 0xbf
    return true
  }

  private begin(byte: number): boolean {
    if (byte < 0x80) return true
    if (byte < 0xc2 || byte > 0xf4) return false
    this.missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
    // no overlong forms, no surrogates, nothing above U+10FFFF
    if (byte === 0xe0) this.lowest = 0xa0
    else if (byte === 0xed) this.highest = 0x9f
    else if (byte === 0xf0) this.lowest = 0x90
    else if (byte === 0xf4) this.highest = 0x8f
    return true
  }
}

/** Finds where the last character begins, which may be incomplete; it is the end where that is ASCII. */
function beginOfLast(part: Uint8Array, from: number): number {
  const end = part.length
  for (let at = end - 1; at >= from && at >= end - 4; at--) {
    const byte = part[at]!
    if (byte < 0x80) return at + 1
    if (byte >= 0xc0) return at
  }
  return end
}
