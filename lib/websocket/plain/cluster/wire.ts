/** What stands in front of everything: two letters, the version of the format, and a byte that is kept free. */
const MAGIC = Buffer.from([0xc0, 0x57, 1, 0])
const ID_AT = MAGIC.length
const SEQUENCE_AT = ID_AT + 8
/** So that no number comes again in the life of a process. */
const SEQUENCE_SIZE = 6
/** Bytes of the head of a message: magic, the sender, a number that grows with each message to a channel. */
export const HEAD_SIZE = SEQUENCE_AT + SEQUENCE_SIZE
/** Bytes in front of each record: its kind and its length. */
const RECORD_HEAD_SIZE = 5

/** What a record says. */
export const Kind = {
  /** A process is new, and wants to be told who there is. */
  Hello: 1,
  /** A process is there. */
  Alive: 2,
  /** A process goes. */
  Bye: 3,
  Send: 10,
  Join: 11,
  Leave: 12,
  Disconnect: 13,
  ServerEvent: 14,
  Fetch: 20,
  Count: 21,
  Found: 22,
  Counted: 23,
} as const

/** Writes records one behind the other, behind room for the head. */
export class Writer {
  private buffer = Buffer.allocUnsafe(1024)
  private at = HEAD_SIZE
  private start = HEAD_SIZE
  /** Records that are complete. */
  records = 0

  /** Bytes so far. */
  get size(): number {
    return this.at
  }

  begin(kind: number): this {
    this.start = this.at
    this.u8(kind)
    return this.u32(0)
  }

  /** Completes a record. */
  end(): void {
    this.buffer.writeUInt32LE(this.at - this.start - RECORD_HEAD_SIZE, this.start + 1)
    this.records++
  }

  /** Takes back the record that was begun; gives its bytes, which do not change. */
  take(): Buffer {
    const record = Buffer.from(this.buffer.subarray(this.start, this.at))
    record.writeUInt32LE(record.length - RECORD_HEAD_SIZE, 1)
    this.at = this.start
    return record
  }

  u8(value: number): this {
    this.reserve(1)
    this.buffer[this.at++] = value
    return this
  }

  u32(value: number): this {
    this.reserve(4)
    this.at = this.buffer.writeUInt32LE(value >>> 0, this.at)
    return this
  }

  text(value: string): this {
    const size = Buffer.byteLength(value)
    return this.u32(size).raw(value, size)
  }

  texts(values: readonly string[]): this {
    this.u32(values.length)
    for (const value of values) this.text(value)
    return this
  }

  /** Without its length: the last of a record. */
  raw(value: string | Uint8Array, size: number): this {
    this.reserve(size)
    if (typeof value === 'string') this.buffer.write(value, this.at, 'utf8')
    else this.buffer.set(value, this.at)
    this.at += size
    return this
  }

  /** Puts a record here that was taken elsewhere. */
  put(record: Buffer): void {
    this.start = this.at
    this.raw(record, record.length)
    this.records++
  }

  /**
   * The message, which is the caller's from now on.
   *
   * @param id of the sender, 8 bytes
   * @param sequence of the message
   */
  finish(id: Uint8Array, sequence: number): Buffer {
    this.buffer.set(MAGIC, 0)
    this.buffer.set(id, ID_AT)
    this.buffer.writeUIntLE(sequence, SEQUENCE_AT, SEQUENCE_SIZE)
    return this.buffer.subarray(0, this.at)
  }

  private reserve(size: number): void {
    const needed = this.at + size
    if (needed <= this.buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2))
    larger.set(this.buffer.subarray(0, this.at))
    this.buffer = larger
  }
}

/** Reads one record. What is not there throws a RangeError. */
export class Reader {
  private at = 0

  constructor(private readonly bytes: Buffer) {}

  u8(): number {
    return this.bytes.readUInt8(this.move(1))
  }

  u32(): number {
    return this.bytes.readUInt32LE(this.move(4))
  }

  text(): string {
    const size = this.u32()
    const from = this.move(size)
    return this.bytes.toString('utf8', from, from + size)
  }

  texts(): readonly string[] {
    const count = this.u32()
    // each has a length of four bytes at least: nobody makes a list of millions with a few bytes
    if (count > (this.bytes.length - this.at) / 4) throw new RangeError('A list is longer than its record.')
    return Array.from({ length: count }, () => this.text())
  }

  /** What is left. */
  rest(): Buffer {
    return this.bytes.subarray(this.at)
  }

  restText(): string {
    return this.bytes.toString('utf8', this.at)
  }

  private move(size: number): number {
    const from = this.at
    if (size > this.bytes.length - from) throw new RangeError('A record ends too early.')
    this.at += size
    return from
  }
}

/** The head of a message. */
export interface Head {
  /** Of the sender: 8 bytes as text. */
  readonly id: string
  readonly sequence: number
}

/**
 * Reads the head of a message.
 *
 * @returns undefined for what is none, or one of another version
 */
export function readHead(message: Buffer): Head | undefined {
  if (message.length < HEAD_SIZE || MAGIC.compare(message, 0, MAGIC.length) !== 0) return undefined
  return {
    id: message.toString('latin1', ID_AT, SEQUENCE_AT),
    sequence: message.readUIntLE(SEQUENCE_AT, SEQUENCE_SIZE),
  }
}

/**
 * Calls back for each record of a message.
 *
 * @throws {RangeError} where a record ends behind the message; those before it were read
 */
export function eachRecord(message: Buffer, call: (kind: number, record: Reader) => void): void {
  for (let at = HEAD_SIZE; at < message.length;) {
    if (message.length - at < RECORD_HEAD_SIZE) throw new RangeError('A record has no head.')
    const kind = message[at]!
    const from = at + RECORD_HEAD_SIZE
    const end = from + message.readUInt32LE(at + 1)
    if (end > message.length) throw new RangeError('A record ends too late.')
    call(kind, new Reader(message.subarray(from, end)))
    at = end
  }
}
