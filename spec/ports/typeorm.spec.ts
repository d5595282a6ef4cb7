import { CACHE, Controller, createApp, Get, Inject, Module, Post, Session, type Cache } from 'corbel'
import { closeDataSource, openDataSource, TypeOrmModule } from 'corbel/database/typeorm'
import {
  StoreContended,
  storeEntities,
  TypeOrmCache,
  TypeOrmSessionStore,
  TypeOrmStoresModule,
} from 'corbel/database/typeorm/stores'
import { SessionModule, type HttpSession } from 'corbel/sessions'
import type { DataSource } from 'typeorm'
import { DATABASES, unreachable, type TestDatabase } from '../support/databases.js'
import { CACHE_RULES } from './cache-rules.js'
import { clock } from './clock.js'
import { SESSION_STORE_RULES } from './session-store-rules.js'

const reachable = await Promise.all(
  DATABASES.filter(({ name }) => name !== 'PGlite').map(async (kind) => ({
    kind,
    isMissing: await unreachable(kind),
  })),
)

describe.each(reachable)('stores in $kind.name', ({ kind, isMissing }) => {
  describe.skipIf(isMissing)('in it', () => {
    let database: TestDatabase
    let source: DataSource
    beforeAll(async () => {
      database = await kind.create()
      const { cache, sessions } = storeEntities()
      const options = { ...database.options, entities: [cache, sessions], synchronize: true }
      source = await openDataSource(options as never)
    })
    beforeEach(async () => {
      for (const entity of Object.values(storeEntities())) await source.getRepository(entity as never).clear()
    })
    afterAll(async () => {
      await closeDataSource(source)
      await database.drop()
    })

    describe('TypeOrmCache', () => {
      for (const [rule, check] of Object.entries(CACHE_RULES))
        it(rule, () => {
          const { now, later } = clock()
          return check({ cache: new TypeOrmCache(source, now), later })
        })

      it('deletes what has expired, when something is written', async () => {
        const { now, later } = clock()
        const cache = new TypeOrmCache(source, now)
        await cache.set('a', 1, 1000)
        later(61_000)
        await cache.set('b', 2)
        expect(await source.getRepository(storeEntities().cache).count()).toBe(1)
      })

      it('gives up where others are always faster', async () => {
        const cache = new TypeOrmCache(source)
        await cache.set('a', 1)
        jest
          .spyOn(cache as unknown as { replace(): Promise<boolean> }, 'replace')
          .mockResolvedValue(false as never)
        await expect(cache.increment('a')).rejects.toBeInstanceOf(StoreContended)
      })
    })

    describe('TypeOrmSessionStore', () => {
      for (const [rule, check] of Object.entries(SESSION_STORE_RULES))
        it(rule, () => {
          const { now, later } = clock()
          return check({ store: new TypeOrmSessionStore(source, now), now, later })
        })
    })
  })
})

describe('TypeOrmStoresModule', () => {
  it('gives sessions and the cache to the application', async () => {
    @Controller()
    class Visits {
      constructor(@Inject(CACHE) private readonly cache: Cache) {}
      @Post() async visit(@Session() session: HttpSession) {
        session['visits'] = ((session['visits'] as number | undefined) ?? 0) + 1
        return { mine: session['visits'], all: await this.cache.increment('visits') }
      }
      @Get() show() {
        return 'shown'
      }
    }
    @Module({
      imports: [
        TypeOrmModule.forRoot({ database: ':memory:', synchronize: true }),
        TypeOrmStoresModule.forRoot(),
        SessionModule.forRoot(),
      ],
      controllers: [Visits],
    })
    class Root {}
    const app = await createApp(Root, { logger: false })
    await app.init()
    const visit = async (cookie = '') => app.inject({ method: 'POST', url: '/', headers: { cookie } })
    const first = await visit()
    expect(first.json()).toEqual({ mine: 1, all: 1 })
    const cookie = String(first.headers['set-cookie']).split(';', 1)[0]!
    expect((await visit(cookie)).json()).toEqual({ mine: 2, all: 2 })
    expect((await visit()).json()).toEqual({ mine: 1, all: 3 })
    await app.close()
  })
})
