import { concatBytes } from '../../common/index.js'

/** Parts below this are joined: a view of its own for each byte would take a hundred times the memory of the bytes. */
const JOIN_BELOW = 512

/** What small parts are joined in. */
const JOINT_SIZE = 4096

/** What has arrived of a body and was not taken, in memory that grows with its bytes and not with their number of pieces. */
export class BodyParts {
  /** Bytes. */
  size = 0

  private parts: Uint8Array[] = []
  /** Where small parts are joined; what is in use of it and not taken is the last part. */
  private joint: Uint8Array | undefined
  private start = 0
  private end = 0

  /** Adds bytes, which must not change any more. */
  push(part: Uint8Array): void {
    this.size += part.length
    if (part.length < JOIN_BELOW && (this.joint !== undefined || this.parts.length > 0)) this.join(part)
    else {
      this.joint = undefined
      this.parts.push(part)
    }
  }

  /** Takes the first part. */
  shift(): Uint8Array | undefined {
    const part = this.parts.shift()
    if (part !== undefined) this.size -= part.length
    return part
  }

  /** Takes everything, as one. */
  takeAll(): Uint8Array {
    const whole = concatBytes(this.parts, this.size)
    this.clear()
    return whole
  }

  /** Forgets everything. */
  clear(): void {
    this.parts = []
    this.joint = undefined
    this.size = 0
  }

  private join(part: Uint8Array): void {
    if (this.joint === undefined || this.end + part.length > JOINT_SIZE) {
      this.joint = new Uint8Array(JOINT_SIZE)
      this.start = this.end = 0
    } else if (this.parts.length > 0) this.parts.pop()
    else this.start = this.end
    this.joint.set(part, this.end)
    this.end += part.length
    this.parts.push(this.joint.subarray(this.start, this.end))
  }
}
