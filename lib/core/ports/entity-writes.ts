import { typedKey, type MaybePromise } from '../../common/index.js'

/**
 * Hears which entities were written: once it is committed, and not at all if it is rolled back.
 *
 * @param entities names of classes: those of the rows, those that these are derived from, and both ends of a relation
 */
export type EntityWritesListener = (entities: readonly string[]) => void

/** Under which features that hear of writes leave their listeners, in `check`; databases tell them. */
export const ENTITY_WRITES = typedKey<EntityWritesListener>('entity writes')

/** Does something once the transaction of the running code is committed; at once outside of transactions. */
export type AfterCommit = (hook: () => MaybePromise<void>) => Promise<void>

/** Under which databases leave how to wait for a commit, in `check`. */
export const AFTER_COMMIT = typedKey<AfterCommit>('after commit')
