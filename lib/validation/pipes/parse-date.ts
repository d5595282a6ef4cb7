import { Describes, type PipeTransform } from '../../pipeline/index.js'
import { isMissing, parseNotes, refusalOf, type ParsePipeOptions } from './refusal.js'

/** What `ParseDatePipe` can be told. */
export interface ParseDatePipeOptions extends ParsePipeOptions {
  /** Supplies the date where none is given. */
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
    if (isMissing(value)) {
      const { default: supply, optional } = this.options
      if (supply !== undefined) return supply()
      if (optional) return value
    }
    if (isMissing(value) || value === '') throw this.#refuse('Validation failed (no Date provided)')
    const isDate = typeof value === 'string' || typeof value === 'number' || value instanceof Date
    const date = isDate ? new Date(value) : undefined
    if (date === undefined || Number.isNaN(date.getTime())) {
      throw this.#refuse('Validation failed (invalid date format)')
    }
    return date
  }
}
Describes(parseNotes({ type: 'string', format: 'date-time' }))(ParseDatePipe)
