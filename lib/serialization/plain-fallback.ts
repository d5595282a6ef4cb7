import type { ClassTransformOptions, TypeMetadata } from 'class-transformer'
import type { Class } from '../common/index.js'
import { declaredNames, sharesStorage, transformerMetadata } from '../validation/transformer-metadata.js'

/**
 * Names the options that are left to class-transformer altogether.
 *
 * @param options of `instanceToPlain`
 */
export function uncompilable(options: ClassTransformOptions): string[] {
  const reasons: string[] = []
  if (!sharesStorage) reasons.push('the decorators belong to another copy of class-transformer')
  if (options.targetMaps !== undefined) reasons.push('the option targetMaps')
  if (options.enableCircularCheck === true) reasons.push('the option enableCircularCheck')
  if (options.ignoreDecorators === true) reasons.push('the option ignoreDecorators')
  return reasons
}

/**
 * Says why a class is left to class-transformer.
 *
 * @param target the class
 * @returns nothing where it is compiled
 */
export function reasonsFor(target: Class): string[] {
  const names = [...declaredNames(target)]
  if (names.length > 0 && target.prototype instanceof Map) return [`${target.name} is a Map with decorators`]
  return names.flatMap((name) => {
    const type = transformerMetadata.findTypeMetadata(target, name) as TypeMetadata | undefined
    const { property, subTypes } = type?.options.discriminator ?? {}
    if (property && subTypes)
      return [`${target.name}.${name} has a discriminator, which is written into the instance`]
    const outside = transformerMetadata.findExposeMetadata(target, name)?.options?.name
    return outside === '__proto__' || outside === 'constructor'
      ? [`${target.name}.${name} is exposed as ${outside}`]
      : []
  })
}

/**
 * Says the same of a class and of those that are nested in it, as far as they are known without an object.
 *
 * @param target the class
 */
export function reasonsBelow(target: Class, seen: Set<unknown> = new Set()): string[] {
  if (seen.has(target)) return []
  seen.add(target)
  const nested = [...declaredNames(target)].flatMap((name) => {
    const type = transformerMetadata.findTypeMetadata(target, name) as TypeMetadata | undefined
    const typeFunction = type?.typeFunction as (() => unknown) | undefined
    const below = typeFunction?.length === 0 ? typeFunction() : undefined
    return typeof below === 'function' ? reasonsBelow(below as Class, seen) : []
  })
  return [...reasonsFor(target), ...nested]
}
