import type { DataSource, QueryRunner, Table } from 'typeorm'
import { isSqlite } from '../options.js'
import { measureMysql, measurePostgres, measureSqlite, postgresOrders, type Measure } from './measures.js'

/** A table as it is in the database, whatever the entities say. */
export interface TableInspection {
  readonly name: string
  /** About how many rows it has, by the statistics of the database; undefined where it has none yet. */
  readonly rows: number | undefined
  /** Of the rows; undefined where the database does not say. */
  readonly bytes: number | undefined
  readonly indexBytes: number | undefined
  readonly columns: readonly ColumnInspection[]
  readonly indexes: readonly IndexInspection[]
  readonly references: readonly ReferenceInspection[]
}

/** A column of a table. */
export interface ColumnInspection {
  readonly name: string
  /** In the words of the database: `character varying(40)`. */
  readonly type: string
  readonly isNullable: boolean
  readonly isPrimary: boolean
  /** Numbered, or otherwise filled in, by the database where nothing is given. */
  readonly isGenerated: boolean
  /** Always computed from other columns: nothing can be written to it. */
  readonly isComputed: boolean
  /** As SQL; undefined if there is none. */
  readonly default: string | undefined
}

/** An index of a table, or a constraint that is one; the primary key is told by the columns. */
export interface IndexInspection {
  readonly name: string
  readonly columns: readonly string[]
  readonly isUnique: boolean
}

/** A foreign key of a table. */
export interface ReferenceInspection {
  readonly columns: readonly string[]
  readonly table: string
  readonly tableColumns: readonly string[]
  readonly onDelete: string | undefined
}

/**
 * Reads what tables a database has, with columns, indexes, references, sizes and about how many rows: those of the schema
 * (PostgreSQL) or database that the data source is on. It changes nothing.
 *
 * @param source open: PostgreSQL, MySQL, MariaDB or SQLite
 * @returns by name, in alphabetical order
 */
export async function inspectDatabase(source: DataSource): Promise<readonly TableInspection[]> {
  const runner = source.createQueryRunner()
  try {
    const measures = await measure(source, runner)
    const tables = await runner.getTables([...measures.keys()])
    const orders = source.options.type === 'postgres' ? await postgresOrders(runner) : NO_ORDERS
    return tables
      .map((table) => inspected(source, table, measures, orders))
      .sort((one, other) => (one.name < other.name ? -1 : 1))
  } finally {
    await runner.release()
  }
}

const NO_ORDERS: ReadonlyMap<string, readonly string[]> = new Map()

function measure({ options }: DataSource, runner: QueryRunner): Promise<ReadonlyMap<string, Measure>> {
  if (isSqlite(options.type)) return measureSqlite(runner)
  return options.type === 'mysql' || options.type === 'mariadb'
    ? measureMysql(runner)
    : measurePostgres(runner)
}

function inspected(
  source: DataSource,
  table: Table,
  measures: ReadonlyMap<string, Measure>,
  orders: ReadonlyMap<string, readonly string[]>,
): TableInspection {
  const name = plain(table.name)
  const { rows, bytes, indexBytes } = measures.get(name) ?? {}
  const uniques = table.uniques.map((unique) => ({
    name: unique.name ?? '',
    columns: orders.get(unique.name ?? '') ?? unique.columnNames,
    isUnique: true,
  }))
  const indexes = table.indices
    .filter((index) => !uniques.some((unique) => unique.name === index.name))
    .map((index) => ({
      name: index.name ?? '',
      columns: orders.get(index.name ?? '') ?? index.columnNames,
      isUnique: index.isUnique,
    }))
  return {
    name,
    rows,
    bytes,
    indexBytes,
    columns: table.columns.map((column) => ({
      name: column.name,
      type: source.driver.createFullType(column),
      isNullable: column.isNullable,
      isPrimary: column.isPrimary,
      isGenerated: column.isGenerated,
      isComputed: column.generatedType !== undefined,
      default: column.default === undefined || column.default === null ? undefined : String(column.default),
    })),
    indexes: [...uniques, ...indexes].sort((one, other) => (one.name < other.name ? -1 : 1)),
    references: table.foreignKeys.map((key) => ({
      columns: key.columnNames,
      table: plain(key.referencedTableName),
      tableColumns: key.referencedColumnNames,
      onDelete: key.onDelete,
    })),
  }
}

/** typeorm puts schema and database before names. */
function plain(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}
