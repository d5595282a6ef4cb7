import { limitExceeded, malformed } from './errors.js'

/** Text fields by name: texts, lists and nested objects, none of which has a prototype. */
export type FormFields = Record<string, unknown>

type Container = FormFields | unknown[]

const MAX_DEPTH = 16
const MAX_INDEX = 1000

/** An empty form. */
export function createFields(): FormFields {
  return Object.create(null) as FormFields
}

/**
 * Adds a text field: `name`, `address[city]`, `tags[]`, `items[0][id]`. A name that comes again makes a list; brackets
 * that are not balanced are part of the name.
 *
 * @param fields to add to
 * @param name of the field
 * @param value its text
 * @throws {HttpException} 400 if a name would reach a prototype, is nested more than 16 levels deep, has an index above
 *   1000, or is used for a text and for an object
 */
export function addField(fields: FormFields, name: string, value: string): void {
  const path = pathOf(name)
  refusePrototypes(path, name)
  if (path.length > MAX_DEPTH) throw limitExceeded('Field name nested too deeply', 'depth', MAX_DEPTH, name)
  let container: Container = fields
  path.forEach((key, depth) => {
    const place = placeIn(container, key, name)
    const known = (container as FormFields)[place]
    if (depth === path.length - 1) {
      if (isContainer(known) && !Array.isArray(known)) throw clash(name)
      ;(container as FormFields)[place] = known === undefined ? value : [known, value].flat()
    } else {
      const next = known ?? containerFor(path[depth + 1]!)
      if (!isContainer(next)) throw clash(name)
      ;(container as FormFields)[place] = next
      container = next
    }
  })
}

function pathOf(name: string): readonly string[] {
  const [, head, brackets] = /^([^[\]]+)((?:\[[^[\]]*\])+)$/.exec(name) ?? []
  if (head === undefined) return [name]
  return [head, ...brackets!.slice(1, -1).split('][')]
}

/** What copies an object by assignment, or merges deeply, would follow these. */
function refusePrototypes(path: readonly string[], name: string): void {
  const reaches = path.some(
    (key, depth) => key === '__proto__' || (key === 'prototype' && path[depth - 1] === 'constructor'),
  )
  if (reaches) throw malformed(`the field name "${name}" is not allowed`)
}

function placeIn(container: Container, key: string, name: string): string {
  if (!Array.isArray(container)) return key
  if (key === '') return String(container.length)
  const index = /^\d{1,4}$/.test(key) ? Number(key) : Infinity
  if (index > MAX_INDEX) throw clash(name)
  return String(index)
}

function containerFor(key: string): Container {
  return key === '' || /^\d+$/.test(key) ? [] : createFields()
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null
}

function clash(name: string): Error {
  return malformed(`the field "${name}" does not fit the other fields`)
}
