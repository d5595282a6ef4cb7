import type { DataSource, EntityManager } from 'typeorm'
import { quoted } from './connections.js'

/** How rows belong to tenants. */
export interface RowSecurityOptions {
  /** The column that names a row's tenant. */
  readonly column: string
  /** The setting that names the tenant of a transaction. Default `'app.tenant'`. */
  readonly setting?: string
  /** The type of the column. Default `'text'`. */
  readonly type?: 'text' | 'uuid' | 'integer' | 'bigint'
}

/**
 * The statements that show and give each transaction only the rows of its tenant, for a migration. The role of the application
 * must be no superuser and have no BYPASSRLS: those see everything.
 *
 * @param table its name
 * @param options see `RowSecurityOptions`
 * @see PostgreSQL §5.9
 */
export function rowSecurity(
  table: string,
  { column, setting = 'app.tenant', type = 'text' }: RowSecurityOptions,
): readonly string[] {
  const name = table.split('.').map(quoted).join('.')
  // without a tenant the setting is empty, and nothing matches
  const own = `${quoted(column)} = CAST(NULLIF(current_setting('${setting.replaceAll("'", "''")}', true), '') AS ${type})`
  return [
    `ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY`,
    // also for the owner of the table, which applications often are
    `ALTER TABLE ${name} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY ${quoted('tenant')} ON ${name} USING (${own}) WITH CHECK (${own})`,
  ]
}

/**
 * Runs work in a transaction that sees one tenant's rows. Repositories that were injected take part.
 *
 * @param source of the tables
 * @param tenant named for the transaction alone: nothing of it is left on the connection
 * @param work what to do
 * @param setting as in `rowSecurity`
 */
export function asTenant<T>(
  source: DataSource,
  tenant: string,
  work: (manager: EntityManager) => Promise<T>,
  setting = 'app.tenant',
): Promise<T> {
  return source.transaction(async (manager) => {
    await manager.query('SELECT set_config($1, $2, true)', [setting, tenant])
    return work(manager)
  })
}
