import type { QueryRunner } from 'typeorm'

/** How large a table is, as far as the database knows. */
export interface Measure {
  readonly rows?: number | undefined
  readonly bytes?: number | undefined
  readonly indexBytes?: number | undefined
}

interface Row {
  readonly name: string
  readonly row_count: string | number | null
  readonly bytes: string | number | null
  readonly index_bytes: string | number | null
}

/** The tables of the current schema, with the estimate that VACUUM and ANALYZE keep (-1: not yet). */
export async function measurePostgres(runner: QueryRunner): Promise<ReadonlyMap<string, Measure>> {
  const rows: Row[] = await runner.query(
    `SELECT c.relname AS name, NULLIF(c.reltuples, -1) AS row_count, pg_table_size(c.oid) AS bytes, pg_indexes_size(c.oid) AS index_bytes
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p')`,
  )
  return byName(rows)
}

/** The columns of indexes in the order that matters, which typeorm does not keep. Indexes on expressions are left out. */
export async function postgresOrders(runner: QueryRunner): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows: { name: string; columns: string[] }[] = await runner.query(
    `SELECT c.relname AS name, array_agg(a.attname::text ORDER BY k.place) AS columns
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attribute, place)
     JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attribute
     WHERE n.nspname = current_schema() AND i.indexprs IS NULL AND k.place <= i.indnkeyatts
     GROUP BY c.relname`,
  )
  return new Map(rows.map(({ name, columns }) => [name, columns]))
}

/** The tables of the current database, with InnoDB's estimates. */
export async function measureMysql(runner: QueryRunner): Promise<ReadonlyMap<string, Measure>> {
  const rows: Row[] = await runner.query(
    `SELECT TABLE_NAME AS name, TABLE_ROWS AS row_count, DATA_LENGTH AS bytes, INDEX_LENGTH AS index_bytes
     FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'`,
  )
  return byName(rows)
}

/** The tables of the file. ANALYZE leaves estimates; sizes are known where SQLite was built with `dbstat`. */
export async function measureSqlite(runner: QueryRunner): Promise<ReadonlyMap<string, Measure>> {
  const tables: { name: string }[] = await runner.query(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`,
  )
  const estimates = await perhaps<{ tbl: string; stat: string }>(runner, 'SELECT tbl, stat FROM sqlite_stat1')
  const sizes = await perhaps<{ owner: string; is_index: number; bytes: number }>(
    runner,
    `SELECT m.tbl_name AS owner, m.type = 'index' AS is_index, SUM(s.pgsize) AS bytes
     FROM dbstat s JOIN sqlite_master m ON m.name = s.name GROUP BY m.tbl_name, m.type`,
  )
  const size = (name: string, isIndex: number): number | undefined =>
    sizes === undefined
      ? undefined
      : (sizes.find((one) => one.owner === name && one.is_index === isIndex)?.bytes ?? 0)
  return new Map(
    tables.map(({ name }) => {
      const stat = estimates?.find(({ tbl }) => tbl === name)?.stat
      const rows = stat === undefined ? undefined : Number.parseInt(stat, 10)
      return [name, { rows, bytes: size(name, 0), indexBytes: size(name, 1) }]
    }),
  )
}

/** Asks for what may not be there. */
function perhaps<T>(runner: QueryRunner, statement: string): Promise<T[] | undefined> {
  return (runner.query(statement) as Promise<T[]>).catch(() => undefined)
}

function byName(rows: readonly Row[]): ReadonlyMap<string, Measure> {
  const count = (value: string | number | null): number | undefined =>
    value === null ? undefined : Number(value)
  return new Map(
    rows.map((row) => [
      row.name,
      { rows: count(row.row_count), bytes: count(row.bytes), indexBytes: count(row.index_bytes) },
    ]),
  )
}
