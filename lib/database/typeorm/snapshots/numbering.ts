import type { DataSource } from 'typeorm'
import type { TableInspection } from '../inspection/index.js'
import { isSqlite } from '../options.js'

/**
 * Reads how far the numbering of rows has come.
 *
 * @param source open
 * @param tables of the database
 * @returns statements that bring it back to here. MySQL and MariaDB have none: there they would end the transaction
 */
export async function numberingOf(
  source: DataSource,
  tables: readonly TableInspection[],
): Promise<readonly string[]> {
  const { type } = source.options
  if (isSqlite(type)) return sqliteNumbering(source)
  return type === 'postgres' ? postgresNumbering(source, tables) : []
}

async function sqliteNumbering(source: DataSource): Promise<readonly string[]> {
  const known: unknown[] = await source.query(`SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'`)
  if (known.length === 0) return []
  const rows: { name: string; seq: number }[] = await source.query('SELECT name, seq FROM sqlite_sequence')
  const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`
  return [
    'DELETE FROM sqlite_sequence',
    ...rows.map(
      ({ name, seq }) => `INSERT INTO sqlite_sequence (name, seq) VALUES (${literal(name)}, ${seq})`,
    ),
  ]
}

async function postgresNumbering(
  source: DataSource,
  tables: readonly TableInspection[],
): Promise<readonly string[]> {
  const quote = (name: string): string => source.driver.escape(name)
  const statements: string[] = []
  for (const table of tables) {
    for (const column of table.columns.filter(({ isGenerated }) => isGenerated)) {
      const [found]: { name: string | null }[] = await source.query(
        'SELECT pg_get_serial_sequence($1, $2) AS name',
        [quote(table.name), column.name],
      )
      if (found?.name == null) continue
      const [state]: { last_value: string; is_called: boolean }[] = await source.query(
        `SELECT last_value, is_called FROM ${found.name}`,
      )
      statements.push(
        `SELECT setval('${found.name.replaceAll("'", "''")}', ${state!.last_value}, ${state!.is_called})`,
      )
    }
  }
  return statements
}
