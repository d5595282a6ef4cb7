import { CODE_LENGTHS, CODES, EOS } from './huffman-code.js'
import { latin1 } from '../../wire/latin1.js'
import { compressionError } from './errors.js'

const EMIT = 1 << 16
const FAIL = 1 << 17

/** What each half byte does in each state: next state, the symbol that it completes in bits 8–15, and whether it does. */
let steps: Uint32Array | undefined
/** 1 for states in which a string may end: behind a symbol and at most seven bits of EOS (RFC 7541 §5.2). */
let endings: Uint8Array

let scratch = Buffer.allocUnsafe(4096)

/**
 * Decodes a string.
 *
 * @param bytes where it is
 * @param start its first byte
 * @param end behind its last byte
 * @returns one character for each byte
 * @throws {H2Error} COMPRESSION_ERROR for EOS in it and for padding that is too long or not of ones
 */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): string {
  const table = (steps ??= buildSteps())
  // no symbol is shorter than five bits
  const most = ((end - start) * 8) / 5 + 1
  if (most > scratch.length) scratch = Buffer.allocUnsafe(most * 2)
  const out = scratch
  let length = 0
  let state = 0
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!
    let step = table[(state << 4) | (byte >> 4)]!
    if ((step & EMIT) !== 0) out[length++] = step >> 8
    if ((step & FAIL) !== 0) throw compressionError('a Huffman string contains EOS')
    step = table[((step & 255) << 4) | (byte & 15)]!
    if ((step & EMIT) !== 0) out[length++] = step >> 8
    if ((step & FAIL) !== 0) throw compressionError('a Huffman string contains EOS')
    state = step & 255
  }
  if (endings[state] === 0) throw compressionError('a Huffman string is not padded as it has to be')
  return latin1(out, 0, length)
}

/**
 * The length that a string would have.
 *
 * @param text characters below U+0100
 * @returns bytes
 */
export function huffmanLength(text: string): number {
  let bits = 0
  for (let i = 0; i < text.length; i++) bits += CODE_LENGTHS[text.charCodeAt(i)]!
  return (bits + 7) >> 3
}

/**
 * Encodes a string.
 *
 * @param text characters below U+0100
 * @returns one character for each byte
 */
export function encodeHuffman(text: string): string {
  let encoded = ''
  // up to 7 bits that are no whole byte yet, and then codes of up to 30: not more than doubles hold exactly
  let bits = 0
  let count = 0
  for (let i = 0; i < text.length; i++) {
    const symbol = text.charCodeAt(i)
    bits = bits * 2 ** CODE_LENGTHS[symbol]! + CODES[symbol]!
    count += CODE_LENGTHS[symbol]!
    while (count >= 8) {
      count -= 8
      const unit = 2 ** count
      const byte = Math.floor(bits / unit)
      encoded += String.fromCharCode(byte)
      bits -= byte * unit
    }
  }
  if (count > 0) encoded += String.fromCharCode((bits << (8 - count)) | (255 >> count))
  return encoded
}

/** Builds the state machine: its states are the inner nodes of the code's tree, of which there are as many as bytes. */
function buildSteps(): Uint32Array {
  const children: [number, number][] = [[0, 0]]
  // a leaf is the complement of its symbol
  for (const [symbol, code] of CODES.entries()) {
    const length = CODE_LENGTHS[symbol]!
    let node = 0
    for (let i = length - 1; i > 0; i--) {
      const bit = (code >>> i) & 1
      if (children[node]![bit] === 0) children[node]![bit] = children.push([0, 0]) - 1
      node = children[node]![bit]!
    }
    children[node]![code & 1] = ~symbol
  }
  const table = new Uint32Array(children.length * 16)
  for (let state = 0; state < children.length; state++) {
    for (let half = 0; half < 16; half++) table[(state << 4) | half] = stepOf(children, state, half)
  }
  endings = new Uint8Array(children.length)
  for (let node = 0, ones = 0; ones < 8; ones++, node = children[node]![1]) endings[node] = 1
  return table
}

function stepOf(children: readonly [number, number][], state: number, half: number): number {
  let node = state
  let emitted = 0
  for (let i = 3; i >= 0; i--) {
    const next = children[node]![(half >> i) & 1]!
    if (next >= 0) {
      node = next
      continue
    }
    if (~next === EOS) return FAIL
    emitted = EMIT | (~next << 8)
    node = 0
  }
  return emitted | node
}
