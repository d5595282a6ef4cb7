import { isDeepStrictEqual } from 'node:util'
import { JsonPatchInvalid, JsonPatchTestFailed } from '../errors.js'

const MOST_OPERATIONS = 100
/** Copies may double a document; this bounds how often. */
const MOST_COPIES = 10

type Json = unknown
type Container = Record<string, Json> | Json[]

interface Operation {
  readonly op: string
  readonly path: string
  readonly from?: string
  readonly value?: Json
}

/**
 * Applies a JSON Patch: all operations or none.
 *
 * @param document of JSON; it is not changed
 * @param patch the list of operations; at most 100, with at most 10 copies
 * @returns the changed document
 * @throws {CorbelError} CORBEL_JSON_PATCH_INVALID (422), CORBEL_JSON_PATCH_TEST (409)
 * @see RFC 6902
 */
export function applyJsonPatch(document: Json, patch: unknown): Json {
  if (!Array.isArray(patch))
    throw new JsonPatchInvalid({ index: 0, reason: 'is missing: a list is expected' })
  if (patch.length > MOST_OPERATIONS)
    throw new JsonPatchInvalid({ index: MOST_OPERATIONS, reason: `is one more than ${MOST_OPERATIONS}` })
  if (patch.filter((one) => (one as Operation | null)?.op === 'copy').length > MOST_COPIES)
    throw new JsonPatchInvalid({ index: 0, reason: `is followed by more than ${MOST_COPIES} copies` })
  let result = structuredClone(document)
  patch.forEach((given: unknown, index) => {
    const fail = (reason: string): never => {
      throw new JsonPatchInvalid({ index, reason })
    }
    result = apply(result, operationOf(given, fail), index, fail)
  })
  return result
}

type Fail = (reason: string) => never

function operationOf(given: unknown, fail: Fail): Operation {
  if (typeof given !== 'object' || given === null) return fail('is no object')
  const { op, path, from } = given as Record<string, unknown>
  if (typeof op !== 'string' || typeof path !== 'string') return fail('needs "op" and "path"')
  if ((op === 'move' || op === 'copy') && typeof from !== 'string') fail('needs "from"')
  if ((op === 'add' || op === 'replace' || op === 'test') && !Object.hasOwn(given, 'value'))
    fail('needs "value"')
  return given as Operation
}

function apply(document: Json, operation: Operation, index: number, fail: Fail): Json {
  const { op, path, from, value } = operation
  const place = pointer(path, fail)
  switch (op) {
    case 'add':
      return add(document, place, structuredClone(value), fail)
    case 'remove':
      return remove(document, place, fail)
    case 'replace':
      get(document, place, fail)
      return place.length === 0
        ? structuredClone(value)
        : add(remove(document, place, fail), place, structuredClone(value), fail)
    case 'move': {
      const source = pointer(from!, fail)
      if (path.startsWith(`${from}/`)) fail('moves a value into itself')
      const moved = get(document, source, fail)
      return add(remove(document, source, fail), place, moved, fail)
    }
    case 'copy':
      return add(document, place, structuredClone(get(document, pointer(from!, fail), fail)), fail)
    case 'test':
      if (!isDeepStrictEqual(get(document, place, fail), value))
        throw new JsonPatchTestFailed({ index, path })
      return document
    default:
      return fail(`is "${op}", which there is not`)
  }
}

/** RFC 6901 §4 */
function pointer(path: string, fail: Fail): readonly string[] {
  if (path === '') return []
  if (!path.startsWith('/') || /~(?![01])/.test(path))
    fail(`has the path "${path}", which is no JSON Pointer`)
  return path
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function get(document: Json, place: readonly string[], fail: Fail): Json {
  let value = document
  for (const part of place) {
    const key = keyIn(value, part, false, fail)
    value = (value as Container)[key as never]
  }
  return value
}

function parentOf(document: Json, place: readonly string[], fail: Fail): Container {
  return get(document, place.slice(0, -1), fail) as Container
}

function add(document: Json, place: readonly string[], value: Json, fail: Fail): Json {
  if (place.length === 0) return value
  const parent = parentOf(document, place, fail)
  const key = keyIn(parent, place.at(-1)!, true, fail)
  if (Array.isArray(parent)) parent.splice(Number(key), 0, value)
  else setOwn(parent, key, value)
  return document
}

function remove(document: Json, place: readonly string[], fail: Fail): Json {
  if (place.length === 0) return fail('removes everything')
  const parent = parentOf(document, place, fail)
  const key = keyIn(parent, place.at(-1)!, false, fail)
  if (Array.isArray(parent)) parent.splice(Number(key), 1)
  else Reflect.deleteProperty(parent, key)
  return document
}

/** The own key that a part of a path names. */
function keyIn(container: Json, part: string, mayBeNew: boolean, fail: Fail): string {
  if (Array.isArray(container)) {
    if (part === '-' && mayBeNew) return String(container.length)
    const index = /^(?:0|[1-9]\d{0,9})$/.test(part) ? Number(part) : -1
    if (index < 0 || index >= container.length + Number(mayBeNew)) fail(`finds nothing at "${part}"`)
    return part
  }
  if (typeof container !== 'object' || container === null) return fail(`finds nothing at "${part}"`)
  if (!mayBeNew && !Object.hasOwn(container, part)) fail(`finds nothing at "${part}"`)
  return part
}

/** Not by assignment: `__proto__` is a name like any other here. */
function setOwn(object: object, key: string, value: Json): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
}
