import type { DataSource, DataSourceOptions } from 'typeorm'
import { ConnectionLock } from './connection-lock.js'
import { joinTransactions } from './join-transactions.js'
import type { TypeOrm } from './packages.js'
import { shareConnection } from './serial-runner.js'
import { TransactionFlows } from './transaction-flow.js'

/**
 * Makes a data source whose one connection may be used from everywhere at once. typeorm gives all users of an SQLite
 * data source the same query runner: overlapping transactions fail, and what others write meanwhile is rolled back
 * with them. Here each user has a runner of its own and they take turns.
 *
 * @param typeorm the package
 * @param options of an SQLite driver
 * @param busyTimeout milliseconds that somebody waits for the connection at most
 */
export function createSerialDataSource(
  { DataSource: Base }: TypeOrm,
  options: DataSourceOptions,
  busyTimeout: number,
): DataSource {
  const lock = new ConnectionLock(busyTimeout)
  const flows = new TransactionFlows(busyTimeout)
  /** Prepared statements belong to the connection, so all runners share them. */
  let statements: unknown

  class SerialDataSource extends Base {
    override async destroy(): Promise<void> {
      // work in the background may be in a transaction still; after the timeout it has had its time
      await lock.untilFree().catch(() => undefined)
      // the driver leaves the log beside the file; whoever copies the file alone should have everything
      if ('enableWAL' in options && options.enableWAL === true && this.isInitialized) {
        await this.query('PRAGMA wal_checkpoint(TRUNCATE)').catch(() => undefined)
      }
      await super.destroy()
      statements = undefined
    }
  }

  const source = new SerialDataSource(options)
  const create = source.createQueryRunner.bind(source)
  joinTransactions(source, flows, (mode) => {
    // the driver makes a new runner only if it remembers none
    Object.assign(source.driver, { queryRunner: undefined })
    const runner = create(mode)
    const own: unknown = Reflect.get(runner, 'stmtCache')
    if (own !== undefined) Reflect.set(runner, 'stmtCache', (statements ??= own))
    return shareConnection(runner, lock, flows)
  })
  return source
}
