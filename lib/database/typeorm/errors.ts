import { defineError } from '../../common/index.js'

/** A database that could not be opened, after every attempt. */
export const DatabaseUnavailable = defineError<{ dataSource: string; attempts: number; reason: string }>(
  'CORBEL_DATABASE_UNAVAILABLE',
  'The data source "{dataSource}" could not be opened ({attempts} attempts): {reason} Check that the database runs and ' +
    'that host, port, user and password in the options of TypeOrmModule are right.',
)

/** Two `forRoot` with the same name. */
export const DataSourceDuplicate = defineError<{ dataSource: string }>(
  'CORBEL_DATA_SOURCE_DUPLICATE',
  'The data source "{dataSource}" is declared twice. Give one of the TypeOrmModule.forRoot() a "name" of its own.',
)

/** `forFeature` for a data source that no `forRoot` declares. */
export const DataSourceUnknown = defineError<{ dataSource: string; module: string; entities: string }>(
  'CORBEL_DATA_SOURCE_UNKNOWN',
  'TypeOrmModule.forFeature([{entities}]) in {module} is meant for the data source "{dataSource}", which is not declared. ' +
    'Import TypeOrmModule.forRoot({ name: "{dataSource}", … }) in the root module, or correct the name.',
)

/** `forRootAsync` with none of the ways to get options. */
export const DatabaseOptionsMissing = defineError<{ dataSource: string }>(
  'CORBEL_DATABASE_OPTIONS_MISSING',
  'TypeOrmModule.forRootAsync() for the data source "{dataSource}" has no options. Give it useFactory, useClass or useExisting.',
)

/** The one connection of an embedded database was not free in time. */
export const DatabaseBusy = defineError<{ wait: number }>(
  'CORBEL_DATABASE_BUSY',
  'The embedded database was not free within {wait} ms: a transaction is still open. End every transaction that was begun ' +
    "with queryRunner.startTransaction(), and inside it use the query runner's manager instead of injected repositories.",
  { status: 503 },
)
