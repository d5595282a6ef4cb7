import 'reflect-metadata'
import type { Class } from '../common/index.js'
import { constructorOwner } from './define-decorator.js'
import { declarerOf, type DeclaringClass } from './store.js'

/**
 * The declared types of a constructor's or a method's parameters, as the compiler recorded them. Interfaces, unions and
 * type-only imports are recorded as `Object`; enums depend on the compiler: never rely on those.
 *
 * @param target the class
 * @param member a method; the constructor if it is left out
 * @returns one entry per parameter; an entry is undefined where an import cycle hid the class; undefined if nothing was
 *   recorded
 */
export function parameterTypes(
  target: DeclaringClass,
  member?: PropertyKey,
): readonly (Class | undefined)[] | undefined {
  if (member === undefined) {
    return Reflect.getOwnMetadata('design:paramtypes', constructorOwner(target)) as
      (Class | undefined)[] | undefined
  }
  const prototype = declarerOf(target, member).prototype as object
  return Reflect.getMetadata('design:paramtypes', prototype, member as string) as
    (Class | undefined)[] | undefined
}

/**
 * The declared type of a property.
 *
 * @param target the class
 * @param member the property's name
 */
export function propertyType(target: DeclaringClass, member: PropertyKey): Class | undefined {
  return Reflect.getMetadata('design:type', target.prototype as object, member as string) as Class | undefined
}

/**
 * The declared return type of a method (`Promise` for async ones).
 *
 * @param target the class
 * @param member the method's name
 */
export function returnType(target: DeclaringClass, member: PropertyKey): Class | undefined {
  const prototype = declarerOf(target, member).prototype as object
  return Reflect.getMetadata('design:returntype', prototype, member as string) as Class | undefined
}
