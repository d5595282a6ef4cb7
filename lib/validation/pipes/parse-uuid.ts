import { Describes, type PipeTransform } from '../../pipeline/index.js'
import { isMissing, parseNotes, refusalOf, type ParsePipeOptions } from './refusal.js'

/** What `ParseUUIDPipe` can be told. */
export interface ParseUUIDPipeOptions extends ParsePipeOptions {
  /** Accepts this version only. Default: any. */
  version?: '3' | '4' | '5' | '7' | 3 | 4 | 5 | 7
}

const any = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Lets UUIDs through (RFC 9562), in either case. */
export class ParseUUIDPipe implements PipeTransform<unknown, string | undefined | null> {
  readonly #refuse: (message: string) => unknown

  constructor(private readonly options: ParseUUIDPipeOptions = {}) {
    this.#refuse = refusalOf(options)
  }

  /** @throws {HttpException} 400 for other text, and for what is no text */
  transform(value: unknown): string | undefined | null {
    const { optional, version } = this.options
    if (isMissing(value) && optional) return value
    if (typeof value !== 'string') throw this.#refuse('The value passed as UUID is not a string')
    if (any.test(value) && (version === undefined || isVersion(value, String(version)))) return value
    throw this.#refuse(`Validation failed (uuid${version === undefined ? '' : ` v ${version}`} is expected)`)
  }
}
Describes(parseNotes({ type: 'string', format: 'uuid' }))(ParseUUIDPipe)

// RFC 9562 §4: the version is the 13th digit; the variant's two bits begin the 17th and are 10, hence 8, 9, a or b.
function isVersion(uuid: string, version: string): boolean {
  return uuid[14] === version && (version === '3' || /[89ab]/i.test(uuid[19]!))
}
