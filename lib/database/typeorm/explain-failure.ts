import { defineError, type CorbelError } from '../../common/index.js'
import { failureKind, type FailureKind } from './failure-kind.js'

/** A value that has to be unique is there already. */
export const RecordExists = defineError<Record<never, never>>(
  'CORBEL_RECORD_EXISTS',
  'There is a record with one of these values already.',
  { status: 409 },
)

/** A reference to what is not there, or the removal of what is referred to. */
export const RecordReferenced = defineError<Record<never, never>>(
  'CORBEL_RECORD_REFERENCED',
  'The record refers to one that does not exist, or others refer to it.',
  { status: 409 },
)

/** A value that the table does not allow. */
export const RecordInvalid = defineError<Record<never, never>>(
  'CORBEL_RECORD_INVALID',
  'A value is missing, or is not one that is stored here.',
  { status: 422 },
)

/** Transactions that were in each other's way, again and again. */
export const DatabaseConflict = defineError<Record<never, never>>(
  'CORBEL_DATABASE_CONFLICT',
  'The transaction was in the way of others and was rolled back, after all retries. Keep transactions short, and let them ' +
    'change records in the same order.',
  { status: 503 },
)

/** A statement that took too long, or waited too long for another one. */
export const DatabaseTimeout = defineError<Record<never, never>>(
  'CORBEL_DATABASE_TIMEOUT',
  'The database has given up a statement that took too long, or waited too long for a lock.',
  { status: 503 },
)

/** The database is not there at the moment. */
export const DatabaseLost = defineError<Record<never, never>>(
  'CORBEL_DATABASE_LOST',
  'The connection to the database is lost. New ones are opened as soon as it answers again.',
  { status: 503 },
)

/** All connections of the pool were in use for too long. */
export const DatabaseExhausted = defineError<Record<never, never>>(
  'CORBEL_DATABASE_EXHAUSTED',
  'No connection to the database was free in time. Keep transactions short, or allow more connections (pool.max).',
  { status: 503 },
)

/** An entity that was asked for with `findOneOrFail` and the like. */
export const RecordMissing = defineError<Record<never, never>>(
  'CORBEL_RECORD_MISSING',
  'There is no such record.',
  { status: 404 },
)

/** A record that was changed by someone else in the meantime. */
export const RecordChanged = defineError<Record<never, never>>(
  'CORBEL_RECORD_CHANGED',
  'The record was changed in the meantime. Read it again, and repeat the change.',
  { status: 409 },
)

type Explanation = new (details: Record<never, never>, options: { cause: unknown }) => CorbelError

const BY_KIND: Readonly<Record<FailureKind, Explanation>> = {
  unique: RecordExists,
  'foreign-key': RecordReferenced,
  check: RecordInvalid,
  'not-null': RecordInvalid,
  value: RecordInvalid,
  conflict: DatabaseConflict,
  timeout: DatabaseTimeout,
  connection: DatabaseLost,
  exhausted: DatabaseExhausted,
}

const BY_NAME: Readonly<Record<string, Explanation>> = {
  EntityNotFoundError: RecordMissing,
  OptimisticLockVersionMismatchError: RecordChanged,
}

/**
 * Says what an error of typeorm or of a driver means for a client. Messages, values and SQL stay in the cause.
 *
 * @param error whatever was thrown
 * @returns a declared error with a status; undefined for errors that are the program's own
 */
export function explainFailure(error: unknown): CorbelError | undefined {
  if (!(error instanceof Error)) return undefined
  const kind = failureKind(error)
  const Explained =
    kind === undefined ? BY_NAME[error.constructor.name] : isOfDatabase(error) && BY_KIND[kind]
  return Explained ? new Explained({}, { cause: error }) : undefined
}

/** Other clients lose connections, too (`ECONNREFUSED` of a fetch): those are not the database's. */
function isOfDatabase(error: Error): boolean {
  return (
    error.constructor.name === 'QueryFailedError' ||
    /node_modules[\\/](?:typeorm|pg|pg-pool|mysql2|mariadb|libsql|mongodb)[\\/]/.test(error.stack ?? '')
  )
}
