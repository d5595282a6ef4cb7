import { DynamicTable } from './dynamic-table.js'
import { FIELD_OVERHEAD } from './field.js'
import { encodeHuffman, huffmanLength } from './huffman.js'
import { FIRST_DYNAMIC, STATIC_NAMES, STATIC_TABLE } from './static-table.js'

/** What is used of the dynamic table, however much the peer allows. */
const MAX_TABLE_SIZE = 4096

/** After so many entries of a name in a row that nobody referred to, its values are taken for ever changing. */
const MAX_UNUSED = 3

/** Fields that intermediaries must not index either: guessing their values would pay (RFC 7541 §7.1.3). */
const SENSITIVE = new Set(['set-cookie', 'authorization', 'proxy-authorization', 'cookie'])

/** Fields whose values hardly come twice on a connection, so that they would only push others out of the table. */
const VARYING = new Set(['content-length', 'etag', 'last-modified', 'location', 'content-range', 'age', 'expires', ':path', 'x-request-id']) // prettier-ignore

interface Entry {
  readonly name: string
  readonly value: string
  readonly size: number
  /** Its number among all that were added, from 1 on. */
  readonly number: number
  /** Entries of that name before it, in a row, that were never referred to. */
  readonly unused: number
  used: boolean
}

/**
 * Encodes the header blocks of one connection, in their order. Blocks are latin1 text: one character a byte.
 *
 * @see RFC 7541
 */
export class HpackEncoder {
  private readonly byValue = new Map<string, Entry>()
  private readonly byName = new Map<string, Entry>()
  private readonly table = new DynamicTable<Entry>(MAX_TABLE_SIZE, (entry) => this.forget(entry))
  /** Smallest size since the last block, and the one in force, if the peer has to be told (RFC 7541 §4.2). */
  private smallest = Infinity
  private resized = false

  /** Changes of the table: indices mean the same as long as this stays the same. */
  version = 0

  /** Takes the peer's bound on the dynamic table. */
  limit(maxTableSize: number): void {
    const size = Math.min(maxTableSize, MAX_TABLE_SIZE)
    if (size === this.table.limit && !this.resized) return
    this.resized = true
    this.smallest = Math.min(this.smallest, size)
    this.version++
    this.table.resize(size)
  }

  /** Has to begin each block: tells the peer of table sizes that it does not know of. */
  begin(): string {
    if (!this.resized) return ''
    const { smallest } = this
    this.resized = false
    this.smallest = Infinity
    const size = this.table.limit
    return (smallest < size ? integer(32, 31, smallest) : '') + integer(32, 31, size)
  }

  /** @param status 100–599 */
  status(status: number): string {
    return STATUS_INDEXED[status] ?? this.field(':status', String(status))
  }

  /**
   * Encodes a field.
   *
   * @param name in lower case
   * @param value characters below U+0100
   */
  field(name: string, value: string): string {
    const entry = this.byValue.get(value)
    if (entry !== undefined && entry.name === name) {
      entry.used = true
      return integer(128, 127, FIRST_DYNAMIC + this.table.added - entry.number)
    }
    const fixed = STATIC_NAMES.get(name)
    if (fixed !== undefined) {
      for (let i = fixed; STATIC_TABLE[i - 1]?.name === name; i++) {
        if (STATIC_TABLE[i - 1]!.value === value && value !== '') return integer(128, 127, i)
      }
    }
    if (SENSITIVE.has(name)) return this.literal(16, 15, name, fixed, value)
    const before = this.byName.get(name)
    const unused = before === undefined || before.used ? 0 : before.unused + 1
    const size = name.length + value.length + FIELD_OVERHEAD
    if (VARYING.has(name) || unused > MAX_UNUSED || size > this.table.limit / 2) {
      return this.literal(0, 15, name, fixed, value)
    }
    const text = this.literal(64, 63, name, fixed, value)
    this.add({ name, value, size, number: this.table.added + 1, unused, used: false })
    return text
  }

  private literal(
    pattern: number,
    mask: number,
    name: string,
    fixed: number | undefined,
    value: string,
  ): string {
    if (fixed !== undefined) return integer(pattern, mask, fixed) + string(value)
    const known = this.byName.get(name)
    if (known === undefined) return String.fromCharCode(pattern) + string(name) + string(value)
    return integer(pattern, mask, FIRST_DYNAMIC + this.table.added - known.number) + string(value)
  }

  private add(entry: Entry): void {
    this.version++
    this.table.add(entry)
    this.byValue.set(entry.value, entry)
    this.byName.set(entry.name, entry)
  }

  private forget(entry: Entry): void {
    if (this.byValue.get(entry.value) === entry) this.byValue.delete(entry.value)
    if (this.byName.get(entry.name) === entry) this.byName.delete(entry.name)
  }
}

const STATUS_INDEXED: readonly (string | undefined)[] = statusTable()

function statusTable(): (string | undefined)[] {
  const table: (string | undefined)[] = Array.from({ length: 600 }, () => undefined)
  for (const [i, { name, value }] of STATIC_TABLE.entries()) {
    if (name === ':status') table[Number(value)] = String.fromCharCode(128 | (i + 1))
  }
  return table
}

/** An integer behind a pattern of bits (RFC 7541 §5.1). */
function integer(pattern: number, mask: number, value: number): string {
  if (value < mask) return String.fromCharCode(pattern | value)
  let text = String.fromCharCode(pattern | mask)
  let rest = value - mask
  for (; rest >= 128; rest = Math.floor(rest / 128)) text += String.fromCharCode((rest % 128) | 128)
  return text + String.fromCharCode(rest)
}

/** A string, in whichever form is shorter (RFC 7541 §5.2). */
function string(text: string): string {
  const coded = huffmanLength(text)
  return coded < text.length
    ? integer(128, 127, coded) + encodeHuffman(text)
    : integer(0, 127, text.length) + text
}
