import type { DataSource, Migration, MigrationExecutor, QueryRunner } from 'typeorm'
import type { TypeOrm } from '../packages.js'
import { withMigrationLock } from './lock.js'

type RunOptions = Parameters<DataSource['runMigrations']>[0]

const guarded = new WeakSet<DataSource>()

/**
 * Makes everything that changes the tables of a data source wait for other processes that do: several instances may start
 * at once, and each migration runs once. It also goes through one connection, so that a pool of one is enough.
 *
 * @param typeorm the package
 * @param source not open yet: `migrationsRun` and `synchronize` in its options are done under the lock, too
 * @param wait milliseconds to wait for others at most
 */
export function guardMigrations(typeorm: TypeOrm, source: DataSource, wait: number): void {
  // a data source that the application makes itself may be in the hands of several modules
  if (guarded.has(source)) return
  guarded.add(source)
  const synchronize = source.synchronize.bind(source)
  const executor = (runner: QueryRunner, options: RunOptions): MigrationExecutor => {
    const made = new typeorm.MigrationExecutor(source, runner)
    made.transaction = options?.transaction ?? source.options.migrationsTransactionMode ?? 'all'
    made.fake = options?.fake ?? false
    return made
  }
  Object.assign(source, {
    synchronize: (dropBeforeSync?: boolean): Promise<void> =>
      withMigrationLock(source, wait, () => synchronize(dropBeforeSync)),
    runMigrations: (options?: RunOptions): Promise<Migration[]> =>
      withMigrationLock(source, wait, (runner) => executor(runner, options).executePendingMigrations()),
    undoLastMigration: (options?: RunOptions): Promise<void> =>
      withMigrationLock(source, wait, (runner) => undo(executor(runner, options), runner)),
  })
}

/** SQLite cannot leave foreign keys alone once a transaction is open, and a table made anew would empty those that refer to it. */
async function undo(executor: MigrationExecutor, runner: QueryRunner): Promise<void> {
  await runner.beforeMigration()
  try {
    await executor.undoLastMigration()
  } finally {
    await runner.afterMigration()
  }
}
