import type { Class } from '../common/index.js'
import {
  byLibrary,
  checkDepth,
  converting,
  isDangerous,
  type Convert,
  type Make,
  type PlainObject,
} from './convert.js'
import type { Settings } from './settings.js'
import { keysOf, selectKeys } from './transform-keys.js'
import { compileStep, type PropertyStep, type StepContext } from './transform-property.js'
import { declaredNames, PLAIN_TO_CLASS, sharesStorage } from './transformer-metadata.js'

/** How plain values become instances of one class. */
export interface ClassTransform {
  readonly target: Class
  /** Converts any value: an object to an instance, a list to a list of instances, a primitive to itself. */
  readonly convert: Convert
  /** Converts a plain object. */
  readonly make: Make
  /**
   * Compiles the step of a property for a caller who copies the properties by itself; undefined where the class selects,
   * renames or transforms, so that the order of the whole matters.
   */
  readonly stepOf: ((name: string) => PropertyStep) | undefined
  /** What class-transformer does for properties: `Order.lines: a Map`. */
  readonly library: readonly string[]
}

/** Compiled transformations of any number of classes, under one set of options. */
export interface Transformer {
  /** The transformation of a class; compiled at the first call. */
  of(target: Class): ClassTransform
  /** What is left to class-transformer, and why. */
  readonly fallback: readonly string[]
}

/**
 * Makes the transformer that compiled validators share.
 *
 * @param settings options
 * @returns an empty transformer
 */
export function createTransformer(settings: Settings): Transformer {
  const compiled = new Map<Class, ClassTransform>()
  const fallback = uncompilable(settings)
  const transformer: Transformer = { of, fallback }

  function of(target: Class): ClassTransform {
    let transform = compiled.get(target)
    if (transform === undefined) {
      transform = fallback.length > 0 ? leaving(target, settings) : compile(target)
      compiled.set(target, transform)
    }
    return transform
  }

  function compile(target: Class): ClassTransform {
    const context: StepContext = {
      settings,
      makerOf(type) {
        // late, because the class may contain itself
        let found: ClassTransform | undefined
        return (plain, depth) => (found ??= of(type)).make(plain, depth)
      },
    }
    const selection = selectKeys(target, settings)
    const steps = new Map<string, PropertyStep>()
    for (const name of declaredNames(target)) steps.set(name, compileStep(target, name, context))
    const unknown = compileStep(Undeclared, 'unknown', context)
    const stepOf = (key: string): PropertyStep => {
      const step = steps.get(key)
      if (step !== undefined) return step
      if (!settings.transform.enableImplicitConversion) return { ...unknown, name: key }
      const implicit = compileStep(target, key, context)
      // only keys that the class declares are kept, so that callers cannot fill the map
      if (implicit.type !== undefined) steps.set(key, implicit)
      return implicit
    }
    const readonlyNames = unwritable(target)
    const { exposeDefaultValues, exposeUnsetFields } = settings.transform
    const keepUndefined = exposeUnsetFields !== false

    function make(plain: PlainObject, depth: number): object {
      const instance = new target() as PlainObject
      for (const key of keysOf(selection, plain)) {
        if (isDangerous(key)) continue
        const step = steps.get(key) ?? stepOf(key)
        const { name } = step
        if (readonlyNames.has(name) || typeof instance[name] === 'function') continue
        const given = plain[key]
        let value: unknown
        if (given === undefined && exposeDefaultValues) value = instance[name]
        else {
          value = step.convert(given, plain, instance, depth + 1)
          for (const transform of step.transforms) {
            value = transform({
              value,
              key: name,
              obj: plain,
              type: PLAIN_TO_CLASS,
              options: settings.transform,
            })
          }
        }
        if (value !== undefined || keepUndefined) instance[name] = value
      }
      return instance
    }

    const copiesKeys = selection.open && selection.always.length === 0 && selection.dropped.size === 0
    const simple = copiesKeys && [...steps.values()].every((step) => step.transforms.length === 0)
    const simpleOptions = !exposeDefaultValues && keepUndefined
    const convert = converting(target, undefined, settings, make)
    const library = [...steps.values()].flatMap((step) =>
      step.library === undefined ? [] : [`${target.name}.${step.name}: ${step.library}`],
    )
    return { target, convert, make, stepOf: simple && simpleOptions ? stepOf : undefined, library }
  }

  return transformer
}

class Undeclared {}

function leaving(target: Class, settings: Settings): ClassTransform {
  const convert: Convert = (value, depth) => {
    checkDepth(depth, settings)
    return byLibrary(value, target, undefined, settings, false)
  }
  const make: Make = (plain, depth) => convert(plain, depth) as object
  return { target, convert, make, stepOf: undefined, library: [] }
}

function uncompilable(settings: Settings): string[] {
  const options = settings.transform
  const reasons: string[] = []
  if (!sharesStorage) reasons.push('the decorators belong to another copy of class-transformer')
  if (options.targetMaps !== undefined) reasons.push('transformOptions.targetMaps')
  if (options.enableCircularCheck) reasons.push('transformOptions.enableCircularCheck')
  if (options.ignoreDecorators) reasons.push('transformOptions.ignoreDecorators')
  if (options.excludePrefixes?.length) reasons.push('transformOptions.excludePrefixes')
  return reasons
}

// Own methods and getters without a setter of the prototype: class-transformer does not write over them.
function unwritable(target: Class): ReadonlySet<string> {
  const descriptors = Object.getOwnPropertyDescriptors(target.prototype as object)
  return new Set(Object.keys(descriptors).filter((name) => descriptors[name as never]!['set'] === undefined))
}
