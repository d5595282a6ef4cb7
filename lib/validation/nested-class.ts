import type { Class } from '../common/index.js'
import { propertyType } from '../metadata/index.js'
import { isOwnClass } from './convert.js'
import { transformerMetadata } from './transformer-metadata.js'

/**
 * The class of what a property holds, by `@Type` or by its declared type.
 *
 * @param target the class that has the property
 * @param key its name
 * @returns undefined for classes of the language, and where nothing is known
 */
export function nestedClass(target: Class, key: string): Class | undefined {
  const typeFunction = transformerMetadata.findTypeMetadata(target, key)?.typeFunction as
    (() => unknown) | undefined
  const type = typeFunction?.length === 0 ? typeFunction() : propertyType(target, key)
  return typeof type === 'function' && isOwnClass(type as Class) ? (type as Class) : undefined
}
