import { putJson, sharedBytes } from './buffer.js'
import { putDigits, putNull } from './number.js'

const bytes = sharedBytes

const QUOTE = 34
const MINUS = 45
const POINT = 46
const DAY = 86_400_000
/** 0000-01-01 and 10000-01-01: years between them have four digits. */
const FIRST_TIME = -62_167_219_200_000
const END_OF_TIME = 253_402_300_800_000

/**
 * Writes a time as `Date.prototype.toISOString` does, `null` for one that is none.
 *
 * @param time in milliseconds since 1970
 * @see ECMA-262 Date Time String Format
 */
export function putTime(time: number, position: number): number {
  if (!(time >= FIRST_TIME && time < END_OF_TIME)) {
    return Number.isNaN(time) ? putNull(position) : putJson(`"${new Date(time).toISOString()}"`, position)
  }
  const days = Math.floor(time / DAY)
  const ms = time - days * DAY
  // years begin in March here, so that the day that some years have more is their last; 146097 days are 400 years
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra =
    ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36_524) | 0) - ((dayOfEra / 146_096) | 0)) / 365) | 0
  const dayOfYear = dayOfEra - (365 * yearOfEra + (yearOfEra >> 2) - ((yearOfEra / 100) | 0))
  const fromMarch = ((5 * dayOfYear + 2) / 153) | 0
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  const year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
  const seconds = (ms / 1000) | 0
  const minutes = (seconds / 60) | 0
  const hours = (minutes / 60) | 0
  bytes[position] = QUOTE
  putDigits(year, 4, position + 1)
  bytes[position + 5] = MINUS
  putDigits(month, 2, position + 6)
  bytes[position + 8] = MINUS
  putDigits(dayOfYear - (((153 * fromMarch + 2) / 5) | 0) + 1, 2, position + 9)
  bytes[position + 11] = 84
  putDigits(hours, 2, position + 12)
  bytes[position + 14] = 58
  putDigits(minutes - hours * 60, 2, position + 15)
  bytes[position + 17] = 58
  putDigits(seconds - minutes * 60, 2, position + 18)
  bytes[position + 20] = POINT
  putDigits(ms - seconds * 1000, 3, position + 21)
  bytes[position + 24] = 90
  bytes[position + 25] = QUOTE
  return position + 26
}
