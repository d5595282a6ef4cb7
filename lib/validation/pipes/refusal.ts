import { HttpException, httpExceptionFor, type NotesAt } from '../../pipeline/index.js'

/** What every parse pipe can be told. */
export interface ParsePipeOptions {
  /** Lets null and undefined through. Default false. */
  optional?: boolean
  /** Status of the answer to a value that cannot be parsed. Default 400. */
  errorHttpStatusCode?: number
  /** Makes the exception from the message. */
  exceptionFactory?: (message: string) => unknown
}

/**
 * Makes the function that turns a message into the exception to throw.
 *
 * @param options of the pipe
 */
export function refusalOf(options: ParsePipeOptions): (message: string) => unknown {
  return options.exceptionFactory ?? httpExceptionFor(options.errorHttpStatusCode ?? 400)
}

/** True for null and undefined. */
export function isMissing(value: unknown): value is null | undefined {
  return value === null || value === undefined
}

/**
 * The status of what an option makes of an error, for documents.
 *
 * @param make calls it without an error
 * @param fallback where it makes something else, or nothing
 */
export function statusOf(make: () => unknown, fallback: number): number {
  try {
    const made = make()
    return made instanceof HttpException ? made.getStatus() : fallback
  } catch {
    return fallback
  }
}

/**
 * What documents should know of a parse pipe.
 *
 * @param schema of the value as clients send it; a function is given the pipe's options
 */
export function parseNotes<Options extends ParsePipeOptions>(
  schema: object | ((options: Options) => object),
): NotesAt {
  return ({ instance }) => {
    const options = ((instance as { options?: Options } | undefined)?.options ?? {}) as Options
    const { exceptionFactory, errorHttpStatusCode = 400, optional = false } = options
    const status =
      exceptionFactory === undefined ? errorHttpStatusCode : statusOf(() => exceptionFactory(''), 400)
    const own = typeof schema === 'function' ? (schema as (options: Options) => object)(options) : schema
    return {
      value: { schema: own as Record<string, unknown>, required: !optional },
      responses: { [status]: 'A parameter is not valid.' },
    }
  }
}
