import { defineError, listOf } from '../common/index.js'
import { parseQuery } from './query.js'

/** Names in brackets that are nested deeper than is read. */
export const QueryTooDeep = defineError<{ part: string; limit: number }>(
  'CORBEL_QUERY_TOO_DEEP',
  'The {part} has a name that is nested more than {limit} levels deep.',
  { status: 400 },
)

/** Names in brackets that would reach a prototype when the groups are copied by assignment. */
export const QueryNameForbidden = defineError<{ part: string }>(
  'CORBEL_QUERY_NAME',
  'The {part} has a name in brackets that would reach a prototype, which is not allowed.',
  { status: 400 },
)

/** What names in brackets spell: text, lists, and groups, which have no prototype. */
export type NestedValue = string | NestedValue[] | NestedParams | undefined

/** Parameters by name, nested. */
export interface NestedParams {
  [name: string]: NestedValue
}

const MAX_DEPTH = 32
/** With a larger index a group stays a group, unless it has all the smaller ones: nobody makes a list long by a number. */
const MAX_INDEX = 99

/**
 * Parses `user[name]=a&tags[]=x&tags[]=y` into `{ user: { name: 'a' }, tags: ['x', 'y'] }`, as browsers' forms and many
 * clients mean it. Lists have no gaps. Brackets that do not close are part of the name. Where a name stands both for text and for a group, the
 * later one counts.
 *
 * @param text without the leading `?`
 * @param limit parameters; 1000 by default
 * @param part what it is, for messages
 * @throws {CorbelError} CORBEL_QUERY_TOO_LARGE, CORBEL_QUERY_MALFORMED, CORBEL_QUERY_TOO_DEEP, CORBEL_QUERY_NAME (all 400)
 */
export function parseNestedQuery(text: string, limit?: number, part = 'query'): NestedParams {
  const flat = parseQuery(text, limit, part)
  if (!Object.keys(flat).some((name) => name.includes('['))) return flat
  const root = group()
  for (const [name, value] of Object.entries(flat)) {
    const path = pathOf(name)
    if (path.length > 1 && reachesPrototype(path)) throw new QueryNameForbidden({ part })
    if (path.length > MAX_DEPTH) throw new QueryTooDeep({ part, limit: MAX_DEPTH })
    // an empty name is another entry each time, any other one the same
    if (path.includes('')) for (const one of listOf(value)) place(root, path, one)
    else place(root, path, value)
  }
  return mapGroup(root)
}

/** `a[b][]` is `a`, `b` and the empty name. */
function pathOf(name: string): readonly string[] {
  const [whole, head, rest] = /^([^[\]]+)((?:\[[^[\]]*\])+)$/.exec(name) ?? []
  return whole === undefined ? [name] : [head!, ...rest!.slice(1, -1).split('][')]
}

function reachesPrototype(path: readonly string[]): boolean {
  return path.some(
    (name, depth) => name === '__proto__' || (name === 'prototype' && path[depth - 1] === 'constructor'),
  )
}

function place(root: NestedParams, path: readonly string[], value: NestedValue): void {
  let at = root
  for (const name of path.slice(0, -1)) {
    const key = keyIn(at, name)
    const known = at[key]
    at = isGroup(known) ? known : (at[key] = group())
  }
  at[keyIn(at, path.at(-1)!)] = value
}

function keyIn(at: NestedParams, name: string): string {
  if (name !== '') return name
  let index = Object.keys(at).length
  while (String(index) in at) index += 1
  return String(index)
}

function mapGroup(params: NestedParams): NestedParams {
  for (const [name, value] of Object.entries(params))
    if (isGroup(value)) params[name] = asList(mapGroup(value))
  return params
}

/** Numbers come first in objects, in ascending order. */
function asList(params: NestedParams): NestedValue {
  const names = Object.keys(params)
  const last = Number(names.at(-1))
  const isList = names.every((name) => /^\d+$/.test(name)) && (last <= MAX_INDEX || last === names.length - 1)
  return isList ? Object.values(params) : params
}

function isGroup(value: NestedValue): value is NestedParams {
  return typeof value === 'object' && !Array.isArray(value)
}

function group(): NestedParams {
  return Object.create(null) as NestedParams
}
