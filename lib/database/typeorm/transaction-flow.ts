import { AsyncLocalStorage } from 'node:async_hooks'
import type { EntityManager, QueryRunner } from 'typeorm'
import { ConnectionLock } from './connection-lock.js'

/** One call of `transaction()`, for as long as its callback runs. */
export interface TransactionFlow {
  readonly runner: QueryRunner
  readonly parent: TransactionFlow | undefined
  /** Transactions directly inside this one follow each other: savepoints nest, they cannot overlap. */
  readonly inner: ConnectionLock
  ended: boolean
}

/** typeorm's own `transaction()`, on a manager. */
type RunTransaction = (manager: EntityManager) => Promise<unknown>

/**
 * Remembers in which transaction the running code is, so that repositories which were injected from outside take part
 * in it instead of waiting for a connection that the very same code occupies.
 */
export class TransactionFlows {
  private readonly storage = new AsyncLocalStorage<TransactionFlow>()

  /** @param timeout milliseconds that a nested transaction waits for one beside it */
  constructor(private readonly timeout: number) {}

  /** The innermost open transaction of the running code. */
  get current(): TransactionFlow | undefined {
    let flow = this.storage.getStore()
    // work that was started in a transaction and not awaited goes on after it
    while (flow?.ended === true) flow = flow.parent
    return flow
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
    if (own !== undefined) return this.enter(own, undefined, manager, run)
    const runner = createRunner()
    try {
      return await this.enter(runner, undefined, runner.manager, run)
    } finally {
      await runner.release()
    }
  }

  private enter(
    runner: QueryRunner,
    parent: TransactionFlow | undefined,
    manager: EntityManager,
    run: RunTransaction,
  ): Promise<unknown> {
    const flow: TransactionFlow = { runner, parent, inner: new ConnectionLock(this.timeout), ended: false }
    return this.storage.run(flow, async () => {
      try {
        return await run(manager)
      } finally {
        flow.ended = true
      }
    })
  }
}
