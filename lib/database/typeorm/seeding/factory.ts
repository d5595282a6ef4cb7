import type { ObjectLiteral } from 'typeorm'
import type { MaybePromise } from '../../../common/index.js'
import type { EntityTarget } from '../../tokens.js'
import type { SeedRandom } from './random.js'
import type { Seeding } from './seeding.js'

/** What a definition is given for one record. */
export interface FactoryContext {
  /** The same for the same seed, factory and number of the record, whatever else is made. */
  readonly random: SeedRandom
  /** The number of the record among those of the factory, from 1. */
  readonly sequence: number
  /**
   * A record of another factory that this one refers to: saved before it by `create`, only made by `make`.
   *
   * @param factory of the other entity
   * @param values that it has in any case
   */
  use<T extends ObjectLiteral>(factory: Factory<T>, values?: Partial<T>): T
  /** As `use`, several of them. */
  useMany<T extends ObjectLiteral>(factory: Factory<T>, count: number, values?: Partial<T>): T[]
}

/** What else belongs to the records of a factory. */
export interface FactoryOptions<T> {
  /** Tells factories of one entity apart in what `random` gives. Default: the entity's name. */
  readonly name?: string
  /** Called when a record was saved: makes those that refer to it. */
  readonly afterCreate?: (record: T, seeding: Seeding) => MaybePromise<unknown>
}

/** How records of an entity are made. */
export interface Factory<T extends ObjectLiteral> {
  readonly entity: EntityTarget
  readonly name: string
  readonly define: (context: FactoryContext) => Partial<T>
  readonly afterCreate: FactoryOptions<T>['afterCreate']
}

/**
 * Says how records of an entity are made, for demo data and tests.
 *
 * @param entity the class
 * @param define the values of one record
 * @param options its name, and what is made after it
 * @example
 * const books = defineFactory(Book, ({ random, sequence, use }) => ({
 *   title: `Book ${sequence}`,
 *   pages: random.integer(80, 900),
 *   author: use(authors),
 * }))
 */
export function defineFactory<T extends ObjectLiteral>(
  entity: abstract new (...args: never[]) => T,
  define: (context: FactoryContext) => Partial<T>,
  options: FactoryOptions<T> = {},
): Factory<T> {
  return { entity, name: options.name ?? entity.name, define, afterCreate: options.afterCreate }
}
