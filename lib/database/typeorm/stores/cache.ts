import { createHash, randomBytes } from 'node:crypto'
import type { DataSource } from 'typeorm'
import type { Cache } from '../../../core/index.js'
import { failureKind } from '../failure-kind.js'
import { storeEntities, type CacheRow } from './entities.js'
import { StoreContended } from './errors.js'
import { Sweep } from './sweep.js'

/** How often a change is tried anew where somebody else was faster. */
const ATTEMPTS = 100

/** A cache in a table of the application's database: for applications that have no Redis, and little to count. */
export class TypeOrmCache implements Cache {
  private readonly entity = storeEntities().cache
  private readonly sweep: Sweep

  /**
   * @param source that has the entities
   * @param now milliseconds since 1970; the same for all processes
   */
  constructor(
    private readonly source: DataSource,
    private readonly now: () => number = Date.now,
  ) {
    this.sweep = new Sweep(source, this.entity, now)
  }

  async get<T>(key: string): Promise<T | undefined> {
    const row = await this.find(idOf(key))
    return row === undefined ? undefined : (JSON.parse(row.value) as T)
  }

  async set(key: string, value: unknown, ttl?: number): Promise<void> {
    await this.sweep.run()
    const row = this.rowOf(idOf(key), JSON.stringify(value), ttl)
    await this.retry(key, async () => {
      const present = await this.source.createQueryBuilder(this.entity, 'c').where('c.id = :id', row).getOne()
      return present === null ? this.insert(row) : this.replace(present, row)
    })
  }

  async delete(key: string): Promise<boolean> {
    const row = await this.find(idOf(key))
    return row !== undefined && this.remove(row)
  }

  async add(key: string, value: unknown, ttl?: number): Promise<boolean> {
    await this.sweep.run()
    const row = this.rowOf(idOf(key), JSON.stringify(value), ttl)
    // what has expired is not there any more
    await this.source
      .createQueryBuilder()
      .delete()
      .from(this.entity)
      .where('id = :id AND expires_at <= :now', { id: row.id, now: this.now() })
      .execute()
    return this.insert(row)
  }

  async increment(
    key: string,
    { by = 1, ttl }: { readonly by?: number; readonly ttl?: number } = {},
  ): Promise<number> {
    const id = idOf(key)
    let count = 0
    await this.retry(key, async () => {
      const row = await this.find(id)
      count = (row === undefined ? 0 : Number(row.value)) + by
      if (row === undefined) return this.add(key, count, ttl)
      return this.replace(row, { ...row, value: String(count), stamp: stamp() })
    })
    return count
  }

  async take<T>(key: string): Promise<T | undefined> {
    const row = await this.find(idOf(key))
    // of several that have seen it, one has deleted it
    return row !== undefined && (await this.remove(row)) ? (JSON.parse(row.value) as T) : undefined
  }

  private async find(id: string): Promise<CacheRow | undefined> {
    const row = await this.source
      .createQueryBuilder(this.entity, 'c')
      .where('c.id = :id AND (c.expiresAt IS NULL OR c.expiresAt > :now)', { id, now: this.now() })
      .getOne()
    return row ?? undefined
  }

  private async insert(row: CacheRow): Promise<boolean> {
    try {
      await this.source.createQueryBuilder().insert().into(this.entity).values(row).execute()
      return true
    } catch (error) {
      if (failureKind(error) === 'unique') return false
      throw error
    }
  }

  private async replace(seen: CacheRow, row: CacheRow): Promise<boolean> {
    const { value, expiresAt, stamp: next } = row
    const { affected } = await this.source
      .createQueryBuilder()
      .update(this.entity)
      .set({ value, expiresAt, stamp: next })
      .where('id = :id AND stamp = :stamp', { id: seen.id, stamp: seen.stamp })
      .execute()
    return affected === 1
  }

  private async remove({ id, stamp: seen }: CacheRow): Promise<boolean> {
    const { affected } = await this.source
      .createQueryBuilder()
      .delete()
      .from(this.entity)
      .where('id = :id AND stamp = :seen', { id, seen })
      .execute()
    return affected === 1
  }

  private rowOf(id: string, value: string, ttl: number | undefined): CacheRow {
    return { id, value, expiresAt: ttl === undefined ? null : this.now() + ttl, stamp: stamp() }
  }

  private async retry(key: string, change: () => Promise<boolean>): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) if (await change()) return
    throw new StoreContended({ key: key.slice(0, 100) })
  }
}

function idOf(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

function stamp(): string {
  return randomBytes(16).toString('base64url')
}
