import { isPromise, type Class } from '../../common/index.js'
import { HttpException, type PipeTransform } from '../../pipeline/index.js'
import { ValidationPipe, type ValidationPipeOptions } from '../pipe.js'
import { isMissing, refusalOf } from './refusal.js'

/** What `ParseArrayPipe` can be told; class-validator's options apply to items that are objects. */
export interface ParseArrayPipeOptions extends Omit<
  ValidationPipeOptions,
  'transform' | 'validateCustomDecorators' | 'exceptionFactory' | 'expectedType' | 'schema'
> {
  /** What each item is: String, Number, Boolean, or a class with decorators. */
  items?: Class
  /** What stands between the items of a text. Default a comma. */
  separator?: string
  /** Lets null and undefined through. Default false. */
  optional?: boolean
  /** Makes the exception from what is wrong. */
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
  readonly #refuse: (message: never) => unknown
  readonly #item: ((item: unknown) => unknown) | undefined

  /** @param options none accepts items of any kind */
  constructor(private readonly options: ParseArrayPipeOptions = {}) {
    const { items, exceptionFactory } = options
    this.#refuse = exceptionFactory ?? refusalOf({ errorHttpStatusCode: options.errorHttpStatusCode ?? 400 })
    if (items === undefined) return
    const pipe = new ValidationPipe({ ...options, transform: true, validateCustomDecorators: true })
    const validate =
      primitiveOf(items) ?? pipe.prepare({ type: 'query', metatype: items }) ?? ((item) => item)
    const parse = primitives.has(items) ? undefined : parseText
    this.#item = parse === undefined ? validate : (item) => validate(parse(item))
  }

  /**
   * @returns the list; a promise if a rule of the items is asynchronous
   * @throws {HttpException} 400 for what is no list, and for the first wrong item (with `stopAtFirstError: false`: all,
   *   each message with its index)
   */
  transform(value: unknown): unknown {
    if (isMissing(value) && this.options.optional) return value
    const list = this.#listOf(value)
    const item = this.#item
    if (item === undefined) return list
    return this.options.stopAtFirstError === false ? this.#collect(list, item) : this.#each(list, item)
  }

  #listOf(value: unknown): readonly unknown[] {
    if (Array.isArray(value)) return value
    if (typeof value !== 'string' || (value === '' && !this.options.optional))
      throw this.#refuse(expected as never)
    return value.trim().split(this.options.separator ?? ',')
  }

  #each(list: readonly unknown[], item: (value: unknown) => unknown): unknown {
    const items = list.map((value, index) => this.#named(index, () => item(value)))
    return items.some(isPromise) ? Promise.all(items) : items
  }

  #collect(list: readonly unknown[], item: (value: unknown) => unknown): unknown {
    const messages: string[] = []
    const note = (index: number) => (error: unknown) => {
      messages.push(...messagesOf(error).map((message) => `[${index}] ${message}`))
    }
    const items = list.map((value, index) => {
      try {
        const result = item(value)
        return isPromise(result) ? result.catch(note(index)) : result
      } catch (error) {
        return note(index)(error)
      }
    })
    const finish = (values: unknown[]): unknown[] => {
      if (messages.length > 0) throw this.#refuse(messages as never)
      return values
    }
    return items.some(isPromise) ? Promise.all(items).then(finish) : finish(items)
  }

  #named(index: number, run: () => unknown): unknown {
    try {
      return run()
    } catch (error) {
      if (error instanceof WrongItem) throw this.#refuse(`[${index}] ${error.message}` as never)
      throw error
    }
  }
}

/** A primitive item that is not of the wanted kind. */
class WrongItem extends Error {}

const primitives = new Set<unknown>([String, Number, Boolean])

function primitiveOf(items: Class): ((item: unknown) => unknown) | undefined {
  if ((items as unknown) === String) return (item) => (typeof item === 'string' ? item : String(item))
  if ((items as unknown) === Number) {
    return (item) => {
      const number = isMissing(item) || item === '' || typeof item === 'object' ? Number.NaN : Number(item)
      if (Number.isNaN(number)) throw new WrongItem('item must be a number')
      return number
    }
  }
  if ((items as unknown) === Boolean) {
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

function messagesOf(error: unknown): readonly string[] {
  if (error instanceof WrongItem) return [error.message]
  if (!(error instanceof HttpException)) throw error
  const response = error.getResponse()
  const message =
    typeof response === 'string' ? response : (response as { message?: string | string[] }).message
  return Array.isArray(message) ? message : [message ?? error.message]
}
