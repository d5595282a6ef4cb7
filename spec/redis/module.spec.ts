import { createServer, type Socket } from 'node:net'
import { once } from 'node:events'
import { CACHE, Controller, createApp, Get, Inject, Module, type Cache, type OnModuleDestroy } from 'corbel'
import { REDIS, RedisModule } from 'corbel/redis'
import type { Redis } from 'ioredis'
import { loadIoRedis } from '../../lib/redis/package.js'
import { PATIENT, isRedisMissing, openTestRedis, type TestRedis } from '../support/redis.js'
import { serve } from '../web/serve.js'

@Controller()
class Visits implements OnModuleDestroy {
  static last: number | undefined
  constructor(
    @Inject(CACHE) private readonly cache: Cache,
    @Inject(REDIS) readonly redis: Redis,
  ) {}

  @Get() async count() {
    return { count: await this.cache.increment('visits') }
  }

  async onModuleDestroy() {
    if (this.redis.status === 'ready') Visits.last = await this.cache.increment('visits')
  }
}

describe('RedisModule without a server', () => {
  it('says what to install where ioredis is missing', async () => {
    const missing = Object.assign(new Error("Cannot find package 'ioredis'"), {
      code: 'ERR_MODULE_NOT_FOUND',
    })
    await expect(loadIoRedis(() => Promise.reject(missing))).rejects.toMatchObject({
      code: 'CORBEL_PACKAGE_MISSING',
      message: expect.stringContaining('npm install ioredis') as string,
    })
  })

  it('fails at boot after its time, without a word of the password', async () => {
    // takes connections and says nothing
    const sockets: Socket[] = []
    const mute = createServer((socket) => sockets.push(socket.on('error', () => undefined)))
    await once(mute.listen(0, '127.0.0.1'), 'listening')
    const { port } = mute.address() as { port: number }
    @Module({
      imports: [RedisModule.forRoot({ url: `redis://me:hidden@127.0.0.1:${port}`, bootTimeout: 50 })],
    })
    class Root {}
    const failure: unknown = await createApp(Root, { logger: false }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'CORBEL_REDIS_UNAVAILABLE' })
    const text = (failure as Error).message
    expect(text).toContain(`127.0.0.1:${port}`)
    expect(text).not.toContain('hidden')
    sockets.forEach((socket) => socket.destroy())
    mute.close()
  })
})

describe.skipIf(await isRedisMissing())('RedisModule', () => {
  let opened: TestRedis
  beforeEach(() => void (opened = openTestRedis()))
  afterEach(() => opened.close())

  it('gives everybody the cache that all processes share, until the last hook has run', async () => {
    @Module({
      imports: [
        RedisModule.forRootAsync({ useFactory: () => ({ ...PATIENT, keyPrefix: opened.keyPrefix }) }),
      ],
      controllers: [Visits],
    })
    class Root {}
    const [one, two] = [await serve(Root), await serve(Root)]
    expect(await one.json('/')).toEqual({ count: 1 })
    expect(await two.json('/')).toEqual({ count: 2 })
    const redis = one.app.get<Redis>(REDIS)
    await one.app.close()
    expect(Visits.last).toBe(3)
    expect(redis.status).toBe('end')
    expect(await two.json('/')).toEqual({ count: 4 })
  })

  it('connects again where a connection is lost, and answers 503 where there is none', async () => {
    @Module({
      imports: [RedisModule.forRoot({ ...PATIENT, keyPrefix: opened.keyPrefix })],
      controllers: [Visits],
    })
    class Root {}
    const { app, json, fetch } = await serve(Root)
    const redis = app.get<Redis>(REDIS)
    await opened.redis.call('CLIENT', 'KILL', 'ID', String(await redis.client('ID')))
    expect(await json('/')).toEqual({ count: 1 })
    redis.disconnect()
    const answer = await fetch('/')
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ code: 'CORBEL_REDIS_LOST' })
  })
})
