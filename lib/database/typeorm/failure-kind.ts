/** What a database has refused, whatever the driver calls it. */
export type FailureKind =
  | 'unique'
  | 'foreign-key'
  | 'check'
  | 'not-null'
  /** Too long, out of range, not of the type. */
  | 'value'
  /** Deadlock or serialization failure: the transaction was rolled back and may be begun again. */
  | 'conflict'
  | 'timeout'
  | 'connection'
  /** No connection was free in time. */
  | 'exhausted'

/** By SQLSTATE (PostgreSQL, Appendix A); two characters stand for a class. */
const STATES: Readonly<Record<string, FailureKind>> = {
  '08': 'connection',
  '53': 'connection',
  '57P01': 'connection',
  '57P02': 'connection',
  '57P03': 'connection',
  '23505': 'unique',
  '23P01': 'unique',
  '23503': 'foreign-key',
  '23514': 'check',
  '23502': 'not-null',
  '22': 'value',
  '40001': 'conflict',
  '40P01': 'conflict',
  '55P03': 'timeout',
  '57014': 'timeout',
  '25P04': 'timeout',
}

/** By the number of MariaDB and MySQL. */
const NUMBERS: Readonly<Record<number, FailureKind>> = {
  1062: 'unique',
  1169: 'unique',
  1586: 'unique',
  1216: 'foreign-key',
  1217: 'foreign-key',
  1451: 'foreign-key',
  1452: 'foreign-key',
  3819: 'check',
  4025: 'check',
  1048: 'not-null',
  1364: 'not-null',
  1264: 'value',
  1265: 'value',
  1292: 'value',
  1366: 'value',
  1406: 'value',
  1213: 'conflict',
  1020: 'conflict',
  1205: 'timeout',
  1969: 'timeout',
  3024: 'timeout',
  1040: 'connection',
  1053: 'connection',
  1152: 'connection',
  1158: 'connection',
  1159: 'connection',
  1160: 'connection',
  1161: 'connection',
  1927: 'connection',
}

/** By the extended result codes of SQLite, and by what Node and the drivers call lost connections. */
const NAMES: Readonly<Record<string, FailureKind>> = {
  SQLITE_CONSTRAINT_UNIQUE: 'unique',
  SQLITE_CONSTRAINT_PRIMARYKEY: 'unique',
  SQLITE_CONSTRAINT_ROWID: 'unique',
  SQLITE_CONSTRAINT_FOREIGNKEY: 'foreign-key',
  SQLITE_CONSTRAINT_CHECK: 'check',
  SQLITE_CONSTRAINT_NOTNULL: 'not-null',
  SQLITE_CONSTRAINT_DATATYPE: 'value',
  SQLITE_TOOBIG: 'value',
  SQLITE_MISMATCH: 'value',
  SQLITE_BUSY: 'timeout',
  SQLITE_BUSY_SNAPSHOT: 'conflict',
  SQLITE_LOCKED: 'conflict',
  ECONNREFUSED: 'connection',
  ECONNRESET: 'connection',
  EPIPE: 'connection',
  ETIMEDOUT: 'connection',
  ENOTFOUND: 'connection',
  EHOSTUNREACH: 'connection',
  PROTOCOL_CONNECTION_LOST: 'connection',
  PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR: 'connection',
  PROTOCOL_ENQUEUE_AFTER_QUIT: 'connection',
}

/** By the number of MongoDB, whose errors have it as their code. */
const MONGO_CODES: Readonly<Record<number, FailureKind>> = {
  11000: 'unique',
  121: 'check',
  112: 'conflict',
  251: 'conflict',
  24: 'timeout',
  50: 'timeout',
}

/** By the name of MongoDB's own errors. */
const MONGO_NAMES: Readonly<Record<string, FailureKind>> = {
  MongoNetworkError: 'connection',
  MongoNetworkTimeoutError: 'connection',
  MongoServerSelectionError: 'connection',
  MongoPoolClosedError: 'connection',
  MongoTopologyClosedError: 'connection',
  MongoNotConnectedError: 'connection',
  MongoWaitQueueTimeoutError: 'exhausted',
}

/** What drivers say in words alone when their connection is gone. */
const LOST =
  /^(?:Connection terminated|Client has encountered a connection error|Connection (?:is )?(?:closed|lost)|Cannot use a pool after|Can't add new command when connection is in closed state|Driver not Connected|Pool is closed|PGlite is closed)/i

/**
 * Tells what a database, or the way to it, has refused.
 *
 * @param error of typeorm or of a driver
 * @returns undefined for everything else, mistakes in statements among them
 */
export function failureKind(error: unknown): FailureKind | undefined {
  if (!(error instanceof Error)) return undefined
  const { driverError } = error as { driverError?: unknown }
  const cause = driverError instanceof Error ? driverError : error
  const { code, errno } = cause as { code?: unknown; errno?: unknown }
  if (typeof code === 'string') {
    const known =
      NAMES[code] ?? (/^[0-9A-Z]{5}$/.test(code) ? (STATES[code] ?? STATES[code.slice(0, 2)]) : undefined)
    if (known !== undefined) return known
  }
  if (typeof errno === 'number' && NUMBERS[errno] !== undefined) return NUMBERS[errno]
  if (cause.name.startsWith('Mongo'))
    return typeof code === 'number' ? MONGO_CODES[code] : MONGO_NAMES[cause.name]
  // of pg's pool; one that cannot connect says so in other words
  if (cause.message === 'timeout exceeded when trying to connect') return 'exhausted'
  return LOST.test(cause.message) ? 'connection' : undefined
}
