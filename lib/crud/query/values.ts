import type { FieldShape } from '../shape.js'

const LONGEST_TEXT = 1000
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const INSTANT = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/

/** A value, or what is wrong with its text. */
export type ReadValue = { readonly value: unknown } | { readonly problem: string }

/**
 * Reads the value of a field from text, as it stands in paths and queries.
 *
 * @param text not longer than 1000 characters
 * @param field tells what is expected
 */
export function readValue(text: string, field: FieldShape): ReadValue {
  if (text.length > LONGEST_TEXT) return { problem: `is longer than ${LONGEST_TEXT} characters` }
  // no database takes it in text, and PostgreSQL refuses the whole statement
  if (text.includes('\0')) return { problem: 'has a NUL character' }
  switch (field.kind) {
    case 'integer':
      if (!/^-?\d{1,16}$/.test(text) || !Number.isSafeInteger(Number(text)))
        return { problem: 'is no integer' }
      return inRange(text, field) ? { value: Number(text) } : TOO_LARGE
    case 'bigint':
      if (!/^-?\d{1,19}$/.test(text)) return { problem: 'is no integer' }
      return inRange(text, field) ? { value: text } : TOO_LARGE
    case 'decimal':
      return /^-?\d{1,40}(?:\.\d{1,40})?$/.test(text) ? { value: text } : { problem: 'is no number' }
    case 'number':
      return /^-?\d{1,40}(?:\.\d{1,40})?(?:e[+-]?\d{1,3})?$/i.test(text) && Number.isFinite(Number(text))
        ? { value: Number(text) }
        : { problem: 'is no number' }
    case 'boolean':
      return text === 'true' || text === 'false'
        ? { value: text === 'true' }
        : { problem: 'is neither true nor false' }
    case 'uuid':
      return UUID.test(text) ? { value: text.toLowerCase() } : { problem: 'is no UUID' }
    case 'instant': {
      const day = INSTANT.exec(text)?.[1]
      const time = new Date(text)
      return day !== undefined && isDay(day) && !Number.isNaN(time.getTime())
        ? { value: time }
        : { problem: 'is no time as 2026-01-31T12:00:00Z' }
    }
    case 'day':
      return isDay(text) ? { value: text } : { problem: 'is no day as 2026-01-31' }
    case 'enum': {
      const value = field.values?.find((one) => String(one) === text)
      return value === undefined ? { problem: `is none of ${field.values?.join(', ')}` } : { value }
    }
    default:
      return { value: text }
  }
}

const TOO_LARGE: ReadValue = { problem: 'is a number that the field cannot have' }

function inRange(text: string, { range }: FieldShape): boolean {
  return range === undefined || (BigInt(text) >= range[0] && BigInt(text) <= range[1])
}

/**
 * Whether a text is a day that there is. JavaScript takes February 30th for March 2nd, and databases know no year 0.
 *
 * @param text as 2026-01-31
 */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || text.startsWith('0000')) return false
  const time = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text)
}
