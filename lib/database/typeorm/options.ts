import type { DataSource, DataSourceOptions } from 'typeorm'
import type { Class, MaybePromise } from '../../common/index.js'
import { DEFAULT_DATA_SOURCE } from '../tokens.js'
import type { FactoryDependency, ModuleImport, Token } from '../../di/index.js'
import { loadLibsql } from './packages.js'

/** What Corbel adds to typeorm's own options. */
export interface DataSourceSettings {
  /** Tells several data sources apart; `default` if left out. */
  readonly name?: string
  /** Adds the entities of every `forFeature` for this data source to `entities`. Default true. */
  readonly autoLoadEntities?: boolean
  /** How often opening a server's database is tried again at boot. Default 9; embedded databases are tried once. */
  readonly retryAttempts?: number
  /** Milliseconds between two attempts. Default 3000. */
  readonly retryDelay?: number
  /** Milliseconds that a statement waits for the transaction that has an embedded database to end. Default 30000. */
  readonly busyTimeout?: number
}

/** An embedded SQLite database on libsql: `{ database: 'file.sqlite' }` is enough. */
export type EmbeddedOptions = Omit<Extract<DataSourceOptions, { type: 'better-sqlite3' }>, 'type'> & {
  readonly type?: 'sqlite' | 'libsql'
}

/** The options of `TypeOrmModule.forRoot`. */
export type TypeOrmModuleOptions = DataSourceSettings & (DataSourceOptions | EmbeddedOptions)

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
  readonly settings: Required<DataSourceSettings>
  readonly options: DataSourceOptions
}

/**
 * Fills in defaults and turns the short forms of the embedded database into typeorm's own.
 *
 * @param given as the application wrote them
 * @param name of the data source
 * @param features entities that modules have listed with `forFeature`
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING if the embedded database is meant and libsql is not there
 */
export function resolveOptions(
  given: TypeOrmModuleOptions,
  name: string,
  features: Iterable<object>,
): ResolvedOptions {
  const { name: _, autoLoadEntities = true, retryAttempts, retryDelay, busyTimeout, ...rest } = given
  const options = isEmbedded(rest) ? embedded(rest) : rest
  const isServer = !isSqlite(options.type)
  return {
    settings: {
      name,
      autoLoadEntities,
      retryAttempts: retryAttempts ?? (isServer ? 9 : 0),
      retryDelay: retryDelay ?? 3000,
      busyTimeout: busyTimeout ?? 30_000,
    },
    options: autoLoadEntities ? withEntities(options, features) : options,
  }
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

function isEmbedded(options: DataSourceOptions | EmbeddedOptions): options is EmbeddedOptions {
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
