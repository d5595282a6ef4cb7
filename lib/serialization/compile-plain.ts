import type { ClassTransformOptions, TypeMetadata } from 'class-transformer'
import type { Class } from '../common/index.js'
import { settingsOf } from '../validation/settings.js'
import { declaredNames, plainByLibrary } from '../validation/transformer-metadata.js'
import { reasonsBelow, reasonsFor, uncompilable } from './plain-fallback.js'
import { plainKeys } from './plain-keys.js'
import { readStep, takeValue, type PlainStep } from './plain-step.js'

/** Makes values plain under one set of options, by closures that are compiled once for each class. */
export interface CompiledPlain {
  /**
   * Does what class-transformer's `instanceToPlain` does, except that getters are read once.
   *
   * @param value anything
   * @throws {RangeError} if it refers to itself
   */
  run(value: unknown): unknown
  /**
   * Makes what stands in a place plain.
   *
   * @param value what stands there
   * @param type what is declared about the place; undefined for nothing
   * @param isMap true where the entries of a map are meant
   */
  runAs(value: unknown, type: unknown, isMap: boolean): unknown
  /** What is left to class-transformer of a class and of what is nested in it, and why. */
  fallbackOf(target: Class): readonly string[]
}

/** Makes one value plain; `isMap` is true where its entries are meant. */
type Convert = (value: unknown, isMap: boolean) => unknown

/** How one property becomes one of the plain object. */
interface Step extends PlainStep {
  convert(value: unknown, isMap: boolean, object: object, plain: object): unknown
}

type PlainObject = Record<string, unknown>

interface Entry {
  readonly key: string
  /** In the plain object. */
  readonly name: string
  readonly step: Step | undefined
}

/** The keys that objects of a class usually have, and what becomes of them. */
interface Shape {
  readonly keys: readonly string[]
  readonly entries: readonly Entry[]
  /** The plain object, without its values. */
  readonly blank: PlainObject
}

/** How often the usual keys may turn out to be others, before the class is taken for one without. */
const MOST_CHANGES = 32

function isSame(keys: readonly string[], others: readonly string[]): boolean {
  const { length } = keys
  if (length !== others.length) return false
  for (let i = 0; i < length; i++) if (keys[i] !== others[i]) return false
  return true
}

/**
 * Compiles `instanceToPlain` for a set of options.
 *
 * @param given as for `instanceToPlain`; not to be changed afterwards
 */
export function compilePlain(given: ClassTransformOptions): CompiledPlain {
  // complete, because @Transform functions see them
  const options = settingsOf({ transformOptions: given }).transform
  const everywhere = uncompilable(options)
  const converters = new Map<unknown, Convert>()
  const open: Convert = (value, isMap) => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value) || value instanceof Set) return items(value, open)
    const special = isMap ? value : convertSpecial(value, open)
    return special === value ? converterOf(classOf(value)).object(value, isMap) : special
  }
  const objects = new Map<Class | undefined, { readonly object: Convert }>()

  /** The conversion of objects that are known to be no lists, by the decorators of a class. */
  function converterOf(target: Class | undefined): { readonly object: Convert } {
    let found = objects.get(target)
    if (found === undefined) {
      const reasons = target === undefined ? [] : reasonsFor(target)
      const object: Convert =
        reasons.length > 0
          ? (value, isMap) => plainByLibrary(value, target, isMap, options)
          : compileObject(target)
      objects.set(target, (found = { object }))
    }
    return found
  }

  /** The conversion to a declared type. */
  function typed(type: unknown): Convert {
    if (type === undefined || type === null) return open
    let convert = converters.get(type)
    if (convert === undefined) converters.set(type, (convert = compileTyped(type as Class)))
    return convert
  }

  function compileTyped(type: Class): Convert {
    const scalar = SCALARS.get(type)
    const convert: Convert = (value, isMap) => {
      if (Array.isArray(value) || value instanceof Set) return items(value, convert)
      if (!isMap && scalar !== undefined) return value === null || value === undefined ? value : scalar(value)
      if (typeof value !== 'object' || value === null) return value
      const special = isMap ? value : convertSpecial(value, convert)
      return special === value ? converterOf(type).object(value, isMap) : special
    }
    return convert
  }

  function compileObject(target: Class | undefined): Convert {
    const keys = plainKeys(target, options)
    const steps = new Map<string, Step>()
    if (target !== undefined)
      for (const name of declaredNames(target)) steps.set(name, compileStep(target, name))
    const entry = target === undefined ? open : typed(target)
    const keepsUnset = Boolean(options.exposeUnsetFields)
    const usual = target === undefined || !keepsUnset ? undefined : usualShape()

    function fill(plain: PlainObject, object: PlainObject): PlainObject {
      keys.each(object, (key) => {
        if (key === '__proto__' || key === 'constructor') return
        const step = steps.get(key)
        const result = finish(object, key, step, plain, object[key])
        if (result !== undefined || keepsUnset) plain[step === undefined ? key : step.name] = result
      })
      return plain
    }

    function entriesOf(object: PlainObject): Entry[] {
      const entries: Entry[] = []
      keys.each(object, (key) => {
        if (key === '__proto__' || key === 'constructor') return
        const step = steps.get(key)
        entries.push({ key, name: step?.name ?? key, step })
      })
      return entries
    }

    function usualShape(): (object: PlainObject) => PlainObject {
      let shape: Shape | undefined
      let changes = 0
      return (object) => {
        const own = Object.keys(object)
        if (shape === undefined || !isSame(own, shape.keys)) {
          if (changes === MOST_CHANGES) return fill({}, object)
          changes++
          const entries = entriesOf(object)
          const plain = fill({}, object)
          const blank = Object.fromEntries(Object.keys(plain).map((key) => [key, undefined]))
          shape = { keys: own, entries, blank }
          return plain
        }
        // a copy of an object that has all keys is cheaper than one key after the other
        const plain = { ...shape.blank }
        const { entries } = shape
        for (let i = 0; i < entries.length; i++) {
          const { key, name, step } = entries[i]!
          const given = object[key]
          plain[name] =
            step === undefined && typeof given !== 'object' && typeof given !== 'function'
              ? given
              : finish(object, key, step, plain, given)
        }
        return plain
      }
    }

    return (value, isMap) => {
      const object = value as PlainObject
      if (!isMap) return usual === undefined || object instanceof Map ? fill({}, object) : usual(object)
      // neither @Expose nor @Exclude is about the entries of a map
      const plain: PlainObject = {}
      for (const key of (object instanceof Map ? object.keys() : Object.keys(object)) as Iterable<string>) {
        if (key === '__proto__' || key === 'constructor') continue
        const [own, chosen] = takeValue(object, key, steps.get(key), object[key], options)
        const result = entry(chosen, own instanceof Map)
        if (result !== undefined || keepsUnset) plain[steps.get(key)?.name ?? key] = result
      }
      return plain
    }
  }

  /** What becomes of the value under a key. */
  function finish(
    object: PlainObject,
    key: string,
    step: Step | undefined,
    plain: object,
    given: unknown,
  ): unknown {
    const [own, chosen] = takeValue(object, key, step, given, options)
    return step === undefined
      ? open(chosen, own instanceof Map)
      : step.convert(chosen, own instanceof Map || step.isMap, object, plain)
  }

  function compileStep(target: Class, key: string): Step {
    const step = readStep(target, key, options)
    return { ...step, convert: compileTypeOf(step.type, key) }
  }

  function compileTypeOf(metadata: TypeMetadata | undefined, property: string): Step['convert'] {
    if (metadata === undefined) return open
    const typeFunction = metadata.typeFunction as ((help?: object) => unknown) | undefined
    if (typeFunction !== undefined && typeFunction.length > 0) {
      return (value, isMap, object, newObject) =>
        typed(typeFunction({ newObject, object, property }))(value, isMap)
    }
    // late, because the class may contain itself
    let convert: Convert | undefined
    return (value, isMap) =>
      (convert ??= typed(typeFunction === undefined ? metadata.reflectedType : typeFunction()))(value, isMap)
  }

  return {
    run:
      everywhere.length > 0
        ? (value) => plainByLibrary(value, undefined, false, options)
        : (value) => open(value, false),
    runAs: (value, type, isMap) => typed(type)(value, isMap),
    fallbackOf: (target) => [...everywhere, ...reasonsBelow(target)],
  }
}

const SCALARS = new Map<unknown, (value: unknown) => unknown>([
  [String, (value) => String(value)],
  [Number, (value) => Number(value)],
  [Boolean, (value) => Boolean(value)],
  [Date, (value) => new Date(value instanceof Date ? value.valueOf() : (value as string))],
  [Buffer, (value) => (value instanceof Date ? new Date(value.valueOf()) : Buffer.from(value as string))],
])

/** Dates, bytes and promises; any other object is given back. */
function convertSpecial(value: object, convert: Convert): unknown {
  if (value instanceof Date) return new Date(value.valueOf())
  if (value instanceof Buffer) return Buffer.from(value)
  if (typeof (value as Partial<PromiseLike<unknown>>).then === 'function')
    return Promise.resolve(value as PromiseLike<unknown>).then((settled) => convert(settled, false))
  return value
}

function items(list: readonly unknown[] | ReadonlySet<unknown>, convert: Convert): unknown[] {
  const plain: unknown[] = []
  // holes close up
  list.forEach((item: unknown) => plain.push(convert(item, item instanceof Map)))
  return plain
}

/**
 * The class whose decorators count: none for object literals, for objects that pretend to be arrays, and for data that has
 * something else under the name `constructor` (with which class-transformer fails).
 */
function classOf(value: object): Class | undefined {
  const type: unknown = value.constructor
  return type === Object || type === Array || typeof type !== 'function' ? undefined : (type as Class)
}
