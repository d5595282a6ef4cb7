import { putJson, sharedBytes, sharedView } from './buffer.js'

const bytes = sharedBytes
const view = sharedView

const MINUS = 45
const POINT = 46

// `null`, `true` and `fals`, as words of four bytes
const NULL = 0x6c6c756e
const TRUE = 0x65757274
const FALS = 0x736c6166

/** Writes `null`. */
export function putNull(position: number): number {
  view.setInt32(position, NULL, true)
  return position + 4
}

/** Writes `true` or `false`. */
export function putBoolean(value: boolean, position: number): number {
  if (value) {
    view.setInt32(position, TRUE, true)
    return position + 4
  }
  view.setInt32(position, FALS, true)
  bytes[position + 4] = 101
  return position + 5
}

/** Writes a number; NaN and infinities as `null`. */
export function putNumber(value: number, position: number): number {
  if ((value | 0) === value && value > -0x80000000) {
    if (value >= 0) return putDigits(value, digitsOf(value), position)
    bytes[position] = MINUS
    return putDigits(-value, digitsOf(-value), position + 1)
  }
  if (value > 0 && value < 1e9) {
    const whole = value | 0
    // most that are no whole numbers are amounts of money
    const hundredths = Math.round((value - whole) * 100)
    if (hundredths < 100 && (whole * 100 + hundredths) / 100 === value)
      return putDecimal(whole, hundredths, 2, position)
    const millionths = Math.round((value - whole) * 1e6)
    // so few digits are the shortest way to spell what they are the nearest number to
    if (millionths < 1e6 && (whole * 1e6 + millionths) / 1e6 === value)
      return putDecimal(whole, millionths, 6, position)
  }
  return value - value === 0 ? putJson(String(value), position) : putNull(position)
}

function putDecimal(whole: number, part: number, digits: number, position: number): number {
  const point = putDigits(whole, digitsOf(whole), position)
  bytes[point] = POINT
  let end = putDigits(part, digits, point + 1)
  while (bytes[end - 1] === 48) end -= 1
  return end
}

function digitsOf(value: number): number {
  if (value < 100_000) return value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : value < 10_000 ? 4 : 5
  return value < 1e6 ? 6 : value < 1e7 ? 7 : value < 1e8 ? 8 : value < 1e9 ? 9 : 10
}

/** Writes the digits of a whole number that has `count` of them at most, zeros in front. */
export function putDigits(value: number, count: number, position: number): number {
  let rest = value
  for (let at = position + count - 1; at >= position; at--) {
    const next = (rest / 10) | 0
    bytes[at] = 48 + rest - next * 10
    rest = next
  }
  return position + count
}
