import { httpExceptionFor } from '../../pipeline/index.js'

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
