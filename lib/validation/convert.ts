import { isClass, type Class } from '../common/index.js'
import { InputTooDeep, InputTooLong } from './errors.js'
import type { Settings } from './settings.js'
import { convertByLibrary } from './transformer-metadata.js'

/** Turns one value into its typed form. `depth` counts the levels from the root, which has 0. */
export type Convert = (value: unknown, depth: number) => unknown

/** Makes an instance from a plain object. */
export type Make = (plain: PlainObject, depth: number) => object

/** A plain object, as `JSON.parse` or a query parser makes them. */
export type PlainObject = Record<string, unknown>

/**
 * Tells whether a value is an object without a class of its own.
 *
 * @param value anything
 * @returns true for object literals, also those without a prototype
 */
export function isPlainObject(value: unknown): value is PlainObject {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/**
 * Tells the same as `isPlainObject`. Reading `constructor` costs half of asking for the prototype, and settles all but
 * odd cases. (An object made with a literal as its prototype counts too; nothing from outside is one.)
 *
 * @param value anything
 */
export function isUsualObject(value: unknown): value is PlainObject {
  return (value as PlainObject | null | undefined)?.constructor === Object || isPlainObject(value)
}

/**
 * Tells whether an object is one of a class of the application, with nothing to it but its properties.
 *
 * @param value no list and no plain object
 */
export function isInstance(value: object): value is PlainObject {
  const prototype = Object.getPrototypeOf(value) as object
  const type: unknown = prototype.constructor
  if (typeof type !== 'function' || type.prototype !== prototype) return false
  let known = ownClasses.get(type)
  if (known === undefined) {
    known =
      isOwnClass(type as Class) && !special.some((one) => prototype instanceof one) && !('then' in prototype)
    ownClasses.set(type, known)
  }
  return known && (value as { then?: unknown }).then === undefined
}

const ownClasses = new WeakMap<object, boolean>()
const special = [Array, Map, Set, WeakMap, WeakSet, Date, Promise, ArrayBuffer, Error, RegExp] as const

/** Tells whether a value is bytes, which have no properties that a class could declare. */
export function isBinary(value: unknown): boolean {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer
}

/**
 * Tells whether writing a key could reach a prototype instead of the object.
 *
 * @param key a property name from outside
 * @returns true for the three names that are never written
 */
export function isDangerous(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype'
}

/**
 * Refuses a level of nesting beyond the bound.
 *
 * @param depth level of the value, the root being 0
 * @param settings with the bound
 * @throws {CorbelError} CORBEL_VALIDATION_DEPTH
 */
export function checkDepth(depth: number, settings: Settings): void {
  if (depth > settings.maxDepth) throw new InputTooDeep({ limit: settings.maxDepth })
}

/**
 * Refuses a list with more items than the bound.
 *
 * @param items the list
 * @param settings with the bound
 * @throws {CorbelError} CORBEL_VALIDATION_SIZE
 */
export function checkLength(items: readonly unknown[], settings: Settings): void {
  if (items.length > settings.maxItems) throw new InputTooLong({ limit: settings.maxItems })
}

/**
 * Makes the conversion of values about which no type is declared: a deep copy, free of dangerous keys.
 *
 * @param settings options
 * @returns the conversion
 */
export function copying(settings: Settings): Convert {
  // nothing is exposed of a class that is not known
  const keepsNone = settings.transform.strategy === 'excludeAll'
  const keepUndefined = settings.transform.exposeUnsetFields !== false
  return function copy(value, depth) {
    if (typeof value !== 'object' || value === null) return value
    checkDepth(depth, settings)
    if (Array.isArray(value)) return copyItems(value, depth, copy, settings)
    if (!isPlainObject(value)) return byLibrary(value, undefined, undefined, settings)
    const copied: PlainObject = {}
    if (keepsNone) return copied
    for (const key of Object.keys(value)) {
      // `toString` and its like are inherited functions, which class-transformer does not overwrite either
      if (key in Object.prototype || key === 'prototype') continue
      const item = copy(value[key], depth + 1)
      if (item !== undefined || keepUndefined) copied[key] = item
    }
    return copied
  }
}

/**
 * Makes the conversion to a type that is declared.
 *
 * @param type String, Number, Boolean, Date, a class with decorators, or another built-in class
 * @param collection class of the list as the property declares it; a Set receives the items of an array
 * @param settings options
 * @param make makes an instance of a class that is not built in
 * @returns the conversion
 */
export function converting(
  type: Class,
  collection: Class | undefined,
  settings: Settings,
  make: Make,
): Convert {
  const scalar = scalarOf(type)
  const built = scalar === undefined && isBuiltIn(type)
  // what an interface, a union or `unknown` is recorded as: no type at all, as far as plain objects go
  const open = (type as unknown) === Object && !settings.transform.excludeExtraneousValues
  const copy = open ? copying(settings) : undefined
  const isMade = scalar === undefined && !built && !open
  const one: Convert = (value, depth) => {
    if (typeof value !== 'object' || value === null) return scalar === undefined ? value : scalar(value)
    checkDepth(depth, settings)
    if (Array.isArray(value)) return copyItems(value, depth, one, settings)
    if (!isPlainObject(value) && !(isMade && isInstance(value)))
      return byLibrary(value, type, undefined, settings)
    if (copy !== undefined) return copy(value, depth)
    if (built) return byLibrary(value, type, undefined, settings)
    return scalar === undefined ? make(value, depth) : scalar(value)
  }
  if (collection === undefined || collection === Array) return one
  return (value, depth) => {
    if (!Array.isArray(value)) return one(value, depth)
    if (collection !== Set || built) return byLibrary(value, type, collection, settings)
    checkDepth(depth, settings)
    return new Set(copyItems(value, depth, one, settings))
  }
}

/**
 * Names what `converting` and `copying` leave to class-transformer.
 *
 * @param type the declared type, if any
 * @param collection class of the list as the property declares it
 * @param settings options
 * @returns undefined where everything that JSON can hold is compiled
 */
export function leftToLibrary(
  type: Class | undefined,
  collection: Class | undefined,
  settings: Settings,
): string | undefined {
  // whatever else a property is declared with tells nothing about lists
  const special = collection !== undefined && collections.has(collection) ? collection : undefined
  if (type === undefined) return special && `a ${special.name}`
  if ((type as unknown) === Object)
    return settings.transform.excludeExtraneousValues ? 'Object with excludeExtraneousValues' : undefined
  const built = scalarOf(type) === undefined && isBuiltIn(type)
  if (special !== undefined && (special !== Set || built)) return `a ${special.name}`
  return built ? `a ${type.name}` : undefined
}

const collections = new Set<unknown>([Set, Map, WeakSet, WeakMap])

/**
 * Leaves a value to class-transformer, within the bound of depth.
 *
 * @param value anything
 * @param type the declared type, if any
 * @param collection the declared class of the list, if any
 * @param settings options
 * @param isMap whether the property is declared as a Map
 * @returns what class-transformer makes of it
 * @throws {CorbelError} CORBEL_VALIDATION_DEPTH
 */
export function byLibrary(
  value: unknown,
  type: unknown,
  collection: unknown,
  settings: Settings,
  isMap: boolean = value instanceof Map,
): unknown {
  // without bounds there is nothing to look for, and what refers to itself would be walked for ever
  if (settings.maxDepth !== Infinity || settings.maxItems !== Infinity) checkNesting(value, settings)
  return convertByLibrary(value, type, collection, isMap, settings.transform)
}

function copyItems(
  items: readonly unknown[],
  depth: number,
  convert: Convert,
  settings: Settings,
): unknown[] {
  checkLength(items, settings)
  const copied: unknown[] = []
  for (let index = 0; index < items.length; index++) {
    // holes close up, as they do with forEach
    if (index in items) copied.push(convert(items[index], depth + 1))
  }
  return copied
}

function scalarOf(type: Class): ((value: unknown) => unknown) | undefined {
  if ((type as unknown) === String) return defined((value) => String(value))
  if ((type as unknown) === Number) return defined((value) => Number(value))
  if ((type as unknown) === Boolean) return defined((value) => Boolean(value))
  if ((type as unknown) === Date) return defined((value) => new Date(value as string))
  return undefined
}

function defined(convert: (value: unknown) => unknown): (value: unknown) => unknown {
  return (value) => {
    if (value === null || value === undefined) return value
    if (typeof value !== 'object') return convert(value)
    try {
      return convert(value)
    } catch {
      // `{ "toString": 1 }` has no primitive form. It stays what it is, and a rule refuses it, instead of a TypeError.
      return value
    }
  }
}

/**
 * Tells whether a declared type is a class of the application, one that instances are made of.
 *
 * @param type what `@Type` or `design:type` says
 * @returns false for String, Date, Object, Array and the other classes of the language
 */
export function isOwnClass(type: Class): boolean {
  return scalarOf(type) === undefined && !isBuiltIn(type)
}

// Classes that come from `design:type` of unions, interfaces, lists and maps rather than from a DTO.
const builtIns = new Set<unknown>([
  Object,
  Array,
  Function,
  Map,
  Set,
  WeakMap,
  WeakSet,
  Promise,
  RegExp,
  Error,
])
for (const type of [Symbol, BigInt, ArrayBuffer]) builtIns.add(type)
if (typeof Buffer !== 'undefined') builtIns.add(Buffer)

function isBuiltIn(type: Class): boolean {
  return builtIns.has(type) || !isClass(type) || type.prototype instanceof Object.getPrototypeOf(Uint8Array)
}

// The library recurses without a bound, so the walk over what it will visit comes first.
function checkNesting(value: unknown, settings: Settings, depth = 0): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return
  checkDepth(depth, settings)
  if (Array.isArray(value)) checkLength(value, settings)
  for (const item of Object.values(value)) checkNesting(item, settings, depth + 1)
}
