const SMALLEST = 1024

/** Bytes that come in parts, in memory that grows with what has come and not with what was announced. */
export class Assembly {
  size = 0
  private bytes: Buffer | undefined

  /**
   * Adds a copy of a part.
   *
   * @param chunk holds it
   * @param start its first byte
   * @param end behind its last one
   */
  add(chunk: Uint8Array, start: number, end: number): void {
    const size = this.size + end - start
    let { bytes } = this
    if (bytes === undefined || bytes.length < size) {
      const grown = Buffer.allocUnsafe(Math.max(SMALLEST, size, bytes === undefined ? 0 : bytes.length * 2))
      bytes?.copy(grown, 0, 0, this.size)
      this.bytes = bytes = grown
    }
    bytes.set(start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end), this.size)
    this.size = size
  }

  /** Hands everything out, and begins anew. */
  take(): Buffer {
    const whole = this.bytes === undefined ? Buffer.alloc(0) : this.bytes.subarray(0, this.size)
    this.bytes = undefined
    this.size = 0
    return whole
  }
}
