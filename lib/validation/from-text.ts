import { classValidator } from './class-validator.js'
import type { Class } from '../common/index.js'
import { isDangerous, type PlainObject } from './convert.js'
import { parseDecimal } from './pipes/parse-numbers.js'
import { rulesOf, type PropertyRules } from './rules.js'
import { settingsOf } from './settings.js'
import { PLAIN_TO_CLASS, transformerMetadata } from './transformer-metadata.js'

/** Reads a value that came as text; what does not read as the type stays text, for a rule to refuse it. */
export type TextReader = (value: unknown) => unknown

/**
 * Makes what turns the texts of a query or a path into the types that a class declares: numbers, booleans, dates and
 * lists of them. It stands before the transformation, so it leaves alone what `@Transform` reads, what `@Type` converts,
 * and what a rule wants as text (`@IsNumberString() id: number`).
 *
 * @param target the class of the parameter
 * @returns undefined where nothing is to be converted; otherwise a function that leaves the given object as it is
 */
export function fromText(target: Class): TextReader | undefined {
  const { properties } = rulesOf(target, settingsOf({ always: true }))
  const readers = properties.flatMap((property): [string, TextReader][] => {
    const read = isDangerous(property.name) ? undefined : readerOf(target, property)
    if (read === undefined) return []
    const key = transformerMetadata.findExposeMetadata(target, property.name)?.options?.name ?? property.name
    return [[key, read]]
  })
  if (readers.length === 0) return undefined
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    const copy: PlainObject = { ...value }
    for (const [key, read] of readers) if (copy[key] !== undefined) copy[key] = read(copy[key])
    return copy
  }
}

function readerOf(target: Class, property: PropertyRules): TextReader | undefined {
  const { name } = property
  if (transformerMetadata.findTransformMetadatas(target, name, PLAIN_TO_CLASS).length > 0) return undefined
  const declared = Reflect.getMetadata('design:type', target.prototype as object, name) as unknown
  const typed = transformerMetadata.findTypeMetadata(target, name) !== undefined
  if (declared === Array) return listReader(typed ? undefined : itemReader(property))
  return typed ? undefined : scalarReader(declared, property)
}

function listReader(item: TextReader | undefined): TextReader {
  return (value) => {
    const items: readonly unknown[] = Array.isArray(value) ? value : [value]
    return item === undefined ? items : items.map(item)
  }
}

/** What a list holds is not recorded; but rules for each item say it. */
function itemReader(property: PropertyRules): TextReader | undefined {
  const names = property.checks.filter(({ metadata }) => metadata.each).map(({ type }) => type)
  if (names.some((name) => NUMERIC.has(name))) return readNumber
  if (names.includes('isBoolean')) return readBoolean
  return names.includes('isDate') ? readDate : undefined
}

function scalarReader(declared: unknown, property: PropertyRules): TextReader | undefined {
  const kind = SCALARS.get(declared)
  if (kind === undefined) return undefined
  const wantsText = property.checks.some(
    ({ type }) => isLibraryRule(type) && !kind.rules.has(type) && !ANY.has(type),
  )
  return wantsText ? undefined : kind.read
}

function isLibraryRule(name: string): boolean {
  return (libraryRules ??= new Set(
    Object.entries(classValidator())
      .filter(([key, value]) => typeof value === 'string' && key === key.toUpperCase())
      .map(([, value]) => value as string),
  )).has(name)
}

let libraryRules: ReadonlySet<string> | undefined

const NUMERIC = new Set(['isNumber', 'isInt', 'isPositive', 'isNegative', 'isDivisibleBy', 'min', 'max'])
/** Rules that ask for no kind of value. */
const ANY = new Set([
  'isDefined',
  'isEmpty',
  'isNotEmpty',
  'equals',
  'notEquals',
  'isIn',
  'isNotIn',
  'isEnum',
])
const SCALARS = new Map<unknown, { readonly read: TextReader; readonly rules: ReadonlySet<string> }>([
  [Number, { read: readNumber, rules: new Set([...NUMERIC, 'isLatitude', 'isLongitude']) }],
  [Boolean, { read: readBoolean, rules: new Set(['isBoolean']) }],
  [Date, { read: readDate, rules: new Set(['isDate', 'minDate', 'maxDate', 'isInstance']) }],
])

/** Reads a decimal number. */
export function readNumber(value: unknown): unknown {
  return parseDecimal(value) ?? value
}

/** Reads `true` and `false`. */
export function readBoolean(value: unknown): unknown {
  return value === 'true' ? true : value === 'false' ? false : value
}

/** Reads a date in the form of ISO 8601. */
export function readDate(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\d{4}-\d\d/.test(value)) return value
  const date = new Date(value)
  return Number.isNaN(date.getTime()) ? value : date
}
