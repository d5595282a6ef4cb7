import { Describes, type PipeTransform } from '../../pipeline/index.js'
import { isMissing, parseNotes, refusalOf, type ParsePipeOptions } from './refusal.js'

const expected = 'Validation failed (numeric string is expected)'
/** Decimal, perhaps with an exponent; not the `0x10` and `0b1` that Number() would take, too. */
const DECIMAL = /^\s*[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?\s*$/i

/** Parses decimal integers, `-12` or `12`, and nothing else. */
export class ParseIntPipe implements PipeTransform<unknown, number | undefined | null> {
  readonly #refuse: (message: string) => unknown

  constructor(private readonly options: ParsePipeOptions = {}) {
    this.#refuse = refusalOf(options)
  }

  /** @throws {HttpException} 400 for anything but an optional sign and digits */
  transform(value: unknown): number | undefined | null {
    if (isMissing(value) && this.options.optional) return value
    const text = typeof value === 'number' ? String(value) : value
    if (typeof text === 'string' && /^-?\d+$/.test(text)) {
      const parsed = Number.parseInt(text, 10)
      if (Number.isFinite(parsed)) return parsed
    }
    throw this.#refuse(expected)
  }
}
Describes(parseNotes({ type: 'integer' }))(ParseIntPipe)

/** Parses decimal numbers. */
export class ParseFloatPipe implements PipeTransform<unknown, number | undefined | null> {
  readonly #refuse: (message: string) => unknown

  constructor(private readonly options: ParsePipeOptions = {}) {
    this.#refuse = refusalOf(options)
  }

  /** @throws {HttpException} 400 for text that is not a finite number as a whole, without spaces around it */
  transform(value: unknown): number | undefined | null {
    if (isMissing(value) && this.options.optional) return value
    const isTrimmed = typeof value !== 'string' || value === value.trim()
    const parsed = isTrimmed ? parseDecimal(value) : undefined
    if (parsed === undefined) throw this.#refuse(expected)
    return parsed
  }
}
Describes(parseNotes({ type: 'number' }))(ParseFloatPipe)

/**
 * Reads a decimal number.
 *
 * @param value a number, or text that is a number as a whole
 * @returns undefined for anything else, and for what is not finite
 */
export function parseDecimal(value: unknown): number | undefined {
  if (typeof value !== 'number' && (typeof value !== 'string' || !DECIMAL.test(value))) return undefined
  const parsed = Number(value)
  return Number.isFinite(parsed) ? parsed : undefined
}
