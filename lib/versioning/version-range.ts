import { defineError } from '../common/index.js'

/** A range that cannot be read. */
export const VersionRangeInvalid = defineError<{ range: string; reason: string }>(
  'CORBEL_VERSION_RANGE_INVALID',
  'The range of versions "{range}" cannot be read: {reason} Write versions with >=, >, <, <= or = in front, separated by spaces; || for "or"; * for all.',
)

/** Tells whether a version is in a range. */
export type VersionTest<V = string> = (version: V) => boolean

const COMPARATOR = /^(>=|<=|>|<|=)?([^<>=|*\s]+)$/
const BEGINS_RANGE = /^\s*(?:[<>=*]|.*\|\|)/

/**
 * Tells a range from the name of a version: a range begins with a comparator or `*`, or has `||` in it.
 *
 * @param text as given to `@Version`
 */
export function isRange(text: string): boolean {
  return BEGINS_RANGE.test(text)
}

/**
 * Compiles a range: `>=2 <4`, `<2 || >=5`, `*`, or a version alone.
 *
 * @param range as written
 * @param read makes what is compared of a version's text; undefined if it is none
 * @param compare below 0 if the first is older
 * @throws {CorbelError} CORBEL_VERSION_RANGE_INVALID
 */
export function compileRange<V extends {}>(
  range: string,
  read: (text: string) => V | undefined,
  compare: (a: V, b: V) => number,
): VersionTest<V> {
  const alternatives = range.split('||').map((part) => part.trim().split(/\s+/))
  const tests = alternatives.map((comparators) =>
    comparators.map((text): VersionTest<V> => {
      if (text === '*') return () => true
      const found = COMPARATOR.exec(text)
      const reason = text === '' ? 'a part of it is empty.' : `"${text}" is no version with a comparator.`
      const limit = found === null ? undefined : read(found[2]!)
      if (limit === undefined) throw new VersionRangeInvalid({ range, reason })
      const holds = COMPARATORS[found?.[1] ?? '=']!
      return (version) => holds(compare(version, limit))
    }),
  )
  return (version) => tests.some((all) => all.every((test) => test(version)))
}

/** What the comparison of a version with the limit has to give. */
const COMPARATORS: Readonly<Record<string, (difference: number) => boolean>> = {
  '>=': (difference) => difference >= 0,
  '<=': (difference) => difference <= 0,
  '>': (difference) => difference > 0,
  '<': (difference) => difference < 0,
  '=': (difference) => difference === 0,
}
