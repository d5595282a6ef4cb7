import { Describes, type PipeTransform } from '../../pipeline/index.js'
import { isMissing, parseNotes, refusalOf, type ParsePipeOptions } from './refusal.js'

/** Parses `true` and `false`, as words or as booleans. */
export class ParseBoolPipe implements PipeTransform<unknown, boolean | undefined | null> {
  readonly #refuse: (message: string) => unknown

  constructor(private readonly options: ParsePipeOptions = {}) {
    this.#refuse = refusalOf(options)
  }

  /** @throws {HttpException} 400 for anything else */
  transform(value: unknown): boolean | undefined | null {
    if (isMissing(value) && this.options.optional) return value
    if (value === true || value === 'true') return true
    if (value === false || value === 'false') return false
    throw this.#refuse('Validation failed (boolean string is expected)')
  }
}
Describes(parseNotes({ type: 'boolean' }))(ParseBoolPipe)
