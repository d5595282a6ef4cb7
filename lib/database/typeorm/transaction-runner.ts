import { setTimeout as delay } from 'node:timers/promises'
import type { DataSource, EntityManager, QueryRunner } from 'typeorm'
import type { TransactionOptions } from '../transactional.js'
import {
  IsolationUnknown,
  TransactionAlone,
  TransactionMissing,
  TransactionPresent,
  TransactionTimeout,
} from './errors.js'
import { failureKind } from './failure-kind.js'
import { flowsOf } from './join-transactions.js'
import { isSqlite } from './options.js'

const RETRIES = 2
/** Doubled each time, and spread, so that those who have met do not meet again. */
const FIRST_PAUSE_MS = 10
const LONGEST_PAUSE_MS = 500

type Work = () => unknown

/** How a kind of database is told to refuse writes, and when. */
interface ReadOnlyWay {
  readonly when: 'before' | 'inside'
  readonly begin: string
  /** Where it lasts longer than the transaction. */
  readonly end?: string
}

/**
 * Runs work in a transaction of a data source.
 *
 * @param source opened by TypeOrmModule
 * @param method for messages
 * @param options of `@Transactional`
 * @param work what runs inside; it may run again after a conflict
 * @returns what the work returns
 * @throws {CorbelError} CORBEL_TRANSACTION_MISSING, _PRESENT, _ALONE, _TIMEOUT, _ISOLATION
 */
export async function runInTransaction(
  source: DataSource,
  method: string,
  options: TransactionOptions,
  work: Work,
): Promise<unknown> {
  const flows = flowsOf(source)!
  const { propagation = 'required' } = options
  const isOpen = flows.current !== undefined
  switch (propagation) {
    case 'mandatory':
      if (!isOpen) throw new TransactionMissing({ method })
      return work()
    case 'never':
      if (isOpen) throw new TransactionPresent({ method })
      return work()
    case 'supports':
      return work()
    case 'not-supported':
      if (!isOpen) return work()
      refuseAlone(source, method, propagation)
      return flows.outside(work)
    case 'requires-new':
      if (!isOpen) return again(source, method, options, work)
      refuseAlone(source, method, propagation)
      return flows.outside(() => again(source, method, options, work))
    case 'nested':
      return isOpen ? source.transaction(async () => work()) : again(source, method, options, work)
    default:
      return isOpen ? work() : again(source, method, options, work)
  }
}

function refuseAlone({ options }: DataSource, method: string, propagation: string): void {
  const { poolSize, extra } = options as {
    poolSize?: number
    extra?: { max?: number; connectionLimit?: number }
  }
  const connections = isSqlite(options.type) ? 1 : (extra?.max ?? extra?.connectionLimit ?? poolSize)
  if (connections === 1) throw new TransactionAlone({ method, propagation })
}

/** Begins a transaction, and begins it again where the database has rolled it back for the sake of another one. */
async function again(
  source: DataSource,
  method: string,
  options: TransactionOptions,
  work: Work,
): Promise<unknown> {
  const { retries = RETRIES, retryOn } = options
  for (let attempt = 0; ; attempt++) {
    try {
      return await once(source, method, options, work)
    } catch (error) {
      const mayBegin = failureKind(error) === 'conflict' || retryOn?.(error) === true
      if (!mayBegin || attempt >= retries) throw error
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS)
      await delay(pause * (0.5 + Math.random()))
    }
  }
}

async function once(
  source: DataSource,
  method: string,
  { isolation, readOnly = false, timeout }: TransactionOptions,
  work: Work,
): Promise<unknown> {
  const { type } = source.options
  if (isolation !== undefined && !isolationsOf(type).includes(isolation))
    throw new IsolationUnknown({ method, isolation, database: type })
  const way = readOnly ? readOnlyWay(type) : undefined
  const inside = async (manager: EntityManager): Promise<unknown> => {
    const runner = manager.queryRunner!
    if (way?.when === 'inside') await runner.query(way.begin)
    try {
      return await (timeout === undefined ? work() : within(timeout, method, source, runner, work))
    } finally {
      if (way?.end !== undefined) await runner.query(way.end)
    }
  }
  const place = readOnly ? flowsOf(source)!.readOnlyOn : 'master'
  if (way?.when !== 'before' && place === 'master')
    return isolation === undefined ? source.transaction(inside) : source.transaction(isolation, inside)
  const runner = source.createQueryRunner(place)
  try {
    // for the next transaction of this connection
    if (way?.when === 'before') await runner.query(way.begin)
    const { manager } = runner
    return await (isolation === undefined
      ? manager.transaction(inside)
      : manager.transaction(isolation, inside))
  } finally {
    await runner.release()
  }
}

/** Fails in time. What the work goes on to ask of the database is refused from then on. */
async function within(
  timeout: number,
  method: string,
  source: DataSource,
  runner: QueryRunner,
  work: Work,
): Promise<unknown> {
  const flow = flowsOf(source)!.current!
  const { type } = source.options
  // ends the statement that is under way, too
  if (isPostgres(type)) await runner.query(`SET LOCAL statement_timeout = ${Math.ceil(timeout)}`)
  if (type === 'mariadb') await runner.query(`SET SESSION max_statement_time = ${timeout / 1000}`)
  const end = performance.now() + timeout
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      flow.failure = new TransactionTimeout({ method, timeout })
      reject(flow.failure)
    }, timeout)
  })
  try {
    return await Promise.race([Promise.resolve(work()), expired])
  } catch (error) {
    // in a busy process the database may be the first to say that the time is over
    if (failureKind(error) === 'timeout' && performance.now() >= end)
      flow.failure ??= new TransactionTimeout({ method, timeout }, { cause: error })
    throw flow.failure ?? error
  } finally {
    clearTimeout(timer)
    // a connection that cannot be told is lost, and not used again
    if (type === 'mariadb')
      await runner.query('SET SESSION max_statement_time = DEFAULT').catch(() => undefined)
  }
}

type DriverType = DataSource['options']['type']

function isPostgres(type: DriverType): boolean {
  return type === 'postgres' || type === 'aurora-postgres'
}

function isMysql(type: DriverType): boolean {
  return type === 'mysql' || type === 'mariadb' || type === 'aurora-mysql'
}

function readOnlyWay(type: DriverType): ReadOnlyWay | undefined {
  if (isSqlite(type))
    return { when: 'inside', begin: 'PRAGMA query_only = ON', end: 'PRAGMA query_only = OFF' }
  if (isMysql(type)) return { when: 'before', begin: 'SET TRANSACTION READ ONLY' }
  return isPostgres(type) || type === 'cockroachdb'
    ? { when: 'inside', begin: 'SET TRANSACTION READ ONLY' }
    : undefined
}

/** SQLite has the strictest, and one that is of no use without a shared cache. */
function isolationsOf(type: DriverType): readonly string[] {
  return isSqlite(type)
    ? ['SERIALIZABLE', 'READ UNCOMMITTED']
    : ['READ UNCOMMITTED', 'READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE']
}
