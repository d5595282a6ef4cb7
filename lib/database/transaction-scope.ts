import { CallStorage, type MaybePromise } from '../common/index.js'

/** Something to do once a transaction has ended. */
export type TransactionHook = () => MaybePromise<void>

/** One transaction, or a savepoint in one, for as long as its work runs. Drivers open it; hooks are kept in it. */
export class TransactionScope {
  readonly commit: TransactionHook[] = []
  readonly rollback: TransactionHook[] = []

  /** @param parent the transaction that a savepoint is in */
  constructor(readonly parent: TransactionScope | undefined) {}

  /** Hands what waits for the commit to the transaction around it: a savepoint alone makes nothing last. */
  release(): void {
    this.parent?.commit.push(...this.commit)
    this.parent?.rollback.push(...this.rollback)
  }
}

/** The transaction that the running code is in. */
export const currentTransaction = new CallStorage<TransactionScope | undefined>()

/**
 * Does something once the transaction is committed, and not at all if it is rolled back: e-mails, events, messages to
 * queues. Outside a transaction it is done at once. What it throws is logged: the transaction cannot be undone any more.
 *
 * @param hook what to do; it runs outside the transaction
 * @returns a promise for the hook where it was run at once
 * @example
 * @Transactional()
 * async register(user: NewUser) {
 *   const saved = await this.users.save(user)
 *   await afterCommit(() => this.mail.welcome(saved))
 * }
 */
export async function afterCommit(hook: TransactionHook): Promise<void> {
  const scope = currentTransaction.get()
  if (scope === undefined) await hook()
  else scope.commit.push(hook)
}

/**
 * Does something once the transaction is rolled back; not at all outside of one.
 *
 * @param hook what to do, such as removing a file that was written
 */
export function afterRollback(hook: TransactionHook): void {
  currentTransaction.get()?.rollback.push(hook)
}
