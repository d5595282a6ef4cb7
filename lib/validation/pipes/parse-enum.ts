import type { PipeTransform } from '../../pipeline/index.js'
import { EnumMissing } from '../errors.js'
import { isMissing, refusalOf, type ParsePipeOptions } from './refusal.js'

/**
 * Lets the values of an enum through.
 *
 * @example
 * find(@Query('role', new ParseEnumPipe(Role)) role: Role) {}
 */
export class ParseEnumPipe<T extends object> implements PipeTransform<
  unknown,
  T[keyof T] | undefined | null
> {
  readonly #refuse: (message: string) => unknown
  readonly #values: ReadonlySet<unknown>

  /**
   * @param members the enum, or an object whose values are allowed
   * @param options of every parse pipe
   * @throws {CorbelError} CORBEL_VALIDATION_ENUM_MISSING without an enum
   */
  constructor(
    members: T,
    private readonly options: ParsePipeOptions = {},
  ) {
    if (!(members as T | undefined)) throw new EnumMissing({ pipe: 'ParseEnumPipe' })
    this.#refuse = refusalOf(options)
    this.#values = new Set(Object.values(members))
  }

  /** @throws {HttpException} 400 for anything that is not one of the values */
  transform(value: unknown): T[keyof T] | undefined | null {
    if (isMissing(value) && this.options.optional) return value
    if (!this.#values.has(value)) throw this.#refuse('Validation failed (enum string is expected)')
    return value as T[keyof T]
  }
}
