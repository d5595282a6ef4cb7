import { DurationInvalid } from './errors.js'

/** A length of time: seconds, or a number with a unit (`'90s'`, `'15m'`, `'12h'`, `'7d'`, `'2w'`, `'1y'`). */
export type Duration = number | string

const SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_557_600,
}

/**
 * Reads a duration.
 *
 * @param value seconds, or text; text of digits only is seconds too
 * @returns whole seconds
 * @throws {CorbelError} CORBEL_DURATION_INVALID if it is neither, negative or not finite
 */
export function toSeconds(value: Duration): number {
  const seconds = typeof value === 'number' ? value : parse(value)
  if (!Number.isFinite(seconds) || seconds < 0) throw new DurationInvalid({ value: String(value) })
  return Math.floor(seconds)
}

function parse(text: string): number {
  const [, amount, unit = 's'] = /^\s*(\d{1,12}(?:\.\d{1,6})?)\s*([smhdwy])?\s*$/.exec(text) ?? []
  return Number(amount) * (SECONDS[unit] ?? Number.NaN)
}
