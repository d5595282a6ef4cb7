import { isUtf8 } from 'node:buffer'
import { constants, inflateRawSync } from 'node:zlib'

/** What was agreed on for a connection. */
export interface Agreement {
  /** Undefined for no compression; else whether a message may refer to those before it. */
  readonly deflate: { readonly takeover: boolean } | undefined
  /** Bytes of one message. */
  readonly maxSize: number
}

/** A message, a pong, or a close frame, as it has to come back; of a message the content, however it is compressed. */
export interface Answer {
  readonly opcode: number
  readonly payload: Buffer
}

/** What a server that sends every message back has to do with what it was sent. */
export interface Expected {
  /** In their order, without the close frame. */
  readonly answers: readonly Answer[]
  /** How the connection ends: the codes that are right; undefined where the client has only stopped. */
  readonly end: { readonly codes: readonly number[]; readonly isFailure: boolean } | undefined
  /** Frames that were understood. */
  readonly frames: number
}

/** Frames without a payload that one message may have. */
const MAX_EMPTY = 1024

/** The beginnings of characters in UTF-8 that are not complete: by their bytes in hex. */
const INCOMPLETE = new Set<string>()
for (let code = 0x80; code <= 0x10ffff; code += 64) {
  if (code >= 0xd800 && code <= 0xdfff) continue
  const whole = Buffer.from(String.fromCodePoint(code))
  for (let size = 1; size < whole.length; size++) INCOMPLETE.add(whole.toString('hex', 0, size))
}

/** Whether bytes can be continued so that they are UTF-8. */
function beginsText(bytes: Buffer): boolean {
  for (let cut = 0; cut <= Math.min(3, bytes.length); cut++) {
    const at = bytes.length - cut
    if ((cut === 0 || INCOMPLETE.has(bytes.toString('hex', at))) && isUtf8(bytes.subarray(0, at))) return true
  }
  return false
}

/** Ends the reading of a connection: with the codes that a server may give. */
class Failure extends Error {
  constructor(readonly codes: readonly number[]) {
    super()
  }
}

/** Decompresses messages, by doing all of it again for each: what it remembers is what came before, and nothing else. */
export class History {
  private before = Buffer.alloc(0)

  constructor(
    private readonly takeover: boolean,
    private readonly maxSize: number,
  ) {}

  /** @throws {Failure} */
  inflate(payload: Uint8Array): Buffer {
    const input = Buffer.concat([this.before, payload, Buffer.from([0x00, 0x00, 0xff, 0xff])])
    const known = this.before.length === 0 ? 0 : run(this.before, Infinity).output.length
    const { output, ended } = this.attempt(input, known)
    this.before = this.takeover && !ended ? input : Buffer.alloc(0)
    return output.subarray(known)
  }

  private attempt(input: Buffer, known: number): { output: Buffer; ended: boolean } {
    const limit = known + this.maxSize
    try {
      return run(input, limit)
    } catch (error) {
      const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      if (!isTooLarge) throw new Failure([1007])
      try {
        run(input, Infinity)
      } catch {
        // it is both, and who sees which first is nobody's business
        throw new Failure([1007, 1009])
      }
      throw new Failure([1009])
    }
  }
}

function run(input: Buffer, limit: number): { output: Buffer; ended: boolean } {
  const { buffer, engine } = inflateRawSync(input, {
    finishFlush: constants.Z_SYNC_FLUSH,
    info: true,
    ...(limit === Infinity ? {} : { maxOutputLength: Math.max(1, limit) }),
  }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } }
  if (buffer.length > limit) throw Object.assign(new Error(), { code: 'ERR_BUFFER_TOO_LARGE' })
  return { output: buffer, ended: engine.bytesWritten < input.length }
}

/**
 * Reads what a client has sent, frame by frame, as RFC 6455 has it; from the whole of it, not as it arrives.
 *
 * @param bytes everything that was sent behind the handshake
 * @param agreement of the handshake
 */
export function expectedOf(bytes: Buffer, agreement: Agreement): Expected {
  const answers: Answer[] = []
  const reader = new FrameByFrame(bytes, agreement, answers)
  try {
    while (reader.next());
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { answers, end: { codes: error.codes, isFailure: true }, frames: reader.frames }
  }
  const { closed, frames } = reader
  return { answers, end: closed === undefined ? undefined : { codes: [closed], isFailure: false }, frames }
}

class FrameByFrame {
  closed: number | undefined
  frames = 0
  private at = 0
  private message: { opcode: number; compressed: boolean; bytes: Buffer; empty: number } | undefined
  private readonly history: History | undefined

  constructor(
    private readonly bytes: Buffer,
    private readonly agreement: Agreement,
    private readonly answers: Answer[],
  ) {
    const { deflate, maxSize } = agreement
    this.history = deflate && new History(deflate.takeover, maxSize)
  }

  /** Reads a frame; false where there is no other one. */
  next(): boolean {
    const { bytes, at } = this
    if (bytes.length - at < 2) return false
    const [first, second] = [bytes[at]!, bytes[at + 1]!]
    const opcode = first & 15
    const final = first >= 128
    this.check(first, second)
    const short = second & 127
    const sizeOfLength = short === 126 ? 2 : short === 127 ? 8 : 0
    const head = at + 2 + sizeOfLength + 4
    if (bytes.length < head) return false
    const length = sizeOfLength === 0 ? short : lengthAt(bytes, at + 2, sizeOfLength)
    const isControl = opcode >= 8
    const { message } = this
    if (!isControl) {
      const { maxSize } = this.agreement
      const isCompressed = message?.compressed ?? (first & 0x40) !== 0
      // what cannot be compressed becomes larger by it; what it becomes again is measured, too
      const largest = isCompressed ? maxSize + (maxSize >> 3) + 64 : maxSize
      if (length + (message?.bytes.length ?? 0) > largest) throw new Failure([1009])
      if (length === 0 && !final && (message?.empty ?? 0) + 1 > MAX_EMPTY) throw new Failure([1008])
    }
    const key = bytes.subarray(head - 4, head)
    const payload = Buffer.from(bytes.subarray(head, head + length)).map((byte, i) => byte ^ key[i & 3]!)
    const content = Buffer.from(payload)
    if (isControl) {
      if (content.length < length) return false
      this.control(opcode, content)
    } else {
      const compressed = message?.compressed ?? (first & 0x40) !== 0
      const kind = message?.opcode ?? opcode
      const joined = message === undefined ? content : Buffer.concat([message.bytes, content])
      // a text may be given up as soon as it cannot become one
      if (kind === 1 && !compressed && !beginsText(joined)) throw new Failure([1007])
      if (content.length < length) return false
      const empty = (message?.empty ?? 0) + (length === 0 && !final ? 1 : 0)
      this.message = final ? undefined : { opcode: kind, compressed, bytes: joined, empty }
      if (final) this.deliver(kind, compressed ? this.history!.inflate(joined) : joined)
    }
    this.frames++
    this.at = head + length
    return this.closed === undefined
  }

  private check(first: number, second: number): void {
    const opcode = first & 15
    const isMasked = second >= 128
    const isKnown = [0, 1, 2, 8, 9, 10].includes(opcode)
    if ((first & 0x30) !== 0 || !isMasked || !isKnown) throw new Failure([1002])
    if ((first & 0x40) !== 0 && (this.history === undefined || (opcode !== 1 && opcode !== 2))) {
      throw new Failure([1002])
    }
    if (opcode >= 8 && (first < 128 || (second & 127) > 125)) throw new Failure([1002])
    if (opcode < 8 && (opcode === 0) !== (this.message !== undefined)) throw new Failure([1002])
  }

  private control(opcode: number, payload: Buffer): void {
    if (opcode === 9) this.answers.push({ opcode: 10, payload })
    if (opcode !== 8) return
    if (payload.length === 1) throw new Failure([1002])
    const code = payload.length === 0 ? 1005 : payload.readUInt16BE(0)
    const mayBeSent =
      (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999)
    if (payload.length > 0 && !mayBeSent) throw new Failure([1002])
    if (!isUtf8(payload.subarray(2))) throw new Failure([1007])
    this.closed = code
  }

  private deliver(opcode: number, content: Buffer): void {
    if (opcode === 1 && !isUtf8(content)) throw new Failure([1007])
    this.answers.push({ opcode, payload: content })
  }
}

function lengthAt(bytes: Buffer, at: number, size: number): number {
  if (size === 2) {
    const length = bytes.readUInt16BE(at)
    if (length < 126) throw new Failure([1002])
    return length
  }
  const length = bytes.readBigUInt64BE(at)
  if (length >= 2n ** 63n || length < 65_536n) throw new Failure([1002])
  return Number(length)
}
