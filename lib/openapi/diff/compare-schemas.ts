import type { SchemaObject } from '../document.js'
import { narrowing, same, shown, widening, within } from './change.js'
import { compareKeywords } from './compare-keywords.js'
import type { FlatSchema } from './flatten-schema.js'
import type { SchemaComparer, SchemaPlace } from './schema-comparer.js'

/**
 * Compares two schemas that are put together: types, values, properties, items, alternatives, and all other keywords.
 *
 * @param before the old one
 * @param after the new one
 * @param at direction, and who is told
 * @param place for people
 * @param schemas compares what they are made of
 */
export function compareFlat(
  before: FlatSchema,
  after: FlatSchema,
  at: SchemaPlace,
  place: string,
  schemas: SchemaComparer,
): void {
  if (!compareTypes(before, after, at, place)) return
  compareValues(before, after, at, place)
  compareProperties(before, after, at, place, schemas)
  compareAdditional(before, after, at, place, schemas)
  compareAlternatives(before, after, at, place, schemas)
  const [old, now] = [before.keywords, after.keywords]
  if (old['items'] !== undefined || now['items'] !== undefined)
    schemas.compare(old['items'] as SchemaObject, now['items'] as SchemaObject, at, within(place, 'items'))
  compareKeywords(old, now, at, place)
}

/** @returns false if they have so little in common that there is nothing more to say */
function compareTypes(
  { types: before }: FlatSchema,
  { types: after }: FlatSchema,
  at: SchemaPlace,
  place: string,
): boolean {
  const narrower = after !== null && (before === null || [...before].some((type) => !takes(after, type)))
  const wider = before !== null && (after === null || [...after].some((type) => !takes(before, type)))
  const text = `${written(before)} became ${written(after)}`
  if (narrower && wider) at.report('breaking', 'type-changed', place, `The type ${text}.`)
  else if (narrower) at.report(narrowing(at.direction), 'type-narrowed', place, `The type ${text}.`)
  else if (wider) at.report(widening(at.direction), 'type-widened', place, `The type ${text}.`)
  return !(narrower && wider)
}

function takes(types: ReadonlySet<string>, type: string): boolean {
  return types.has(type) || (type === 'integer' && types.has('number'))
}

function written(types: ReadonlySet<string> | null): string {
  return types === null ? 'anything' : [...types].join(' or ')
}

function compareValues(
  { values: before }: FlatSchema,
  { values: after }: FlatSchema,
  at: SchemaPlace,
  place: string,
): void {
  if (before === undefined && after === undefined) return
  if (before === undefined)
    return at.report(narrowing(at.direction), 'enum-added', place, `Only ${list(after!)} are values now.`)
  if (after === undefined)
    return at.report(
      widening(at.direction),
      'enum-removed',
      place,
      `Values other than ${list(before)} may be.`,
    )
  const gone = before.filter((one) => !after.some((other) => same(one, other)))
  const added = after.filter((one) => !before.some((other) => same(one, other)))
  if (gone.length > 0)
    at.report(narrowing(at.direction), 'enum-value-removed', place, `The values ${list(gone)} are gone.`)
  if (added.length > 0)
    at.report(widening(at.direction), 'enum-value-added', place, `The values ${list(added)} are new.`)
}

function list(values: readonly unknown[]): string {
  return values.map(shown).join(', ')
}

function compareProperties(
  before: FlatSchema,
  after: FlatSchema,
  at: SchemaPlace,
  place: string,
  schemas: SchemaComparer,
): void {
  const isRequest = at.direction === 'request'
  // what only responses have is no part of requests, and the other way round
  const ignored = isRequest ? 'readOnly' : 'writeOnly'
  const names = new Set([...Object.keys(before.properties), ...Object.keys(after.properties)])
  for (const name of names) {
    const [old, now] = [before.properties[name], after.properties[name]]
    const [hadIt, hasIt] = [old?.[ignored] !== true && old, now?.[ignored] !== true && now]
    const own = within(place, name)
    const [wasNeeded, isNeeded] = [before.required.has(name), after.required.has(name)]
    if (!hadIt && hasIt) {
      const kind = isRequest && isNeeded ? 'breaking' : 'compatible'
      at.report(kind, 'property-added', own, `The property is new${isNeeded ? ' and required' : ''}.`)
    } else if (hadIt && !hasIt) {
      at.report('breaking', 'property-removed', own, 'The property is gone.')
    } else if (hadIt && hasIt) {
      if (!wasNeeded && isNeeded)
        at.report(narrowing(at.direction), 'property-required', own, 'The property is required now.')
      if (wasNeeded && !isNeeded)
        at.report(widening(at.direction), 'property-optional', own, 'The property may be missing now.')
      schemas.compare(old, now, at, own)
    }
  }
}

function compareAdditional(
  before: FlatSchema,
  after: FlatSchema,
  at: SchemaPlace,
  place: string,
  schemas: SchemaComparer,
): void {
  const [old, now] = [additional(before), additional(after)]
  if (same(old, now)) return
  const own = within(place, 'any other property')
  if (now === false)
    return at.report(narrowing(at.direction), 'properties-closed', own, 'Other properties are refused now.')
  // clients pass over properties that they do not know
  if (old === false)
    return at.report('compatible', 'properties-opened', own, 'There may be other properties.')
  schemas.compare(old, now, at, own)
}

function additional({ keywords }: FlatSchema): SchemaObject | false {
  const value = keywords['additionalProperties'] as SchemaObject | boolean | undefined
  return value === false ? false : typeof value === 'object' ? value : {}
}

/** `oneOf` and `anyOf`: what is equal, or has one name, belongs together. */
function compareAlternatives(
  before: FlatSchema,
  after: FlatSchema,
  at: SchemaPlace,
  place: string,
  schemas: SchemaComparer,
): void {
  const left = [...after.alternatives]
  const gone = before.alternatives.filter((old) => {
    const index = left.findIndex((now) => (old.$ref === undefined ? same(old, now) : old.$ref === now.$ref))
    if (index === -1) return true
    schemas.compare(old, left.splice(index, 1)[0], at, place)
    return false
  })
  if (before.alternatives.length === 0 && left.length > 0)
    return at.report(narrowing(at.direction), 'alternatives-added', place, `It is one of ${names(left)} now.`)
  if (after.alternatives.length === 0 && gone.length > 0)
    return at.report(
      widening(at.direction),
      'alternatives-removed',
      place,
      `It may be other than ${names(gone)}.`,
    )
  if (gone.length > 0)
    at.report(narrowing(at.direction), 'alternative-removed', place, `It cannot be ${names(gone)} any more.`)
  if (left.length > 0)
    at.report(widening(at.direction), 'alternative-added', place, `It may be ${names(left)}, too.`)
}

function names(schemas: readonly SchemaObject[]): string {
  return schemas.map((schema) => schema.$ref?.split('/').at(-1) ?? shown(schema)).join(', ')
}
