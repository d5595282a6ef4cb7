import { flush, LAST, noteWide, putJson, sharedBytes, sharedView, writeUtf8 } from './buffer.js'

const bytes = sharedBytes
const view = sharedView

/** Texts from here on are copied by the engine, and searched four bytes at a time. */
const LOOP_LENGTH = 44

const QUOTE = 34
const BACKSLASH = 92

/** 1 for characters that stand in JSON as they are, in one byte of UTF-8. */
const PLAIN = new Uint8Array(256).fill(1, 32, 128)
PLAIN[QUOTE] = PLAIN[BACKSLASH] = 0

// here already in ECMAScript 2024, which the types are not
const isWellFormed = (text: string): boolean =>
  (text as unknown as { isWellFormed(): boolean }).isWellFormed()

/**
 * Writes a text with its quotes, and what has to be escaped in it as `JSON.stringify` does.
 *
 * @see RFC 8259 §7; ECMA-262 QuoteJSONString: surrogates that are alone are escaped, too
 */
export function putText(text: string, position: number): number {
  return text.length > LOOP_LENGTH ? putLong(text, position) : putShort(text, position)
}

/** True for texts that do not leave the buffer, even if each character has to be escaped. */
export function staysIn(text: string, position: number): boolean {
  return position + 6 * text.length < LAST
}

function putShort(text: string, position: number): number {
  const last = text.length - 1
  const start = position + 1
  bytes[position] = QUOTE
  let i = 0
  // two at a time: half of the branches
  for (; i < last; i += 2) {
    const unit = text.charCodeAt(i)
    const next = text.charCodeAt(i + 1)
    if ((PLAIN[unit]! & PLAIN[next]!) !== 1) return putSlowly(text, i, start + i)
    bytes[start + i] = unit
    bytes[start + i + 1] = next
  }
  if (i === last) {
    const unit = text.charCodeAt(i)
    if (PLAIN[unit] !== 1) return putSlowly(text, i, start + i)
    bytes[start + i] = unit
  }
  bytes[start + last + 1] = QUOTE
  return start + last + 2
}

/** Writes a short text from a character on, one after the other. */
function putSlowly(text: string, from: number, position: number): number {
  const { length } = text
  let at = position
  for (let i = from; i < length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 128) {
      if (PLAIN[unit] === 1) bytes[at++] = unit
      else at = putEscape(unit, at)
      continue
    }
    noteWide()
    if (unit < 0x800) bytes[at++] = 0xc0 | (unit >> 6)
    else {
      if ((unit & 0xf800) === 0xd800) {
        const next = text.charCodeAt(i + 1)
        if (unit < 0xdc00 && (next & 0xfc00) === 0xdc00) {
          at = putPair(unit, next, at)
          i += 1
        } else at = putEscape(unit, at)
        continue
      }
      bytes[at++] = 0xe0 | (unit >> 12)
      bytes[at++] = 0x80 | ((unit >> 6) & 0x3f)
    }
    bytes[at++] = 0x80 | (unit & 0x3f)
  }
  bytes[at] = QUOTE
  return at + 1
}

/** Writes the character that two surrogates are: RFC 3629 §3. */
function putPair(high: number, low: number, position: number): number {
  const point = 0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff)
  bytes[position] = 0xf0 | (point >> 18)
  bytes[position + 1] = 0x80 | ((point >> 12) & 0x3f)
  bytes[position + 2] = 0x80 | ((point >> 6) & 0x3f)
  bytes[position + 3] = 0x80 | (point & 0x3f)
  return position + 4
}

/** Copies the text first, and looks at the bytes then. */
function putLong(text: string, position: number): number {
  const { length } = text
  // three bytes for a character at most: four are for two
  if (3 * length > LAST) return putJson(JSON.stringify(text), position)
  const start = position + 3 * length > LAST ? flush(position) : position
  const end = start + 1 + writeUtf8(text, start + 1)
  // as many bytes as characters: all are ASCII
  if (end !== start + 1 + length) {
    if (!isWellFormed(text)) return putJson(JSON.stringify(text), start)
    noteWide()
  }
  bytes[start] = QUOTE
  if (!isPlain(start + 1, end)) return putJson(JSON.stringify(text), start)
  bytes[end] = QUOTE
  return end + 1
}

/** Tells whether bytes of UTF-8 stand in JSON as they are, by arithmetic on words of four. */
function isPlain(start: number, end: number): boolean {
  let at = start
  for (; at <= end - 4; at += 4) {
    const word = view.getInt32(at, true)
    const quotes = word ^ 0x22222222
    const backslashes = word ^ 0x5c5c5c5c
    // subtracting borrows into the highest bit of a byte that is below 32, or equal
    const found =
      ((word - 0x20202020) & ~word) |
      ((quotes - 0x01010101) & ~quotes) |
      ((backslashes - 0x01010101) & ~backslashes)
    if ((found & 0x80808080) !== 0) return false
  }
  for (; at < end; at++) {
    const byte = bytes[at]!
    if (byte < 128 && PLAIN[byte] !== 1) return false
  }
  return true
}

/** `b`, `t`, `n`, `f` and `r` in the place of their control characters. */
const LETTERS = new Map([
  [8, 98],
  [9, 116],
  [10, 110],
  [12, 102],
  [13, 114],
  [QUOTE, QUOTE],
  [BACKSLASH, BACKSLASH],
])

function putEscape(unit: number, position: number): number {
  bytes[position] = BACKSLASH
  const letter = LETTERS.get(unit)
  if (letter !== undefined) {
    bytes[position + 1] = letter
    return position + 2
  }
  bytes[position + 1] = 117
  for (let digit = 0; digit < 4; digit++) {
    const value = (unit >> (12 - 4 * digit)) & 15
    bytes[position + 2 + digit] = value + (value > 9 ? 87 : 48)
  }
  return position + 6
}
