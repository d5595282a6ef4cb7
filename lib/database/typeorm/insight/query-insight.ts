import { AsyncLocalStorage } from 'node:async_hooks'
import type { AfterQueryEvent, DataSource, EntitySubscriberInterface } from 'typeorm'
import { typedKey } from '../../../common/index.js'
import { Logger, type RequestContext } from '../../../core/index.js'
import type { ExecutionContext } from '../../../pipeline/index.js'
import { CallQueries, type CallReport } from './call-queries.js'
import { callerInApplication } from './caller.js'
import { explain, OWN, type Explanation } from './explain.js'
import type { InsightSettings } from './options.js'
import { shapeOf } from './shape.js'
import { Statements, type StatementStatistics } from './statements.js'

/** Where a statement comes from. */
export interface StatementOrigin {
  /** Its text, with `?` for values: they may be anybody's, and are never told. */
  readonly sql: string
  /**
   * `file:line:column` in the application. It is known where the answer is awaited: `return await books.find()`, not
   * `return books.find()`, which leaves nothing of its function behind.
   */
  readonly caller: string | undefined
  /** `Class.method` of the controller or gateway; undefined outside of calls. */
  readonly handler: string | undefined
}

/** A statement that took long. */
export interface SlowStatement extends StatementOrigin {
  readonly kind: 'slow'
  readonly milliseconds: number
  /** Where the settings ask for it, and the database can. */
  readonly explanation: Explanation | undefined
}

/** A statement that one call sends again and again. */
export interface RepeatedStatement extends StatementOrigin {
  readonly kind: 'repeated'
  /** How often, so far. */
  readonly times: number
}

/** What is worth a look. */
export type InsightFinding = SlowStatement | RepeatedStatement

const CALL = typedKey<CallQueries>('queries of a call')
/** Slow statements that wait for their explanation; others are told without one, so that a slow database is not asked more. */
const MOST_EXPLAINED = 2
/** What could be asked once for all: the begin and the end of transactions could not. */
const WORK = /^\s*(?:SELECT|WITH|INSERT|REPLACE|UPDATE|DELETE|MERGE)\b/i

/** Tells what the application asks of its databases: inject it. `QueryInsightModule` provides it. */
export class QueryInsight implements EntitySubscriberInterface {
  private readonly logger = new Logger('QueryInsight')
  private readonly counted: Statements
  private readonly listeners = new Set<(finding: InsightFinding) => void>()
  private readonly explaining = new Set<Promise<void>>()
  // explanations belong to no call and to no transaction
  private readonly outside = AsyncLocalStorage.snapshot()

  /**
   * @param settings complete
   * @param context tells which call is going on
   */
  constructor(
    private readonly settings: InsightSettings,
    private readonly context: RequestContext,
  ) {
    this.counted = new Statements(settings.statements)
  }

  /** What the call that is going on has asked so far; undefined outside of calls. */
  get current(): CallReport | undefined {
    return this.context.active ? (this.context.get(CALL) ?? new CallQueries()) : undefined
  }

  /** All statements together, since the application has started: for metrics. */
  get total(): StatementStatistics {
    return this.counted.total
  }

  /** Each statement, that which took longest in all first. */
  get statements(): readonly StatementStatistics[] {
    return this.counted.list
  }

  /**
   * Hears of slow and of repeated statements, when they are logged.
   *
   * @param listener must not throw
   * @returns a function that ends it
   */
  onFinding(listener: (finding: InsightFinding) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** typeorm calls it after each statement. */
  afterQuery(event: AfterQueryEvent): void {
    const { query, executionTime = 0, success } = event
    if (query.startsWith(OWN)) return
    const sql = shapeOf(query, event.dataSource.options.type)
    this.counted.add(sql, executionTime, success)
    const times = this.countInCall(sql, executionTime)
    if (times === this.settings.repeats && WORK.test(sql))
      this.tell({ kind: 'repeated', times, ...this.originOf(sql) })
    if (executionTime >= this.settings.slow && success) this.noteSlow(event, sql, executionTime)
  }

  /** Waits for explanations, before data sources are closed. */
  async settled(): Promise<void> {
    await Promise.all(this.explaining)
  }

  private countInCall(sql: string, milliseconds: number): number {
    if (!this.context.active) return 0
    let call = this.context.get(CALL)
    if (call === undefined) this.context.set(CALL, (call = new CallQueries()))
    return call.add(sql, milliseconds)
  }

  private noteSlow(
    { query, parameters, dataSource }: AfterQueryEvent,
    sql: string,
    milliseconds: number,
  ): void {
    const slow = { kind: 'slow', milliseconds, ...this.originOf(sql) } as const
    if (!this.settings.explain || this.explaining.size >= MOST_EXPLAINED) {
      this.tell({ ...slow, explanation: undefined })
      return
    }
    // named parameters are of databases that are not explained
    const values: readonly unknown[] = Array.isArray(parameters) ? parameters : []
    const explained = this.outside(() => this.explain(dataSource, query, values)).then((explanation) => {
      this.explaining.delete(explained)
      this.tell({ ...slow, explanation })
    })
    this.explaining.add(explained)
  }

  private originOf(sql: string): StatementOrigin {
    const host = this.context.active
      ? (this.context.host as Partial<ExecutionContext> | undefined)
      : undefined
    // middleware has no handler yet
    const [type, method] = [host?.getClass?.(), host?.getHandler?.()] as (Function | undefined)[]
    const handler = type === undefined || method === undefined ? undefined : `${type.name}.${method.name}`
    return { sql, caller: callerInApplication(), handler }
  }

  private async explain(
    source: DataSource,
    sql: string,
    parameters: readonly unknown[],
  ): Promise<Explanation | undefined> {
    try {
      return await explain(source, sql, parameters, this.settings.manyRows)
    } catch (error) {
      // a statement of a transaction may name what only that transaction sees
      this.logger.debug(`A slow statement cannot be explained: ${String(error)}`)
      return undefined
    }
  }

  private tell(finding: InsightFinding): void {
    this.logger.warn(inWords(finding))
    for (const listener of this.listeners) listener(finding)
  }
}

function inWords(finding: InsightFinding): string {
  const { caller, handler } = finding
  const place = (caller === undefined ? '' : ` at ${caller}`) + (handler === undefined ? '' : ` (${handler})`)
  if (finding.kind === 'repeated')
    return (
      `One call has sent the same statement ${finding.times} times${place}: ${finding.sql}\n` +
      '  Ask once for all: with `relations`, a join, or `In(…)`.'
    )
  const { plan = [], indexes = [] } = finding.explanation ?? {}
  const more = [...plan, ...indexes.map((index) => `It reads a whole table. Try: ${index}`)]
  return [`A statement took ${finding.milliseconds} ms${place}: ${finding.sql}`, ...more].join('\n  ')
}
