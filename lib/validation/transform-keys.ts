import type { Class } from '../common/index.js'
import type { PlainObject } from './convert.js'
import type { Settings } from './settings.js'
import { PLAIN_TO_CLASS, transformerMetadata } from './transformer-metadata.js'

/** Which keys of a plain object reach the instance of one class, decided by `@Expose`, `@Exclude` and the options. */
export interface KeySelection {
  /** Keys that are visited whether the object has them or not. */
  readonly always: readonly string[]
  /** Keys that are never visited. */
  readonly dropped: ReadonlySet<string>
  /** True if the object's own keys are visited at all. */
  readonly open: boolean
}

/**
 * Decides once what class-transformer decides per object.
 *
 * @param target a class
 * @param settings options with groups, version, strategy and `excludeExtraneousValues`
 * @returns the selection
 */
export function selectKeys(target: Class, settings: Settings): KeySelection {
  const options = settings.transform
  const exposedKeys = transformerMetadata.getExposedProperties(target, PLAIN_TO_CLASS).map((name) => {
    return transformerMetadata.findExposeMetadata(target, name)?.options?.name ?? name
  })
  const dropped = new Set<string>(transformerMetadata.getExcludedProperties(target, PLAIN_TO_CLASS))
  for (const { propertyName } of transformerMetadata.getExposedMetadatas(target)) {
    const exposed = transformerMetadata.findExposeMetadata(target, propertyName!).options ?? {}
    if (!isCurrent(exposed, options.version) || !isInGroup(exposed.groups, options.groups))
      dropped.add(propertyName!)
  }
  const declared = transformerMetadata.getStrategy(target)
  const strategy = declared === 'none' ? options.strategy : declared
  return {
    always: [...new Set(exposedKeys)].filter((key) => !dropped.has(key)),
    dropped,
    open: strategy !== 'excludeAll' && !options.excludeExtraneousValues,
  }
}

/**
 * Lists the keys to visit, in the order in which class-transformer visits them.
 *
 * @param selection of the class
 * @param plain the object
 * @returns each key once
 */
export function keysOf(selection: KeySelection, plain: PlainObject): readonly string[] {
  if (!selection.open) return selection.always
  const own = Object.keys(plain)
  if (selection.always.length === 0)
    return selection.dropped.size === 0 ? own : own.filter(notIn(selection.dropped))
  const keys = new Set(own.filter(notIn(selection.dropped)))
  for (const key of selection.always) keys.add(key)
  return [...keys]
}

/**
 * Tells whether something with `since` and `until` belongs to a version.
 *
 * @param bounds first version that has it, and first that no longer has it
 * @param version the wanted one; without it everything belongs
 */
export function isCurrent(bounds: { since?: number; until?: number }, version: number | undefined): boolean {
  if (version === undefined) return true
  if (bounds.since && version < bounds.since) return false
  return !(bounds.until && version >= bounds.until)
}

/**
 * Tells whether something with groups takes part.
 *
 * @param own its groups; none means it always does where groups are wanted
 * @param wanted the groups of this transformation; without them only what has no groups takes part
 */
export function isInGroup(
  own: readonly string[] | undefined,
  wanted: readonly string[] | undefined,
): boolean {
  if (!wanted?.length) return !own?.length
  return own === undefined || wanted.some((group) => own.includes(group))
}

function notIn(names: ReadonlySet<string>): (name: string) => boolean {
  return (name) => !names.has(name)
}
