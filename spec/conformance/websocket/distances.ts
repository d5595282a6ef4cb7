/** Lengths and distances of RFC 1951 §3.2.5: the first value of each code, and its extra bits. */
const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
]
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
  6145, 8193, 12_289, 16_385, 24_577,
]
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

/**
 * Decodes what was compressed and finds how far back it refers: a window is kept to only if no distance is wider.
 *
 * @param bytes whole blocks, the last one with or without its mark
 * @returns how many bytes they become, and the widest distance
 * @see RFC 1951 §3.2
 */
export function widestDistance(bytes: Uint8Array): { readonly size: number; readonly widest: number } {
  const input = new Bits(bytes)
  let [size, widest, final] = [0, 0, 0]
  while (final === 0 && input.left >= 3) {
    final = input.take(1)
    const type = input.take(2)
    if (type === 0) {
      size += input.stored()
      continue
    }
    const [literals, distances] = type === 1 ? fixedCodes() : dynamicCodes(input)
    for (let symbol = literals.read(input); symbol !== 256; symbol = literals.read(input)) {
      if (symbol < 256) {
        size++
        continue
      }
      size += LENGTH_BASE[symbol - 257]! + input.take(LENGTH_EXTRA[symbol - 257]!)
      const code = distances.read(input)
      widest = Math.max(widest, DISTANCE_BASE[code]! + input.take(Math.max(0, (code >> 1) - 1)))
    }
  }
  return { size, widest }
}

class Bits {
  private at = 0

  constructor(private readonly bytes: Uint8Array) {}

  get left(): number {
    return this.bytes.length * 8 - this.at
  }

  take(count: number): number {
    let value = 0
    for (let bit = 0; bit < count; bit++, this.at++)
      value |= ((this.bytes[this.at >> 3]! >> (this.at & 7)) & 1) << bit
    return value
  }

  /** Passes over a block without compression. */
  stored(): number {
    this.at = Math.ceil(this.at / 8) * 8
    const length = this.take(16)
    if ((this.take(16) ^ 0xffff) !== length) throw new Error('a stored block is damaged')
    this.at += length * 8
    return length
  }
}

/** A code of Huffman's, read bit by bit. */
class Code {
  private readonly counts = new Uint16Array(16)
  private readonly symbols: number[]

  constructor(lengths: readonly number[]) {
    for (const length of lengths) this.counts[length]!++
    this.counts[0] = 0
    const sorted = lengths.map((length, symbol) => ({ length, symbol })).filter(({ length }) => length > 0)
    this.symbols = sorted
      .sort((a, b) => a.length - b.length || a.symbol - b.symbol)
      .map(({ symbol }) => symbol)
  }

  read(input: Bits): number {
    let [code, first, index] = [0, 0, 0]
    for (let length = 1; length < 16; length++) {
      code |= input.take(1)
      const count = this.counts[length]!
      if (code - count < first) return this.symbols[index + code - first]!
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    throw new Error('a code is damaged')
  }
}

function fixedCodes(): [Code, Code] {
  const lengths = Array.from({ length: 288 }, (_, at) => (at < 144 ? 8 : at < 256 ? 9 : at < 280 ? 7 : 8))
  return [new Code(lengths), new Code(Array<number>(30).fill(5))]
}

function dynamicCodes(input: Bits): [Code, Code] {
  const [literals, distances, count] = [input.take(5) + 257, input.take(5) + 1, input.take(4) + 4]
  const small = Array<number>(19).fill(0)
  for (let at = 0; at < count; at++) small[ORDER[at]!] = input.take(3)
  const code = new Code(small)
  const lengths: number[] = []
  while (lengths.length < literals + distances) {
    const symbol = code.read(input)
    if (symbol < 16) lengths.push(symbol)
    else {
      const value = symbol === 16 ? lengths.at(-1)! : 0
      const times = symbol === 16 ? 3 + input.take(2) : symbol === 17 ? 3 + input.take(3) : 11 + input.take(7)
      lengths.push(...Array<number>(times).fill(value))
    }
  }
  return [new Code(lengths.slice(0, literals)), new Code(lengths.slice(literals))]
}
