import type { Class } from '../../common/index.js'
import type { ResultNote } from '../../pipeline/index.js'
import { isCurrent, isInGroup } from '../../validation/transform-keys.js'
import { transformerMetadata } from '../../validation/transformer-metadata.js'

/** How results are made plain where they are sent: groups, version and the like. */
export type ResultView = Omit<ResultNote, 'type'>

/** Of results of which nothing is said. */
export const USUAL_VIEW: ResultView = {}

/**
 * Tells whether a property goes out, by the rules of class-transformer.
 *
 * @param type the class
 * @param name of the property
 * @param view how results are made plain
 */
export function isSeen(type: Class, name: string, view: ResultView): boolean {
  if (view.ignoreDecorators === true) return true
  if (view.excludePrefixes?.some((prefix) => name.startsWith(prefix)) === true) return false
  const excluded = transformerMetadata.findExcludeMetadata(type, name)
  if (excluded !== undefined && excluded.options?.toClassOnly !== true) return false
  const exposed = transformerMetadata.findExposeMetadata(type, name)
  if (exposed !== undefined) {
    const options = exposed.options ?? {}
    if (options.toClassOnly === true) return false
    return isCurrent(options, view.version) && isInGroup(options.groups, view.groups)
  }
  // a class that is excluded as a whole shows only what is exposed
  const declared = transformerMetadata.getStrategy(type)
  const strategy = declared === 'none' ? (view.strategy ?? 'exposeAll') : declared
  return strategy === 'exposeAll' && view.excludeExtraneousValues !== true
}

/**
 * What the name of a schema gets behind it where a view shows something else than usual: `Admin` for the group `admin`,
 * `V2` for version 2. It depends on the view alone, so that it is the same in each document.
 *
 * @param view how results are made plain
 */
export function viewSuffix(view: ResultView): string {
  const { groups = [], version, strategy, excludePrefixes = [] } = view
  const isExposedOnly = strategy === 'excludeAll' || view.excludeExtraneousValues === true
  const parts = [
    ...[...groups].sort().map(title),
    version === undefined ? '' : `V${version}`,
    isExposedOnly ? 'Exposed' : '',
    view.ignoreDecorators === true ? 'Raw' : '',
    ...excludePrefixes.map((prefix) => `Without${title(prefix)}`),
  ]
  return parts.join('')
}

/** The part of a key that a view is. */
export function viewKey(view: ResultView): string {
  return JSON.stringify([
    [...(view.groups ?? [])].sort(),
    view.version,
    view.strategy,
    view.excludePrefixes,
    view.excludeExtraneousValues,
    view.ignoreDecorators,
  ])
}

/** A word within a name: `admin-only` becomes `Admin_only`. */
export function title(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).replaceAll(/\W/g, '_')
}
