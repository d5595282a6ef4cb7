import type { ValueCheck } from './recognise.js'

/** The least and the greatest of something, both included. */
export interface Bounds {
  readonly min: number
  readonly max: number
}

/**
 * A cheap way to see that a value is right by a rule. It may miss values that are right, too: those are left to the rule's
 * own check. Bounds, unlike functions, of several rules can be made one.
 */
export type Certainty =
  /** A text of so many characters, as class-validator counts them. */
  | { readonly text: Bounds }
  /** A number between two others; `isWhole` for one without a fraction. */
  | { readonly number: Bounds; readonly isWhole?: boolean }
  /** An array of so many items. */
  | { readonly list: Bounds }
  | { readonly test: ValueCheck }

/** Bounds that every length or number is within. */
export const UNBOUNDED: Bounds = { min: -Infinity, max: Infinity }

/**
 * Makes one check of what several rules are certain about.
 *
 * @param certainties of the rules of one property
 * @returns a check that passes only values that every rule accepts
 */
export function joinCertainties(certainties: readonly Certainty[]): ValueCheck {
  const texts = certainties.flatMap((one) => ('text' in one ? [one.text] : []))
  const numbers = certainties.flatMap((one) => ('number' in one ? [one.number] : []))
  const areWhole = certainties.some((one) => 'number' in one && one.isWhole)
  const lists = certainties.flatMap((one) => ('list' in one ? [one.list] : []))
  return joinChecks([
    ...(texts.length > 0 ? [textWithin(common(texts))] : []),
    ...(numbers.length > 0 ? [areWhole ? wholeWithin(common(numbers)) : numberWithin(common(numbers))] : []),
    ...(lists.length > 0 ? [listWithin(common(lists))] : []),
    ...certainties.flatMap((one) => ('test' in one ? [one.test] : [])),
  ])
}

/**
 * Makes one check of several.
 *
 * @param checks any number; none accept everything
 */
export function joinChecks(checks: readonly ValueCheck[]): ValueCheck {
  const [first, second, third] = checks
  if (first === undefined) return () => true
  if (second === undefined) return first
  if (third === undefined) return (value) => first(value) && second(value)
  if (checks.length === 3) return (value) => first(value) && second(value) && third(value)
  return (value) => {
    for (const check of checks) if (!check(value)) return false
    return true
  }
}

function common(all: readonly Bounds[]): Bounds {
  return {
    min: Math.max(...all.map(({ min }) => min)),
    max: Math.min(...all.map(({ max }) => max)),
  }
}

// What class-validator counts as less than one character a code unit: surrogate pairs and presentation sequences.
const shortening = /[\uD800-\uDFFF]|\uFE0E|\uFE0F/

/**
 * class-validator counts a surrogate pair as one character and a variation selector as none. Of three code units at most
 * two can be lost to that, so a text of `n` code units has between `n / 3` and `n` characters, and has to be looked into
 * only where that can change the answer.
 */
function textWithin({ min, max }: Bounds): ValueCheck {
  const certain = 3 * min
  if (min <= 0 && max === Infinity) return (value) => typeof value === 'string'
  return (value) =>
    typeof value === 'string' &&
    value.length <= max &&
    (value.length >= certain || (value.length >= min && !shortening.test(value)))
}

function numberWithin({ min, max }: Bounds): ValueCheck {
  return (value) => typeof value === 'number' && value >= min && value <= max
}

/** Of 32 bits: greater ones are left to the rule. */
function wholeWithin({ min, max }: Bounds): ValueCheck {
  return (value) => typeof value === 'number' && (value | 0) === value && value >= min && value <= max
}

function listWithin({ min, max }: Bounds): ValueCheck {
  return (value) => Array.isArray(value) && value.length >= min && value.length <= max
}
