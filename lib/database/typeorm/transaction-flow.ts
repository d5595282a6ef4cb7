import type { EntityManager, QueryRunner } from 'typeorm'
import { CallStorage, type MaybePromise } from '../../common/index.js'
import { Logger } from '../../core/index.js'
import { currentTransaction, TransactionScope, type TransactionHook } from '../transaction-scope.js'
import { ConnectionLock } from './connection-lock.js'
import { DatabaseLost } from './explain-failure.js'

/** One call of `transaction()`, for as long as its callback runs. */
export interface TransactionFlow {
  readonly runner: QueryRunner
  readonly parent: TransactionFlow | undefined
  /** Transactions directly inside this one follow each other: savepoints nest, they cannot overlap. */
  readonly inner: ConnectionLock
  readonly scope: TransactionScope
  ended: boolean
  /** Why nothing more may be done in it. */
  failure: Error | undefined
}

/** typeorm's own `transaction()`, on a manager. */
type RunTransaction = (manager: EntityManager) => Promise<unknown>

const logger = new Logger('Transactions')

/**
 * Remembers in which transaction the running code is, so that repositories which were injected from outside take part
 * in it instead of waiting for a connection that the very same code occupies.
 */
export class TransactionFlows {
  private readonly storage = new CallStorage<TransactionFlow | undefined>()

  /**
   * @param timeout milliseconds that a nested transaction waits for one beside it
   * @param readOnlyOn where transactions that only read are: on the server, or on a replica
   */
  constructor(
    private readonly timeout: number,
    readonly readOnlyOn: 'master' | 'slave' = 'master',
  ) {}

  /** The innermost open transaction of the running code. */
  get current(): TransactionFlow | undefined {
    let flow = this.storage.get()
    // work that was started in a transaction and not awaited goes on after it
    while (flow?.ended === true) flow = flow.parent
    return flow
  }

  /**
   * The runner that whoever asks for one has to use.
   *
   * @returns undefined outside of transactions
   * @throws {Error} the reason for which the transaction was given up
   */
  get joined(): QueryRunner | undefined {
    for (let flow = this.storage.get(); flow !== undefined; flow = flow.parent) {
      // also when it has ended: what comes too late must not be done outside of it instead
      if (flow.failure !== undefined) throw flow.failure
      if (!flow.ended) return flow.runner
    }
    return undefined
  }

  /** Runs something as if no transaction were open. */
  outside<T>(work: () => T): T {
    return this.storage.run(undefined, () => currentTransaction.run(undefined, work))
  }

  /**
   * Runs `EntityManager.transaction` so that the code inside knows about it.
   *
   * @param manager whose method was called
   * @param run typeorm's own method
   * @param createRunner makes a query runner for a transaction that is not inside another
   */
  async transaction(
    manager: EntityManager,
    run: RunTransaction,
    createRunner: () => QueryRunner,
  ): Promise<unknown> {
    const outer = this.current
    const own = manager.queryRunner
    if (outer !== undefined && (own === undefined || own === outer.runner)) {
      return outer.inner.run(() => this.enter(outer.runner, outer, outer.runner.manager, run))
    }
    if (own !== undefined) return this.whole(() => this.enter(own, undefined, manager, run))
    return this.whole(async () => {
      const runner = createRunner()
      try {
        return await this.enter(runner, undefined, runner.manager, run)
      } finally {
        await runner.release()
      }
    })
  }

  /**
   * Lets everything that work asks of the database go through a runner that is in nobody's hands yet: there may be no
   * other connection, and what the runner has locked or begun is its own.
   *
   * @param runner released by whoever has made it, after the work
   * @param work awaited
   */
  async using<T>(runner: QueryRunner, work: () => MaybePromise<T>): Promise<T> {
    const parent = this.current
    if (parent?.runner === runner) return work()
    const scope = currentTransaction.get() ?? new TransactionScope(undefined)
    const inner = new ConnectionLock(this.timeout)
    const flow: TransactionFlow = { runner, parent, inner, scope, ended: false, failure: undefined }
    try {
      return await this.storage.run(flow, work)
    } finally {
      flow.ended = true
    }
  }

  /** Opens the scope of a transaction that is in no other, and runs its hooks when it is over. */
  private async whole(work: () => Promise<unknown>): Promise<unknown> {
    const scope = new TransactionScope(undefined)
    let hooks: readonly TransactionHook[] = scope.rollback
    try {
      const result = await currentTransaction.run(scope, work)
      hooks = scope.commit
      return result
    } finally {
      await this.outside(() => runHooks(hooks))
    }
  }

  private async enter(
    runner: QueryRunner,
    parent: TransactionFlow | undefined,
    manager: EntityManager,
    run: RunTransaction,
  ): Promise<unknown> {
    const scope = parent === undefined ? currentTransaction.get()! : new TransactionScope(parent.scope)
    const flow: TransactionFlow = {
      runner,
      parent,
      inner: new ConnectionLock(this.timeout),
      scope,
      ended: false,
      failure: undefined,
    }
    try {
      const result = await this.storage.run(flow, () => currentTransaction.run(scope, () => run(manager)))
      scope.release()
      return result
    } catch (error) {
      if (parent !== undefined) await this.outside(() => runHooks(scope.rollback))
      // nobody else ends the runner of an open transaction: the driver has lost the connection
      if (isReleased(error) && runner.isReleased) throw new DatabaseLost({}, { cause: error })
      throw error
    } finally {
      flow.ended = true
    }
  }
}

function isReleased(error: unknown): boolean {
  return (error as Error).constructor.name === 'QueryRunnerAlreadyReleasedError'
}

/** The transaction is over: what goes wrong now cannot change that, and must not hide its outcome. */
async function runHooks(hooks: readonly TransactionHook[]): Promise<void> {
  for (const hook of hooks) {
    try {
      await hook()
    } catch (error) {
      logger.error('A hook after a transaction has failed', error)
    }
  }
}
