import type { TypeMetadata } from 'class-transformer'
import type { Class } from '../common/index.js'
import { classesBelow } from './classes-below.js'
import { TypeUnknown } from './errors.js'
import { declaredNames, transformerMetadata } from './transformer-metadata.js'

/**
 * Finds each `@Type` that names no class, in a class and in what is nested in it: with files that import each other, the name
 * is undefined. What stands there would neither be made an instance nor be validated.
 *
 * @param target a class with decorators
 * @returns one error each
 */
export function unknownTypes(target: Class): Error[] {
  return [...classesBelow(target)].flatMap((type) =>
    [...declaredNames(type)].flatMap((name) => {
      const declared = transformerMetadata.findTypeMetadata(type, name) as TypeMetadata | undefined
      return unknownOf(declared).map(
        ({ given, cause }) => new TypeUnknown({ property: `${type.name}.${name}`, given }, { cause }),
      )
    }),
  )
}

interface Unknown {
  readonly given: string
  readonly cause?: unknown
}

function unknownOf(declared: TypeMetadata | undefined): Unknown[] {
  // with `@Type()` the declared type counts; a function that looks at the object answers for each
  const choose = declared?.typeFunction as ((...help: unknown[]) => unknown) | undefined
  if (declared === undefined || choose === undefined || choose.length > 0) return []
  try {
    const subTypes = declared.options?.discriminator?.subTypes ?? []
    return [choose(), ...subTypes.map(({ value }): unknown => value)]
      .filter((type) => typeof type !== 'function')
      .map((type) => ({ given: type === null ? 'null' : typeof type }))
  } catch (cause) {
    return [{ given: cause instanceof Error ? cause.message : 'an error', cause }]
  }
}
