import type { Class } from '../common/index.js'
import { classesBelow } from './classes-below.js'
import { isOwnClass } from './convert.js'
import { rulesOf } from './rules.js'
import { settingsOf } from './settings.js'
import { PLAIN_TO_CLASS, transformerMetadata } from './transformer-metadata.js'

/**
 * Finds `@ValidateNested()` without `@Type`: what comes from outside stays a plain object there, and nothing in it is
 * validated, which looks the same as a rule that always holds.
 *
 * @param target a class with rules
 * @param implicit true if declared types are used without `@Type`
 * @returns one warning each, which says what to write
 */
export function untypedNesting(target: Class, implicit: boolean): string[] {
  return [...classesBelow(target)].flatMap((type) =>
    rulesOf(type, EVERYTHING)
      .properties.filter(({ nested, name }) => nested.length > 0 && !isTyped(type, name, implicit))
      .map(({ name }) => adviceFor(type, name)),
  )
}

const EVERYTHING = settingsOf({ always: true })

function isTyped(type: Class, name: string, implicit: boolean): boolean {
  if (transformerMetadata.findTypeMetadata(type, name) !== undefined) return true
  // a function of the application may make instances
  if (transformerMetadata.findTransformMetadatas(type, name, PLAIN_TO_CLASS).length > 0) return true
  const declared = declaredType(type, name)
  return implicit && declared !== undefined && isOwnClass(declared)
}

function adviceFor(type: Class, name: string): string {
  const declared = declaredType(type, name)
  const known = declared !== undefined && isOwnClass(declared)
  const wanted = known ? declared.name : declared === (Array as unknown) ? 'Item' : 'TheClass'
  const kind = known ? '' : declared === (Array as unknown) ? ', Item being the class of its items' : ''
  return (
    `${type.name}.${name} has @ValidateNested() but no @Type, so nothing in it is validated. ` +
    `Write @Type(() => ${wanted}) beside it${kind}.`
  )
}

function declaredType(type: Class, name: string): Class | undefined {
  return Reflect.getMetadata('design:type', type.prototype as object, name) as Class | undefined
}
