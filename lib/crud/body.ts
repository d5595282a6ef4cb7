import { isPromise, type Class, type MaybePromise } from '../common/index.js'
import { ParseArrayPipe, ValidationPipe } from '../validation/index.js'
import type { EntityShape } from './shape.js'
import type { Row } from './store.js'

/** Validates bodies, and takes out of them what may be written. */
export interface ReadBody {
  /** @throws {HttpException} 422 */
  one(body: unknown): MaybePromise<Row>
  /** @throws {HttpException} 422, for each wrong item with its index */
  many(bodies: unknown): MaybePromise<readonly Row[]>
}

const RULES = { whitelist: true, forbidNonWhitelisted: true, errorHttpStatusCode: 422 } as const

/**
 * Makes what reads bodies of a class. What the class does not name is refused; what the entity does not store, and what the
 * database writes by itself, is left out.
 *
 * @param type with rules of class-validator, or one that stands for a Standard Schema
 * @param shape of the entity
 */
export function bodyReader(type: Class, shape: EntityShape): ReadBody {
  const place = { type: 'body', metatype: type, data: undefined } as const
  const one = new ValidationPipe({ ...RULES, transform: true }).prepare(place)
  const many = new ParseArrayPipe({ ...RULES, items: type, stopAtFirstError: false }).prepare(place)
  const writable = [...shape.fields.values()].filter(({ isWritable }) => isWritable).map(({ name }) => name)
  const owners = [...shape.relations.values()].filter(({ isOwner }) => isOwner).map(({ name }) => name)
  const names = [...new Set([...writable, ...owners])]
  const pick = (value: unknown): Row => {
    const given = value as Row
    return Object.fromEntries(
      names.filter((name) => given[name] !== undefined).map((name) => [name, given[name]]),
    )
  }
  const then = <T, R>(value: unknown, next: (value: T) => R): MaybePromise<R> =>
    isPromise<T>(value) ? value.then(next) : next(value as T)
  return {
    one: (body) => then(one === undefined ? body : one(body), pick),
    many: (bodies) => then(many(bodies), (list: readonly unknown[]) => list.map(pick)),
  }
}
