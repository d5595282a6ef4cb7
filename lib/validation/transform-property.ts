import type { ClassTransformOptions, TypeMetadata } from 'class-transformer'
import type { Class } from '../common/index.js'
import {
  byLibrary,
  converting,
  copying,
  leftToLibrary,
  type Convert,
  type Make,
  type PlainObject,
} from './convert.js'
import type { Settings } from './settings.js'
import { isCurrent, isInGroup } from './transform-keys.js'
import { PLAIN_TO_CLASS, transformerMetadata, type TransformFunction } from './transformer-metadata.js'

/** How one key of the plain object becomes one property of the instance. */
export interface PropertyStep {
  /** The property that is written; differs from the key under `@Expose({ name })`. */
  readonly name: string
  /** Converts the value; sees the objects because type functions and discriminators may look at them. */
  convert(value: unknown, plain: PlainObject, instance: object, depth: number): unknown
  /** The conversion by itself, where it depends on nothing but the value. */
  readonly plainly: Convert | undefined
  /** The declared type, where it depends on nothing. */
  readonly type: Class | undefined
  /** The class that the property itself is declared with (`Array` for a list), where `@Type` recorded it. */
  readonly collection: Class | undefined
  readonly transforms: readonly TransformFunction[]
  /** What is left to class-transformer, where something is. */
  readonly library: string | undefined
}

/** What the steps of a class need from the plan of all classes. */
export interface StepContext {
  readonly settings: Settings
  /** Gives the function that makes instances of a class; the class is compiled when it is first used. */
  makerOf(target: Class): Make
}

/**
 * Compiles the step of one key.
 *
 * @param target the class
 * @param key the key in the plain object
 * @param context options and the way to make other instances
 * @returns the step
 */
export function compileStep(target: Class, key: string, context: StepContext): PropertyStep {
  const { settings } = context
  const name = transformerMetadata.findExposeMetadataByCustomName(target, key)?.propertyName ?? key
  const transforms = transformsOf(target, name, settings.transform)
  const declared = transformerMetadata.findTypeMetadata(target, name) as TypeMetadata | undefined
  if (declared === undefined) {
    const type = implicitType(target, name, settings)
    const convert = convertTo(type, undefined, context)
    return settled(name, convert, type, undefined, transforms, leftToLibrary(type, undefined, settings))
  }
  const collection = declared.reflectedType as Class | undefined
  if (declared.options?.discriminator?.property && declared.options.discriminator.subTypes) {
    return unsettled(name, discriminated(declared, context), transforms, 'lists under a discriminator')
  }
  const choose = declared.typeFunction as ((help?: object) => Class) | undefined
  if (choose !== undefined && choose.length > 0) {
    const library = collection === Map ? 'a Map' : undefined
    return unsettled(name, choosing(choose, declared, context), transforms, library)
  }
  // Resolved here, once: at boot every module is loaded, so circular imports have settled.
  const type = choose === undefined ? collection : choose()
  const convert =
    declared.reflectedType === Map ? mapped(type, collection, settings) : convertTo(type, collection, context)
  return settled(name, convert, type, collection, transforms, leftToLibrary(type, collection, settings))
}

function unsettled(
  name: string,
  convert: PropertyStep['convert'],
  transforms: readonly TransformFunction[],
  library: string | undefined,
): PropertyStep {
  return { name, convert, plainly: undefined, type: undefined, collection: undefined, transforms, library }
}

function settled(
  name: string,
  plainly: Convert,
  type: Class | undefined,
  collection: Class | undefined,
  transforms: readonly TransformFunction[],
  library: string | undefined,
): PropertyStep {
  const convert: PropertyStep['convert'] = (value, _plain, _instance, depth) => plainly(value, depth)
  return { name, convert, plainly, type, collection, transforms, library }
}

function convertTo(type: Class | undefined, collection: Class | undefined, context: StepContext): Convert {
  if (type === undefined) {
    return collection === undefined || collection === Array
      ? copying(context.settings)
      : (value) => byLibrary(value, undefined, collection, context.settings)
  }
  return converting(type, collection, context.settings, context.makerOf(type))
}

function mapped(type: Class | undefined, collection: Class | undefined, settings: Settings): Convert {
  return (value) => byLibrary(value, type, Array.isArray(value) ? collection : undefined, settings, true)
}

function choosing(
  choose: (help: object) => Class,
  declared: TypeMetadata,
  context: StepContext,
): PropertyStep['convert'] {
  const converts = new Map<Class | undefined, Convert>()
  const collection = declared.reflectedType as Class | undefined
  return (value, plain, instance, depth) => {
    const type = choose({ newObject: instance, object: plain, property: declared.propertyName })
    if (collection === Map) return mapped(type, collection, context.settings)(value, depth)
    let convert = converts.get(type)
    if (convert === undefined) converts.set(type, (convert = convertTo(type, collection, context)))
    return convert(value, depth)
  }
}

function discriminated(declared: TypeMetadata, context: StepContext): PropertyStep['convert'] {
  const { discriminator, keepDiscriminatorProperty } = declared.options
  const { property, subTypes } = discriminator!
  const collection = declared.reflectedType as Class | undefined
  return (value, plain, instance, depth) => {
    const fallback = declared.typeFunction?.({
      newObject: instance,
      object: plain,
      property: declared.propertyName,
    }) as Class | undefined
    if (Array.isArray(value))
      return byLibrary(value, declared, collection, context.settings, collection === Map)
    const tagged = value instanceof Object && property in value ? (value as PlainObject) : undefined
    const found = tagged && subTypes.find((subType) => subType.name === tagged[property])
    if (tagged !== undefined && !keepDiscriminatorProperty) delete tagged[property]
    const type = (found?.value ?? fallback) as Class | undefined
    if (collection === Map) return mapped(type, collection, context.settings)(value, depth)
    return convertTo(type, undefined, context)(value, depth)
  }
}

function implicitType(target: Class, name: string, settings: Settings): Class | undefined {
  if (!settings.transform.enableImplicitConversion) return undefined
  return (
    (Reflect.getMetadata('design:type', target.prototype as object, name) as Class | undefined) || undefined
  )
}

function transformsOf(
  target: Class,
  name: string,
  options: ClassTransformOptions,
): readonly TransformFunction[] {
  return transformerMetadata
    .findTransformMetadatas(target, name, PLAIN_TO_CLASS)
    .filter(({ options: own }) => {
      if (own === undefined) return true
      return isCurrent(own, options.version) && isInGroup(own.groups, options.groups)
    })
    .map(({ transformFn }) => transformFn as TransformFunction)
}
