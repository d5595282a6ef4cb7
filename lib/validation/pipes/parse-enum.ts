import { Describes, type PipeTransform } from '../../pipeline/index.js'
import { EnumMissing } from '../errors.js'
import { isMissing, parseNotes, refusalOf, type ParsePipeOptions } from './refusal.js'

/**
 * Lets the values of an enum through. Numbers may come as text, and become numbers.
 *
 * @example
 * find(@Query('role', new ParseEnumPipe(Role)) role: Role) {}
 */
export class ParseEnumPipe<T extends object> implements PipeTransform<
  unknown,
  T[keyof T] | undefined | null
> {
  readonly #refuse: (message: string) => unknown
  /** By what stands for it: the value itself, and of a number its text, as it comes in a path or query. */
  readonly #values: ReadonlyMap<unknown, unknown>

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
    const values = Object.entries(members).filter(([name, value]) => !isReverse(members, name, value))
    this.#values = new Map(
      values.flatMap(([, value]) =>
        typeof value === 'number'
          ? [
              [value, value],
              [String(value), value],
            ]
          : [[value, value]],
      ),
    )
  }

  /** The values that it lets through. */
  get members(): readonly unknown[] {
    return [...new Set(this.#values.values())]
  }

  /** @throws {HttpException} 400 for anything that is not one of the values */
  transform(value: unknown): T[keyof T] | undefined | null {
    if (isMissing(value) && this.options.optional) return value
    if (!this.#values.has(value)) throw this.#refuse('Validation failed (enum string is expected)')
    return this.#values.get(value) as T[keyof T]
  }
}
Describes((place) => {
  const notes = parseNotes({ enum: (place.instance as ParseEnumPipe<object> | undefined)?.members ?? [] })
  return notes(place)
})(ParseEnumPipe)

/** TypeScript writes `{ 0: 'A', A: 0 }` for a numeric enum: `0: 'A'` leads back from the value to the name. */
function isReverse(members: object, name: string, value: unknown): boolean {
  const forward: unknown = typeof value === 'string' ? (members as Record<string, unknown>)[value] : undefined
  return typeof forward === 'number' && String(forward) === name
}
