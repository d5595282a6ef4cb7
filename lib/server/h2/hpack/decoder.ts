import { latin1 } from '../../wire/latin1.js'
import { DynamicTable } from './dynamic-table.js'
import { compressionError } from './errors.js'
import { Field } from './field.js'
import { decodeHuffman } from './huffman.js'
import { FIRST_DYNAMIC, STATIC_TABLE } from './static-table.js'

/** The largest integer that is read: more could be meant for an overflow (RFC 7541 §5.1). */
const MAX_INTEGER = 2 ** 28

/** What a header section may hold before the rest of it is only counted. */
export interface HeaderListBounds {
  /** Bytes as RFC 9113 §6.5.2 counts them: name, value and 32 for each field. */
  readonly maxHeaderListSize: number
}

/**
 * Decodes the header blocks of one connection, in their order.
 *
 * @see RFC 7541
 */
export class HpackDecoder {
  /** Bytes of the section that was decoded last, as RFC 9113 §6.5.2 counts them; also of what was not kept. */
  listSize = 0
  /** Changes of the table: the same block means the same as long as this stays the same. */
  version = 0

  private readonly table: DynamicTable<Field>
  private position = 0
  /** The peer has to say that it knows of a smaller table (RFC 7541 §4.2). */
  private updateDue = false

  /** @param maxTableSize bytes that the peer may use for the dynamic table */
  constructor(private maxTableSize = 4096) {
    // more is used only once the peer says so (RFC 7541 §4.2)
    this.table = new DynamicTable(Math.min(4096, maxTableSize))
  }

  /** Allows another size of the dynamic table, from when the peer has acknowledged it. */
  allow(maxTableSize: number): void {
    this.maxTableSize = maxTableSize
    this.updateDue = this.table.limit > maxTableSize
    this.version++
  }

  /**
   * Decodes a block.
   *
   * @param bytes where it is; they are not kept
   * @param start its first byte
   * @param end behind its last byte
   * @param into gets the fields, as long as they are within the bounds
   * @param bounds see `listSize` for whether they were kept
   * @throws {H2Error} COMPRESSION_ERROR; the connection cannot go on then
   */
  decode(bytes: Uint8Array, start: number, end: number, into: Field[], bounds: HeaderListBounds): void {
    this.position = start
    let size = 0
    let mayResize = true
    const { maxHeaderListSize } = bounds
    while (this.position < end) {
      const first = bytes[this.position]!
      let field: Field
      if (first >= 128) field = this.indexed(this.integer(bytes, end, 127))
      else if (first >= 64) {
        field = this.literal(bytes, end, 63)
        this.table.add(field)
        this.version++
      } else if (first >= 32) {
        if (!mayResize) throw compressionError('a table size update comes behind a field')
        this.resize(this.integer(bytes, end, 31))
        continue
      } else field = this.literal(bytes, end, 15)
      if (mayResize) {
        mayResize = false
        if (this.updateDue) throw compressionError('the dynamic table was not made smaller')
      }
      size += field.size
      if (size <= maxHeaderListSize) into.push(field)
    }
    this.listSize = size
  }

  private indexed(index: number): Field {
    const field = index < FIRST_DYNAMIC ? STATIC_TABLE[index - 1] : this.table.at(index - FIRST_DYNAMIC)
    if (field === undefined) throw compressionError(`there is no entry ${index}`)
    return field
  }

  private literal(bytes: Uint8Array, end: number, mask: number): Field {
    const index = this.integer(bytes, end, mask)
    const name = index === 0 ? this.string(bytes, end) : this.indexed(index).name
    return new Field(name, this.string(bytes, end))
  }

  private resize(size: number): void {
    if (size > this.maxTableSize) {
      throw compressionError(`a table of ${size} bytes is asked for, ${this.maxTableSize} are allowed`)
    }
    this.table.resize(size)
    this.version++
    this.updateDue = false
  }

  private string(bytes: Uint8Array, end: number): string {
    const coded = this.position < end && bytes[this.position]! >= 128
    const length = this.integer(bytes, end, 127)
    const start = this.position
    if (length > end - start) throw compressionError('a string is longer than its block')
    this.position = start + length
    return coded ? decodeHuffman(bytes, start, start + length) : latin1(bytes, start, start + length)
  }

  /** @param mask of the prefix (RFC 7541 §5.1) */
  private integer(bytes: Uint8Array, end: number, mask: number): number {
    if (this.position >= end) throw compressionError('the block ends within a field')
    const prefix = bytes[this.position++]! & mask
    if (prefix < mask) return prefix
    let value = mask
    for (let unit = 1; ; unit *= 128) {
      if (this.position >= end) throw compressionError('the block ends within an integer')
      const byte = bytes[this.position++]!
      value += (byte & 127) * unit
      if (value > MAX_INTEGER || unit > MAX_INTEGER) throw compressionError('an integer is too large')
      if (byte < 128) return value
    }
  }
}
