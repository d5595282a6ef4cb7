import type { ParameterObject } from '../document.js'
import { narrowing, widening } from './change.js'
import type { ComparedDocuments } from './compare-operations.js'
import type { FoundOperation } from './operations.js'
import type { SchemaPlace } from './schema-comparer.js'

/** How a parameter is written where its document does not say it (OpenAPI 3.1.1 §4.8.12). */
const USUAL_STYLE = { path: 'simple', query: 'form', header: 'simple', cookie: 'form' } as const

/**
 * Compares the parameters of an operation. Those of paths belong together by their position: their names are not sent.
 *
 * @param before the old operation
 * @param after the new operation
 * @param documents that they belong to
 * @param at direction, and who is told
 */
export function compareParameters(
  before: FoundOperation,
  after: FoundOperation,
  { schemas }: ComparedDocuments,
  at: SchemaPlace,
): void {
  const [old, now] = [keyed(before), keyed(after)]
  for (const [key, parameter] of old) {
    const place = placeOf(parameter)
    const other = now.get(key)
    if (other === undefined) {
      at.report('breaking', 'parameter-removed', place, 'The parameter is gone.')
      continue
    }
    if (parameter.in === 'path' && parameter.name !== other.name)
      at.report('documentation', 'parameter-renamed', place, `The parameter is named ${other.name} now.`)
    const [wasNeeded, isNeeded] = [parameter.required === true, other.required === true]
    if (!wasNeeded && isNeeded)
      at.report(narrowing(at.direction), 'parameter-required', place, 'The parameter is required now.')
    if (wasNeeded && !isNeeded)
      at.report(widening(at.direction), 'parameter-optional', place, 'The parameter may be left out now.')
    if (written(parameter) !== written(other))
      at.report(
        'breaking',
        'parameter-style',
        place,
        `It is written as ${written(other)}, not as ${written(parameter)}.`,
      )
    if (parameter.deprecated !== true && other.deprecated === true)
      at.report('compatible', 'deprecated', place, 'The parameter is deprecated.')
    if (parameter.description !== other.description)
      at.report('documentation', 'words-changed', place, 'The description is another.')
    const [first, second] = [parameter, other].map(
      ({ schema, content }) => schema ?? Object.values(content ?? {})[0]?.schema,
    )
    schemas.compare(first, second, at, place)
  }
  for (const [key, parameter] of now) {
    if (old.has(key)) continue
    const isNeeded = parameter.required === true
    const kind = isNeeded ? narrowing(at.direction) : 'compatible'
    const message = `The parameter is new${isNeeded ? ' and required' : ''}.`
    at.report(kind, 'parameter-added', placeOf(parameter), message)
  }
}

function keyed({ path, parameters }: FoundOperation): Map<string, ParameterObject> {
  const names = [...path.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name)
  return new Map(
    parameters.map((one) => {
      const name = one.in === 'header' ? one.name.toLowerCase() : one.name
      return [`${one.in} ${one.in === 'path' ? names.indexOf(name) : name}`, one]
    }),
  )
}

function placeOf({ name, in: place }: ParameterObject): string {
  return `${place} parameter ${name}`
}

function written({
  in: place,
  style = USUAL_STYLE[place],
  explode = style === 'form',
}: ParameterObject): string {
  return explode ? `${style}, each value by itself` : style
}
