import type { TypeMetadata } from 'class-transformer'
import type { Class } from '../common/index.js'
import { isOwnClass } from './convert.js'
import { declaredNames, transformerMetadata } from './transformer-metadata.js'

/**
 * Lists the classes that values of a class may contain, by `@Type`: the class itself, what it nests, what that nests …
 *
 * @param target a class with decorators
 * @returns each once, the class itself first
 */
export function classesBelow(target: Class): ReadonlySet<Class> {
  const found = new Set([target])
  // a set hands out what is added while it is walked
  for (const type of found) {
    for (const name of declaredNames(type)) for (const one of typesOf(type, name)) found.add(one)
  }
  return found
}

function typesOf(target: Class, name: string): readonly Class[] {
  const declared = transformerMetadata.findTypeMetadata(target, name) as TypeMetadata | undefined
  if (declared === undefined) return []
  const subTypes = declared.options?.discriminator?.subTypes ?? []
  const chosen = chosenType(declared)
  return [...subTypes.map(({ value }) => value as Class), ...(chosen === undefined ? [] : [chosen])].filter(
    (type) => typeof type === 'function' && isOwnClass(type),
  )
}

/** The type of a function that looks at nothing; what one chooses that looks at the object is known only then. */
function chosenType({ typeFunction }: TypeMetadata): Class | undefined {
  const choose = typeFunction as ((...help: unknown[]) => Class) | undefined
  if (choose === undefined || choose.length > 0) return undefined
  try {
    return choose()
  } catch {
    // told at boot: see `unknownTypes`
    return undefined
  }
}
