import {
  Controller,
  createApp,
  Get,
  Injectable,
  Module,
  Param,
  type Application,
  type DynamicModule,
  type LoggerService,
} from 'corbel'
import {
  InjectRepository,
  QueryInsight,
  QueryInsightModule,
  Transactional,
  TypeOrmModule,
  type InsightFinding,
  type QueryInsightOptions,
  type TypeOrmModuleOptions,
} from 'corbel/database/typeorm'
import { Column, Entity, In, PrimaryGeneratedColumn, type Repository } from 'typeorm'
import { shapeOf } from '../../lib/database/typeorm/insight/shape.js'
import { DATABASES, unreachable, type TestDatabase } from '../support/databases.js'

@Entity()
class Author {
  @PrimaryGeneratedColumn() id: number
  @Column('varchar') name: string
}

@Entity()
class Book {
  @PrimaryGeneratedColumn() id: number
  @Column('varchar') title: string
  @Column('int') authorId: number
}

@Injectable()
class Library {
  constructor(
    @InjectRepository(Author) readonly authors: Repository<Author>,
    @InjectRepository(Book) readonly books: Repository<Book>,
  ) {}

  // #region repeated
  async oneByOne(): Promise<string[]> {
    const names: string[] = []
    for (const book of await this.books.find()) {
      names.push((await this.authors.findOneByOrFail({ id: book.authorId })).name) // the line that is named
    }
    return names
  }

  async atOnce(): Promise<string[]> {
    const books = await this.books.find()
    const authors = await this.authors.findBy({ id: In(books.map(({ authorId }) => authorId)) })
    return authors.map(({ name }) => name)
  }
  // #endregion

  @Transactional() async nothing(): Promise<void> {}

  @Transactional() async byTitle(title: string): Promise<Book[]> {
    await this.books.insert({ title: 'seen in this transaction only', authorId: 1 })
    return this.books.findBy({ title })
  }
}

@Controller()
class LibraryController {
  constructor(
    private readonly library: Library,
    private readonly insight: QueryInsight,
  ) {}
  @Get('one-by-one') oneByOne() {
    return this.library.oneByOne()
  }
  @Get('at-once') async atOnce() {
    await this.library.atOnce()
    const { count, statements } = this.insight.current!
    return { count, statements: [...statements.values()] }
  }
  @Get('titles/:title') byTitle(@Param('title') title: string) {
    return this.library.byTitle(title)
  }
  @Get('transactions') async transactions() {
    for (let i = 0; i < 12; i++) await this.library.nothing()
    return this.insight.current!.count
  }
  @Get('broken') broken() {
    return this.library.books.query('SELECT nothing FROM nowhere')
  }
  @Get('none') none() {
    return this.insight.current!.count
  }
}

const warnings: string[] = []
const logger: LoggerService = {
  log() {},
  error() {},
  warn: (message) => void warnings.push(String(message)),
}

const apps: Application[] = []
async function start(database: TypeOrmModuleOptions, options: QueryInsightOptions) {
  const imports: DynamicModule[] = [
    TypeOrmModule.forRoot({ ...database, synchronize: true }),
    TypeOrmModule.forFeature([Author, Book]),
    // where it is not said, nothing is slow, however slow the machine is
    QueryInsightModule.forRoot({ slow: Infinity, ...options }),
  ]
  @Module({ imports, controllers: [LibraryController], providers: [Library] })
  class AppModule {}
  const app = await createApp(AppModule, { logger, shutdownSignals: false })
  apps.push(app)
  await app.listen(0, '127.0.0.1')
  const library = app.get(Library)
  await library.authors.insert(Array.from({ length: 12 }, (_, i) => ({ name: `author ${i}` })))
  await library.books.insert(Array.from({ length: 12 }, (_, i) => ({ title: `book ${i}`, authorId: i + 1 })))
  const insight = app.get(QueryInsight)
  const findings: InsightFinding[] = []
  insight.onFinding((finding) => findings.push(finding))
  warnings.length = 0
  const url = await app.getUrl()
  return { insight, findings, get: (path: string) => fetch(`${url}${path}`) }
}

afterEach(async () => {
  for (const app of apps.splice(0)) await app.close()
})

describe('the insight into queries', () => {
  const embedded = { database: ':memory:' }

  it('names the line that asks once for each record, once a call, and not the one that asks for all', async () => {
    const { get, findings } = await start(embedded, {})
    expect(await (await get('/one-by-one')).json()).toHaveLength(12)
    expect(findings).toEqual([
      {
        kind: 'repeated',
        times: 10,
        sql: expect.stringMatching(/^SELECT .* FROM "author"/) as string,
        caller: expect.stringMatching(/^spec\/database\/insight\.spec\.ts:\d+:\d+$/) as string,
        handler: 'LibraryController.oneByOne',
      },
    ])
    expect(warnings).toEqual([
      expect.stringMatching(/One call has sent the same statement 10 times at spec\/.*\n.*Ask once for all/),
    ])
    await get('/at-once')
    // each call begins anew
    await Promise.all([get('/at-once'), get('/at-once')])
    expect(findings).toHaveLength(1)
    await get('/one-by-one')
    expect(findings).toHaveLength(2)
  })

  it('does not take the begin and the end of transactions for work', async () => {
    const { get, findings } = await start(embedded, {})
    expect(Number(await (await get('/transactions')).text())).toBeGreaterThanOrEqual(24)
    expect(findings).toEqual([])
  })

  it('counts by call, and tells the client how long the database took', async () => {
    const { get } = await start(embedded, {})
    const answer = await get('/at-once')
    expect(await answer.json()).toEqual({ count: 2, statements: [1, 1] })
    expect(answer.headers.get('server-timing')).toMatch(/^db;dur=\d+;desc="2 statements"$/)
    const none = await get('/none')
    expect([await none.text(), none.headers.get('server-timing')]).toEqual(['0', null])
    expect((await get('/broken')).headers.get('server-timing')).toContain('1 statements')
  })

  it('counts each statement, failures too, so many different ones', async () => {
    const { get, insight } = await start(embedded, { statements: 8, serverTiming: false })
    const before = insight.total
    const answer = await get('/at-once')
    expect(answer.headers.has('server-timing')).toBe(false)
    await get('/at-once')
    await get('/broken')
    const { count, failed } = insight.total
    expect([count - before.count, failed - before.failed]).toEqual([5, 1])
    const statements = insight.statements
    expect(statements.length).toBeLessThanOrEqual(9)
    expect(statements.reduce((sum, one) => sum + one.count, 0)).toBe(count)
    expect(insight.current).toBeUndefined()
  })

  it('explains what is slow, without values, and leaves transactions alone', async () => {
    const { get, findings, insight } = await start(embedded, { slow: 0, repeats: 0 })
    expect(await (await get('/titles/secret')).json()).toEqual([])
    await insight.settled()
    const found = findings.find(({ sql }) => sql.startsWith('SELECT'))!
    expect(found).toMatchObject({
      kind: 'slow',
      // nothing is awaited there
      caller: undefined,
      handler: 'LibraryController.byTitle',
      explanation: { plan: [expect.stringContaining('SCAN') as string], indexes: [] },
    })
    expect(JSON.stringify(findings) + warnings.join()).not.toContain('secret')
    expect(findings.some(({ sql }) => sql.includes('EXPLAIN'))).toBe(false)
  })

  it('is quiet in production unless it is asked', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    try {
      const { get, findings } = await start(embedded, {})
      const answer = await get('/one-by-one')
      expect([answer.status, answer.headers.has('server-timing'), findings]).toEqual([200, false, []])
    } finally {
      vi.unstubAllEnvs()
    }
  })

  it.each([{ slow: -1 }, { repeats: Number.NaN }, { statements: 'many' as unknown as number }])(
    'refuses %o',
    (options) => {
      expect(() => QueryInsightModule.forRoot(options)).toThrow(RangeError)
    },
  )
})

describe('the text of a statement that is told', () => {
  it.each([
    [
      `SELECT "a1" FROM "t" WHERE "a1" = 'it''s secret' AND b = 12.5`,
      'SELECT "a1" FROM "t" WHERE "a1" = ? AND b = ?',
    ],
    [`SELECT a FROM t1 WHERE a = $1 LIMIT 20`, 'SELECT a FROM t1 WHERE a = ? LIMIT ?'],
    [String.raw`SELECT E'a\'secret', 1e9, 0xFF`, 'SELECT ?, ?, ?'],
    [`SELECT $$it's secret$$, $x$a $$ secret$x$ AS b`, 'SELECT ?, ? AS b'],
    [`DELETE FROM t WHERE a IN (1, 2, 3)`, 'DELETE FROM t WHERE a IN (…)'],
    [`INSERT INTO t(a, b) VALUES (DEFAULT, $1), (DEFAULT, $2)`, 'INSERT INTO t(a, b) VALUES (…), …'],
  ])('is that of %s without values', (sql, shape) => {
    expect(shapeOf(sql, 'postgres')).toBe(shape)
  })

  it.each([
    [
      String.raw`SELECT ${'`a"1`'} FROM t WHERE a = "secret" AND b = "a\"secret"`,
      'SELECT `a"1` FROM t WHERE a = ? AND b = ?',
    ],
    [String.raw`SELECT 'it\'s secret', "it's ""secret"""`, 'SELECT ?, ?'],
  ])('knows the quotes of MariaDB: %s', (sql, shape) => {
    expect(shapeOf(sql, 'mariadb')).toBe(shape)
  })
})

describe.each(DATABASES.filter(({ name }) => name === 'PostgreSQL' || name === 'MariaDB'))(
  'the insight into $name',
  (kind) => {
    let database: TestDatabase
    beforeEach(async ({ skip }) => {
      if (await unreachable(kind)) skip(`${kind.name} is not reachable`)
      database = await kind.create()
    })
    afterEach(async () => {
      for (const app of apps.splice(0)) await app.close()
      await database.drop()
    })

    it('shows the plan of what is slow, and the index that is missing', async () => {
      const { get, findings, insight } = await start(database.options, { slow: 0, repeats: 0, manyRows: 10 })
      const isPostgres = kind.name === 'PostgreSQL'
      if (isPostgres) await apps[0]!.get(Library).books.query('ANALYZE "book"')
      await insight.settled()
      findings.length = 0
      await get(`/titles/${encodeURIComponent("x'; DROP TABLE book; --")}`)
      await insight.settled()
      const found = findings.find(({ sql }) => sql.includes('WHERE') && sql.startsWith('SELECT'))
      const plan = isPostgres
        ? expect.stringContaining('Seq Scan on book')
        : expect.stringContaining('"type":"ALL"')
      expect(found).toMatchObject({
        kind: 'slow',
        explanation: {
          plan: expect.arrayContaining([plan]) as string[],
          indexes: isPostgres ? ['CREATE INDEX ON "book" ("title")'] : [],
        },
      })
      expect(await apps[0]!.get(Library).books.count()).toBe(13)
    })
  },
)
