import { narrowing, same, shown, widening } from './change.js'
import type { SchemaPlace } from './schema-comparer.js'

/** Bounds: the sign says in which direction a value becomes stricter. */
const BOUNDS = new Map([
  ['minimum', 1],
  ['exclusiveMinimum', 1],
  ['minLength', 1],
  ['minItems', 1],
  ['minProperties', 1],
  ['maximum', -1],
  ['exclusiveMaximum', -1],
  ['maxLength', -1],
  ['maxItems', -1],
  ['maxProperties', -1],
])

/** Words about a value; they bind nobody. */
const WORDS = new Set(['title', 'description', 'example', 'examples', 'externalDocs', 'xml', '$comment'])

/** Compared elsewhere. */
const ELSEWHERE = new Set(['items', 'additionalProperties', 'readOnly', 'writeOnly'])

/**
 * Compares the keywords of two schemas that are not about their parts.
 *
 * @param before of the old schema
 * @param after of the new schema
 * @param at direction, and who is told
 * @param place for people
 */
export function compareKeywords(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  at: SchemaPlace,
  place: string,
): void {
  for (const keyword of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [valueOf(keyword, before), valueOf(keyword, after)]
    if (ELSEWHERE.has(keyword) || same(old, now)) continue
    const changed = `${keyword} ${sayChange(old, now)}`
    if (WORDS.has(keyword) || keyword.startsWith('x-'))
      at.report('documentation', 'words-changed', place, `${keyword} is another.`)
    else if (keyword === 'deprecated') deprecation(now === true, at, place)
    else if (keyword === 'default') at.report('compatible', 'default-changed', place, `${changed}.`)
    else compareConstraint(keyword, old, now, changed, at, place)
  }
}

/** What is not said and what is said to be false are the same; of a discriminator only the property is on the wire. */
function valueOf(keyword: string, schema: Readonly<Record<string, unknown>>): unknown {
  const value = schema[keyword]
  if (keyword === 'discriminator') return (value as { propertyName?: string } | undefined)?.propertyName
  return value === false ? undefined : value
}

function compareConstraint(
  keyword: string,
  old: unknown,
  now: unknown,
  changed: string,
  at: SchemaPlace,
  place: string,
): void {
  const sign = BOUNDS.get(keyword)
  const isMultiple = (a: unknown, b: unknown): boolean =>
    typeof a === 'number' && typeof b === 'number' && Number.isInteger(a / b)
  let stricter = old === undefined
  let looser = now === undefined
  if (!stricter && !looser) {
    if (sign !== undefined && typeof old === 'number' && typeof now === 'number') {
      stricter = (now - old) * sign > 0
      looser = !stricter
    } else if (keyword === 'multipleOf') {
      stricter = isMultiple(now, old)
      looser = isMultiple(old, now)
    }
  }
  if (stricter) at.report(narrowing(at.direction), 'constraint-narrowed', place, `${changed}.`)
  else if (looser) at.report(widening(at.direction), 'constraint-widened', place, `${changed}.`)
  // of patterns, formats and the like nobody can tell which takes more
  else at.report('breaking', 'constraint-changed', place, `${changed}.`)
}

function deprecation(isDeprecated: boolean, at: SchemaPlace, place: string): void {
  const message = isDeprecated ? 'It is deprecated.' : 'It is not deprecated any more.'
  at.report('compatible', isDeprecated ? 'deprecated' : 'deprecation-lifted', place, message)
}

function sayChange(old: unknown, now: unknown): string {
  if (old === undefined) return `${shown(now)} is new`
  if (now === undefined) return `${shown(old)} is gone`
  return `${shown(old)} became ${shown(now)}`
}
