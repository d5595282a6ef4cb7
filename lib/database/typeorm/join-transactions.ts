import type { DataSource, EntityManager, QueryRunner } from 'typeorm'
import type { TransactionFlows } from './transaction-flow.js'

/** How a data source makes a runner that is in no transaction yet. */
type CreateRunner = (mode?: 'master' | 'slave') => QueryRunner

const flowsBySource = new WeakMap<DataSource, TransactionFlows>()

/**
 * The flows of a data source that transactions can be joined on.
 *
 * @returns undefined for one that `joinTransactions` was not applied to
 */
export function flowsOf(source: DataSource): TransactionFlows | undefined {
  return flowsBySource.get(source)
}

/**
 * Lets everything that uses a data source take part in the transaction that is open around it: repositories and managers
 * from outside get its query runner, and transactions inside it become savepoints.
 *
 * @param source not in use yet
 * @param flows tells which transaction the running code is in
 * @param fresh makes a runner that is in no transaction; the data source's own way, if left out
 */
export function joinTransactions(
  source: DataSource,
  flows: TransactionFlows,
  fresh: CreateRunner = guarded(source.createQueryRunner.bind(source), flows),
): void {
  const createRunner: CreateRunner = (mode) => flows.joined ?? fresh(mode)
  // asked anew each time: a lazy data source puts something around it
  const current: CreateRunner = (mode) => source.createQueryRunner(mode)
  const createManager = source.createEntityManager.bind(source)
  Object.assign(source, {
    createQueryRunner: createRunner,
    createEntityManager: (runner?: QueryRunner): EntityManager =>
      joining(createManager(runner), flows, current),
  })
  joining(source.manager, flows, current)
  flowsBySource.set(source, flows)
}

function joining(manager: EntityManager, flows: TransactionFlows, createRunner: CreateRunner): EntityManager {
  const { transaction } = manager
  return Object.assign(manager, {
    transaction: (...args: unknown[]): Promise<unknown> => {
      const run = (target: EntityManager): Promise<unknown> => Reflect.apply(transaction, target, args)
      return flows.transaction(manager, run, createRunner)
    },
  })
}

/** Inside a transaction everybody is handed its runner, and nobody but the transaction may end it. */
function guarded(create: CreateRunner, flows: TransactionFlows): CreateRunner {
  return (mode) => {
    const runner = create(mode)
    const release = runner.release.bind(runner)
    return Object.assign(runner, {
      release: () => (flows.current?.runner === runner ? Promise.resolve() : release()),
    })
  }
}
