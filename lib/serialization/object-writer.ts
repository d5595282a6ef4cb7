import type { Class } from '../common/index.js'
import { isOwnClass } from '../validation/convert.js'
import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COMMA,
  flush,
  LAST,
  OMITTED,
  OPEN_LIST,
  OPEN_OBJECT,
  pieceOf,
  putBoolean,
  putJson,
  putNull,
  putNumber,
  putPiece,
  putText,
  putTime,
  sharedBytes,
  type Piece,
  type Put,
} from './bytes/index.js'
import { nestedClass } from '../validation/nested-class.js'
import { isUsualDate, openJson } from './open-json.js'

/** By which a copy of this module is loaded: see `copyOfModule`. */
export const url = import.meta.url

const bytes = sharedBytes

/** One known key. */
interface Slot {
  readonly key: string
  readonly index: number
  /** The key as JSON, with its colon; undefined if it is too odd for that. */
  readonly piece: Piece | undefined
  /** Of objects and lists that stand there. */
  readonly put: PutObject | undefined
}

/** Writes an object or list that stands in some place, at a position; `name` is what `toJSON` is told. */
type PutObject = (value: object, name: string | number, position: number, depth: number) => number

/** Keys that a class may have; more of them are a dictionary, which the engine writes better. */
const MOST_KEYS = 64

/** Keys that literals, in all places about which nothing is declared, may have: what they hold may come from outside. */
const MOST_LITERAL_KEYS = 512

/** Levels of typed objects after which the engine takes over: it knows circles. */
const MOST_LEVELS = 32

/** What the writers of one value share. */
interface Writers {
  readonly byClass: Map<Class, PutObject>
  /** Keys of literals that may still be learned. */
  left: number
}

/**
 * Makes what writes values that usually are objects of a class, as `JSON.stringify` does.
 *
 * @param target the class
 * @returns the writer; it throws what `JSON.stringify` throws
 */
export function compileObjects(target: Class): Put {
  const write = placeOf(target, { byClass: new Map(), left: MOST_LITERAL_KEYS })
  return (value, position, depth) => write(value as object, '', position, depth)
}

/** The writer of a place where objects of a class are expected, or, without one, anything. */
function placeOf(target: Class | undefined, writers: Writers): PutObject {
  let expected = target?.prototype as object | undefined
  // both late, because the class may contain itself
  let ofExpected: PutObject | undefined
  let ofLiterals: PutObject | undefined
  const put: PutObject = (value, name, position, depth) => {
    if (Array.isArray(value)) return putList(value, name, position, depth, put)
    const own = Object.getPrototypeOf(value) as object | null
    if (own === expected) {
      ofExpected ??= classWriterOf(target!, writers)
      return ofExpected(value, name, position, depth)
    }
    if (own === objectPrototype) {
      ofLiterals ??= target === undefined ? compileClass(undefined, writers) : classWriterOf(target, writers)
      return ofLiterals(value, name, position, depth)
    }
    const type = own?.constructor as Class | undefined
    if (typeof type !== 'function' || type.prototype !== own || !isObjectClass(type))
      return putOpen(value, name, position)
    expected = own!
    ofExpected = classWriterOf(type, writers)
    return ofExpected(value, name, position, depth)
  }
  return put
}

/** False for classes of the language, of which JSON may have something else than their properties. */
function isObjectClass(type: Class): boolean {
  return isOwnClass(type) && !BOXES.some((box) => type === box || type.prototype instanceof box)
}

const BOXES: readonly (new () => object)[] = [String, Number, Boolean, BigInt as never, Date]

function classWriterOf(target: Class, writers: Writers): PutObject {
  let writer = writers.byClass.get(target)
  if (writer === undefined) writers.byClass.set(target, (writer = compileClass(target, writers)))
  return writer
}

const objectPrototype: object = Object.prototype

/** The writer of objects of a class and of literals that stand for them; without a class, of literals. */
function compileClass(target: Class | undefined, writers: Writers): PutObject {
  const slots: Slot[] = []
  const known = new Map<string, Slot>()
  let isFull = false
  const learn = (key: string): Slot => {
    isFull ||= slots.length === MOST_KEYS || (target === undefined && writers.left-- <= 0)
    if (isFull) return { key, index: slots.length, piece: undefined, put: undefined }
    const nested = target === undefined ? undefined : nestedClass(target, key)
    const slot = { key, index: slots.length, piece: pieceOf(key), put: placeOf(nested, writers) }
    known.set(key, slot)
    slots.push(slot)
    return slot
  }
  // what is enumerable on a prototype is among the keys of `for … in`, and of nothing that JSON sees
  const witness = Object.create((target?.prototype ?? objectPrototype) as object) as object

  return (value, name, start, depth) => {
    if (isFull || depth > MOST_LEVELS || (value as { toJSON?: unknown }).toJSON !== undefined)
      return putOpen(value, name, start)
    for (const _ in witness) return putOpen(value, name, start)
    let position = start
    let before = OPEN_OBJECT
    let index = 0
    for (const key in value) {
      let slot = slots[index]
      if (slot === undefined || slot.key !== key) slot = known.get(key) ?? learn(key)
      index = slot.index + 1
      const item = (value as Record<string, unknown>)[key]
      if (position > LAST) position = flush(position)
      const { piece } = slot
      let end: number
      if (piece === undefined) end = putOddly(key, item, before, position)
      else {
        bytes[position] = before
        end = putPiece(piece, position + 1)
        if (typeof item === 'string') end = putText(item, end)
        else if (typeof item === 'number') end = putNumber(item, end)
        else if (typeof item === 'boolean') end = putBoolean(item, end)
        else end = putItem(item, key, slot.put, end, depth)
      }
      if (end === OMITTED) continue
      position = end
      before = COMMA
    }
    if (before === OPEN_OBJECT) bytes[position++] = OPEN_OBJECT
    bytes[position] = CLOSE_OBJECT
    return position + 1
  }
}

/** Writes what is no text. */
function putItem(
  item: unknown,
  name: string | number,
  put: PutObject | undefined,
  position: number,
  depth: number,
): number {
  if (typeof item === 'number') return putNumber(item, position)
  if (typeof item === 'boolean') return putBoolean(item, position)
  if (item === null) return putNull(position)
  if (item === undefined) return OMITTED
  if (typeof item !== 'object' || put === undefined) return putOpen(item, name, position)
  return put(item, name, position, depth + 1)
}

/** Writes a property whose key is too long for the buffer, or is no ASCII. */
function putOddly(key: string, item: unknown, before: number, position: number): number {
  const written = openJson(item, key)
  if (written === undefined) return OMITTED
  bytes[position] = before
  return putJson(`${JSON.stringify(key)}:${written}`, position + 1)
}

/** Writes a list whose objects are written by `put`. */
function putList(
  list: readonly unknown[],
  name: string | number,
  start: number,
  depth: number,
  put: PutObject,
): number {
  if ((list as { toJSON?: unknown }).toJSON !== undefined || depth > MOST_LEVELS)
    return putOpen(list, name, start)
  const { length } = list
  let position = start
  bytes[position++] = OPEN_LIST
  for (let index = 0; index < length; index++) {
    const item = list[index]
    if (position > LAST) position = flush(position)
    if (index > 0) bytes[position++] = COMMA
    const end =
      typeof item === 'string' ? putText(item, position) : putItem(item, index, put, position, depth)
    position = end === OMITTED ? putNull(position) : end
  }
  bytes[position] = CLOSE_LIST
  return position + 1
}

function putOpen(value: unknown, name: string | number, position: number): number {
  if (value instanceof Date && isUsualDate(value)) return putTime(value.getTime(), position)
  const json = openJson(value, name)
  return json === undefined ? OMITTED : putJson(json, position)
}
