import type { ValueCheck } from './recognise.js'

// What class-validator counts as less than one character a code unit: surrogate pairs and presentation sequences.
const shortening = /[\uD800-\uDFFF]|\uFE0E|\uFE0F/

/**
 * Shortens a check of a text's length: it looks into the text only where that can change the answer.
 *
 * class-validator counts a surrogate pair as one character and a variation selector as none. Of three code units at most
 * two can be lost to that, so a text of `n` code units has between `n / 3` and `n` characters.
 *
 * @param exact class-validator's check, which decides the rest
 * @param min least number of characters
 * @param max greatest number of characters
 * @returns a check that always agrees with `exact`
 */
export function shortenLength(exact: ValueCheck, min: unknown, max: unknown): ValueCheck {
  if (typeof min !== 'number' || typeof max !== 'number') return exact
  return (value) => {
    if (typeof value === 'string' && value.length <= max) {
      if (value.length >= 3 * min || (value.length >= min && !shortening.test(value))) return true
    }
    return exact(value)
  }
}
