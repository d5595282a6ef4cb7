import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { DataSource } from 'typeorm'
import {
  DEFAULT_LOCK_TTL,
  LockTaken,
  TimedLease,
  type Lock,
  type LockLease,
  type LockOptions,
} from '../../../core/index.js'
import { takeConnection, type Client } from './connections.js'

const FIRST_PAUSE_MS = 10
const LONGEST_PAUSE_MS = 250

/**
 * Locks by advisory locks of PostgreSQL: among everybody on the same database, and free at once when the connection of their
 * holder ends. A lease keeps a connection. Its token is the number of a transaction, which only ever grows.
 *
 * @see PostgreSQL §13.3.5
 */
export class PostgresLock implements Lock {
  /** @param source a PostgreSQL data source with several connections */
  constructor(private readonly source: DataSource) {}

  async acquire(name: string, options: LockOptions = {}): Promise<LockLease> {
    const { ttl = DEFAULT_LOCK_TTL, wait = 0, signal } = options
    const key = keyOf(name)
    const until = performance.now() + wait
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      signal?.throwIfAborted()
      const lease = await this.attempt(name, key, ttl)
      if (lease !== undefined) {
        if (signal?.aborted !== true) return lease
        // nobody is there to use it any more
        await lease.release()
        throw signal.reason
      }
      const rest = until - performance.now()
      if (rest <= 0) throw new LockTaken({ name, wait })
      await delay(Math.min(pause, rest), undefined, { signal })
    }
  }

  /** Those who wait do not keep a connection. */
  private async attempt(name: string, key: string, ttl: number): Promise<LockLease | undefined> {
    const client = await takeConnection(this.source, 'PostgresLock', true)
    try {
      const { rows } = await client.query('SELECT pg_try_advisory_lock($1) AS taken', [key])
      if (rows[0]!['taken'] !== true) {
        client.release()
        return undefined
      }
      // after the lock is had: the next holder's is larger
      const { rows: numbers } = await client.query('SELECT pg_current_xact_id()::text AS token')
      return lease(client, name, key, BigInt(String(numbers[0]!['token'])), ttl)
    } catch (error) {
      client.release(true)
      throw error
    }
  }
}

function lease(client: Client, name: string, key: string, token: bigint, ttl: number): LockLease {
  let isLost = false
  const held = new TimedLease(name, token, ttl, async () => {
    client.off('error', lose)
    if (isLost) return client.release(true)
    await client.query('SELECT pg_advisory_unlock($1)', [key]).then(
      () => client.release(),
      // ending the connection gives the lock back, too
      () => client.release(true),
    )
  })
  const lose = (): void => {
    isLost = true
    void held.release()
  }
  client.once('error', lose)
  return held
}

/** Advisory locks have numbers of 64 bits. */
function keyOf(name: string): string {
  return createHash('sha256').update(name).digest().readBigInt64BE().toString()
}
