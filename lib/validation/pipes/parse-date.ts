import type { PipeTransform } from '../../pipeline/index.js'
import { isMissing, refusalOf, type ParsePipeOptions } from './refusal.js'

/** What `ParseDatePipe` can be told. */
export interface ParseDatePipeOptions extends ParsePipeOptions {
  /** Supplies the date where none is given; used with `optional`. */
  default?: () => Date
}

/** Parses dates: ISO 8601 text, or milliseconds since 1970 as a number. */
export class ParseDatePipe implements PipeTransform<unknown, Date | undefined | null> {
  readonly #refuse: (message: string) => unknown

  constructor(private readonly options: ParseDatePipeOptions = {}) {
    this.#refuse = refusalOf(options)
  }

  /** @throws {HttpException} 400 without a date, and for text that is none */
  transform(value: unknown): Date | undefined | null {
    if (isMissing(value) && this.options.optional) return this.options.default?.() ?? value
    if (isMissing(value) || value === '') throw this.#refuse('Validation failed (no Date provided)')
    const date = typeof value === 'object' && !(value instanceof Date) ? undefined : new Date(value as string)
    if (date === undefined || Number.isNaN(date.getTime())) {
      throw this.#refuse('Validation failed (invalid date format)')
    }
    return date
  }
}
