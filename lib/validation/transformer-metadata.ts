import 'reflect-metadata'
import { TransformationType, Type, type ClassTransformOptions, type TypeMetadata } from 'class-transformer'
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js'
import { TransformOperationExecutor } from 'class-transformer/cjs/TransformOperationExecutor.js'
import type { Class } from '../common/index.js'

/** What a class declares about one property, in the terms of class-transformer. */
export interface DeclaredProperty {
  readonly type: TypeMetadata | undefined
  readonly transforms: readonly TransformFunction[]
}

/** A function given to `@Transform`. */
export type TransformFunction = (params: {
  value: unknown
  key: string
  obj: unknown
  type: number
  options: ClassTransformOptions
}) => unknown

/** class-transformer's number for plain → instance. */
export const PLAIN_TO_CLASS = TransformationType.PLAIN_TO_CLASS

/** class-transformer's number for instance → plain. */
export const CLASS_TO_PLAIN = TransformationType.CLASS_TO_PLAIN

// The package's index does not export its storage, so we reach for the file. Node resolves `class-transformer` to the
// CommonJS build, hence the same module instance; a bundler that prefers the package's `module` field does not.
class Probe {}
Type(() => Probe)(Probe.prototype, 'probe')

/** False if the decorators write to another copy of class-transformer than the one that is read here. */
export const sharesStorage = defaultMetadataStorage.findTypeMetadata(Probe, 'probe') !== undefined

/** class-transformer's record of `@Type`, `@Expose`, `@Exclude` and `@Transform`. */
export const transformerMetadata = defaultMetadataStorage

/** The four private maps of the storage: class → property → metadata (a list of them for `@Transform`). */
export interface StorageMaps {
  readonly _typeMetadatas: Map<Class, Map<string, object>>
  readonly _transformMetadatas: Map<Class, Map<string, object[]>>
  readonly _exposeMetadatas: Map<Class, Map<string | undefined, object>>
  readonly _excludeMetadatas: Map<Class, Map<string | undefined, object>>
}

/** The storage, opened: class-transformer has no public way to list what a class declares. */
export const storageMaps = defaultMetadataStorage as unknown as StorageMaps

/**
 * Names the properties about which a class or its ancestors declare anything.
 *
 * @param target a class
 * @returns property names, and the outside names given by `@Expose({ name })`
 */
export function declaredNames(target: Class): Set<string> {
  const names = new Set<string>()
  for (let cls: unknown = target; typeof cls === 'function'; cls = Object.getPrototypeOf(cls)) {
    for (const name of storageMaps._typeMetadatas.get(cls as Class)?.keys() ?? []) names.add(name)
    for (const name of storageMaps._transformMetadatas.get(cls as Class)?.keys() ?? []) names.add(name)
  }
  for (const exposed of transformerMetadata.getExposedMetadatas(target)) {
    names.add(exposed.propertyName!)
    if (exposed.options?.name) names.add(exposed.options.name)
  }
  for (const excluded of transformerMetadata.getExcludedMetadatas(target)) names.add(excluded.propertyName!)
  return names
}

/**
 * Lets class-transformer convert one value by itself.
 *
 * @param value what is to become an instance
 * @param type the class, or a `@Type` record with a discriminator
 * @param arrayType the declared collection class of the property, if the value is a list
 * @param isMap whether the property is declared as a Map
 * @param options complete options
 * @returns the converted value
 */
export function convertByLibrary(
  value: unknown,
  type: unknown,
  arrayType: unknown,
  isMap: boolean,
  options: ClassTransformOptions,
): unknown {
  const executor = new TransformOperationExecutor(PLAIN_TO_CLASS, options)
  return executor.transform(undefined, value, type as never, arrayType as never, isMap)
}

/**
 * Lets class-transformer make one value plain by itself.
 *
 * @param value an instance, or anything
 * @param type the class whose decorators count; undefined for the value's own
 * @param isMap whether the property is declared as a Map
 * @param options complete options
 * @returns the plain value
 */
export function plainByLibrary(
  value: unknown,
  type: unknown,
  isMap: boolean,
  options: ClassTransformOptions,
): unknown {
  const executor = new TransformOperationExecutor(CLASS_TO_PLAIN, options)
  return executor.transform(undefined, value, type as never, undefined as never, isMap)
}
