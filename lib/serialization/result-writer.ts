import { copyOfModule } from '../common/index.js'
import type { ResultWriter } from '../pipeline/index.js'
import { isOwnClass } from '../validation/convert.js'
import type { WriteJson } from '../web/index.js'
import {
  bodyOf,
  CLOSE_LIST,
  COMMA,
  flush,
  isWriting,
  LAST,
  OPEN_LIST,
  putNull,
  OMITTED,
  sharedBytes,
  textOf,
  type Put,
} from './bytes/index.js'
import type { SerializationOptions } from './options.js'
import { uncompilable } from './plain-fallback.js'
import * as shared from './plain-writer.js'
import { plainWriterOf } from './to-plain.js'

const bytes = sharedBytes

/** Results after which an endpoint gets code of its own. */
const MANY = 300

/** What a result writer does where it cannot write straight from the result. */
export interface LongWay {
  /** Makes the result plain. */
  convert(value: unknown): unknown
  /** Writes what is plain. */
  readonly write: WriteJson
  /** True for results of which `convert` does not simply make an object plain. */
  isOther(value: object): boolean
}

/**
 * Writes results as the JSON of what the serializer makes of them, in one pass and without the plain objects. Whatever is
 * not as usual goes the long way, and so do errors, which are found and told there.
 *
 * @param options of the serializer
 * @param otherwise makes plain, then writes
 * @returns undefined where the options leave everything to class-transformer
 */
export function compileResultWriter(
  options: SerializationOptions,
  otherwise: LongWay,
): ResultWriter | undefined {
  const { type } = options
  if (uncompilable(options).length > 0 || (type !== undefined && !isOwnClass(type))) return undefined
  let { put, instanceOf } = plainWriterOf(options)
  let left = MANY
  const useOwnCode = async (): Promise<void> => {
    const own = await copyOfModule<typeof shared>(shared.url, 'plain-writer')
    if (own !== undefined) ({ put, instanceOf } = plainWriterOf(options, own))
  }
  const putOne: Put = (value, position, depth) =>
    put(
      type !== undefined && typeof value === 'object' && value !== null ? instanceOf(value) : value,
      position,
      depth,
    )
  const putResult: Put = (value, position, depth) =>
    Array.isArray(value) ? putEach(value, putOne, depth) : putOne(value, position, depth)
  const convert = (value: unknown): unknown => otherwise.convert(value)
  // the prototype of the last result that was none of them; an iterator may be an object's own
  let usual: unknown
  const isOther = (value: object): boolean => {
    const own: unknown = Object.getPrototypeOf(value)
    if (own === usual && (value as { [Symbol.asyncIterator]?: unknown })[Symbol.asyncIterator] === undefined)
      return false
    if (otherwise.isOther(value)) return true
    usual = own
    return false
  }
  return {
    convert,
    writeBody: writerBy<string | Uint8Array>(bodyOf),
    write: writerBy<string>(textOf),
  }

  function writerBy<T>(
    written: (put: Put, value: unknown) => T | string | undefined,
  ): (value: unknown) => T | string {
    return (value) => {
      if (typeof value !== 'object' || value === null || isWriting() || isPatched() || isOther(value))
        return otherwise.write(convert(value))
      left -= 1
      if (left === 0) void useOwnCode()
      try {
        return written(putResult, value) ?? ''
      } catch (error) {
        // BigInts, and what refers to itself: the long way knows what to do, or where it is
        if (error instanceof TypeError || error instanceof RangeError) return otherwise.write(convert(value))
        throw error
      }
    }
  }
}

/** Unlike lists further in, the outermost one keeps its holes. */
function putEach(list: readonly unknown[], put: Put, depth: number): number {
  let position = 0
  bytes[position++] = OPEN_LIST
  for (let index = 0; index < list.length; index++) {
    if (position > LAST) position = flush(position)
    if (index > 0) bytes[position++] = COMMA
    const end = put(list[index], position, depth)
    position = end === OMITTED ? putNull(position) : end
  }
  bytes[position] = CLOSE_LIST
  return position + 1
}

/** True if all objects or lists were given a `toJSON`. */
function isPatched(): boolean {
  return (listPrototype as { toJSON?: unknown }).toJSON !== undefined
}

const listPrototype = Array.prototype
