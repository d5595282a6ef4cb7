/**
 * Bits of the code of each byte, and of EOS behind them (RFC 7541 Appendix B). The code is canonical: codes of one length
 * follow each other in the order of their bytes, shorter ones come first.
 */
// prettier-ignore
const LENGTHS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
  28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
  5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
  15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
  6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
  24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
  21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
  26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
  30,
]

/** The code of EOS, which may appear nowhere but as padding. */
export const EOS = '1'.repeat(30)

const CODES: readonly string[] = (() => {
  const order = LENGTHS.map((length, symbol) => ({ length, symbol })).sort(
    (a, b) => a.length - b.length || a.symbol - b.symbol,
  )
  const codes: string[] = []
  let code = 0
  let before = order[0]!.length
  for (const { length, symbol } of order) {
    code *= 2 ** (length - before)
    before = length
    codes[symbol] = code.toString(2).padStart(length, '0')
    code += 1
  }
  return codes
})()

const SYMBOLS = new Map(CODES.map((code, symbol) => [code, symbol]))

/** The bits of a text, without padding: a string of 0 and 1, so that rules can write wrong ones, too. */
export function huffmanBits(text: string): string {
  return [...Buffer.from(text, 'latin1')].map((byte) => CODES[byte]).join('')
}

/** Bits as bytes; the last byte is filled up with ones. */
export function packBits(bits: string): Buffer {
  const whole = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1')
  return Buffer.from((whole.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)))
}

/** Takes the Huffman coding off a string. @throws where RFC 7541 §5.2 has it refused */
export function decodeHuffman(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const text: number[] = []
  let start = 0
  for (let end = 5; end <= bits.length; end++) {
    const symbol = end - start > 30 ? 256 : SYMBOLS.get(bits.slice(start, end))
    if (symbol === undefined) continue
    if (symbol === 256) throw new Error('EOS in a string')
    text.push(symbol)
    start = end
  }
  const padding = bits.slice(start)
  if (padding.length > 7 || padding.includes('0')) throw new Error(`padding ${padding}`)
  return Buffer.from(text).toString('latin1')
}
