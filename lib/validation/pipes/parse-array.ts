import { isPromise, schemaOf, type Class, type StandardSchema } from '../../common/index.js'
import {
  Describes,
  HttpException,
  httpExceptionFor,
  inPlaceOf,
  type ArgumentMetadata,
  type EnhancerNotes,
  type ExecutionContext,
  type HttpExceptionOptions,
  type PipeTransform,
} from '../../pipeline/index.js'
import { belowPath, DEFAULT_MAX_ERRORS, entriesOf, type ErrorEntry } from '../error-entries.js'
import { InputTooLong } from '../errors.js'
import { ValidationPipe, type ValidationPipeOptions, type ValidationStep } from '../pipe.js'
import { DEFAULT_MAX_ITEMS } from '../settings.js'
import { parseDecimal } from './parse-numbers.js'
import { isMissing, statusOf } from './refusal.js'

/** What `ParseArrayPipe` can be told; class-validator's options apply to items that are objects. */
export interface ParseArrayPipeOptions extends Omit<
  ValidationPipeOptions,
  'transform' | 'validateCustomDecorators' | 'exceptionFactory' | 'expectedType' | 'schema'
> {
  /** What each item is: String, Number, Boolean, a class with decorators, or a Standard Schema. */
  items?: Class | StandardSchema
  /** What stands between the items of a text. Default a comma. */
  separator?: string
  /** Lets null and undefined through. Default false. */
  optional?: boolean
  /** Makes the exception from what is wrong: a message, messages, or the errors of an item that is an object. */
  exceptionFactory?: (error: unknown) => unknown
}

const expected = 'Validation failed (parsable array expected)'

/**
 * Parses lists: an array, or text with separators; and validates the items.
 *
 * @example
 * find(@Query('ids', new ParseArrayPipe({ items: Number })) ids: number[]) {}
 * createAll(@Body(new ParseArrayPipe({ items: CreateUser })) users: CreateUser[]) {}
 */
export class ParseArrayPipe implements PipeTransform {
  readonly #refuse: (message: never, options?: HttpExceptionOptions) => unknown
  readonly #pipe: ValidationPipe

  /** @param options none accepts items of any kind */
  constructor(private readonly options: ParseArrayPipeOptions = {}) {
    const { items: _items, exceptionFactory, ...validation } = options
    this.#refuse =
      exceptionFactory === undefined
        ? httpExceptionFor(options.errorHttpStatusCode ?? 400)
        : (message) => exceptionFactory(message)
    this.#pipe = new ValidationPipe({
      ...validation,
      ...(exceptionFactory && { exceptionFactory }),
      transform: true,
      validateCustomDecorators: true,
    })
  }

  /**
   * @returns the list; a promise if a rule of the items is asynchronous
   * @throws {CorbelError} CORBEL_VALIDATION_SIZE for a list of more than `maxItems`
   * @throws {HttpException} 400 for what is no list, and for the first wrong item (with `stopAtFirstError: false`: all,
   *   each message with its index)
   */
  transform(value: unknown, metadata?: ArgumentMetadata, context?: ExecutionContext): unknown {
    return this.prepare(metadata)(value, context)
  }

  /** Compiles the validation of the items. */
  prepare(metadata?: ArgumentMetadata): ValidationStep {
    const item = this.#itemStep(metadata)
    const base = typeof metadata?.data === 'string' && metadata.type !== 'custom' ? [metadata.data] : []
    return (value, context) => {
      if (isMissing(value) && this.options.optional) return value
      const list = this.#listOf(value)
      if (item === undefined) return list
      const run: ValidationStep = (one) => item(one, context)
      return this.options.stopAtFirstError === false
        ? this.#collect(list, run, base)
        : this.#each(list, run, base)
    }
  }

  #itemStep(metadata: ArgumentMetadata | undefined): ValidationStep | undefined {
    const { items } = this.options
    if (items === undefined) return undefined
    const primitive = primitiveOf(items)
    if (primitive !== undefined) return primitive
    // a schema may want texts, even those that could be read as numbers
    const read = schemaOf(items) === undefined ? parseText : parseStructure
    const own: ArgumentMetadata = { type: 'body', metatype: items as Class }
    const validate = this.#pipe.prepare(metadata === undefined ? own : inPlaceOf(metadata, own))
    return (item, context) => (validate === undefined ? read(item) : validate(read(item), context))
  }

  #listOf(value: unknown): readonly unknown[] {
    const { maxItems: limit = DEFAULT_MAX_ITEMS, separator = ',' } = this.options
    if (!Array.isArray(value) && typeof value !== 'string') throw this.#refuse(expected as never)
    const list: readonly unknown[] = Array.isArray(value) ? value : value.trim().split(separator)
    if (list.length > limit) throw new InputTooLong({ limit })
    return list
  }

  #each(list: readonly unknown[], item: ValidationStep, base: readonly string[]): unknown {
    const refuse = (error: unknown, index: number): never => {
      if (error instanceof WrongItem) throw this.#refuse(`[${index}] ${error.message}` as never)
      throw belowPath(error, [...base, String(index)])
    }
    const items = list.map((value, index) => {
      try {
        const made = item(value)
        return isPromise(made) ? made.catch((error: unknown) => refuse(error, index)) : made
      } catch (error) {
        return refuse(error, index)
      }
    })
    return items.some(isPromise) ? Promise.all(items) : items
  }

  #collect(list: readonly unknown[], item: ValidationStep, base: readonly string[]): unknown {
    const messages: string[] = []
    const errors: ErrorEntry[] = []
    const note = (index: number) => (error: unknown) => {
      messages.push(...messagesOf(error).map((message) => `[${index}] ${message}`))
      errors.push(...entriesOf(belowPath(error, [...base, String(index)])))
    }
    const limit = this.options.maxErrors ?? DEFAULT_MAX_ERRORS
    const items = list.map((value, index) => {
      if (messages.length >= limit) return undefined
      try {
        const result = item(value)
        return isPromise(result) ? result.catch(note(index)) : result
      } catch (error) {
        return note(index)(error)
      }
    })
    const finish = (values: unknown[]): unknown[] => {
      if (messages.length === 0) return values
      const problem = errors.length === 0 ? {} : { problem: { errors: errors.slice(0, limit) } }
      throw this.#refuse(messages.slice(0, limit) as never, problem)
    }
    return items.some(isPromise) ? Promise.all(items).then(finish) : finish(items)
  }
}
Describes(({ instance }) =>
  arrayNotes((instance as { options?: ParseArrayPipeOptions } | undefined)?.options ?? {}),
)(ParseArrayPipe)

function arrayNotes({
  items,
  optional = false,
  exceptionFactory,
  errorHttpStatusCode = 400,
}: ParseArrayPipeOptions): EnhancerNotes {
  const status =
    exceptionFactory === undefined ? errorHttpStatusCode : statusOf(() => exceptionFactory([]), 400)
  return {
    value: {
      isList: true,
      required: !optional,
      ...(items === undefined ? { schema: {} } : { type: items }),
    },
    responses: { [status]: 'The list is not valid.' },
  }
}

/** A primitive item that is not of the wanted kind. */
class WrongItem extends Error {}

function primitiveOf(items: unknown): ((item: unknown) => unknown) | undefined {
  if (items === String) return (item) => (typeof item === 'string' ? item : String(item))
  if (items === Number) {
    return (item) => {
      const number = parseDecimal(item)
      if (number === undefined) throw new WrongItem('item must be a number')
      return number
    }
  }
  if (items === Boolean) {
    return (item) => {
      const value = parseText(item)
      if (typeof value !== 'boolean') throw new WrongItem('item must be a boolean value')
      return value
    }
  }
  return undefined
}

/** Items of a query arrive as text, objects among them as JSON. */
function parseText(item: unknown): unknown {
  if (typeof item !== 'string') return item
  try {
    return JSON.parse(item) as unknown
  } catch {
    return item
  }
}

/** The same for objects and lists alone. */
function parseStructure(item: unknown): unknown {
  return typeof item === 'string' && /^\s*[[{]/.test(item) ? parseText(item) : item
}

function messagesOf(error: unknown): readonly string[] {
  if (error instanceof WrongItem) return [error.message]
  if (!(error instanceof HttpException)) throw error
  const { message = error.message } = error.getResponse() as {
    message?: string | readonly string[] | Readonly<Record<string, readonly string[]>>
  }
  if (typeof message === 'string') return [message]
  if (isList(message)) return message
  // grouped: what says that there are more is no path
  return Object.entries(message).flatMap(([path, messages]) =>
    messages.map((one) => (path === '...' ? one : `${path}: ${one}`)),
  )
}

function isList(value: object): value is readonly string[] {
  return Array.isArray(value)
}
