import type { DataSource, DataSourceOptions } from 'typeorm'
import { setTimeout as delay } from 'node:timers/promises'
import type { MaybePromise } from '../../common/index.js'
import { Logger } from '../../core/index.js'
import { DatabaseUnavailable } from './errors.js'
import { hearLostConnections } from './lost-connections.js'
import { flowsOf, joinTransactions } from './join-transactions.js'
import { isIdle, openLazily } from './lazy.js'
import { guardMigrations } from './migrations/index.js'
import {
  dataSourceName,
  isSqlite,
  resolveOptions,
  type ResolvedOptions,
  type ResolvedSettings,
  type TypeOrmModuleOptions,
} from './options.js'
import { loadTypeOrm, type TypeOrm } from './packages.js'
import { closePglite } from './pglite.js'
import { limitWait } from './pool-wait.js'
import { hasReplicas } from './replicas.js'
import { createSerialDataSource } from './serial-data-source.js'
import { TransactionFlows } from './transaction-flow.js'

/**
 * Makes a data source and opens it, now or (`lazy`) when it is needed. Migrations run where the options say so.
 *
 * @param typeorm the package
 * @param resolved complete options
 * @param create makes the data source in the application's own way
 * @throws {CorbelError} CORBEL_DATABASE_UNAVAILABLE after the last attempt
 */
export async function openResolved(
  typeorm: TypeOrm,
  { settings, options }: ResolvedOptions,
  create?: (options: DataSourceOptions) => MaybePromise<DataSource>,
): Promise<DataSource> {
  const make = create ?? ((complete) => createDataSource(typeorm, complete, settings.busyTimeout))
  const source = await make(options)
  if (flowsOf(source) === undefined) {
    const { busyTimeout, readOnlyOnReplica } = settings
    const readOnlyOn = readOnlyOnReplica && hasReplicas(source.options) ? 'slave' : 'master'
    joinTransactions(source, new TransactionFlows(busyTimeout, readOnlyOn))
  }
  guardMigrations(typeorm, source, settings.migrationsWait)
  limitWait(source, settings.acquireTimeout)
  if (source.isInitialized) hearLostConnections(source)
  else if (settings.lazy) await openLazily(source, () => connect(source, { ...settings, retryAttempts: 0 }))
  else await connect(source, settings)
  return source
}

/**
 * Opens a data source outside an application, for scripts: with the same options, the same rules for transactions and the
 * same lock for migrations as in one.
 *
 * @param options as of `TypeOrmModule.forRoot`, with entities and migrations
 * @returns open; whoever asks for it closes it (`destroy`)
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING, CORBEL_DATABASE_URL, CORBEL_DATABASE_URL_MISSING, CORBEL_DATABASE_UNAVAILABLE
 */
export function openDataSource(options: TypeOrmModuleOptions): Promise<DataSource> {
  const typeorm = loadTypeOrm()
  return openResolved(typeorm, resolveOptions(options, dataSourceName(options), []))
}

/**
 * Closes a data source with all that was made for it, whether it is open or not.
 *
 * @param source of `openDataSource`, or of an application
 */
export async function closeDataSource(source: DataSource): Promise<void> {
  if (source.isInitialized || isIdle(source)) await source.destroy()
  await closePglite(source.options)
}

async function connect(source: DataSource, settings: ResolvedSettings): Promise<void> {
  const { name, retryAttempts, retryDelay, retryBackoff, toRetry = isConnectionError } = settings
  const attempts = retryAttempts + 1
  for (let attempt = 1; !source.isInitialized; attempt++) {
    try {
      await source.initialize()
    } catch (error) {
      // a server may still be starting; a wrong entity or migration will not get better by waiting
      if (attempt < attempts && toRetry(error)) {
        const pause = Math.min(retryDelay * retryBackoff ** (attempt - 1), retryDelay * LONGEST_PAUSE)
        logger.warn(
          `The data source "${name}" does not answer (attempt ${attempt} of ${attempts}): ${reasonOf(error)}`,
        )
        await delay(pause)
        continue
      }
      const details = { dataSource: name, attempts: attempt, reason: reasonOf(error) }
      throw new DatabaseUnavailable(details, { cause: error })
    }
  }
  hearLostConnections(source)
}

const logger = new Logger('TypeOrmModule')

/** As many times the first pause. */
const LONGEST_PAUSE = 10

function createDataSource(typeorm: TypeOrm, options: DataSourceOptions, busyTimeout: number): DataSource {
  return isSqlite(options.type)
    ? createSerialDataSource(typeorm, options, busyTimeout)
    : new typeorm.DataSource(options)
}

/** typeorm's own errors and failed statements say what is wrong with the program; all others come from the driver. */
function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof TypeError) return false
  return !/(?:TypeORM|Metadata|QueryFailed|Entity|Column|Relation|Migration|Package|Option)\w*Error$/.test(
    error.constructor.name,
  )
}

function reasonOf(error: unknown): string {
  // what Node gives where every address of a host has refused
  if (error instanceof AggregateError && error.message === '') return reasonOf(error.errors[0])
  const text = error instanceof Error && error.message !== '' ? error.message : String(error)
  return /[.!?]$/.test(text) ? text : `${text}.`
}
