import { Controller, createApp, Get, Injectable, Module, type Application } from 'corbel'
import { Transactional, TypeOrmModule } from 'corbel/database/typeorm'
import { DataSource } from 'typeorm'
import { deferred } from '../server/start.js'
import { DATABASES, unreachable, type TestDatabase } from '../support/databases.js'
import { eventually } from '../support/eventually.js'

/** Longer than any test: it is over when the spec says so. */
const WAIT_MS = 3_600_123
/** Of a transaction that cannot end in time. */
const LIMIT_MS = 300

@Injectable()
class Work {
  entered = deferred()
  readonly gate = deferred()
  constructor(readonly source: DataSource) {}

  @Transactional() async hold(): Promise<string> {
    await this.source.query('SELECT 1')
    this.entered.resolve()
    await this.gate.promise
    return 'held'
  }
  @Transactional() async inTransaction(): Promise<string> {
    await this.source.query('SELECT 1')
    return 'done'
  }
  @Transactional({ timeout: LIMIT_MS }) async sleep(statement: string): Promise<void> {
    await this.source.query(statement)
  }
}

@Controller()
class WorkController {
  constructor(private readonly work: Work) {}
  @Get('hold') hold() {
    return this.work.hold()
  }
  @Get('transaction') transaction() {
    return this.work.inTransaction()
  }
  @Get('query') async query() {
    await this.work.source.query('SELECT 1')
    return 'done'
  }
  @Get('sleep') async sleep() {
    const isPostgres = this.work.source.options.type === 'postgres'
    await this.work.sleep(isPostgres ? 'SELECT pg_sleep(3600)' : 'SELECT SLEEP(3600)')
  }
}

describe.each(DATABASES.filter(({ name }) => name === 'PostgreSQL' || name === 'MariaDB'))(
  'the pool of $name',
  (kind) => {
    let app: Application
    let database: TestDatabase
    let url: string
    const get = async (path: string): Promise<[number, string]> => {
      const response = await fetch(url + path)
      const text = await response.text()
      return [response.status, response.ok ? text : (JSON.parse(text) as { code: string }).code]
    }

    beforeEach(async ({ skip }) => {
      if (await unreachable(kind)) skip(`${kind.name} is not reachable`)
      database = await kind.create()
      const { extra } = database.options as { extra?: object }
      // it says how long pg waits, too, and counts more than the options of the pool
      const own = kind.name === 'PostgreSQL' && { extra: { ...extra, connectionTimeoutMillis: WAIT_MS } }
      @Module({
        imports: [
          TypeOrmModule.forRoot({ ...database.options, ...own, pool: { max: 2, acquireTimeout: WAIT_MS } }),
        ],
        controllers: [WorkController],
        providers: [Work],
      })
      class App {}
      app = await createApp(App, { logger: false, shutdownSignals: false })
      await app.listen(0, '127.0.0.1')
      url = await app.getUrl()
    })
    afterEach(async () => {
      vi.restoreAllMocks()
      await app.close()
      await database.drop()
    })

    it('is waited for only so long, and goes on when there are connections again', async () => {
      const work = app.get(Work)
      const first = get('/hold')
      await work.entered.promise
      work.entered = deferred()
      const second = get('/hold')
      await work.entered.promise
      const waits = heldWaits()
      const asked = Promise.all(['/query', '/transaction', '/query'].map(get))
      await eventually(() => expect(waits).toHaveLength(3))
      for (const end of waits) end()
      const late = await asked
      expect(late).toEqual(late.map(() => [503, 'CORBEL_DATABASE_EXHAUSTED']))
      work.gate.resolve()
      expect(await Promise.all([first, second])).toEqual([
        [200, 'held'],
        [200, 'held'],
      ])
      const again = await Promise.all(Array.from({ length: 10 }, () => get('/transaction')))
      expect(again).toEqual(again.map(() => [200, 'done']))
    })

    it('has its connections back from statements that a transaction has no time for', async () => {
      // they would sleep far longer than a test may take, and there are no others
      const slept = await Promise.all([get('/sleep'), get('/sleep')])
      expect(slept).toEqual(slept.map(() => [503, 'CORBEL_TRANSACTION_TIMEOUT']))
      const again = await Promise.all(Array.from({ length: 4 }, () => get('/transaction')))
      expect(again).toEqual(again.map(() => [200, 'done']))
      // what limited the one limits no other
      const [limit] = await app
        .get(DataSource)
        .query<{ limit: string }[]>(
          kind.name === 'PostgreSQL'
            ? `SELECT current_setting('statement_timeout') AS "limit"`
            : 'SELECT @@max_statement_time AS `limit`',
        )
      expect(Number(limit!.limit)).toBe(0)
    })
  },
)

/** Notes from now on how to end each wait for a connection. */
function heldWaits(): (() => void)[] {
  const waits: (() => void)[] = []
  const { setTimeout: set } = globalThis
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, ms?: number, ...rest: []) => {
    if (ms === WAIT_MS) waits.push(run)
    return set(run, ms, ...rest)
  }) as typeof setTimeout)
  return waits
}
