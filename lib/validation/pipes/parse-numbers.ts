import type { PipeTransform } from '../../pipeline/index.js'
import { isMissing, refusalOf, type ParsePipeOptions } from './refusal.js'

const expected = 'Validation failed (numeric string is expected)'

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

/** Parses decimal numbers. */
export class ParseFloatPipe implements PipeTransform<unknown, number | undefined | null> {
  readonly #refuse: (message: string) => unknown

  constructor(private readonly options: ParsePipeOptions = {}) {
    this.#refuse = refusalOf(options)
  }

  /** @throws {HttpException} 400 for text that is not a finite number as a whole */
  transform(value: unknown): number | undefined | null {
    if (isMissing(value) && this.options.optional) return value
    if (typeof value === 'number' || (typeof value === 'string' && value.trim() !== '')) {
      // Number() takes the whole text, so 1.5abc is refused; parseFloat alone would take its beginning
      if (Number.isFinite(Number(value))) return Number.parseFloat(String(value))
    }
    throw this.#refuse(expected)
  }
}
