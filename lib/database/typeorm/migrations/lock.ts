import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { DataSource, QueryRunner } from 'typeorm'
import { CallStorage } from '../../../common/index.js'
import { flowsOf } from '../join-transactions.js'
import { lockFile } from './lock-file.js'
import { MigrationsLocked } from './errors.js'

/** Default of `wait`, in milliseconds: longer than most migrations, shorter than the patience of most deployments. */
export const MIGRATIONS_WAIT_MS = 120_000
const LONGEST_PAUSE_MS = 500

/** A lock that one instance of the application has at a time, whatever machine it is on. */
export interface MigrationLock {
  /** @returns false while somebody else has it */
  tryTake(): Promise<boolean>
  release(): Promise<void>
}

/** What has the lock may ask for it again: seeds that synchronise, migrations that run others. */
const holders = new CallStorage<{ readonly source: DataSource; readonly runner: QueryRunner }>()

/**
 * Runs something while no other process migrates the same database. It asks again and again rather than in one waiting
 * statement: that one would have an old snapshot, for which `CREATE INDEX CONCURRENTLY` of the other process would wait.
 *
 * @param source open
 * @param wait milliseconds to wait for others at most
 * @param work gets the runner that has the lock; everything that it asks of the data source goes through this runner
 * @throws {CorbelError} CORBEL_MIGRATIONS_LOCKED after the wait
 */
export async function withMigrationLock<T>(
  source: DataSource,
  wait: number,
  work: (runner: QueryRunner) => Promise<T>,
): Promise<T> {
  const held = holders.get()
  if (held?.source === source) return work(held.runner)
  const runner = source.createQueryRunner()
  const lock = lockOf(source, runner)
  try {
    if (lock !== undefined) await take(lock, wait)
    try {
      const flows = flowsOf(source)
      const holding = (): Promise<T> => holders.run({ source, runner }, () => work(runner))
      return await (flows?.using(runner, holding) ?? holding())
    } finally {
      await lock?.release()
    }
  } finally {
    await runner.release()
  }
}

async function take(lock: MigrationLock, wait: number): Promise<void> {
  const end = performance.now() + wait
  for (let pause = 20; !(await lock.tryTake()); pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    if (performance.now() >= end) throw new MigrationsLocked({ wait })
    await delay(pause)
  }
}

/** @returns undefined where nobody else can have the database, or where it has no locks */
function lockOf({ options, driver }: DataSource, runner: QueryRunner): MigrationLock | undefined {
  const { migrationsTableName: table = 'migrations', type } = options
  switch (type) {
    case 'postgres':
    case 'aurora-postgres': {
      const [high, low] = keysOf(`${driver.schema ?? ''}.${table}`)
      return {
        tryTake: () => isTaken(runner, `SELECT pg_try_advisory_lock(${high}, ${low}) AS taken`),
        release: () => quietly(runner, `SELECT pg_advisory_unlock(${high}, ${low})`),
      }
    }
    case 'mysql':
    case 'mariadb':
    case 'aurora-mysql': {
      // such names count for the whole server, and have 64 characters
      const name = `corbel migrations ${keysOf(`${driver.database ?? ''}.${table}`).join(' ')}`
      return {
        tryTake: () => isTaken(runner, `SELECT GET_LOCK('${name}', 0) AS taken`),
        release: () => quietly(runner, `SELECT RELEASE_LOCK('${name}')`),
      }
    }
    case 'better-sqlite3':
      return lockFile(options)
    default:
      return undefined
  }
}

/** Two numbers of 32 bits, as `pg_advisory_lock` takes them. */
function keysOf(name: string): [number, number] {
  const hash = createHash('sha256').update(`corbel migrations ${name}`).digest()
  return [hash.readInt32BE(0), hash.readInt32BE(4)]
}

async function isTaken(runner: QueryRunner, statement: string): Promise<boolean> {
  const rows: { taken: unknown }[] = await runner.query(statement)
  // MariaDB gives numbers as text
  return rows[0]?.taken === true || Number(rows[0]?.taken) === 1
}

/** The end of a connection ends its locks: what fails here must not hide why the migrations have failed. */
async function quietly(runner: QueryRunner, statement: string): Promise<void> {
  await runner.query(statement).catch(() => undefined)
}
