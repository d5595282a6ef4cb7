import type { DataSource, DataSourceOptions } from 'typeorm'
import type { Class, MaybePromise } from '../../common/index.js'
import { DEFAULT_DATA_SOURCE } from '../tokens.js'
import type { FactoryDependency, ModuleImport, Token } from '../../di/index.js'
import { optionsFromUrl } from './connection-url.js'
import { DatabaseUrlMissing } from './errors.js'
import { MIGRATIONS_WAIT_MS } from './migrations/index.js'
import { loadLibsql } from './packages.js'
import { ACQUIRE_TIMEOUT_MS, withPool, type PoolSettings } from './pool.js'
import { withReplicas } from './replicas.js'

/** What Corbel adds to typeorm's own options. */
export interface DataSourceSettings {
  /** Tells several data sources apart; `default` if left out. */
  readonly name?: string
  /** Adds the entities of every `forFeature` for this data source to `entities`. Default true. */
  readonly autoLoadEntities?: boolean
  /** How often opening a server's database is tried again at boot. Default 9; embedded databases are tried once. */
  readonly retryAttempts?: number
  /** Milliseconds before the second attempt. Default 3000. */
  readonly retryDelay?: number
  /** By how much each further pause is longer, up to ten times `retryDelay`. Default 1.5; 1 for equal ones. */
  readonly retryBackoff?: number
  /** Whether an attempt that failed is worth another one. Default: what the driver says, but not typeorm's own errors. */
  readonly toRetry?: (error: unknown) => boolean
  /**
   * Opens the database when it is first asked for something instead of at boot: for functions that start often and are
   * paid by the millisecond. `migrationsRun` and `synchronize` are done then, too. Default false.
   */
  readonly lazy?: boolean
  /** How many connections there are, and for how long. */
  readonly pool?: PoolSettings
  /** URLs of read replicas of a server (PostgreSQL, MySQL, MariaDB): what is read outside transactions comes from them. */
  readonly replicas?: readonly string[]
  /** Whether transactions with `readOnly: true` are on a replica, where there are any. Default true. */
  readonly readOnlyOnReplica?: boolean
  /** Milliseconds that migrations wait for another process that migrates the same database. Default 120000. */
  readonly migrationsWait?: number
  /** Milliseconds that a statement waits for the transaction that has an embedded database to end. Default 30000. */
  readonly busyTimeout?: number
}

/** An embedded SQLite database on libsql: `{ database: 'file.sqlite' }` is enough. */
export type EmbeddedOptions = Omit<Extract<DataSourceOptions, { type: 'better-sqlite3' }>, 'type'> & {
  readonly type?: 'sqlite' | 'libsql'
}

/** A database by its URL alone (see `optionsFromUrl`), with what else typeorm takes for it. */
export type UrlOptions = {
  readonly url?: string
  readonly type?: undefined
  readonly database?: undefined
} & Pick<
  DataSourceOptions,
  | 'entities'
  | 'migrations'
  | 'migrationsRun'
  | 'migrationsTableName'
  | 'synchronize'
  | 'logger'
  | 'logging'
  | 'maxQueryExecutionTime'
  | 'namingStrategy'
> & { readonly schema?: string }

/**
 * The options of `TypeOrmModule.forRoot`. With no type, url or database in them, the URL in the environment is meant:
 * `DATABASE_URL`, or `LOGS_DATABASE_URL` for the data source "logs".
 */
export type TypeOrmModuleOptions = DataSourceSettings & (DataSourceOptions | EmbeddedOptions | UrlOptions)

/** Makes options in a class of the application's own. */
export interface TypeOrmOptionsFactory {
  /** @param dataSource the name of the data source */
  createTypeOrmOptions(dataSource?: string): MaybePromise<TypeOrmModuleOptions>
}

/** The options of `TypeOrmModule.forRootAsync`. */
export interface TypeOrmModuleAsyncOptions {
  /** As in `forRoot`; it has to be known before the options are. */
  readonly name?: string
  /** Modules that provide what the factory needs. */
  readonly imports?: readonly ModuleImport[]
  // eslint-disable-next-line typescript/no-explicit-any -- the arguments are what `inject` names
  readonly useFactory?: (...args: any[]) => MaybePromise<TypeOrmModuleOptions>
  readonly inject?: readonly FactoryDependency[]
  readonly useClass?: Class<TypeOrmOptionsFactory>
  readonly useExisting?: Token<TypeOrmOptionsFactory>
  /** Makes the data source of the complete options, instead of `new DataSource(options)`; it may be initialised already. */
  readonly dataSourceFactory?: (options: DataSourceOptions) => MaybePromise<DataSource>
}

/** Options with the defaults filled in: Corbel's settings, and what typeorm gets. */
export interface ResolvedOptions {
  readonly settings: ResolvedSettings
  readonly options: DataSourceOptions
}

/** What Corbel itself needs to know of a data source. */
export type ResolvedSettings = Required<Omit<DataSourceSettings, 'pool' | 'replicas' | 'toRetry'>> &
  Pick<DataSourceSettings, 'toRetry'> &
  Required<Pick<PoolSettings, 'acquireTimeout'>>

/**
 * Fills in defaults and turns the short forms of the embedded database into typeorm's own.
 *
 * @param given as the application wrote them
 * @param name of the data source
 * @param features entities that modules have listed with `forFeature`
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING if the embedded database is meant and libsql is not there;
 *   CORBEL_DATABASE_URL, CORBEL_DATABASE_URL_MISSING, CORBEL_REPLICAS_UNSUPPORTED
 */
export function resolveOptions(
  given: TypeOrmModuleOptions,
  name: string,
  features: Iterable<object>,
): ResolvedOptions {
  const { name: _, autoLoadEntities = true, retryAttempts, retryDelay, busyTimeout, ...further } = given
  const { retryBackoff, toRetry, lazy, pool, replicas, readOnlyOnReplica, migrationsWait, ...rest } = further
  const located = locate(rest, name)
  const server = isEmbedded(located) ? embedded(located) : located
  const options = withPool(withReplicas(server, name, replicas), pool)
  const isServer = !isSqlite(options.type)
  return {
    settings: {
      name,
      autoLoadEntities,
      retryAttempts: retryAttempts ?? (isServer ? 9 : 0),
      retryDelay: retryDelay ?? 3000,
      retryBackoff: retryBackoff ?? 1.5,
      busyTimeout: busyTimeout ?? 30_000,
      lazy: lazy ?? false,
      readOnlyOnReplica: readOnlyOnReplica ?? true,
      migrationsWait: migrationsWait ?? MIGRATIONS_WAIT_MS,
      acquireTimeout: pool?.acquireTimeout ?? ACQUIRE_TIMEOUT_MS,
      ...(toRetry !== undefined && { toRetry }),
    },
    options: autoLoadEntities ? withEntities(options, features) : options,
  }
}

type Located = DataSourceOptions | EmbeddedOptions

/** The database that is meant: what options say, or the environment. */
function locate(options: Located | UrlOptions, name: string): Located {
  if (options.type !== undefined || options.database !== undefined) return options
  const { url, ...rest } = options
  const variable = name === DEFAULT_DATA_SOURCE ? 'DATABASE_URL' : `${constantCase(name)}_DATABASE_URL`
  const found = url ?? process.env[variable]
  if (found === undefined || found === '') throw new DatabaseUrlMissing({ dataSource: name, variable })
  return { ...optionsFromUrl(found), ...rest }
}

function constantCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/\W+/g, '_')
    .toUpperCase()
}

/**
 * Tells data sources that have one connection for everything.
 *
 * @param type typeorm's name of the driver
 */
export function isSqlite(type: DataSourceOptions['type']): boolean {
  return SQLITE_TYPES.has(type)
}

const SQLITE_TYPES: ReadonlySet<string> = new Set([
  'better-sqlite3',
  'sqljs',
  'capacitor',
  'cordova',
  'expo',
  'nativescript',
  'react-native',
])

function isEmbedded(options: Located): options is EmbeddedOptions {
  return options.type === undefined || options.type === 'sqlite' || options.type === 'libsql'
}

function embedded(options: EmbeddedOptions): DataSourceOptions {
  return { enableWAL: true, ...options, type: 'better-sqlite3', driver: options.driver ?? loadLibsql() }
}

function withEntities(options: DataSourceOptions, features: Iterable<object>): DataSourceOptions {
  const known: readonly unknown[] = Object.values(options.entities ?? {})
  return Object.assign({}, options, { entities: [...new Set([...known, ...features])] })
}

/** The name of a data source where none is given. */
export function dataSourceName(options: { readonly name?: string }): string {
  return options.name ?? DEFAULT_DATA_SOURCE
}
