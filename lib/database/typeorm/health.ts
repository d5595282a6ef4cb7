import { clearTimeout, setTimeout } from 'node:timers'
import type { DataSource } from 'typeorm'
import type { MaybePromise } from '../../common/index.js'
import { DatabaseHealth, type DatabaseHealthReport, type DataSourceHealth } from '../health.js'
import { DatabaseExhausted } from './explain-failure.js'
import { failureKind } from './failure-kind.js'
import { flowsOf } from './join-transactions.js'
import { isIdle } from './lazy.js'
import { tenantsOf } from './tenants/index.js'

const TIMEOUT_MS = 2000

/** A data source of the application, and how to get at it. */
export interface NamedSource {
  readonly name: string
  source(): MaybePromise<DataSource>
}

/** The health of what typeorm has opened. */
export class TypeOrmHealth extends DatabaseHealth {
  /** @param sources all of the application */
  constructor(private readonly sources: () => readonly NamedSource[]) {
    super()
  }

  async check(timeout = TIMEOUT_MS): Promise<DatabaseHealthReport> {
    const entries = await Promise.all(
      this.sources().map(async ({ name, source }) => healthsOf(name, await source(), timeout)),
    ).then((lists) => lists.flat())
    const isUp = entries.every(([, { status }]) => status !== 'down')
    return { status: isUp ? 'up' : 'down', dataSources: Object.fromEntries(entries) }
  }
}

/** Of tenants, those whose data sources are open: a question must not open all the others. */
function healthsOf(
  name: string,
  source: DataSource,
  timeout: number,
): Promise<readonly (readonly [string, DataSourceHealth])[]> {
  const tenants = tenantsOf(source)
  const open: [string, DataSource][] =
    tenants === undefined
      ? [[name, source]]
      : [...tenants.sources.opened].map(([tenant, one]) => [`${name}/${tenant}`, one])
  return Promise.all(open.map(async ([key, one]) => [key, await healthOf(one, timeout)] as const))
}

async function healthOf(source: DataSource, timeout: number): Promise<DataSourceHealth> {
  if (isIdle(source)) return { status: 'idle' }
  const start = performance.now()
  const pool = poolOf(source)
  try {
    await within(timeout, () => ping(source))
    return { status: 'up', latency: Math.round((performance.now() - start) * 10) / 10, ...pool }
  } catch (error) {
    return { status: 'down', reason: reasonOf(error), ...pool }
  }
}

function reasonOf(error: unknown): NonNullable<DataSourceHealth['reason']> {
  if (error === EXPIRED || error instanceof DatabaseExhausted) return 'timeout'
  const kind = failureKind(error)
  if (kind === 'exhausted') return 'timeout'
  return kind === 'timeout' || kind === 'connection' ? kind : 'refused'
}

/** As much of typeorm's query runner for MongoDB as is needed: its own type needs that driver's declarations. */
interface MongoRunner {
  readonly databaseConnection: { db(): { command(command: object): Promise<unknown> } }
}

async function ping(source: DataSource): Promise<void> {
  if (source.options.type === 'mongodb') {
    const runner = source.mongoManager.queryRunner as unknown as MongoRunner
    await runner.databaseConnection.db().command({ ping: 1 })
    return
  }
  // whether a transaction around the call has failed is another question
  const ask = (): Promise<unknown> => source.query('SELECT 1')
  await (flowsOf(source)?.outside(ask) ?? ask())
}

const EXPIRED = new Error('The database has not answered in time.')

async function within(timeout: number, work: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(EXPIRED), timeout)
  })
  try {
    await Promise.race([work(), expired])
  } finally {
    clearTimeout(timer)
  }
}

/** The pool of pg; those of other drivers keep such numbers to themselves. */
function poolOf({ driver }: DataSource): Pick<DataSourceHealth, 'pool'> {
  const { master } = driver as { master?: { totalCount?: number; idleCount?: number; waitingCount?: number } }
  if (master?.totalCount === undefined) return {}
  return {
    pool: { total: master.totalCount, idle: master.idleCount ?? 0, waiting: master.waitingCount ?? 0 },
  }
}
