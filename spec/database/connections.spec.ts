import { setTimeout as delay } from 'node:timers/promises'
import { createContext, Inject, Injectable, Module, type LogLevel, type OnApplicationShutdown } from 'corbel'
import {
  closeDataSource,
  CustomRepository,
  DatabaseHealth,
  InjectDataSource,
  InjectRepository,
  openDataSource,
  Transactional,
  TypeOrmModule,
  type TypeOrmModuleOptions,
} from 'corbel/database/typeorm'
import {
  Column,
  DataSource,
  Entity,
  EventSubscriber,
  PrimaryGeneratedColumn,
  Repository,
  type EntitySubscriberInterface,
  type InsertEvent,
} from 'typeorm'
import { DATABASES, unreachable } from '../support/databases.js'
import { databaseFile } from './temporary.js'

vi.mock('node:timers/promises', async (load) => {
  const all = await load<typeof import('node:timers/promises')>()
  return { ...all, setTimeout: vi.fn(all.setTimeout) }
})
afterEach(() => void vi.mocked(delay).mockReset())

@Entity()
class Song {
  @PrimaryGeneratedColumn() id: number
  @Column('varchar', { length: 40 }) name: string
}

@Entity()
class Trace {
  @PrimaryGeneratedColumn() id: number
  @Column('varchar', { length: 40 }) text: string
}

const quiet = { logger: [] as LogLevel[] }
const opening = (extra: object = {}) =>
  ({ database: ':memory:', synchronize: true, ...extra }) as TypeOrmModuleOptions

@Injectable()
class Songs {
  constructor(
    @InjectRepository(Song) readonly songs: Repository<Song>,
    @InjectDataSource() readonly source: DataSource,
  ) {}
  @Transactional()
  async add(name: string): Promise<number> {
    await this.songs.save({ name })
    return this.songs.count()
  }
  @Transactional({ readOnly: true })
  async names(): Promise<string[]> {
    return (await this.songs.find()).map(({ name }) => name)
  }
}

describe('a lazy data source', () => {
  it('is opened by the first statement, also by one that begins a transaction, once for all', async () => {
    let opened = 0
    @Module({
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => opening({ lazy: true }),
          dataSourceFactory: undefined,
        }),
        TypeOrmModule.forFeature([Song]),
      ],
      providers: [Songs],
    })
    class App {}
    const app = await createContext(App, quiet)
    const { source } = app.get(Songs)
    const initialize = source.initialize.bind(source)
    Object.assign(source, { initialize: () => ((opened += 1), initialize()) })
    const health = app.get<DatabaseHealth>(DatabaseHealth)
    expect(source.isInitialized).toBe(false)
    expect(await health.check()).toEqual({ status: 'up', dataSources: { default: { status: 'idle' } } })
    expect((await Promise.all([app.get(Songs).add('a'), app.get(Songs).add('b')])).sort()).toEqual([1, 2])
    expect(await app.get(Songs).songs.count()).toBe(2)
    expect([opened, source.isInitialized]).toEqual([1, true])
    await app.close()
    expect(source.isInitialized).toBe(false)
  })

  it('may be closed without ever having been opened, and is tried again after a failure', async () => {
    const idle = await openDataSource(opening({ lazy: true }))
    await closeDataSource(idle)
    const source = await openDataSource(opening({ lazy: true, entities: [Song] }))
    const initialize = source.initialize.bind(source)
    Object.assign(source, { initialize: () => Promise.reject(new Error('connect ECONNREFUSED')) })
    await expect(source.query('SELECT 1')).rejects.toMatchObject({
      code: 'CORBEL_DATABASE_UNAVAILABLE',
      status: 503,
    })
    Object.assign(source, { initialize })
    expect(await source.getRepository(Song).count()).toBe(0)
    await closeDataSource(source)
  })

  it('still says at boot what is wrong with its entities', async () => {
    @Entity()
    class WithoutKey {
      @Column('text') text: string
    }
    await expect(openDataSource(opening({ lazy: true, entities: [WithoutKey] }))).rejects.toThrow(
      /primary column/i,
    )
  })
})

describe('attempts to open a data source', () => {
  it('are made after longer and longer pauses, if the error is worth another one', async () => {
    let attempts = 0
    // what the timers of the pauses are set to: they are over at once
    const pauses: number[] = []
    vi.mocked(delay).mockImplementation((ms) => {
      pauses.push(ms!)
      return Promise.resolve(undefined as never)
    })
    const failing = (toRetry: (error: unknown) => boolean) => {
      @Module({
        imports: [
          TypeOrmModule.forRootAsync({
            useFactory: () => opening({ retryAttempts: 3, retryDelay: 4000, retryBackoff: 2, toRetry }),
            dataSourceFactory: (options) =>
              Object.assign(new DataSource(options), {
                initialize: () => {
                  attempts += 1
                  return Promise.reject(new Error('nobody there'))
                },
              }),
          }),
        ],
      })
      class App {}
      return createContext(App, { logger: false })
    }
    await expect(failing(() => true)).rejects.toMatchObject({ code: 'CORBEL_DATABASE_UNAVAILABLE' })
    expect([attempts, pauses]).toEqual([4, [4000, 8000, 16_000]])
    attempts = 0
    await expect(failing(() => false)).rejects.toMatchObject({ code: 'CORBEL_DATABASE_UNAVAILABLE' })
    expect(attempts).toBe(1)
  })
})

describe('the health of data sources', () => {
  it('names each, and never fails', async () => {
    @Module({
      imports: [TypeOrmModule.forRoot(opening()), TypeOrmModule.forRoot(opening({ name: 'logs' }))],
    })
    class App {}
    const app = await createContext(App, quiet)
    const health = app.get<DatabaseHealth>(DatabaseHealth)
    const up = { status: 'up', latency: expect.any(Number) as number }
    expect(await health.check(60_000)).toEqual({ status: 'up', dataSources: { default: up, logs: up } })
    const source = app.get(DataSource)
    const secret = new Error('connect to ada:secret@db failed')
    const original = source.query
    const failures = [
      [() => Promise.reject(secret), 'refused'],
      [() => Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNRESET' })), 'connection'],
      [() => new Promise(() => undefined), 'timeout'],
    ] as const
    for (const [query, reason] of failures) {
      Object.assign(source, { query })
      // the other one is down as well where the time is too short for it
      const report = await health.check(reason === 'timeout' ? 20 : 60_000)
      expect(report).toMatchObject({ status: 'down', dataSources: { default: { status: 'down', reason } } })
      expect(JSON.stringify(report)).not.toContain('secret')
    }
    Object.assign(source, { query: original })
    await app.close()
  })
})

describe('the end of an application', () => {
  it('closes data sources after everything that may still need them', async () => {
    const seen: number[] = []
    const stopping = (songs: Repository<Song>) => ({
      async onApplicationShutdown() {
        seen.push(await songs.count())
      },
    })
    @Injectable()
    class Deep implements OnApplicationShutdown {
      constructor(@InjectRepository(Song) readonly songs: Repository<Song>) {}
      onApplicationShutdown = () => stopping(this.songs).onApplicationShutdown()
    }
    @Module({ imports: [TypeOrmModule.forFeature([Song])], providers: [Deep], exports: [TypeOrmModule] })
    class DeepModule {}
    @Module({ imports: [DeepModule] })
    class MiddleModule {}
    @Module({ imports: [TypeOrmModule.forRoot(opening())] })
    class DatabaseModule {}
    @Module({ imports: [MiddleModule, DatabaseModule, DeepModule], providers: [Deep] })
    class App {}
    const app = await createContext(App, quiet)
    const source = app.get(DataSource)
    await app.close()
    expect([seen, source.isInitialized]).toEqual([[0, 0], false])
  })
})

describe('read replicas', () => {
  const postgres = DATABASES.find(({ name }) => name === 'PostgreSQL')!

  it('are read outside transactions, and in those that only read', async ({ skip }) => {
    if (await unreachable(postgres)) skip('PostgreSQL does not answer')
    const { options, drop } = await postgres.create()
    const { host, port, username, password, schema } = options as unknown as Record<string, string>
    const address = `postgres://${username}${password === '' ? '' : `:${password}`}@${host}:${port}`
    const admin = await openDataSource({ ...options, entities: [] } as TypeOrmModuleOptions)
    const [database, replica] = [`${schema}_main`, `${schema}_replica`]
    for (const name of [database, replica]) await admin.query(`CREATE DATABASE ${name}`)
    // a copy that has fallen behind shows where an answer comes from
    const tables = { entities: [Song], synchronize: true }
    const behind = await openDataSource({ url: `${address}/${replica}`, ...tables })
    await behind.getRepository(Song).insert({ name: 'old' })
    await closeDataSource(behind)
    for (const readOnlyOnReplica of [true, false]) {
      @Module({
        imports: [
          TypeOrmModule.forRoot({
            url: `${address}/${database}`,
            replicas: [`${address}/${replica}`],
            readOnlyOnReplica,
            synchronize: true,
          }),
          TypeOrmModule.forFeature([Song]),
        ],
        providers: [Songs],
      })
      class App {}
      const app = await createContext(App, quiet)
      const songs = app.get(Songs)
      await songs.songs.clear()
      expect(await songs.add('new')).toBe(1)
      expect(await songs.songs.find()).toMatchObject([{ name: 'old' }])
      expect(await songs.names()).toEqual([readOnlyOnReplica ? 'old' : 'new'])
      await app.close()
    }
    for (const name of [database, replica]) await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
    await closeDataSource(admin)
    await drop()
  })
})

describe('MongoDB', () => {
  it('is opened, asked and closed as the others', async ({ skip }) => {
    const url = process.env['MONGODB_URL']
    if (url === undefined) skip('MONGODB_URL names no server')
    @Module({ imports: [TypeOrmModule.forRoot({ url })] })
    class App {}
    const app = await createContext(App, quiet)
    const health = app.get<DatabaseHealth>(DatabaseHealth)
    expect(await health.check(60_000)).toMatchObject({ status: 'up' })
    await app.close()
  })
})

const GREETING = Symbol('GREETING')

@CustomRepository(Song)
class SongRepository extends Repository<Song> {
  @Inject(GREETING) readonly greeting: string

  @Transactional()
  async addTwice(name: string): Promise<void> {
    await this.save({ name: `${this.greeting} ${name}` })
    if (name === 'bad') throw new Error('refused')
    await this.save({ name })
  }
}

@Injectable()
@EventSubscriber()
class Tracing implements EntitySubscriberInterface<Song> {
  constructor(@InjectRepository(Trace) private readonly traces: Repository<Trace>) {}
  listenTo = () => Song
  async afterInsert({ entity }: InsertEvent<Song>): Promise<void> {
    await this.traces.save({ text: entity.name })
    if (entity.name === 'refused') throw new Error('refused')
  }
}

@Entity()
class Elsewhere {
  @PrimaryGeneratedColumn() id: number
}

describe('custom repositories and subscribers', () => {
  it('are built by the container, and take part in transactions', async () => {
    @Module({ providers: [{ provide: GREETING, useValue: 'hello' }], exports: [GREETING] })
    class Words {}
    @Module({
      imports: [
        { module: Words, global: true },
        TypeOrmModule.forRoot(opening({ database: await databaseFile() })),
        TypeOrmModule.forRoot(opening({ name: 'other' })),
        TypeOrmModule.forFeature([SongRepository, Trace]),
        TypeOrmModule.forFeature([Elsewhere], 'other'),
      ],
      providers: [Tracing],
    })
    class App {}
    const app = await createContext(App, quiet)
    const songs = app.get(SongRepository)
    const traces = app.get(DataSource).getRepository(Trace)
    expect(songs).toBeInstanceOf(SongRepository)
    await songs.addTwice('you')
    await expect(songs.addTwice('bad')).rejects.toThrow('refused')
    expect(await songs.find({ select: { name: true } })).toEqual([{ name: 'hello you' }, { name: 'you' }])
    // not in any transaction but the one that save begins: what the subscriber has written goes with it
    await expect(songs.save({ name: 'refused' })).rejects.toThrow('refused')
    expect((await traces.find()).map(({ text }) => text)).toEqual(['hello you', 'you'])
    expect(await songs.count()).toBe(2)
    await app.close()
  })
})
