import type { DataSource } from 'typeorm'
import { loadTypeOrm } from '../packages.js'

/** The table in which seeders are that have run. */
const TABLE = 'corbel_seeds'

/** Remembers in the database itself which seeders have run on it. */
export class SeedLog {
  constructor(private readonly source: DataSource) {}

  /** The names of those that have run. The table is made if it is not there. */
  async read(): Promise<ReadonlySet<string>> {
    const { Table } = loadTypeOrm()
    const { driver, options } = this.source
    const { schema } = options as { schema?: string }
    const runner = this.source.createQueryRunner()
    try {
      const name = driver.buildTableName(TABLE, schema)
      if (!(await runner.hasTable(name))) {
        const type = driver.normalizeType({ type: 'varchar' })
        const length = '160'
        await runner.createTable(
          new Table({ name, columns: [{ name: 'name', type, length, isPrimary: true }] }),
        )
      }
      const rows: { name: string }[] = await this.source
        .createQueryBuilder()
        .select('seeds.name', 'name')
        .from(name, 'seeds')
        .getRawMany()
      return new Set(rows.map((row) => row.name))
    } finally {
      await runner.release()
    }
  }

  /** @param name of a seeder that runs in the transaction of the caller */
  async add(name: string): Promise<void> {
    const { schema } = this.source.options as { schema?: string }
    const table = this.source.driver.buildTableName(TABLE, schema)
    await this.source.createQueryBuilder().insert().into(table).values({ name }).execute()
  }
}
