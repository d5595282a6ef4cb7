import { copyOfModule, type Class } from '../common/index.js'
import { rescueJson, type BigIntPolicy, type WriteBody, type WriteJson } from '../web/index.js'
import { bodyOf, isWriting } from './bytes/index.js'
import * as shared from './object-writer.js'

/** How a writer treats what JSON does not have. */
export interface JsonWriterOptions {
  /** `'error'` (default): CORBEL_JSON_BIGINT; `'string'`: the digits as text. */
  readonly bigint?: BigIntPolicy
}

/** After a value that is no ASCII, that many are left to the engine: where a text is wanted, bytes would have to be decoded. */
const WIDE_VALUES = 100

/** Values after which a class gets code of its own. */
const MANY = 300

/**
 * Makes the writer of values that usually are objects of a class: their keys are known, so each takes one comparison, and
 * is written as bytes that were prepared. Whatever it is given, it writes what `JSON.stringify` writes: other objects, lists
 * and odd values are left to that.
 *
 * @param target the class; objects of it, and literals that have its keys, are what the writer is made for
 * @param options see `JsonWriterOptions`
 * @returns the writer; it throws CORBEL_JSON_CIRCULAR and CORBEL_JSON_BIGINT with the place
 * @example
 * const write = compileJsonWriter(User)
 * write(user) === JSON.stringify(user)
 */
export function compileJsonWriter(target: Class, options?: JsonWriterOptions): WriteJson {
  return compileJsonWriters(target, options).write
}

/** The ways to write objects of a class. */
export interface JsonWriters {
  /** For those who want the text. */
  readonly write: WriteJson
  /** For those who send it: what is no ASCII comes as bytes, which it has to become anyway. */
  readonly writeBody: WriteBody
}

/**
 * Makes both, which share what they know about the class.
 *
 * @param target the class
 * @param options see `JsonWriterOptions`
 */
export function compileJsonWriters(target: Class, { bigint = 'error' }: JsonWriterOptions = {}): JsonWriters {
  let put = shared.compileObjects(target)
  let left = MANY
  let wideValues = 0

  const useOwnCode = async (): Promise<void> => {
    const own = await copyOfModule<typeof shared>(shared.url, 'object-writer')
    if (own !== undefined) put = own.compileObjects(target)
  }

  const writeBody: WriteBody = (value) => {
    if (typeof value !== 'object' || value === null || isWriting()) return writeOpen(value, bigint)
    left -= 1
    if (left === 0) void useOwnCode()
    try {
      return bodyOf(put, value) ?? ''
    } catch (error) {
      return rescueJson(value, error, bigint)
    }
  }
  return {
    writeBody,
    write(value) {
      if (wideValues > 0) {
        wideValues -= 1
        return writeOpen(value, bigint)
      }
      const body = writeBody(value)
      if (typeof body === 'string') return body
      wideValues = WIDE_VALUES
      return (body as Buffer).toString()
    },
  }
}

/**
 * Writes a value about which nothing is known.
 *
 * @param value anything
 * @param bigint see `JsonWriterOptions`
 */
export function writeOpen(value: unknown, bigint: BigIntPolicy): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch (error) {
    return rescueJson(value, error, bigint)
  }
}
