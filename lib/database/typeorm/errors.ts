import { defineError } from '../../common/index.js'

/** A database that could not be opened, after every attempt. */
export const DatabaseUnavailable = defineError<{ dataSource: string; attempts: number; reason: string }>(
  'CORBEL_DATABASE_UNAVAILABLE',
  'The data source "{dataSource}" could not be opened ({attempts} attempts): {reason} Check that the database runs and ' +
    'that host, port, user and password in the options of TypeOrmModule are right.',
  { status: 503 },
)

/** A URL that is not one of a database. Its text stays out of the message: it has the password. */
export const DatabaseUrlInvalid = defineError<{ problem: string }>(
  'CORBEL_DATABASE_URL',
  'The URL of the database cannot be used: {problem}. It looks like postgres://user:password@host:5432/name, mysql://…, ' +
    'mariadb://…, sqlite:file.sqlite, pglite:folder or mongodb://….',
)

/** A module that takes its options from the environment, which has none. */
export const DatabaseUrlMissing = defineError<{ dataSource: string; variable: string }>(
  'CORBEL_DATABASE_URL_MISSING',
  'The data source "{dataSource}" has neither a type, a url nor a database in its options, and the environment has no ' +
    '{variable}. Set it, or say in TypeOrmModule.forRoot() which database is meant.',
)

/** Replicas of a database that cannot have any. */
export const ReplicasUnsupported = defineError<{ dataSource: string; database: string }>(
  'CORBEL_REPLICAS_UNSUPPORTED',
  'The data source "{dataSource}" has replicas in its options, which {database} does not have. Leave them out.',
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

/** A method of `@Transactional` whose propagation needs a transaction around it, and there is none. */
export const TransactionMissing = defineError<{ method: string }>(
  'CORBEL_TRANSACTION_MISSING',
  '{method} has to be called in a transaction (propagation "mandatory"), and none is open. Put @Transactional() on its caller.',
)

/** A method of `@Transactional` that may not be called in a transaction. */
export const TransactionPresent = defineError<{ method: string }>(
  'CORBEL_TRANSACTION_PRESENT',
  '{method} may not be called in a transaction (propagation "never"), and one is open.',
)

/** A transaction that was not over in time, and was rolled back. */
export const TransactionTimeout = defineError<{ method: string; timeout: number }>(
  'CORBEL_TRANSACTION_TIMEOUT',
  'The transaction of {method} was not over within {timeout} ms and is rolled back.',
  { status: 503 },
)

/** A second connection where a database has one. */
export const TransactionAlone = defineError<{ method: string; propagation: string }>(
  'CORBEL_TRANSACTION_ALONE',
  '{method} steps out of the transaction around it (propagation "{propagation}"), but the data source has one ' +
    'connection, which that transaction holds. Use "required" or "nested", or a database server with several connections.',
)

/** An isolation level that a database does not have. */
export const IsolationUnknown = defineError<{ method: string; isolation: string; database: string }>(
  'CORBEL_TRANSACTION_ISOLATION',
  '{method} asks for the isolation level {isolation}, which {database} does not have.',
)

/** A data source that a method of `@Transactional` names and nobody declares. */
export const TransactionSourceUnknown = defineError<{ method: string; dataSource: string }>(
  'CORBEL_TRANSACTION_SOURCE_UNKNOWN',
  '{method} has @Transactional() for the data source "{dataSource}", which no TypeOrmModule.forRoot() declares.',
)
