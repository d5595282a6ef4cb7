import type { DataSourceOptions } from 'typeorm'
import { loadIfInstalled, loadPackage } from './packages.js'

interface PGlite {
  close(): Promise<void>
}
interface PGlitePackage {
  readonly PGlite: new (folder: string, options: { extensions: object }) => PGlite
}
interface NodePostgres {
  createPgConfig(database: PGlite): object
}

const opened = new WeakMap<object, PGlite>()

/**
 * The options of an embedded PostgreSQL, with pgvector where `@electric-sql/pglite-pgvector` is installed.
 *
 * @param folder where it keeps its files; in memory if empty
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING
 */
export function pgliteOptions(folder: string): DataSourceOptions {
  const purpose = 'The embedded PostgreSQL of TypeOrmModule'
  const { PGlite } = loadPackage('@electric-sql/pglite', purpose) as PGlitePackage
  const { createPgConfig } = loadPackage('@electric-sql/pglite/node-postgres', purpose) as NodePostgres
  const vectors = loadIfInstalled('@electric-sql/pglite-pgvector') as { vector: object } | undefined
  const extensions = vectors === undefined ? {} : { vector: vectors.vector }
  const database = new PGlite(folder === '' ? 'memory://' : folder, { extensions })
  // one connection is all there is, and the first has to wait until the database is unpacked
  const extra = { ...createPgConfig(database), max: 1, connectionTimeoutMillis: 60_000 }
  opened.set(extra, database)
  return { type: 'postgres', extra }
}

/**
 * Closes the embedded PostgreSQL that `pgliteOptions` has made, so that its files are complete.
 *
 * @param options of a data source that is closed; those of other databases have nothing to close
 */
export async function closePglite({ extra }: DataSourceOptions): Promise<void> {
  if (typeof extra === 'object' && extra !== null) await opened.get(extra as object)?.close()
}
