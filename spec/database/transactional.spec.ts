import {
  Controller,
  createApp,
  Get,
  Inject,
  Injectable,
  Module,
  Param,
  Post,
  Scope,
  type Application,
} from 'corbel'
import {
  afterCommit,
  afterRollback,
  InjectDataSource,
  InjectRepository,
  Transactional,
  TypeOrmModule,
  withoutTransactions,
} from 'corbel/database/typeorm'
import {
  Check,
  Column,
  DataSource,
  type DataSourceOptions,
  Entity,
  ManyToOne,
  PrimaryGeneratedColumn,
  QueryFailedError,
  type Relation,
  type Repository,
} from 'typeorm'
import { deferred } from '../server/start.js'
import { DATABASES, OPENING_MS, unreachable, type TestDatabase } from '../support/databases.js'
import { eventually } from '../support/eventually.js'

@Entity()
@Check('account_balance', 'balance >= 0')
class Account {
  @PrimaryGeneratedColumn() id: number
  @Column('varchar', { length: 40, unique: true }) owner: string
  @Column('integer') balance: number
}

@Entity()
class Booking {
  @PrimaryGeneratedColumn() id: number
  @ManyToOne(() => Account, { nullable: false }) account: Relation<Account>
}

const said: string[] = []
const refuse = (): never => {
  throw new Error('refused')
}

@Injectable()
class Journal {
  constructor(@InjectRepository(Account) private readonly accounts: Repository<Account>) {}

  @Transactional({ propagation: 'nested' })
  async tryOut(owner: string): Promise<void> {
    await this.accounts.save({ owner, balance: 0 })
    await afterCommit(() => void said.push(`committed ${owner}`))
    afterRollback(() => void said.push(`undone ${owner}`))
    if (owner.startsWith('bad')) refuse()
  }

  @Transactional({ propagation: 'requires-new' })
  async apart(owner: string): Promise<void> {
    await this.accounts.save({ owner, balance: 0 })
  }

  @Transactional({ propagation: 'mandatory' })
  mandatory(): string {
    return 'inside'
  }

  @Transactional({ propagation: 'never' })
  never(): string {
    return 'outside'
  }

  @Transactional({ propagation: 'supports' })
  supports(): string {
    return 'either'
  }

  @Transactional({ propagation: 'not-supported' })
  count(): Promise<number> {
    return this.accounts.count()
  }
}

@Injectable()
class Bank {
  attempts = 0
  readonly half = { done: deferred(), rest: deferred() }
  late: Promise<unknown> | undefined
  constructor(
    @InjectRepository(Account) readonly accounts: Repository<Account>,
    @InjectDataSource() readonly source: DataSource,
    readonly journal: Journal,
  ) {}

  @Transactional()
  async open(owner: string, balance: number): Promise<Account> {
    return this.accounts.save({ owner, balance })
  }

  @Transactional()
  async openAndFail(owner: string): Promise<void> {
    await this.accounts.save({ owner, balance: 1 })
    // another way in, which takes part as well
    expect(await this.source.getRepository(Account).countBy({ owner })).toBe(1)
    refuse()
  }

  /** Calls of the object itself run in transactions, too. */
  async openByItself(owner: string): Promise<void> {
    await this.openAndFail(owner)
  }

  @Transactional()
  async outerKeeps(owner: string): Promise<void> {
    await this.accounts.save({ owner, balance: 1 })
    await this.journal.tryOut(`good of ${owner}`)
    await this.journal.tryOut(`bad of ${owner}`).catch(() => undefined)
    await this.journal.tryOut(`bad twice`).catch(() => undefined)
  }

  @Transactional()
  async outerFails(owner: string): Promise<void> {
    await this.journal.tryOut(`good of ${owner}`)
    refuse()
  }

  @Transactional()
  async apartOf(owner: string): Promise<void> {
    await this.accounts.save({ owner, balance: 1 })
    await this.journal.apart(`apart of ${owner}`)
    refuse()
  }

  @Transactional()
  async propagations(): Promise<unknown[]> {
    const attempt = (work: () => unknown): Promise<unknown> =>
      Promise.resolve(work()).catch((error: { code: unknown }) => error.code)
    const { journal } = this
    return [
      await attempt(() => journal.mandatory()),
      await attempt(() => journal.never()),
      await attempt(() => journal.supports()),
    ]
  }

  @Transactional()
  async countOutside(): Promise<number> {
    await this.accounts.save({ owner: 'nobody sees', balance: 0 })
    return this.journal.count()
  }

  @Transactional({ readOnly: true })
  async writeReadOnly(): Promise<void> {
    expect(await this.accounts.count()).toBeGreaterThanOrEqual(0)
    await this.accounts.save({ owner: 'never', balance: 0 })
  }

  @Transactional({ timeout: 50 })
  async takeTooLong(owner: string, until: Promise<void>): Promise<void> {
    // in this transaction, however long the first one takes
    this.late = until.then(() => this.accounts.save({ owner: `${owner} later`, balance: 0 }))
    await this.accounts.save({ owner, balance: 0 })
    await this.late
  }

  @Transactional({ timeout: 20 })
  async isGivenUp(after: number): Promise<void> {
    await this.accounts.count()
    const end = performance.now() + after
    while (performance.now() < end) {
      // a busy process: its timers are late, too
    }
    throw new QueryFailedError('SELECT', [], Object.assign(new Error('given up'), { code: '57014' }))
  }

  @Transactional({ retryOn: (error) => (error as Error).message === 'again' })
  async failTwice(owner: string): Promise<number> {
    await this.accounts.save({ owner, balance: 0 })
    this.attempts += 1
    if (this.attempts < 3) throw new Error('again')
    return this.attempts
  }

  /** One half of a transfer, and the other one when the spec says so. */
  @Transactional()
  async transferSlowly(from: number, to: number): Promise<void> {
    await this.accounts.decrement({ id: from }, 'balance', 1)
    this.half.done.resolve()
    await this.half.rest.promise
    await this.accounts.increment({ id: to }, 'balance', 1)
  }

  // as often as it takes: of those that meet, one gets through
  @Transactional({ isolation: 'SERIALIZABLE', retries: 1000 })
  async transfer(from: number, to: number, amount: number): Promise<void> {
    const giver = await this.accounts.findOneByOrFail({ id: from })
    const taker = await this.accounts.findOneByOrFail({ id: to })
    if (giver.balance < amount) return
    // always in the same order: two transfers in opposite directions would wait for each other
    const changes = [
      { id: from, balance: giver.balance - amount },
      { id: to, balance: taker.balance + amount },
    ].sort((one, other) => one.id - other.id)
    for (const { id, balance } of changes) await this.accounts.update(id, { balance })
  }
}

@Injectable({ scope: Scope.REQUEST })
class PerRequest {
  constructor(readonly bank: Bank) {}

  @Transactional()
  async open(owner: string): Promise<void> {
    await this.bank.accounts.save({ owner, balance: 0 })
    refuse()
  }
}

@Controller()
class BankController {
  constructor(
    private readonly bank: Bank,
    private readonly perRequest: PerRequest,
    @InjectRepository(Booking) private readonly bookings: Repository<Booking>,
  ) {}

  @Post('transfer/:from/:to')
  async transfer(@Param('from') from: number, @Param('to') to: number): Promise<void> {
    await this.bank.transfer(from, to, 1)
  }

  @Post('slowly/:from/:to')
  async slowly(@Param('from') from: number, @Param('to') to: number): Promise<void> {
    await this.bank.transferSlowly(from, to)
  }

  @Post('fail/:how')
  @Transactional()
  async fail(@Param('how') how: string): Promise<unknown> {
    await this.bank.accounts.insert({ owner: `before ${how}`, balance: 0 })
    switch (how) {
      case 'unique':
        return this.bank.accounts.insert({ owner: 'before unique', balance: 0 })
      case 'check':
        return this.bank.accounts.insert({ owner: 'check', balance: -1 })
      case 'not-null':
        return this.bank.accounts.insert({ owner: 'null', balance: null as never })
      case 'foreign-key':
        return this.bookings.insert({ account: { id: 12345 } })
      case 'missing':
        return this.bank.accounts.findOneByOrFail({ id: 12345 })
      case 'syntax':
        return this.bank.source.query('SELEKT secret FROM nowhere')
      default:
        return this.perRequest.open(how)
    }
  }

  @Get('sum')
  async sum(): Promise<number> {
    return (await this.bank.accounts.sum('balance')) ?? 0
  }
}

@Injectable()
class ByHand {
  @Transactional()
  work(): string {
    return 'worked'
  }
}

describe.each(DATABASES)('@Transactional on $name', (kind) => {
  let database: TestDatabase
  let app: Application
  let bank: Bank
  let skipped = false
  const has = (owner: string): Promise<boolean> => bank.accounts.existsBy({ owner })

  beforeAll(async () => {
    skipped = await unreachable(kind)
    if (skipped) return
    database = await kind.create()
    @Module({
      imports: [
        TypeOrmModule.forRoot({ ...database.options, synchronize: true }),
        TypeOrmModule.forFeature([Account, Booking]),
      ],
      controllers: [BankController],
      providers: [Bank, Journal, PerRequest],
    })
    class App {}
    app = await createApp(App, { logger: false })
    bank = app.get(Bank)
    // typeorm makes none there
    if (kind.name === 'MariaDB') await bank.source.query('ALTER TABLE account ADD CHECK (balance >= 0)')
  }, OPENING_MS)
  beforeEach(({ skip }) => {
    if (skipped) skip(`${kind.name} is not reachable`)
    said.length = 0
  })
  afterAll(async () => {
    if (skipped) return
    await app.close()
    await database.drop()
  })

  it('commits what succeeds, and undoes what fails, with everything that takes part', async () => {
    await bank.open('Ada', 10)
    expect(await has('Ada')).toBe(true)
    await expect(bank.openAndFail('Grace')).rejects.toThrow('refused')
    await expect(bank.openByItself('Grace')).rejects.toThrow('refused')
    expect(await has('Grace')).toBe(false)
  })

  it('keeps objects what their classes say', () => {
    expect(bank).toBeInstanceOf(Bank)
    expect(bank.constructor).toBe(Bank)
    expect([bank.open.name, bank.open.length]).toEqual(['open', 2])
  })

  it('undoes savepoints alone', async () => {
    await bank.outerKeeps('Lin')
    expect(await Promise.all(['Lin', 'good of Lin', 'bad of Lin'].map(has))).toEqual([true, true, false])
    expect(said).toEqual(['undone bad of Lin', 'undone bad twice', 'committed good of Lin'])
  })

  it('does what waits for the commit only if there is one', async () => {
    await expect(bank.outerFails('Max')).rejects.toThrow('refused')
    expect(await has('good of Max')).toBe(false)
    expect(said).toEqual(['undone good of Max'])
    await afterCommit(() => void said.push('at once'))
    expect(said.at(-1)).toBe('at once')
  })

  it('takes another connection where it is told to', async () => {
    const outcome = bank.apartOf('Joan')
    if (kind.name === 'libsql' || kind.name === 'PGlite') {
      await expect(outcome).rejects.toMatchObject({ code: 'CORBEL_TRANSACTION_ALONE' })
      await expect(bank.countOutside()).rejects.toMatchObject({ code: 'CORBEL_TRANSACTION_ALONE' })
      return
    }
    await expect(outcome).rejects.toThrow('refused')
    expect(await Promise.all(['Joan', 'apart of Joan'].map(has))).toEqual([false, true])
    const before = await bank.accounts.count()
    expect(await bank.countOutside()).toBe(before)
  })

  it('joins, refuses or does without, as it is told to', async () => {
    expect(await bank.propagations()).toEqual(['inside', 'CORBEL_TRANSACTION_PRESENT', 'either'])
    const { journal } = bank
    await expect(async () => journal.mandatory()).rejects.toMatchObject({
      code: 'CORBEL_TRANSACTION_MISSING',
    })
    const both: unknown[] = [journal.never(), journal.supports()]
    expect(await Promise.all(both)).toEqual(['outside', 'either'])
    await bank.open('counted', 0)
    expect(await journal.count()).toBe(await bank.accounts.count())
  })

  it('lets the database refuse writes, in that transaction alone', async () => {
    await expect(bank.writeReadOnly()).rejects.toThrow(/read.?only|READ ONLY/i)
    await bank.open('after read-only', 0)
    expect(await has('never')).toBe(false)
  })

  it('gives up in time, and refuses what comes later', async () => {
    const given = deferred()
    const slow = bank.takeTooLong('Slow', given.promise)
    await expect(slow).rejects.toMatchObject({ code: 'CORBEL_TRANSACTION_TIMEOUT' })
    given.resolve()
    await expect(bank.late).rejects.toThrow()
    expect(await Promise.all(['Slow', 'Slow later'].map(has))).toEqual([false, false])
  })

  it('says that its time is over, also where the database was the first to say so', async () => {
    await expect(bank.isGivenUp(30)).rejects.toMatchObject({ code: 'CORBEL_TRANSACTION_TIMEOUT' })
  })

  it('begins again as it is told to', async () => {
    expect(await bank.failTwice('third time')).toBe(3)
    expect(await bank.accounts.countBy({ owner: 'third time' })).toBe(1)
  })

  it.each([
    ['unique', 409, 'CORBEL_RECORD_EXISTS'],
    ['check', 422, 'CORBEL_RECORD_INVALID'],
    ['not-null', 422, 'CORBEL_RECORD_INVALID'],
    ['foreign-key', 409, 'CORBEL_RECORD_REFERENCED'],
    ['missing', 404, 'CORBEL_RECORD_MISSING'],
    ['syntax', 500, undefined],
    ['request scope', 500, undefined],
  ])(
    'answers %s errors with %s, without a word of SQL, and undoes what was before',
    async (how, status, code) => {
      const response = await app.inject({ method: 'POST', url: `/fail/${encodeURIComponent(how)}` })
      expect([response.statusCode, response.json<{ code?: string }>().code]).toEqual([status, code])
      expect(response.body).not.toMatch(/insert|select|secret|account/i)
      expect(await has(`before ${how}`)).toBe(false)
      expect(await has(how)).toBe(false)
    },
  )

  it('keeps the sum of all accounts over 200 transfers at once', async () => {
    const accounts: Account[] = []
    for (const name of ['a', 'b', 'c', 'd', 'e']) accounts.push(await bank.open(`round ${name}`, 100))
    const before = (await app.inject('/sum')).json<number>()
    await app.listen(0, '127.0.0.1')
    const post = await poster(app)
    const responses = await Promise.all(
      Array.from({ length: 200 }, (_, i) => {
        const [from, to] = [accounts[i % 5]!.id, accounts[(i * 3 + 1) % 5]!.id]
        return post(`/transfer/${from}/${to === from ? accounts[(i + 1) % 5]!.id : to}`)
      }),
    )
    expect(responses).toEqual(responses.map(() => 201))
    expect((await app.inject('/sum')).json<number>()).toBe(before)
    const balances = await bank.accounts.findBy(accounts.map(({ id }) => ({ id })))
    expect(balances.reduce((sum, { balance }) => sum + balance, 0)).toBe(500)
  }, 300_000)
})

describe.each(DATABASES.filter(({ name }) => name === 'PostgreSQL' || name === 'MariaDB'))(
  'connections that $name cuts under load',
  (kind) => {
    it('give 503 and are replaced, and leave no half of a transaction', async ({ skip }) => {
      if (await unreachable(kind)) skip(`${kind.name} is not reachable`)
      const database = await kind.create()
      @Module({
        imports: [
          TypeOrmModule.forRoot({ ...database.options, synchronize: true }),
          TypeOrmModule.forFeature([Account, Booking]),
        ],
        controllers: [BankController],
        providers: [Bank, Journal, PerRequest],
      })
      class App {}
      const app = await createApp(App, { logger: false, shutdownSignals: false })
      await app.listen(0, '127.0.0.1')
      const post = await poster(app)
      const bank = app.get(Bank)
      const accounts = [await bank.open('one', 500), await bank.open('two', 500)]
      const [one, two] = accounts.map(({ id }) => id)
      // one is in the middle for certain, whatever the others have come to
      const cut = post(`/slowly/${one}/${two}`)
      await bank.half.done.promise
      const load = Array.from({ length: 60 }, (_, i) =>
        post(i % 2 === 0 ? `/transfer/${one}/${two}` : `/transfer/${two}/${one}`),
      )
      // from outside the pool, which the load has for itself
      await cutOthers(kind.name, database.options)
      bank.half.rest.resolve()
      expect(await cut).toBe(503)
      const statuses = await Promise.all(load)
      expect(statuses.filter((status) => status !== 201 && status !== 503)).toEqual([])
      // what was cut while nobody used it may be noticed only now
      await eventually(async () => expect(await post(`/transfer/${one}/${two}`)).toBe(201))
      const sum = await eventually(async () => {
        const answer = await app.inject('/sum')
        expect(answer.statusCode).toBe(200)
        return answer.json<number>()
      })
      expect(sum).toBe(1000)
      await app.close()
      await database.drop()
    })
  },
)

/** Posts to an application that listens, over as many connections as it takes. */
async function poster(app: Application): Promise<(path: string) => Promise<number>> {
  const url = await app.getUrl()
  return async (path) => {
    const response = await fetch(url + path, { method: 'POST' })
    await response.arrayBuffer()
    return response.status
  }
}

/** Ends every connection of a test's database but its own, and waits for that. */
async function cutOthers(name: string, options: TestDatabase['options']): Promise<void> {
  const admin = await new DataSource({
    ...options,
    entities: [],
    synchronize: false,
  } as DataSourceOptions).initialize()
  try {
    if (name === 'PostgreSQL') {
      const { schema } = options as { schema: string }
      await admin.query(
        `SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = '${schema}'`,
      )
    } else {
      const { database } = options as { database: string }
      const others = async (): Promise<number[]> => {
        const rows: { id: number }[] = await admin.query(
          `SELECT id FROM information_schema.processlist WHERE db = '${database}' AND id <> CONNECTION_ID()`,
        )
        return rows.map(({ id }) => id)
      }
      const those = await others()
      // one may have ended by itself
      for (const id of those) await admin.query(`KILL ${id}`).catch(() => undefined)
      await eventually(async () => expect((await others()).filter((id) => those.includes(id))).toEqual([]))
    }
  } finally {
    await admin.destroy()
  }
}

describe('@Transactional without a transaction', () => {
  it('refuses calls that nothing is around', async () => {
    expect(() => new ByHand().work()).toThrow(/ByHand\.work\(\) has @Transactional\(\)/)
    expect(withoutTransactions(() => new ByHand().work())).toBe('worked')
    @Module({ providers: [ByHand, { provide: 'made', useFactory: () => new ByHand() }] })
    class App {}
    const app = await createApp(App, { logger: false })
    expect(() => app.get(ByHand).work()).toThrow(
      expect.objectContaining({ code: 'CORBEL_TRANSACTION_UNMANAGED' }),
    )
    expect(() => app.get<ByHand>('made').work()).toThrow(/not built/)
    await app.close()
  })

  it('refuses data sources that nobody declares, at boot', async () => {
    @Injectable()
    class Elsewhere {
      @Transactional({ dataSource: 'archive' })
      work(): void {}
    }
    @Module({ imports: [TypeOrmModule.forRoot({ database: ':memory:' })], providers: [Elsewhere] })
    class App {}
    const booting = createApp(App, { logger: false })
    await expect(booting).rejects.toThrow(/Elsewhere\.work\(\).*"archive"/)
    await expect(booting).rejects.toMatchObject({
      errors: [expect.objectContaining({ code: 'CORBEL_TRANSACTION_SOURCE_UNKNOWN' })],
    })
  })

  it('refuses isolation levels that the database does not have', async () => {
    @Injectable()
    class Reader {
      constructor(@Inject(DataSource) readonly source: DataSource) {}
      @Transactional({ isolation: 'REPEATABLE READ' })
      read(): void {}
    }
    @Module({ imports: [TypeOrmModule.forRoot({ database: ':memory:' })], providers: [Reader] })
    class App {}
    const app = await createApp(App, { logger: false })
    await expect(async () => app.get(Reader).read()).rejects.toMatchObject({
      code: 'CORBEL_TRANSACTION_ISOLATION',
    })
    await app.close()
  })
})
