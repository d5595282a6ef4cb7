import type { DataSourceOptions } from 'typeorm'

/** The connections of a data source. SQLite has one, whatever is said here. */
export interface PoolSettings {
  /** How many connections at most. Default that of the driver: 10, 100 for MongoDB. */
  readonly max?: number
  /** How many are kept though nobody needs them. Default 0. */
  readonly min?: number
  /** Milliseconds after which a connection that nobody needs is closed. Default that of the driver. */
  readonly idleTimeout?: number
  /** Milliseconds that somebody waits for a connection (PostgreSQL, MariaDB, MySQL, MongoDB). Default 30000. */
  readonly acquireTimeout?: number
  /** Milliseconds after which a connection is not used again (PostgreSQL): lets load spread over new servers. Default none. */
  readonly maxLifetime?: number
}

/** Without an end, requests would pile up behind a pool that is used up, until the process has no memory left. */
export const ACQUIRE_TIMEOUT_MS = 30_000

/**
 * Says to a driver in its own words how its pool has to be.
 *
 * @param options of typeorm; what they say in `extra` counts more
 * @param pool as the application wrote it
 */
export function withPool(options: DataSourceOptions, pool: PoolSettings = {}): DataSourceOptions {
  const { max, min, idleTimeout, acquireTimeout, maxLifetime } = pool
  switch (options.type) {
    case 'postgres':
    case 'cockroachdb':
      return extended(options, {
        max,
        min,
        idleTimeoutMillis: idleTimeout,
        connectionTimeoutMillis:
          acquireTimeout ?? (options as { connectTimeoutMS?: number }).connectTimeoutMS ?? ACQUIRE_TIMEOUT_MS,
        maxLifetimeSeconds: maxLifetime === undefined ? undefined : Math.ceil(maxLifetime / 1000),
      })
    case 'mysql':
    case 'mariadb':
      return extended(options, { connectionLimit: max, maxIdle: min, idleTimeout })
    case 'mongodb':
      return {
        ...options,
        ...defined({
          maxPoolSize: max,
          minPoolSize: min,
          maxIdleTimeMS: idleTimeout,
          waitQueueTimeoutMS: acquireTimeout ?? ACQUIRE_TIMEOUT_MS,
        }),
      }
    default:
      return options
  }
}

function extended(options: DataSourceOptions, settings: Record<string, unknown>): DataSourceOptions {
  const extra = options.extra as object | undefined
  const added = defined(settings)
  // the object itself stays: a driver may know it
  if (extra !== undefined && Object.keys(added).every((key) => key in extra)) return options
  return Object.assign({}, options, { extra: { ...added, ...extra } })
}

function defined(settings: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}
