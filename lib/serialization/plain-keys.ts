import type { ClassTransformOptions } from 'class-transformer'
import type { Class } from '../common/index.js'
import { CLASS_TO_PLAIN, transformerMetadata } from '../validation/transformer-metadata.js'
import { isCurrent, isInGroup } from '../validation/transform-keys.js'

/** Visits one key of an object. */
export type Visit = (key: string) => void

/** Which keys of an instance become keys of the plain object, in class-transformer's order. */
export interface PlainKeys {
  /** Calls back for each key of an object, once. */
  each(object: object, visit: Visit): void
  /** True if own keys of an object are visited, unless they are dropped. */
  readonly takesOwn: boolean
  /** Keys that are visited even where the object does not have them. */
  readonly always: readonly string[]
  /** Tells whether an own key is left out. */
  drops(key: string): boolean
}

/**
 * Decides once, for a class and options, what class-transformer decides for each object.
 *
 * @param target the class; undefined for objects without one, about which nothing is declared
 * @param options strategy, groups, version, prefixes, `excludeExtraneousValues`
 */
export function plainKeys(target: Class | undefined, options: ClassTransformOptions): PlainKeys {
  const { excludeExtraneousValues, excludePrefixes: prefixes = [], strategy } = options
  const declared = target === undefined ? 'none' : transformerMetadata.getStrategy(target)
  const chosen = declared === 'none' ? (strategy ?? 'exposeAll') : declared
  const hasPrefix = (key: string): boolean => prefixes.some((prefix) => key.startsWith(prefix))
  const dropped = target === undefined ? new Set<string>() : droppedKeys(target, options)
  const exposed = target === undefined ? [] : transformerMetadata.getExposedProperties(target, CLASS_TO_PLAIN)
  const always = [...new Set(exposed)].filter((key) => !dropped.has(key) && !hasPrefix(key))
  const takesOwn = chosen === 'exposeAll' && !(target !== undefined && excludeExtraneousValues === true)
  const isFiltered = dropped.size > 0 || prefixes.length > 0

  return {
    takesOwn,
    always,
    drops: (key) => isFiltered && (dropped.has(key) || hasPrefix(key)),
    each(object, visit) {
      if (takesOwn) {
        for (const key of object instanceof Map ? (object.keys() as Iterable<string>) : Object.keys(object))
          if (!isFiltered || (!dropped.has(key) && !hasPrefix(key))) visit(key)
      }
      for (const key of always) if (!takesOwn || !isEnumerable.call(object, key)) visit(key)
    },
  }
}

const isEnumerable = Object.prototype.propertyIsEnumerable

/** What `@Exclude` names, and what `@Expose` keeps for other versions or groups. */
function droppedKeys(target: Class, { version, groups }: ClassTransformOptions): ReadonlySet<string> {
  const dropped = new Set<string>(transformerMetadata.getExcludedProperties(target, CLASS_TO_PLAIN))
  for (const { propertyName } of transformerMetadata.getExposedMetadatas(target)) {
    const exposed = transformerMetadata.findExposeMetadata(target, propertyName!).options ?? {}
    if (!isCurrent(exposed, version) || !isInGroup(exposed.groups, groups)) dropped.add(propertyName!)
  }
  return dropped
}
