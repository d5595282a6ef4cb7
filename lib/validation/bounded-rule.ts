import type { Constraint } from './rules.js'

/** Items up to which a list is searched for duplicates. */
export const MAX_UNIQUE_ITEMS = 10_000

/**
 * Stands in front of the rules of class-validator that a hostile value gets the better of. They refuse it instead.
 *
 * `@ArrayUnique` compares every item with every other: the numbers of one body would keep the process busy for many
 * seconds. `@IsByteLength` encodes the text, and throws at half a surrogate pair, which would be answered with 500.
 *
 * @param name of the rule
 * @param constraint the rule
 * @returns the rule itself, or what stands in front of it
 */
export function boundedRule(name: string, constraint: Constraint): Constraint {
  const accepts = GUARDS.get(name)
  if (accepts === undefined) return constraint
  return {
    validate: (value, args) => accepts(value) && constraint.validate(value, args),
    defaultMessage: (args) => constraint.defaultMessage?.(args) ?? '',
  }
}

const GUARDS = new Map<string, (value: unknown) => boolean>([
  ['arrayUnique', (value) => !Array.isArray(value) || value.length <= MAX_UNIQUE_ITEMS],
  ['isByteLength', (value) => typeof value !== 'string' || isWellFormed(value)],
])

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/

function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text)
}
