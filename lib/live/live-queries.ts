import { keyText, type LiveKey } from './keys.js'
import { currentLiveCall } from './live-call.js'
import type { LiveHub } from './live-hub.js'

/** How much there is of live queries in this process. */
export interface LiveStatistics {
  /** Clients' subscriptions. */
  readonly subscriptions: number
  /** Queries, told apart by request and client: as many runs as one change may cause. */
  readonly queries: number
  /** Runs since the application has started. */
  readonly runs: number
}

/** The live queries of an application: says what has changed, and what results depend on. */
export class LiveQueries {
  /** @param hub of the application */
  constructor(private readonly hub: LiveHub) {}

  /**
   * Runs the live queries again that depend on one of the keys, in all processes that share a `pubSub`. Within a transaction,
   * that waits for its commit, and does not happen if it is rolled back.
   *
   * @param keys texts, or entities
   * @returns once it is told in this process, or noted in the transaction
   */
  invalidate(...keys: readonly LiveKey[]): Promise<void> {
    return this.hub.invalidate(keys)
  }

  /** Runs all live queries of this process again. */
  refresh(): void {
    this.hub.refresh()
  }

  /**
   * Says within a handler of `@Live()` what its result depends on, beside what the decorator says. Say it before you read: what
   * changes in between is not missed then. Elsewhere it does nothing.
   *
   * @param keys texts, or entities
   */
  watch(...keys: readonly LiveKey[]): void {
    currentLiveCall.get()?.watch(keys.map(keyText))
  }

  /** How much there is of them. */
  get statistics(): LiveStatistics {
    const { subscriptions, size, runs } = this.hub
    return { subscriptions: subscriptions.size, queries: size, runs }
  }
}
