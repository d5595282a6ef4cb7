import type { Class } from '../common/index.js'
import { isOwnClass } from './convert.js'
import type { Settings } from './settings.js'
import type { PropertyStep } from './transform-property.js'
import { declaredNames } from './transformer-metadata.js'
import type { Transformer } from './transformer.js'

/**
 * Tells whether a conversion can be thrown away and made again from the same input, with the same outcome.
 *
 * Not so below a discriminator, which class-transformer deletes from the input as it reads it, nor where functions of the
 * application take part (`@Transform`, type functions that look at the object): they may count, or write.
 *
 * @param step the conversion
 * @param transformer supplies the conversions of the classes below
 * @param settings options
 * @returns false also where that is not known
 */
export function isRepeatable(
  step: PropertyStep,
  transformer: Transformer,
  settings: Settings,
  visited: Set<Class> = new Set(),
): boolean {
  const { type } = step
  if (step.plainly === undefined || step.transforms.length > 0) return false
  if (type === undefined || !isOwnClass(type) || visited.has(type)) return true
  visited.add(type)
  const { stepOf } = transformer.of(type)
  // implicit types are recorded for any decorated property, and cannot be listed
  if (stepOf === undefined || settings.transform.enableImplicitConversion) return false
  return [...declaredNames(type)].every((name) => isRepeatable(stepOf(name), transformer, settings, visited))
}
