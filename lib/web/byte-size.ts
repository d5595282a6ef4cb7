import { defineError } from '../common/index.js'

/** A size that is neither a number nor text like `10mb`. */
export const ByteSizeInvalid = defineError<{ value: string }>(
  'CORBEL_BYTE_SIZE_INVALID',
  '"{value}" is not a size. Give a number of bytes, or text such as "100kb", "10mb", "1gb".',
)

const UNITS: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 }

/**
 * Reads a size.
 *
 * @param value bytes, or a number with a unit: `b`, `kb`, `mb`, `gb` (of 1024), in any case
 * @returns bytes
 * @throws {CorbelError} CORBEL_BYTE_SIZE_INVALID
 */
export function byteSize(value: number | string): number {
  if (typeof value === 'number') return value
  const [, amount, unit = 'b'] = /^(\d+(?:\.\d+)?)\s*(b|kb|mb|gb)?$/i.exec(value.trim()) ?? []
  if (amount === undefined) throw new ByteSizeInvalid({ value })
  return Math.floor(Number(amount) * UNITS[unit.toLowerCase()]!)
}
