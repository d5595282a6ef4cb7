import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Body,
  Controller,
  createApp,
  Get,
  Injectable,
  Module,
  Post,
  UseGuards,
  type Application,
  type CanActivate,
  type ExecutionContext,
} from 'corbel'
import { Crud } from 'corbel/crud/typeorm'
import {
  closeDataSource,
  CustomRepository,
  DatabaseHealth,
  InjectDataSource,
  InjectRepository,
  migrateTenants,
  openDataSource,
  schemaPerTenant,
  tenantFromHeader,
  tenantFromHost,
  Tenants,
  TenantSources,
  Transactional,
  TypeOrmModule,
  WithoutTenant,
  type TenantsOptions,
  type TypeOrmModuleOptions,
} from 'corbel/database/typeorm'
import { IsString } from 'class-validator'
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
import { eventually } from '../support/eventually.js'
import { CreateStones1700000000001, FillStones1700000000002, Stone } from './migrations/migrations.js'

@Entity()
class Note {
  @PrimaryGeneratedColumn() id: number
  @Column('varchar', { length: 40 }) text: string
}

class NewNote {
  @IsString() text: string
}

@CustomRepository(Note)
class NoteRepository extends Repository<Note> {
  texts(): Promise<string[]> {
    return this.find({ order: { id: 'ASC' } }).then((notes) => notes.map(({ text }) => text))
  }
}

@Injectable()
@EventSubscriber()
class Capitals implements EntitySubscriberInterface<Note> {
  listenTo = () => Note
  beforeInsert({ entity }: InsertEvent<Note>): void {
    entity.text = entity.text.toUpperCase()
  }
}

@Injectable()
class Notes {
  constructor(
    @InjectRepository(Note) readonly notes: Repository<Note>,
    readonly custom: NoteRepository,
    @InjectDataSource() readonly source: DataSource,
  ) {}

  @Transactional()
  async add(text: string): Promise<void> {
    await this.notes.save({ text })
    if (text === 'bad') throw new Error('refused')
  }
}

@Injectable()
class AsksDatabase implements CanActivate {
  constructor(private readonly notes: Notes) {}
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>()
    if (headers['x-count'] !== undefined)
      expect(await this.notes.notes.count()).toBe(Number(headers['x-count']))
    return true
  }
}

@Controller('notes')
@UseGuards(AsksDatabase)
class NotesController {
  constructor(private readonly notes: Notes) {}
  @Get() list(): Promise<string[]> {
    return this.notes.custom.texts()
  }
  @Post() async add(@Body('text') text: string): Promise<void> {
    await this.notes.add(text)
  }
  @Get('stream') async *stream(): AsyncIterable<string> {
    for (const id of [1, 2]) yield `${(await this.notes.notes.findOneByOrFail({ id })).text};`
  }
  @Get('nothing') nothing(): string {
    return 'no database needed'
  }
  @Get('none') @WithoutTenant() none(): Promise<string[]> {
    return this.notes.custom.texts()
  }
}

@Crud(Note, { dto: NewNote, filter: ['text'], sort: ['text'] })
@Controller('records')
class RecordsController {}

const KNOWN = new Set(['acme', 'globex', 'initech', 'umbrella'])

describe('a database for each tenant', () => {
  let folder: string
  let app: Application
  let tenants: Tenants

  const start = async (extra: Partial<TenantsOptions> = {}): Promise<void> => {
    folder = await mkdtemp(join(tmpdir(), 'corbel-tenants-'))
    @Module({
      imports: [
        TypeOrmModule.forTenants({
          useFactory: (): TenantsOptions => ({
            resolve: tenantFromHeader('X-Tenant'),
            options: (tenant) =>
              KNOWN.has(tenant)
                ? { database: join(folder, `${tenant}.sqlite`), synchronize: true }
                : undefined,
            max: 2,
            wait: 60_000,
            ...extra,
          }),
        }),
        TypeOrmModule.forFeature([NoteRepository, Note]),
      ],
      controllers: [NotesController, RecordsController],
      providers: [Notes, Capitals],
    })
    class AppModule {}
    app = await createApp(AppModule, { logger: false })
    await app.init()
    tenants = app.get(Tenants)
  }
  afterEach(async () => {
    await app.close()
    await rm(folder, { recursive: true })
  })

  const get = (tenant: string, url = '/notes', headers: object = {}) =>
    app.inject({ url, headers: { 'x-tenant': tenant, ...headers } })
  const add = async (tenant: string, text: string): Promise<number> => {
    const headers = { 'x-tenant': tenant }
    return (await app.inject({ method: 'POST', url: '/notes', headers, payload: { text } })).statusCode
  }

  it('is what repositories, guards, transactions, subscribers and streams work on', async () => {
    await start()
    expect(await Promise.all([add('acme', 'a'), add('globex', 'b'), add('acme', 'c')])).toEqual([
      201, 201, 201,
    ])
    expect(await add('acme', 'bad')).toBe(500)
    expect((await get('acme')).json()).toHaveLength(2)
    expect((await get('globex', '/notes', { 'x-count': '1' })).json()).toEqual(['B'])
    expect((await get('acme', '/notes/stream')).body).toMatch(/^(A;C;|C;A;)$/)
  })

  it('is what @Crud works on', async () => {
    await start()
    await Promise.all([add('acme', 'b'), add('acme', 'a'), add('globex', 'c')])
    const texts = async (tenant: string, query = '') =>
      (await get(tenant, `/records?sort=text${query}`)).json<{ text: string }[]>().map(({ text }) => text)
    expect([await texts('acme'), await texts('globex')]).toEqual([['A', 'B'], ['C']])
    expect(await texts('acme', '&filter[text]=B')).toEqual(['B'])
    const url = '/records'
    const headers = { 'x-tenant': 'globex' }
    const created = await app.inject({ method: 'POST', url, headers, payload: { text: 'd' } })
    expect([created.statusCode, await texts('acme'), await texts('globex')]).toEqual([
      201,
      ['A', 'B'],
      ['C', 'D'],
    ])
    expect((await app.inject(url)).statusCode).toBe(400)
  })

  it('is not there for tenants that nobody knows, and for calls without one', async () => {
    await start()
    const code = async (tenant: string, url?: string) => {
      const { statusCode, body } = await get(tenant, url)
      return [statusCode, (/CORBEL_\w+/.exec(body) ?? [])[0]]
    }
    expect(await code('nobody')).toEqual([404, 'CORBEL_TENANT_UNKNOWN'])
    expect(await code('../acme')).toEqual([400, 'CORBEL_TENANT_INVALID'])
    expect(await code('acme', '/notes/none')).toEqual([400, 'CORBEL_TENANT_MISSING'])
    const without = await app.inject('/notes')
    expect(without.statusCode).toBe(400)
    expect((await app.inject('/notes/nothing')).body).toBe('no database needed')
    expect(() => app.get(Notes).notes.metadata).toThrow(/Tenants\.run/)
    expect(tenants.current).toBeUndefined()
    expect(() => tenants.currentSource).toThrow(/Tenants\.run/)
    // frameworks may look at what is injected
    expect(await Promise.resolve(app.get(DataSource))).toBe(app.get(Notes).source)
  })

  it('is open for a bounded number of tenants, and never closed while it is used', async () => {
    await start()
    const { notes } = app.get(Notes)
    let done = (): void => undefined
    const waiting = new Promise<void>((resolve) => (done = resolve))
    let long: Promise<number> | undefined
    // what is opening is not open yet, and the next one may open faster than this one
    await new Promise<void>((begun) => {
      long = tenants.run('acme', async () => {
        await notes.save({ text: 'one' })
        begun()
        await waiting
        await notes.save({ text: 'two' })
        return notes.count()
      })
    })
    for (const tenant of ['globex', 'initech', 'umbrella', 'globex']) {
      expect(await tenants.run(tenant, () => notes.count())).toBe(0)
      expect(tenants.sources.opened.size).toBeLessThanOrEqual(2)
      expect(tenants.sources.opened.has('acme')).toBe(true)
    }
    done()
    expect(await long).toBe(2)
    // opened anew, with what was in it
    for (const tenant of ['initech', 'umbrella']) await tenants.run(tenant, () => notes.count())
    expect(tenants.sources.opened.has('acme')).toBe(false)
    expect(await tenants.run('acme', () => notes.count())).toBe(2)
  })

  it('is waited for where all are in use, but not for ever', async () => {
    await start({ max: 1, wait: 1 })
    await tenants.run('acme', async () => {
      // the same one may be used by many
      expect(await tenants.run('acme', () => tenants.current)).toBe('acme')
      await expect(tenants.run('globex', () => 1)).rejects.toMatchObject({
        code: 'CORBEL_TENANTS_BUSY',
        status: 503,
      })
    })
    expect(await tenants.run('globex', () => tenants.current)).toBe('globex')
  })

  it('is told of by the health of the application, if it is open', async () => {
    await start()
    const health = app.get<DatabaseHealth>(DatabaseHealth)
    expect(await health.check(60_000)).toEqual({ status: 'up', dataSources: {} })
    await get('acme')
    expect(await health.check(60_000)).toMatchObject({ dataSources: { 'default/acme': { status: 'up' } } })
  })

  it('may be known from the host, or only after the guards', async () => {
    await start({ resolve: tenantFromHost('shop.example'), when: 'after-guards' })
    const at = async (host: string) => (await app.inject({ url: '/notes', headers: { host } })).statusCode
    expect(await at('acme.shop.example')).toBe(200)
    expect(await at('Globex.Shop.Example:8080')).toBe(200)
    expect(await at('nobody.shop.example')).toBe(404)
    for (const host of ['shop.example', 'a.acme.shop.example', 'acme.other.example'])
      expect(await at(host)).toBe(400)
  })
})

describe('data sources of tenants', () => {
  it('are opened once for all who ask at once, and tried again after a failure', async () => {
    let opened = 0
    const sources = new TenantSources(
      async () => {
        opened += 1
        if (opened === 1) throw new Error('not yet')
        return openDataSource({ database: ':memory:' })
      },
      { max: 5, idleTimeout: 60_000, wait: 60_000 },
    )
    const attempts = await Promise.allSettled([sources.acquire('a'), sources.acquire('a')])
    expect(attempts.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    const leases = await Promise.all([sources.acquire('a'), sources.acquire('a'), sources.acquire('a')])
    expect(opened).toBe(2)
    expect(new Set(leases.map(({ source }) => source)).size).toBe(1)
    expect(sources.tryAcquire('b')).toBeUndefined()
    await sources.close()
    expect(leases[0]!.source.isInitialized).toBe(false)
  })

  it('are closed when nobody has used them for long', async () => {
    const open = () => openDataSource({ database: ':memory:' })
    const sources = new TenantSources(open, { max: 5, idleTimeout: 1, wait: 60_000 })
    const used = await sources.acquire('used')
    const idle = await sources.acquire('idle')
    idle.release()
    idle.release()
    await eventually(() => expect(idle.source.isInitialized).toBe(false))
    expect(used.source.isInitialized).toBe(true)
    await sources.close()
    expect(sources.opened.size).toBe(0)
  })
})

describe('a schema of PostgreSQL for each tenant', () => {
  const postgres = DATABASES.find(({ name }) => name === 'PostgreSQL')!

  it('is made and migrated when it is first needed', async ({ skip }) => {
    if (await unreachable(postgres)) skip('PostgreSQL does not answer')
    const { options, drop } = await postgres.create()
    const prefix = `${(options as { schema: string }).schema}_`
    const database = {
      ...options,
      schema: undefined,
      entities: [Stone],
      migrations: [CreateStones1700000000001, FillStones1700000000002],
    } as TypeOrmModuleOptions
    const tenants = schemaPerTenant({ database, prefix, exists: (name) => name !== 'nobody' })
    const results = await migrateTenants(['acme', 'glo-bex', 'nobody'], tenants)
    expect(results).toEqual([
      { tenant: 'acme', run: ['CreateStones1700000000001', 'FillStones1700000000002'] },
      { tenant: 'glo-bex', run: ['CreateStones1700000000001', 'FillStones1700000000002'] },
    ])
    expect(await migrateTenants(['acme'], tenants)).toEqual([{ tenant: 'acme', run: [] }])
    const acme = await openDataSource((await tenants.options('acme'))!)
    await acme.getRepository(Stone).deleteAll()
    const globex = await openDataSource((await tenants.options('glo-bex'))!)
    expect([await acme.getRepository(Stone).count(), await globex.getRepository(Stone).count()]).toEqual([
      0, 1,
    ])
    for (const tenant of ['acme', 'glo-bex']) await acme.query(`DROP SCHEMA "${prefix}${tenant}" CASCADE`)
    await closeDataSource(acme)
    await closeDataSource(globex)
    await drop()
  })

  it('says what went wrong for one, and goes on with the others', async () => {
    const options = (tenant: string) => ({
      database: tenant === 'bad' ? '/dev/null/nowhere/at.sqlite' : ':memory:',
    })
    const results = await migrateTenants(['bad', 'good'], { options })
    expect(results).toEqual([
      { tenant: 'bad', run: [], error: expect.any(Error) as Error },
      { tenant: 'good', run: [] },
    ])
  })
})
