import type { DataSource, EntityTarget as TypeOrmTarget, ObjectLiteral } from 'typeorm'
import type { Factory, FactoryContext } from './factory.js'
import { seedRandom, type SeedRandom } from './random.js'

/** How values are made. */
export interface SeedingOptions {
  /** The same seed gives the same values. Default 1. */
  readonly seed?: number | string
  /** An instance of `@faker-js/faker` that definitions use: it is seeded anew for each record. */
  readonly faker?: { seed(seed: number): unknown }
}

/** Statements have a limit of parameters, and memory has one of records. */
const BATCH = 200

/** Makes records by their factories, and saves them. */
export class Seeding {
  private readonly sequences = new Map<string, number>()
  private readonly seed: number | string

  /**
   * @param source open; inside a transaction, records are saved in it
   * @param options what values depend on
   */
  constructor(
    readonly source: DataSource,
    private readonly options: SeedingOptions = {},
  ) {
    this.seed = options.seed ?? 1
  }

  /**
   * Makes a record without saving it, or what it refers to.
   *
   * @param factory of its entity
   * @param values that it has in any case
   */
  make<T extends ObjectLiteral>(factory: Factory<T>, values: Partial<T> = {}): T {
    return this.build(factory, values, [])
  }

  /** As `make`, several of them. */
  makeMany<T extends ObjectLiteral>(factory: Factory<T>, count: number, values: Partial<T> = {}): T[] {
    return Array.from({ length: count }, () => this.make(factory, values))
  }

  /**
   * Makes a record and saves it, after what it refers to.
   *
   * @param factory of its entity
   * @param values that it has in any case
   */
  async create<T extends ObjectLiteral>(factory: Factory<T>, values: Partial<T> = {}): Promise<T> {
    const [record] = await this.createMany(factory, 1, values)
    return record!
  }

  /** As `create`, several of them: in few statements. */
  async createMany<T extends ObjectLiteral>(
    factory: Factory<T>,
    count: number,
    values: Partial<T> = {},
  ): Promise<T[]> {
    const all: T[] = []
    for (let left = count; left > 0; left -= BATCH) {
      const before: Used[] = []
      const records = Array.from({ length: Math.min(left, BATCH) }, () => this.build(factory, values, before))
      for (const { factory: other, record } of before) await this.save(other, [record])
      all.push(...(await this.save(factory, records)))
    }
    return all
  }

  /** Values of their own for what no factory makes. @param name tells them apart */
  random(name: string): SeedRandom {
    return seedRandom(`${this.seed} ${name}`)
  }

  private async save<T extends ObjectLiteral>(factory: Factory<T>, records: T[]): Promise<T[]> {
    await this.source.manager.save(records, { chunk: BATCH })
    if (factory.afterCreate !== undefined) {
      for (const record of records) await factory.afterCreate(record, this)
    }
    return records
  }

  /** @param used gets what has to be saved before the record, in order */
  private build<T extends ObjectLiteral>(factory: Factory<T>, values: Partial<T>, used: Used[]): T {
    const sequence = (this.sequences.get(factory.name) ?? 0) + 1
    this.sequences.set(factory.name, sequence)
    const random = this.random(`${factory.name} ${sequence}`)
    this.options.faker?.seed(random.integer(0, 2 ** 31))
    const own: Used[] = []
    const context: FactoryContext = {
      random,
      sequence,
      use: (other, given) => this.refer(other, given, own),
      useMany: (other, count, given) => Array.from({ length: count }, () => this.refer(other, given, own)),
    }
    const made = { ...factory.define(context), ...values }
    // what given values have replaced is not saved for nothing
    const kept = new Set(Object.values(made).flat())
    used.push(...own.filter(({ record }) => kept.has(record)).flatMap((one) => [...one.before, one]))
    const target = factory.entity as TypeOrmTarget<T>
    const record = this.source.manager.create(target)
    return Object.assign<object, object>(record, made) as T
  }

  private refer<T extends ObjectLiteral>(factory: Factory<T>, values: Partial<T> = {}, own: Used[]): T {
    const before: Used[] = []
    const record = this.build(factory, values, before)
    own.push({ factory: factory as unknown as Factory<ObjectLiteral>, record, before })
    return record
  }
}

interface Used {
  readonly factory: Factory<ObjectLiteral>
  readonly record: ObjectLiteral
  /** What it refers to itself. */
  readonly before: readonly Used[]
}
