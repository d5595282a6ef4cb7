import type { TypeOrmModuleOptions } from 'corbel/database/typeorm'

/** Where the shop keeps its records. */
export interface ShopDatabase {
  /** Of a PostgreSQL database. Without it, the embedded SQLite. */
  readonly url?: string | undefined
  /** The file of the embedded database; in memory if left out. */
  readonly database?: string | undefined
  /** The schema in PostgreSQL. Default: that of the connection. */
  readonly schema?: string | undefined
}

/**
 * The options of the data source. Tables are made as the entities say, which is fine for a sample; use migrations for
 * anything that has to live.
 */
export function databaseOptions({ url, database = ':memory:', schema }: ShopDatabase): TypeOrmModuleOptions {
  if (url === undefined) return { database, synchronize: true }
  return { type: 'postgres', url, synchronize: true, ...(schema !== undefined && { schema }) }
}
