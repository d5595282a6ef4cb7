import { CACHE, createApp, Inject, Injectable, Logger, Module, type Cache } from 'corbel'
import { PUB_SUB, RATE_LIMIT_STORE, type PubSub, type RateLimitStore } from 'corbel/core'
import { RedisModule, RedisPubSub } from 'corbel/redis'
import { Cluster, Redis } from 'ioredis'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { Listening } from '../../lib/redis/listening.js'
import { Mailbox, PUB_SUB_RULES } from '../ports/pub-sub-rules.js'
import { isRedisMissing, openTestRedis, REDIS_URL, PATIENT } from '../support/redis.js'
import { RedisServer } from '../support/redis-server.js'
import { serve } from '../web/serve.js'
import { eventually } from '../support/eventually.js'

// servers of their own are started beside other specs
jest.setConfig({ testTimeout: 60_000 })

/** Publishes until somebody has heard it: what is said while nobody listens is lost. */
async function reach(box: Mailbox, publish: () => Promise<unknown>, isEnough = () => true): Promise<void> {
  const before = box.messages.length
  while (box.messages.length === before || !isEnough()) {
    await publish().catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe.skipIf(await isRedisMissing())('messages over Redis', () => {
  it('come with RedisModule, which closes their connection', async () => {
    const opened = openTestRedis()
    @Injectable()
    class News {
      constructor(@Inject(PUB_SUB) readonly pubSub: PubSub) {}
    }
    @Module({
      imports: [RedisModule.forRoot({ ...PATIENT, keyPrefix: opened.keyPrefix })],
      providers: [News],
    })
    class Root {}
    const [one, two] = [await serve(Root), await serve(Root)]
    const box = new Mailbox()
    await one.app.get(News).pubSub.subscribe('news', box.listen)
    await two.app.get(News).pubSub.publish('news', 'hello')
    expect(await box.count(1)).toEqual(['news: hello'])
    const listeners = async (): Promise<number> =>
      Number((await opened.redis.pubsub('NUMSUB', `${opened.keyPrefix}channel:news`))[1])
    expect(await listeners()).toBe(1)
    await one.app.close()
    // the server hears of the end of a connection by itself
    await eventually(async () => expect(await listeners()).toBe(0))
    await expect(one.app.get(News).pubSub.subscribe('news', box.listen)).rejects.toMatchObject({
      code: 'CORBEL_REDIS_LOST',
    })
    await two.app.close()
    await opened.close()
  })

  it('have a largest size', async () => {
    const { redis, keyPrefix, close } = openTestRedis()
    const pubSub = new RedisPubSub(redis, keyPrefix, { maxMessageSize: 10 })
    await pubSub.publish('news', 'x'.repeat(10))
    await expect(pubSub.publish('news', 'x'.repeat(11))).rejects.toMatchObject({
      code: 'CORBEL_REDIS_MESSAGE_TOO_LARGE',
      message: expect.stringContaining('11 bytes') as string,
    })
    await close()
  })

  it('find their channel also behind a prefix of ioredis', async () => {
    const { keyPrefix, close } = openTestRedis()
    const redis = new Redis(REDIS_URL, { keyPrefix: 'mine:' })
    for (const sharded of [false, true]) {
      const pubSub = new RedisPubSub(redis, keyPrefix, { sharded })
      const box = new Mailbox()
      await pubSub.subscribe('news', box.listen)
      await pubSub.publish('news', '1')
      expect(await box.count(1)).toEqual(['news: 1'])
      await pubSub.close()
    }
    await redis.quit()
    await close()
  })
})

describe.skipIf(RedisServer.isMissing())('messages over a Redis server', () => {
  let server: RedisServer
  let redis: Redis
  beforeEach(() => Logger.overrideLogger(false))
  afterEach(async () => {
    redis.disconnect()
    await server.close()
  })

  async function start(...args: string[]): Promise<void> {
    server = await RedisServer.start(...args)
    redis = new Redis(server.url, { retryStrategy: () => 20, maxRetriesPerRequest: 2 })
    redis.on('error', () => undefined)
  }

  it.each([false, true])('are heard again when it was away (sharded: %s)', async (sharded) => {
    await start()
    const pubSub = new RedisPubSub(redis, undefined, { sharded })
    const box = new Mailbox()
    let returns = 0
    pubSub.onReconnect(() => (returns += 1))
    await pubSub.subscribe('news', box.listen)
    await pubSub.publish('news', '1')
    await box.count(1)
    expect(returns).toBe(0)
    await server.stop()
    await expect(pubSub.publish('news', '2')).rejects.toMatchObject({ code: 'CORBEL_REDIS_LOST' })
    await expect(pubSub.subscribe('other', box.listen)).rejects.toMatchObject({ code: 'CORBEL_REDIS_LOST' })
    await server.start()
    await reach(box, () => pubSub.publish('news', 'again'))
    expect(box.messages.at(-1)).toBe('news: again')
    await eventually(() => expect(returns).toBe(1))
    // who could not subscribe does not hear of it later
    const before = box.messages.length
    await pubSub.publish('other', 'x')
    await pubSub.publish('news', 'last')
    while (!box.messages.includes('news: last')) await box.count(box.messages.length + 1)
    expect(box.messages.slice(before)).not.toContain('other: x')
    await pubSub.close()
  })

  it('end where it is away', async () => {
    await start()
    const pubSub = new RedisPubSub(redis)
    const subscription = await pubSub.subscribe('news', () => undefined)
    await server.stop()
    await subscription.close()
    await pubSub.close()
  })

  it('are refused where the user may not, which says what it needs', async () => {
    await start()
    await redis.call('ACL', 'SETUSER', 'limited', 'on', 'nopass', '~*', '+@all', 'resetchannels', '&corbel:*')
    const user = new Redis(server.url, { username: 'limited', password: 'x' })
    const box = new Mailbox()
    const [allowed, foreign] = [new RedisPubSub(user), new RedisPubSub(user, 'foreign:')]
    await allowed.subscribe('news', box.listen)
    await allowed.publish('news', '1')
    expect(await box.count(1)).toEqual(['news: 1'])
    const refusal = {
      code: 'CORBEL_REDIS_CHANNEL_REFUSED',
      message: expect.stringContaining('NOPERM') as string,
    }
    await expect(foreign.publish('news', '1')).rejects.toMatchObject(refusal)
    await expect(foreign.subscribe('news', box.listen)).rejects.toMatchObject(refusal)
    await Promise.all([allowed.close(), foreign.close()])
    user.disconnect()
  })

  it('need no more than docs/rooms-and-clusters.md says', async () => {
    await start()
    const page = readFileSync(new URL('../../docs/rooms-and-clusters.md', import.meta.url), 'utf8')
    const [, words] = /^ACL SETUSER (.*)$/m.exec(page)!
    await redis.call('ACL', 'SETUSER', ...words!.split(' '))
    @Module({
      imports: [RedisModule.forRoot({ ...PATIENT, url: server.url.replace('//', '//app:secret@') })],
    })
    class Root {}
    const app = await createApp(Root, { logger: false })
    const pubSub = app.get<PubSub>(PUB_SUB)
    const box = new Mailbox()
    const subscription = await pubSub.subscribe('news', box.listen)
    await pubSub.publish('news', '1')
    expect(await box.count(1)).toEqual(['news: 1'])
    await subscription.close()
    expect(await app.get<Cache>(CACHE).increment('visits', { ttl: 1000 })).toBe(1)
    const quota = { algorithm: 'fixed-window', limit: 1, window: 1000 } as const
    expect(await app.get<RateLimitStore>(RATE_LIMIT_STORE).consume('key', 1, quota)).toMatchObject({
      allowed: true,
    })
    await app.close()
  })

  it('go over shards of a Redis Cluster', async () => {
    await start('--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1')
    await redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    while (!String(await redis.call('CLUSTER', 'INFO')).includes('cluster_state:ok'))
      await new Promise((resolve) => setTimeout(resolve, 5))
    const cluster = new Cluster([server.url], { shardedSubscribers: true })
    for (const options of [{ sharded: true }, {}]) {
      for (const [rule, check] of Object.entries(PUB_SUB_RULES)) {
        const [one, two] = [
          new RedisPubSub(cluster, undefined, options),
          new RedisPubSub(cluster, undefined, options),
        ]
        await check({ one, two, name: rule })
        await Promise.all([one.close(), two.close()])
      }
    }
    cluster.disconnect()
  })

  it('are heard again where the connection that listens is dead, and nobody says so', async () => {
    await start()
    const connections: Socket[] = []
    const through = createServer((socket) => {
      connections.push(socket)
      const target = connect(server.port, '127.0.0.1')
      for (const end of [socket, target]) end.on('error', () => undefined)
      socket.pipe(target).pipe(socket)
    })
    await once(through.listen(0, '127.0.0.1'), 'listening')
    const { port } = through.address() as AddressInfo
    const other = new Redis(port, '127.0.0.1', { retryStrategy: () => 20 })
    other.on('error', () => undefined)
    await other.ping()
    const box = new Mailbox()
    const listening = new Listening(other, false, (name, message) => box.listen(message, name), 1000)
    await listening.add('news')
    await reach(box, () => redis.publish('news', '1'))
    // what it sends is taken by nobody any more
    connections.at(-1)!.unpipe()
    const before = connections.length
    await reach(
      box,
      () => redis.publish('news', 'again'),
      () => connections.length > before,
    )
    await listening.close()
    other.disconnect()
    connections.forEach((socket) => socket.destroy())
    through.close()
  })
})
