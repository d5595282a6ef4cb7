import type { DataSource, EntitySchema } from 'typeorm'

/** How often what has expired is deleted, in milliseconds. */
const PAUSE = 60_000

/** Deletes what has expired now and then, when something is written: no timer keeps a process alive. */
export class Sweep {
  private last = -Infinity

  /**
   * @param source of the table
   * @param entity with a column `expires_at`
   * @param now milliseconds since 1970
   */
  constructor(
    private readonly source: DataSource,
    private readonly entity: EntitySchema,
    private readonly now: () => number,
  ) {}

  /** Call it with every write. */
  async run(): Promise<void> {
    const now = this.now()
    if (now - this.last < PAUSE) return
    this.last = now
    const query = this.source.createQueryBuilder().delete().from(this.entity)
    await query.where('expires_at <= :now', { now }).execute()
  }
}
