import type { Class } from '../common/index.js'
import type { ArgumentMetadata } from '../pipeline/index.js'
import { readBoolean, readDate, readNumber, type TextReader } from './from-text.js'

/**
 * Makes the conversion of a path or query parameter to the primitive type that it is declared with.
 *
 * @param metadata of the parameter
 * @returns the conversion; undefined where none applies: other sources, whole objects, other types
 */
export function convertPrimitive({
  type,
  metatype,
  data,
}: ArgumentMetadata): ((value: unknown) => unknown) | undefined {
  if (!data || (type !== 'param' && type !== 'query')) return undefined
  if ((metatype as unknown) === Number) return toNumber
  if ((metatype as unknown) === Boolean) return toBoolean
  if ((metatype as unknown) === String) return toText
  return undefined
}

function toNumber(value: unknown): unknown {
  if (value === undefined) return undefined
  return typeof value === 'object' && value !== null ? Number.NaN : Number(value)
}

function toBoolean(value: unknown): unknown {
  return value === undefined ? undefined : value === true || value === 'true'
}

/** Text and nothing else: a list in the place of a string (`?name=a&name=b`) would slip past whatever looks at the string. */
function toText(value: unknown): unknown {
  if (value === undefined || typeof value === 'string') return value
  if (Array.isArray(value)) return value.map((one: unknown) => (one === null ? '' : toText(one))).join(',')
  // of an object only its type would be left, and `{ "toString": 1 }` has no text at all
  const isPrimitive = value === null || typeof value === 'number' || typeof value === 'boolean'
  return isPrimitive ? String(value) : '[object Object]'
}

/** How a parameter is read that is not of an object type; `rule` and `expected` say what is wrong with another value. */
export interface StrictReader {
  readonly read: TextReader
  readonly accepts: (value: unknown) => boolean
  readonly rule: string
  readonly expected: string
}

const STRICT = new Map<unknown, StrictReader>([
  [Number, { read: readNumber, accepts: isNumber, rule: 'isNumber', expected: 'a number' }],
  [Boolean, { read: readBoolean, accepts: isBoolean, rule: 'isBoolean', expected: 'true or false' }],
  [Date, { read: readDate, accepts: isDate, rule: 'isDate', expected: 'a date' }],
  [
    Array,
    {
      read: (value) => (Array.isArray(value) ? value : [value]),
      accepts: Array.isArray,
      rule: '',
      expected: '',
    },
  ],
  [String, { read: toText, accepts: () => true, rule: '', expected: '' }],
])

/**
 * Finds how a path or query parameter is read that nothing but its declared type describes.
 *
 * @param metadata of the parameter
 * @returns undefined where it stays as it is: other sources, whole objects, other types
 */
export function strictReader({ type, metatype, data }: ArgumentMetadata): StrictReader | undefined {
  if (!data || (type !== 'param' && type !== 'query')) return undefined
  // in a path there is nothing but text
  return type === 'param' && isTextual(metatype) ? undefined : STRICT.get(metatype)
}

function isTextual(metatype: Class | undefined): boolean {
  return (metatype as unknown) === String || (metatype as unknown) === Array
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number'
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean'
}

function isDate(value: unknown): boolean {
  return value instanceof Date
}
