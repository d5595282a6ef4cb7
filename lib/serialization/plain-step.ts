import type { ClassTransformOptions, TypeMetadata } from 'class-transformer'
import type { Class } from '../common/index.js'
import { isCurrent, isInGroup } from '../validation/transform-keys.js'
import {
  CLASS_TO_PLAIN,
  transformerMetadata,
  type TransformFunction,
} from '../validation/transformer-metadata.js'

/** What is declared about one property, as far as it counts under a set of options. */
export interface PlainStep {
  /** In the plain object. */
  readonly name: string
  readonly transforms: readonly TransformFunction[]
  /** True if the property is declared as a Map, whatever it holds. */
  readonly isMap: boolean
  /** What `@Type` says. */
  readonly type: TypeMetadata | undefined
}

/**
 * Reads what is declared about a property.
 *
 * @param target the class
 * @param key of the property
 * @param options groups and version decide which transformations apply
 */
export function readStep(target: Class, key: string, options: ClassTransformOptions): PlainStep {
  const type = transformerMetadata.findTypeMetadata(target, key) as TypeMetadata | undefined
  return {
    name: transformerMetadata.findExposeMetadata(target, key)?.options?.name || key,
    transforms: transformerMetadata
      .findTransformMetadatas(target, key, CLASS_TO_PLAIN)
      .filter(({ options: own }) => {
        const bounds = own ?? {}
        return isCurrent(bounds, options.version) && isInGroup(bounds.groups, options.groups)
      })
      .map(({ transformFn }) => transformFn as TransformFunction),
    isMap: (type?.reflectedType as unknown) === Map,
    type,
  }
}

/**
 * Takes the value of a property: of a method, what it returns.
 *
 * @param object the instance
 * @param key of the property
 * @param step what is declared about it
 * @param given what the property holds
 * @param options complete, because `@Transform` functions see them
 * @returns the value, and what transformations make of it
 */
export function takeValue(
  object: Record<string, unknown>,
  key: string,
  step: PlainStep | undefined,
  given: unknown,
  options: ClassTransformOptions,
): readonly [own: unknown, chosen: unknown] {
  const own =
    object instanceof Map
      ? object.get(key)
      : typeof given === 'function'
        ? (object[key] as () => unknown)()
        : given
  if (step === undefined || step.transforms.length === 0) return [own, own]
  let value = given
  for (const transform of step.transforms)
    value = transform({ value, key, obj: object, type: CLASS_TO_PLAIN, options })
  // a method is called unless a transformation has put something else in its place
  return [own, value === given ? own : value]
}
