import type { QueryRunner } from 'typeorm'
import type { ConnectionLock } from './connection-lock.js'
import type { TransactionFlows } from './transaction-flow.js'

/**
 * Makes a query runner share its connection with others: a transaction has the connection from its begin to its end, any
 * other statement for as long as it runs.
 *
 * @param runner fresh, not used by anybody else
 * @param lock of the connection
 * @param flows tells which transaction the running code is in
 * @returns the same runner
 */
export function shareConnection<R extends QueryRunner>(
  runner: R,
  lock: ConnectionLock,
  flows: TransactionFlows,
): R {
  const plainQuery = runner.query
  const start = runner.startTransaction.bind(runner)
  const commit = runner.commitTransaction.bind(runner)
  const rollback = runner.rollbackTransaction.bind(runner)
  const release = runner.release.bind(runner)
  const query = ([text, values, ...rest]: unknown[]): Promise<unknown> =>
    Reflect.apply(plainQuery, runner, [text, bindable(values), ...rest])
  let hasConnection = false

  function leaveIfEnded(): void {
    if (!hasConnection || runner.isTransactionActive) return
    hasConnection = false
    lock.release()
  }

  /** After a begin or rollback that failed there is no transaction, whatever the runner believes. */
  function forget(): void {
    if (Number(Reflect.get(runner, 'transactionDepth')) > 1) return
    Object.assign(runner, { isTransactionActive: false, transactionDepth: 0 })
  }

  return Object.assign(runner, {
    async query(...args: unknown[]): Promise<unknown> {
      if (!hasConnection) return lock.run(() => query(args))
      // a statement beside a nested transaction must not be undone with it
      const flow = flows.current
      if (flow?.runner === runner && flow.inner.isTaken) await flow.inner.untilFree()
      return query(args)
    },

    async startTransaction(...args: Parameters<QueryRunner['startTransaction']>): Promise<void> {
      if (hasConnection) return start(...args)
      await lock.acquire()
      hasConnection = true
      try {
        await start(...args)
      } catch (error) {
        forget()
        leaveIfEnded()
        throw error
      }
    },

    async commitTransaction(): Promise<void> {
      try {
        await commit()
      } finally {
        leaveIfEnded()
      }
    },

    async rollbackTransaction(): Promise<void> {
      try {
        await rollback()
      } catch (error) {
        forget()
        throw error
      } finally {
        leaveIfEnded()
      }
    },

    async release(): Promise<void> {
      // inside a transaction everybody is handed its runner, and nobody but the transaction may end it
      if (flows.current?.runner === runner) return
      if (hasConnection) await runner.rollbackTransaction()
      await release()
    },
  })
}

/** A lone NULL is taken by libsql for an object of named parameters; in a list of its own it is what it is. */
function bindable(values: unknown): unknown {
  return Array.isArray(values) && values.length === 1 && values[0] === null ? [values] : values
}
