import type { ClassTransformOptions } from 'class-transformer'
import type { Class } from '../common/index.js'
import { settingsOf } from '../validation/settings.js'
import { declaredNames } from '../validation/transformer-metadata.js'
import type { CompiledPlain } from './compile-plain.js'
import {
  CLOSE_LIST,
  CLOSE_OBJECT,
  COMMA,
  flush,
  LAST,
  OMITTED,
  OPEN_LIST,
  OPEN_OBJECT,
  putBoolean,
  putJson,
  putNull,
  putNumber,
  putPiece,
  putText,
  putTime,
  sharedBytes,
  staysIn,
  type Put,
} from './bytes/index.js'
import { isUsualDate } from './open-json.js'
import { reasonsFor } from './plain-fallback.js'
import { plainKeys } from './plain-keys.js'
import { readSlot, type Slot } from './plain-slot.js'
import { takeValue } from './plain-step.js'

/** By which a copy of this module is loaded: see `copyOfModule`. */
export const url = import.meta.url

const bytes = sharedBytes

/** In place of a position: the object is not for the short way, and nothing was written. */
const LEFT = -2

/** Own keys that objects of a class may have, all in all. */
const MOST_KEYS = 64

/** Keys of literals that are learned, in all places together: what they hold may come from outside. */
const MOST_LITERAL_KEYS = 512

/** Levels of objects and lists that are written; deeper ones may refer to themselves. */
const MOST_LEVELS = 32

type PlainObject = Record<string, unknown>

const objectPrototype: object = Object.prototype
const isEnumerable = Object.prototype.propertyIsEnumerable
const leave: Put = () => LEFT

/**
 * Writes values as the JSON of what `instanceToPlain` makes of them, without making it: names, prefixes, groups, versions
 * and strategies are decided once for a class. What cannot be written so is made plain by itself: maps, bytes, promises,
 * classes that are left to the library, types that depend on the object, names that would come in another order.
 *
 * @param given options of `instanceToPlain`
 * @param plain compiled for the same options
 * @returns the writer; it throws what transformations and getters throw, and a `TypeError` for BigInts
 */
export function compilePlainWriter(given: ClassTransformOptions, plain: CompiledPlain): Put {
  // complete, because @Transform functions see them
  const options = settingsOf({ transformOptions: given }).transform
  const byClass = new WeakMap<Class, Put>()
  let literalKeysLeft = MOST_LITERAL_KEYS

  function writerOf(target: Class): Put {
    let writer = byClass.get(target)
    if (writer === undefined) byClass.set(target, (writer = compileObject(target)))
    return writer
  }

  /** A place about which nothing is declared: objects are written by the decorators of their own class. */
  function openPlace(): Put {
    let ofLiterals: Put | undefined
    let expected: object | undefined
    let ofExpected = leave
    const put: Put = (value, position, depth) => {
      if (typeof value !== 'object' || value === null) return putScalar(value, position)
      if (Array.isArray(value)) return putItems(value, undefined, put, position, depth)
      const own = Object.getPrototypeOf(value) as object | null
      if (own !== expected && own !== objectPrototype) {
        const type = own?.constructor as Class | undefined
        if (typeof type !== 'function' || type.prototype !== own)
          return putSpecial(value, undefined, put, position, depth)
        expected = own!
        ofExpected = writerOf(type)
      }
      const write = own === objectPrototype ? (ofLiterals ??= compileObject(undefined)) : ofExpected
      const end = write(value, position, depth)
      return end === LEFT ? putSpecial(value, undefined, put, position, depth) : end
    }
    return put
  }

  /** A place with a declared type: objects and literals are written by its decorators. */
  function typedPlace(type: Class | undefined | null): Put {
    if (type === undefined || type === null) return openPlace()
    const scalar = SCALARS.get(type)
    const prototype = type.prototype as object | undefined
    let ofClass: Put | undefined
    const put: Put = (value, position, depth) => {
      if (Array.isArray(value)) return putItems(value, type, put, position, depth)
      if (scalar !== undefined && !(value instanceof Set) && !(value instanceof Map))
        return value === null || value === undefined
          ? putScalar(value, position)
          : scalar(value, position, depth)
      if (typeof value !== 'object' || value === null) return putScalar(value, position)
      const own: unknown = Object.getPrototypeOf(value)
      const end =
        own === prototype || own === objectPrototype
          ? (ofClass ??= writerOf(type))(value, position, depth)
          : LEFT
      return end === LEFT ? putSpecial(value, type, put, position, depth) : end
    }
    return put
  }

  /** Dates and sets, and what has to be made plain first. */
  function putSpecial(value: object, type: unknown, put: Put, position: number, depth: number): number {
    const own: unknown = Object.getPrototypeOf(value)
    if (own === Date.prototype && isUsualDate(value as Date))
      return putTime((value as Date).getTime(), position)
    if (own === Set.prototype) return putItems([...(value as Set<unknown>)], type, put, position, depth)
    // of a Map that is the result, or stands in a list that is, the entries have decorators
    return putPlain(plain.runAs(value, type, depth > 0 && value instanceof Map), position)
  }

  function putItems(list: readonly unknown[], type: unknown, put: Put, start: number, depth: number): number {
    if (depth > MOST_LEVELS) return putPlain(plain.runAs(list, type, false), start)
    const { length } = list
    let position = start
    let before = OPEN_LIST
    for (let index = 0; index < length; index++) {
      const item = list[index]
      // holes close up
      if (item === undefined && !(index in list)) continue
      if (position > LAST) position = flush(position)
      bytes[position++] = before
      before = COMMA
      const end = put(item, position, depth + 1)
      position = end === OMITTED ? putNull(position) : end
    }
    if (before === OPEN_LIST) bytes[position++] = OPEN_LIST
    bytes[position] = CLOSE_LIST
    return position + 1
  }

  /** Writes what one key of an object holds. */
  function putValue(
    slot: Slot,
    given: unknown,
    object: PlainObject,
    position: number,
    depth: number,
  ): number {
    const { step } = slot
    let value = typeof given === 'function' ? undefined : given
    if (step !== undefined) {
      const [own, chosen] = takeValue(object, slot.key, step, given, options)
      const isMap = own instanceof Map || step.isMap
      if (isMap || chosen instanceof Map)
        return putPlain(plain.runAs(chosen, slot.typeOf?.(), isMap), position)
      value = chosen
    } else if (typeof given === 'function') value = (object[slot.key] as () => unknown)()
    const put = (slot.put ??= slot.typeOf === undefined ? openPlace() : typedPlace(slot.typeOf() as Class))
    return put(value, position, depth + 1)
  }

  /** The short way of objects of a class, or, without one, of literals. */
  function compileObject(target: Class | undefined): Put {
    if (target !== undefined && (isSpecial(target) || reasonsFor(target).length > 0)) return leave
    const declared = target === undefined ? new Set<string>() : declaredNames(target)
    const keys = plainKeys(target, options)
    const known = new Map<string, Slot>()
    const names = new Set<string>()
    const slotOf = (key: string): Slot | undefined => {
      const slot = readSlot(declared.has(key) ? target : undefined, key, keys.drops(key), options)
      // of two properties under one name, the last value stands in the place of the first
      if (slot === undefined || (slot.isShown && names.has(slot.name))) return undefined
      if (slot.isShown) names.add(slot.name)
      known.set(key, slot)
      return slot
    }
    const always: Slot[] = []
    for (const key of keys.always) {
      const slot = slotOf(key)
      if (slot === undefined || slot.isOdd) return leave
      always.push(slot)
    }
    return keys.takesOwn ? ownKeys(target, known, slotOf, always) : chosenKeys(always)
  }

  /** Objects of which only exposed properties are shown. */
  function chosenKeys(always: readonly Slot[]): Put {
    return (value, start, depth) => {
      if (depth > MOST_LEVELS) return LEFT
      let position = start
      let before = OPEN_OBJECT
      for (let i = 0; i < always.length; i++) {
        const slot = always[i]!
        if (position > LAST) position = flush(position)
        bytes[position] = before
        const given = (value as PlainObject)[slot.key]
        const at = putPiece(slot.piece, position + 1)
        const end = putValue(slot, given, value as PlainObject, at, depth)
        if (end === OMITTED) continue
        position = end
        before = COMMA
      }
      return close(before, position)
    }
  }

  /** Objects that show what they have, and after it what is exposed besides. */
  function ownKeys(
    target: Class | undefined,
    known: Map<string, Slot>,
    slotOf: (key: string) => Slot | undefined,
    always: readonly Slot[],
  ): Put {
    const slots: Slot[] = []
    let isClosed = false
    // what is enumerable on a prototype is among the keys of `for … in`, and not shown
    const witness = Object.create((target?.prototype ?? objectPrototype) as object) as object
    const learn = (key: string): Slot | undefined => {
      const isOne = slots.length < MOST_KEYS && (target !== undefined || literalKeysLeft-- > 0)
      const slot = isOne ? (known.get(key) ?? slotOf(key)) : undefined
      if (slot === undefined) return undefined
      slot.index = slots.length
      slots.push(slot)
      return slot
    }
    /** The slot of a key that was not expected in its place; undefined if its object is not for the short way. */
    const find = (key: string): Slot | undefined => {
      let slot = known.get(key)
      if (slot === undefined || slot.index < 0) slot = learn(key)
      if (slot === undefined) isClosed = true
      return slot?.isOdd === true ? undefined : slot
    }
    /** Tells whether all keys of an object are for the short way. */
    const isFit = (object: object): boolean => {
      let index = 0
      for (const key in object) {
        let slot = slots[index]
        if (slot === undefined || slot.key !== key || slot.isOdd) slot = find(key)
        if (slot === undefined) return false
        index = slot.index + 1
      }
      return true
    }

    return (value, start, depth) => {
      if (isClosed || depth > MOST_LEVELS) return LEFT
      for (const _ in witness) return LEFT
      const object = value as PlainObject
      let position = start
      let before = OPEN_OBJECT
      let index = 0
      let count = 0
      // what code of the application has done, or what has left the buffer, cannot be taken back
      let isCertain = false
      for (const key in object) {
        let slot = slots[index]
        if (slot === undefined || slot.key !== key || slot.isOdd) slot = find(key)
        if (slot === undefined) return LEFT
        index = slot.index + 1
        count += 1
        if (!slot.isShown) continue
        const given = object[key]
        if (position > LAST) {
          if (!isCertain && !isFit(object)) return LEFT
          isCertain = true
          position = flush(position)
        }
        bytes[position] = before
        const at = putPiece(slot.piece, position + 1)
        let end: number
        if (slot.isOpen && typeof given === 'string' && (isCertain || staysIn(given, at)))
          end = putText(given, at)
        else if (slot.isOpen && typeof given === 'number') end = putNumber(given, at)
        else if (slot.isOpen && typeof given === 'boolean') end = putBoolean(given, at)
        else if (slot.isOpen && given === null) end = putNull(at)
        else {
          if (!isCertain && !isFit(object)) return LEFT
          isCertain = true
          end = putValue(slot, given, object, at, depth)
        }
        if (end === OMITTED) continue
        position = end
        before = COMMA
      }
      const hasAll = count === slots.length
      for (let i = 0; i < always.length; i++) {
        const slot = always[i]!
        if (slot.index >= 0 && (hasAll || isEnumerable.call(object, slot.key))) continue
        if (position > LAST) position = flush(position)
        bytes[position] = before
        const given = object[slot.key]
        const end = putValue(slot, given, object, putPiece(slot.piece, position + 1), depth)
        if (end === OMITTED) continue
        position = end
        before = COMMA
      }
      return close(before, position)
    }
  }

  return openPlace()
}

function close(before: number, position: number): number {
  if (before === COMMA) {
    bytes[position] = CLOSE_OBJECT
    return position + 1
  }
  bytes[position] = OPEN_OBJECT
  bytes[position + 1] = CLOSE_OBJECT
  return position + 2
}

function putScalar(value: unknown, position: number): number {
  if (typeof value === 'string') return putText(value, position)
  if (typeof value === 'number') return putNumber(value, position)
  if (typeof value === 'boolean') return putBoolean(value, position)
  if (value === null) return putNull(position)
  return value === undefined ? OMITTED : putPlain(value, position)
}

/** Writes what is plain already. */
function putPlain(value: unknown, position: number): number {
  const json = JSON.stringify(value) as string | undefined
  return json === undefined ? OMITTED : putJson(json, position)
}

/** What declared types that are no classes of the application make of a value. */
const SCALARS = new Map<unknown, Put>([
  [String, (value, position) => putText(String(value), position)],
  [Number, (value, position) => putNumber(Number(value), position)],
  [Boolean, (value, position) => putBoolean(Boolean(value), position)],
  [
    Date,
    (value, position) => {
      const date = new Date(value instanceof Date ? value.valueOf() : (value as string))
      return isUsualDate(date) ? putTime(date.getTime(), position) : putPlain(date, position)
    },
  ],
  [
    Buffer,
    (value, position) =>
      putPlain(value instanceof Date ? new Date(value.valueOf()) : Buffer.from(value as string), position),
  ],
])

/** Classes of the language whose objects are more than their properties, and promises of whatever kind. */
function isSpecial(target: Class): boolean {
  const prototype = target.prototype as object | undefined
  if (prototype === undefined || 'then' in prototype) return true
  return [Date, Map, Set, Buffer].some((one) => (target as unknown) === one || prototype instanceof one)
}
