import type { DataSource, DataSourceOptions } from 'typeorm'
import { setTimeout as delay } from 'node:timers/promises'
import type { MaybePromise } from '../../common/index.js'
import { Logger } from '../../core/index.js'
import { DatabaseUnavailable } from './errors.js'
import { isSqlite, type ResolvedOptions } from './options.js'
import type { TypeOrm } from './packages.js'
import { createSerialDataSource } from './serial-data-source.js'

/**
 * Makes and opens a data source. Migrations run here where the options say so.
 *
 * @param typeorm the package
 * @param resolved complete options
 * @param create makes the data source in the application's own way
 * @throws {CorbelError} CORBEL_DATABASE_UNAVAILABLE after the last attempt
 */
export async function openDataSource(
  typeorm: TypeOrm,
  { settings, options }: ResolvedOptions,
  create?: (options: DataSourceOptions) => MaybePromise<DataSource>,
): Promise<DataSource> {
  const make = create ?? ((complete) => createDataSource(typeorm, complete, settings.busyTimeout))
  const dataSource = await make(options)
  const attempts = settings.retryAttempts + 1
  for (let attempt = 1; !dataSource.isInitialized; attempt++) {
    try {
      await dataSource.initialize()
    } catch (error) {
      // a server may still be starting; a wrong entity or migration will not get better by waiting
      if (isConnectionError(error) && attempt < attempts) {
        logger.warn(
          `The data source "${settings.name}" does not answer (attempt ${attempt} of ${attempts}): ${reasonOf(error)}`,
        )
        await delay(settings.retryDelay)
        continue
      }
      const details = { dataSource: settings.name, attempts: attempt, reason: reasonOf(error) }
      throw new DatabaseUnavailable(details, { cause: error })
    }
  }
  return dataSource
}

const logger = new Logger('TypeOrmModule')

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
