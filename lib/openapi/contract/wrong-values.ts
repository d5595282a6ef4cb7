import type { SchemaObject } from '../document.js'

/** A value that a schema refuses, and what is wrong with it. */
export interface WrongValue {
  readonly why: string
  readonly value: unknown
}

/** Texts that are none of a format which servers are used to check. */
const NO_FORMAT: Readonly<Record<string, string>> = {
  email: 'no email',
  uuid: 'no-uuid',
  'date-time': 'no date',
  ipv4: '999.0.0.1',
}

/** Longer texts would test limits of the server rather than those of the schema. */
const LONGEST = 10_000

/**
 * Values just outside of what a schema takes: too short, too long, too small, too large, no member of an enum, of no such
 * format or pattern.
 *
 * @param schema resolved; what stands under `oneOf` and the like is not looked at
 * @param sample a value that it takes
 */
export function* wrongValues(schema: SchemaObject, sample: unknown): Iterable<WrongValue> {
  const types = [schema.type].flat()
  if (schema.enum !== undefined) {
    yield { why: 'is no member of the enum', value: types.includes('string') ? 'no-member' : 987_654_321 }
    return
  }
  if (types.includes('string') && typeof sample === 'string') yield* wrongTexts(schema, sample)
  else if (types.includes('integer') || types.includes('number')) yield* wrongNumbers(schema, types)
  else if (types.includes('array') && Array.isArray(sample)) yield* wrongLists(schema, sample)
}

function* wrongTexts(
  { minLength = 0, maxLength, format, pattern }: SchemaObject,
  sample: string,
): Iterable<WrongValue> {
  if (minLength > 0) yield { why: 'is too short', value: sample.slice(0, minLength - 1) }
  if (maxLength !== undefined && maxLength < LONGEST)
    yield { why: 'is too long', value: sample.padEnd(maxLength + 1, sample || 'x') }
  const other = format === undefined ? undefined : NO_FORMAT[format]
  if (other !== undefined) yield { why: `is no ${format}`, value: other }
  if (pattern === undefined) return
  const expression = new RegExp(pattern, 'u')
  const stranger = ['\u0001', '!', 'a b', '-', '0', 'x'].find((text) => !expression.test(text))
  if (stranger !== undefined) yield { why: 'does not match the pattern', value: stranger }
}

function* wrongNumbers(
  { minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SchemaObject,
  types: readonly unknown[],
): Iterable<WrongValue> {
  if (minimum !== undefined) yield { why: 'is too small', value: minimum - 1 }
  else if (typeof exclusiveMinimum === 'number') yield { why: 'is too small', value: exclusiveMinimum }
  if (maximum !== undefined) yield { why: 'is too large', value: maximum + 1 }
  else if (typeof exclusiveMaximum === 'number') yield { why: 'is too large', value: exclusiveMaximum }
  if (!types.includes('number')) {
    const [low = 0, high = low + 1] = [minimum, maximum]
    yield { why: 'is no integer', value: Math.min(low + 0.5, Math.max(low, high - 0.5)) }
  }
}

function* wrongLists(
  { minItems = 0, maxItems }: SchemaObject,
  sample: readonly unknown[],
): Iterable<WrongValue> {
  if (minItems > 0) yield { why: 'has too few items', value: sample.slice(0, minItems - 1) }
  if (maxItems !== undefined && maxItems < LONGEST && sample.length > 0) {
    const value = Array.from({ length: maxItems + 1 }, (_, index) => sample[index % sample.length])
    yield { why: 'has too many items', value }
  }
}
