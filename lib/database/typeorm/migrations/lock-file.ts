import type { DataSourceOptions } from 'typeorm'
import { loadPackage } from '../packages.js'
import type { MigrationLock } from './lock.js'

/** What better-sqlite3 and libsql have in common, as far as it is needed here. */
interface SqliteConnection {
  exec(statement: string): unknown
  close(): void
}
type SqliteDriver = new (file: string, options: { timeout: number }) => SqliteConnection

type SqliteOptions = Extract<DataSourceOptions, { type: 'better-sqlite3' }>

/**
 * The lock of an SQLite database: a write transaction on a small file beside it. The operating system ends it with the
 * process, however that ends. It cannot be on the database itself, where it would keep the migrations from writing, and
 * the file stays: whoever waits for a file that somebody removes would have a lock that the next one does not see.
 *
 * @param options of the data source
 * @returns undefined for a database in memory, which nobody else can have
 */
export function lockFile({ database, driver }: SqliteOptions): MigrationLock | undefined {
  if (database === '' || database.startsWith(':memory:')) return undefined
  let connection: SqliteConnection | undefined
  return {
    tryTake() {
      try {
        connection ??= new (driverOf(driver))(`${database}-migrations`, { timeout: 0 })
        connection.exec('BEGIN IMMEDIATE')
        return Promise.resolve(true)
      } catch (error) {
        return isBusy(error) ? Promise.resolve(false) : Promise.reject(error)
      }
    },
    release() {
      connection?.close()
      connection = undefined
      return Promise.resolve()
    },
  }
}

function driverOf(given: unknown): SqliteDriver {
  return (given ??
    loadPackage('better-sqlite3', 'A data source of the type "better-sqlite3"')) as SqliteDriver
}

function isBusy(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown }
  return /SQLITE_(?:BUSY|LOCKED)/.test(String(code)) || /database is locked/.test(String(message))
}
