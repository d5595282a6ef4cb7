import type { DataSource } from 'typeorm'

/** How the database would run a statement. */
export interface Explanation {
  /** The plan, a line each. */
  readonly plan: readonly string[]
  /** Statements that would make indexes; PostgreSQL only. */
  readonly indexes: readonly string[]
}

/** Stands before statements of this folder, which are not counted. */
export const OWN = '/* query insight */'

/** What can be explained, with nothing behind it that would be run. */
const EXPLAINABLE = /^\s*(?:SELECT|WITH|INSERT|UPDATE|DELETE)\b[^;]*;?\s*$/i
/** The explanation of any other statement would stay open in SQLite, and keep transactions from ending. */
const READS = /^\s*SELECT\b/i

/**
 * Asks the database how it would run a statement. It is not run.
 *
 * @param source of the statement
 * @param sql its text
 * @param parameters its values
 * @param manyRows from how many rows on reading a whole table suggests an index
 * @returns undefined for what cannot be explained
 */
export async function explain(
  source: DataSource,
  sql: string,
  parameters: readonly unknown[],
  manyRows: number,
): Promise<Explanation | undefined> {
  if (!EXPLAINABLE.test(sql)) return undefined
  const ask = <T>(prefix: string): Promise<T[]> =>
    source.query<T[]>(`${OWN} ${prefix} ${sql}`, [...parameters])
  const { type } = source.options
  if (type === 'postgres') {
    const rows = await ask<{ 'QUERY PLAN': string }>('EXPLAIN')
    const [json] = await ask<{ 'QUERY PLAN': readonly { Plan: PlanNode }[] }>('EXPLAIN (FORMAT JSON)')
    const root = json?.['QUERY PLAN'][0]?.Plan
    return {
      plan: rows.map((row) => row['QUERY PLAN']),
      indexes: root === undefined ? [] : await suggestIndexes(source, root, manyRows),
    }
  }
  const isServer = type === 'mysql' || type === 'mariadb'
  if (!isServer && !READS.test(sql)) return undefined
  const prefix = isServer ? 'EXPLAIN' : 'EXPLAIN QUERY PLAN'
  const rows = await ask<Record<string, unknown>>(prefix)
  return {
    plan: rows.map((row) => ('detail' in row ? String(row['detail']) : JSON.stringify(row))),
    indexes: [],
  }
}

/** A node of PostgreSQL's plans (§14.1), as far as it is read here. */
interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly Schema?: string
  readonly Filter?: string
  readonly Plans?: readonly PlanNode[]
}

/** A column that is compared with one value: `(author_id = 7)`, `((slug)::text = 'x'::text)`. */
const EQUALITY = /\(+(?:"((?:[^"]|"")+)"|([a-z_][\w$]*))\)?(?:::[\w ]+)? = (?!ANY)/g

async function suggestIndexes(source: DataSource, root: PlanNode, manyRows: number): Promise<string[]> {
  const wanted = new Map<string, ReadonlySet<string>>()
  const visit = (node: PlanNode): void => {
    const { 'Relation Name': table, Filter: filter } = node
    if (node['Node Type'].endsWith('Seq Scan') && table !== undefined && filter !== undefined) {
      const columns = new Set([...filter.matchAll(EQUALITY)].map(([, quoted, plain]) => quoted ?? `${plain}`))
      if (columns.size > 0) wanted.set(table, columns)
    }
    node.Plans?.forEach(visit)
  }
  visit(root)
  const indexes: string[] = []
  for (const [table, columns] of wanted) {
    const [size] = await source.query<{ rows: number }[]>(
      `${OWN} SELECT greatest(reltuples, 0)::float8 AS rows FROM pg_class WHERE relname = $1 ORDER BY 1 DESC LIMIT 1`,
      [table],
    )
    if (size === undefined || size.rows < manyRows) continue
    const names = [...columns].map((column) => source.driver.escape(column)).join(', ')
    indexes.push(`CREATE INDEX ON ${source.driver.escape(table)} (${names})`)
  }
  return indexes
}
