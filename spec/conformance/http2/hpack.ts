import { decodeHuffman, huffmanBits, packBits } from './huffman.js'

/** A name and its value. */
export type Field = readonly [name: string, value: string]

/** How a literal is written (RFC 7541 §6.2): the first bits, and how many bits of the first byte are the index of the name. */
const LITERAL = {
  indexed: { bits: 0x40, prefix: 6 },
  plain: { bits: 0x00, prefix: 4 },
  never: { bits: 0x10, prefix: 4 },
} as const

/** An integer (RFC 7541 §5.1). */
export function integer(value: number, prefix: number, bits = 0): Buffer {
  const limit = 2 ** prefix - 1
  if (value < limit) return Buffer.from([bits | value])
  const bytes = [bits | limit]
  let rest = value - limit
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  return Buffer.from([...bytes, rest])
}

/** A string (RFC 7541 §5.2). */
export function text(value: string, huffman = false): Buffer {
  const bytes = huffman ? packBits(huffmanBits(value)) : Buffer.from(value, 'latin1')
  return Buffer.concat([integer(bytes.length, 7, huffman ? 0x80 : 0), bytes])
}

/** One literal field; a number for a name stands for its index. */
export function literal(
  name: string | number,
  value: string,
  kind: keyof typeof LITERAL = 'plain',
  huffman = false,
): Buffer {
  const { bits, prefix } = LITERAL[kind]
  const first = integer(typeof name === 'number' ? name : 0, prefix, bits)
  return Buffer.concat([
    first,
    ...(typeof name === 'number' ? [] : [text(name, huffman)]),
    text(value, huffman),
  ])
}

/** A field out of the tables (RFC 7541 §6.1). */
export function indexed(index: number): Buffer {
  return integer(index, 7, 0x80)
}

/** A new size for the dynamic table (RFC 7541 §6.3). */
export function sizeUpdate(size: number): Buffer {
  return integer(size, 5, 0x20)
}

/** Fields as literals that leave the table alone. */
export function block(...fields: readonly Field[]): Buffer {
  return Buffer.concat(fields.map(([name, value]) => literal(name, value)))
}

/** The static table (RFC 7541 Appendix A). */
// prettier-ignore
export const STATIC: readonly Field[] = [
  [':authority', ''], [':method', 'GET'], [':method', 'POST'], [':path', '/'], [':path', '/index.html'],
  [':scheme', 'http'], [':scheme', 'https'], [':status', '200'], [':status', '204'], [':status', '206'],
  [':status', '304'], [':status', '400'], [':status', '404'], [':status', '500'], ['accept-charset', ''],
  ['accept-encoding', 'gzip, deflate'], ['accept-language', ''], ['accept-ranges', ''], ['accept', ''],
  ['access-control-allow-origin', ''], ['age', ''], ['allow', ''], ['authorization', ''], ['cache-control', ''],
  ['content-disposition', ''], ['content-encoding', ''], ['content-language', ''], ['content-length', ''],
  ['content-location', ''], ['content-range', ''], ['content-type', ''], ['cookie', ''], ['date', ''], ['etag', ''],
  ['expect', ''], ['expires', ''], ['from', ''], ['host', ''], ['if-match', ''], ['if-modified-since', ''],
  ['if-none-match', ''], ['if-range', ''], ['if-unmodified-since', ''], ['last-modified', ''], ['link', ''],
  ['location', ''], ['max-forwards', ''], ['proxy-authenticate', ''], ['proxy-authorization', ''], ['range', ''],
  ['referer', ''], ['refresh', ''], ['retry-after', ''], ['server', ''], ['set-cookie', ''],
  ['strict-transport-security', ''], ['transfer-encoding', ''], ['user-agent', ''], ['vary', ''], ['via', ''],
  ['www-authenticate', ''],
]

/** The index of a field, or of its name, in the static table. */
export function staticIndex(name: string, value?: string): number {
  return STATIC.findIndex((field) => field[0] === name && (value === undefined || field[1] === value)) + 1
}

/** Reads what a server has written, and refuses what RFC 7541 has refused. */
export class HpackReader {
  private readonly dynamic: Field[] = []
  private size = 0
  /** What the table holds at most now. */
  private capacity = 4096
  /** The smallest size that was announced since the last block: the next one has to begin with an update. */
  private owed: number | undefined

  /** @param limit what was announced as SETTINGS_HEADER_TABLE_SIZE */
  constructor(private limit = 4096) {}

  /** To be called once a new SETTINGS_HEADER_TABLE_SIZE was acknowledged. */
  announce(limit: number): void {
    this.limit = limit
    if (limit < this.capacity) this.owed = Math.min(limit, this.owed ?? limit)
  }

  /** The fields of a block. */
  read(bytes: Buffer): Field[] {
    const fields: Field[] = []
    const at = { value: 0 }
    let first = true
    while (at.value < bytes.length) {
      const byte = bytes[at.value]!
      if ((byte & 0xe0) === 0x20) {
        if (!first) throw new Error('a size update behind a field')
        this.resize(readInteger(bytes, at, 5))
        continue
      }
      if (first && this.owed !== undefined) throw new Error(`no size update to ${this.owed} or below`)
      first = false
      if (byte & 0x80) {
        fields.push(this.get(readInteger(bytes, at, 7)))
        continue
      }
      const incremental = (byte & 0x40) !== 0
      const index = readInteger(bytes, at, incremental ? 6 : 4)
      const name = index === 0 ? readText(bytes, at) : this.get(index)[0]
      const field: Field = [name, readText(bytes, at)]
      fields.push(field)
      if (incremental) this.add(field)
    }
    return fields
  }

  private get(index: number): Field {
    const field = index <= STATIC.length ? STATIC[index - 1] : this.dynamic[index - STATIC.length - 1]
    if (field === undefined) throw new Error(`index ${index} is in neither table`)
    return field
  }

  private add(field: Field): void {
    this.dynamic.unshift(field)
    this.size += entrySize(field)
    this.evict()
  }

  private resize(size: number): void {
    if (size > this.limit) throw new Error(`a table of ${size}, where ${this.limit} is the limit`)
    if (this.owed !== undefined && size <= this.owed) this.owed = undefined
    this.capacity = size
    this.evict()
  }

  private evict(): void {
    while (this.size > this.capacity) this.size -= entrySize(this.dynamic.pop()!)
  }
}

/** What an entry counts (RFC 7541 §4.1). */
export function entrySize([name, value]: Field): number {
  return name.length + value.length + 32
}

function readInteger(bytes: Buffer, at: { value: number }, prefix: number): number {
  const limit = 2 ** prefix - 1
  let value = bytes[at.value++]! & limit
  if (value < limit) return value
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[at.value++]
    if (byte === undefined || scale > 128 ** 4) throw new Error('an integer without end')
    value += (byte & 0x7f) * scale
    if (byte < 128) return value
  }
}

function readText(bytes: Buffer, at: { value: number }): string {
  const huffman = (bytes[at.value]! & 0x80) !== 0
  const length = readInteger(bytes, at, 7)
  const content = bytes.subarray(at.value, at.value + length)
  if (content.length < length) throw new Error('a string beyond the end of its block')
  at.value += length
  return huffman ? decodeHuffman(content) : content.toString('latin1')
}
