import type { EventEmitter } from 'node:events'
import type { DataSource } from 'typeorm'

/**
 * Hears of connections that PostgreSQL cuts at a moment when neither typeorm nor the pool listens: without a listener, the
 * event would end the process. Whoever uses such a connection gets an error from it; the pool opens another one.
 *
 * @param source open
 */
export function hearLostConnections({ driver }: DataSource): void {
  const { master, slaves = [] } = driver as { master?: unknown; slaves?: unknown[] }
  for (const pool of [master, ...slaves]) if (isPool(pool)) hear(pool)
}

function hear(pool: EventEmitter): void {
  const heard = new WeakSet<EventEmitter>()
  pool.on('acquire', (client: EventEmitter) => {
    if (heard.has(client)) return
    heard.add(client)
    client.on('error', ignore)
  })
}

function ignore(): void {}

/** Only the pools of pg tell of connections in this way; those of other drivers have listeners of their own. */
function isPool(pool: unknown): pool is EventEmitter {
  return (
    typeof pool === 'object' &&
    pool !== null &&
    typeof (pool as EventEmitter).on === 'function' &&
    'totalCount' in pool
  )
}
