const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_557_600_000,
}

/**
 * A duration in milliseconds.
 *
 * @param value milliseconds, or text with a unit: `'30s'`, `'2h'`, `'7d'`, `'1y'`
 * @throws {TypeError} if it is neither
 */
export function durationMs(value: number | string): number {
  if (typeof value === 'number') return value
  const [, count, unit = 'ms'] = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w|y)?\s*$/.exec(value) ?? []
  if (count === undefined)
    throw new TypeError(`"${value}" is no duration. Write milliseconds, or text such as '1d'.`)
  return Number(count) * UNITS[unit]!
}
