import type { DataSource } from 'typeorm'
import { loadTypeOrm } from '../packages.js'
import { MigrationUnknown } from './errors.js'

/** What is known of one migration. */
export interface MigrationStatus {
  /** Of the class, with its timestamp. */
  readonly name: string
  /**
   * `applied`: it was run; `pending`: it will be run by the next `runMigrations`; `unknown`: it was run, but the program does
   * not have it (any more).
   */
  readonly state: 'applied' | 'pending' | 'unknown'
}

/**
 * Lists the migrations of a data source and of its database, the oldest first. It changes nothing.
 *
 * @param source open
 */
export async function migrationStatus(source: DataSource): Promise<readonly MigrationStatus[]> {
  const executor = new (loadTypeOrm().MigrationExecutor)(source)
  const applied = new Set((await executor.getExecutedMigrations()).map(({ name }) => name))
  const known = source.migrations.map((one) => one.name ?? one.constructor.name)
  const all = new Map<string, MigrationStatus['state']>()
  for (const name of applied) all.set(name, 'unknown')
  for (const name of known) all.set(name, applied.has(name) ? 'applied' : 'pending')
  return [...all]
    .map(([name, state]) => ({ name, state }))
    .sort((one, other) => timestampOf(one.name) - timestampOf(other.name))
}

/**
 * Runs the migrations that were not run yet, while no other process does.
 *
 * @param source open
 * @returns their names
 * @throws {CorbelError} CORBEL_MIGRATIONS_LOCKED
 */
export async function runMigrations(source: DataSource): Promise<readonly string[]> {
  return (await source.runMigrations()).map(({ name }) => name)
}

/**
 * Undoes the migrations that were run last.
 *
 * @param source open
 * @param count how many. Default 1
 * @returns their names, the last first; fewer if there are no more
 * @throws {CorbelError} CORBEL_MIGRATIONS_LOCKED; CORBEL_MIGRATION_UNKNOWN before anything is undone
 */
export async function revertMigrations(source: DataSource, count = 1): Promise<readonly string[]> {
  const done = (await migrationStatus(source)).filter(({ state }) => state !== 'pending')
  const last = done.slice(-count).reverse()
  const unknown = last.find(({ state }) => state === 'unknown')
  if (unknown !== undefined) throw new MigrationUnknown({ migration: unknown.name })
  for (const _ of last) await source.undoLastMigration()
  return last.map(({ name }) => name)
}

/** Names end in the milliseconds since 1970 at which they were made. */
function timestampOf(name: string): number {
  return Number(name.slice(-13))
}
