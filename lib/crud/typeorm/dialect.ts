import type { DataSource } from 'typeorm'
import { defineError } from '../../common/index.js'

/** A database whose SQL `@Crud` does not write. */
export const CrudDatabaseUnsupported = defineError<{ database: string }>(
  'CORBEL_CRUD_DATABASE',
  '@Crud() does not work on {database}: it knows PostgreSQL, CockroachDB, MySQL, MariaDB and SQLite.',
)

/** What differs between databases in the statements of `@Crud`. */
export interface Dialect {
  /** The placeholder of a value. */
  readonly placeholder: (position: number) => string
  /** A column as text of full precision. */
  readonly asText: (column: string) => string
  /** Compares with a pattern, in which `%` and `_` are wildcards and `!` takes their meaning away. */
  readonly like: (column: string, placeholder: string) => string
  readonly ilike: (column: string, placeholder: string) => string
  /** Makes the pattern of `like` of one with `%`, `_` and `!`. */
  readonly pattern: (like: string) => string
  /** Behind a SELECT whose rows nobody else may change. */
  readonly forUpdate: string
}

const same = (text: string): string => text

const postgres: Dialect = {
  placeholder: (position) => `$${position}`,
  asText: (column) => `CAST(${column} AS text)`,
  like: (column, placeholder) => `${column} LIKE ${placeholder} ESCAPE '!'`,
  ilike: (column, placeholder) => `${column} ILIKE ${placeholder} ESCAPE '!'`,
  pattern: same,
  forUpdate: ' FOR UPDATE',
}

const mysql: Dialect = {
  placeholder: () => '?',
  asText: (column) => `CAST(${column} AS CHAR)`,
  like: (column, placeholder) => `${column} LIKE BINARY ${placeholder} ESCAPE '!'`,
  ilike: (column, placeholder) => `LOWER(${column}) LIKE LOWER(${placeholder}) ESCAPE '!'`,
  pattern: same,
  forUpdate: ' FOR UPDATE',
}

const sqlite: Dialect = {
  placeholder: () => '?',
  asText: (column) => `CAST(${column} AS TEXT)`,
  // its LIKE does not tell upper from lower case
  like: (column, placeholder) => `${column} GLOB ${placeholder}`,
  ilike: (column, placeholder) => `${column} LIKE ${placeholder} ESCAPE '!'`,
  pattern: globOf,
  // whoever writes has the database alone
  forUpdate: '',
}

function globOf(like: string): string {
  return like.replace(/!(.)|([%_*?[])/g, (_, escaped: string | undefined, char: string | undefined) => {
    if (char === '%') return '*'
    if (char === '_') return '?'
    const literal = escaped ?? char!
    return '*?['.includes(literal) ? `[${literal}]` : literal
  })
}

const DIALECTS: Readonly<Partial<Record<DataSource['options']['type'], Dialect>>> = {
  postgres,
  cockroachdb: postgres,
  'aurora-postgres': postgres,
  mysql,
  mariadb: mysql,
  'aurora-mysql': mysql,
  'better-sqlite3': sqlite,
  sqljs: sqlite,
  capacitor: sqlite,
  cordova: sqlite,
  expo: sqlite,
  nativescript: sqlite,
  'react-native': sqlite,
}

/**
 * The dialect of a database.
 *
 * @param type typeorm's name of the driver
 * @throws {CorbelError} CORBEL_CRUD_DATABASE
 */
export function dialectOf(type: DataSource['options']['type']): Dialect {
  const dialect = DIALECTS[type]
  if (dialect === undefined) throw new CrudDatabaseUnsupported({ database: type })
  return dialect
}
