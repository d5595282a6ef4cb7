import { RedisCache, RedisPubSub, RedisRateLimitStore, RedisSessionStore } from 'corbel/redis'
import { isRedisMissing, openTestRedis, type TestRedis } from '../support/redis.js'
import { CACHE_RULES } from './cache-rules.js'
import { clock } from './clock.js'
import { PUB_SUB_RULES } from './pub-sub-rules.js'
import { RATE_LIMIT_RULES } from './rate-limit-rules.js'
import { SESSION_STORE_RULES } from './session-store-rules.js'

describe.skipIf(await isRedisMissing())('with Redis', () => {
  let opened: TestRedis
  beforeEach(() => void (opened = openTestRedis()))
  afterEach(() => opened.close())

  /** The times of keys are the server's: they are moved instead of its clock. */
  const age = async (ms: number): Promise<void> => {
    const { redis, keyPrefix } = opened
    for (const key of await redis.keys(`${keyPrefix}*`)) {
      const left = await redis.pttl(key)
      if (left > 0) await redis.pexpire(key, left - ms)
    }
  }

  describe('RedisCache', () => {
    for (const [rule, check] of Object.entries(CACHE_RULES))
      it(rule, () => check({ cache: new RedisCache(opened.redis, opened.keyPrefix), later: age }))
  })

  describe.each([{ sharded: false }, { sharded: true }])('RedisPubSub, %j', (options) => {
    for (const [rule, check] of Object.entries(PUB_SUB_RULES))
      it(rule, async () => {
        const { redis, keyPrefix } = opened
        const one = new RedisPubSub(redis, keyPrefix, options)
        const two = new RedisPubSub(redis, keyPrefix, options)
        await check({ one, two, name: 'news' })
        await Promise.all([one.close(), two.close()])
      })
  })

  describe('RedisSessionStore', () => {
    for (const [rule, check] of Object.entries(SESSION_STORE_RULES))
      it(rule, () => {
        const { now, later } = clock()
        const store = new RedisSessionStore(opened.redis, opened.keyPrefix, now)
        return check({ store, now, later: async (ms) => (later(ms), age(ms)) })
      })
  })

  describe('RedisRateLimitStore', () => {
    for (const [rule, check] of Object.entries(RATE_LIMIT_RULES))
      it(rule, () => {
        const { now, later } = clock()
        return check({ store: new RedisRateLimitStore(opened.redis, opened.keyPrefix, now), later })
      })

    it('forgets by itself', async () => {
      const store = new RedisRateLimitStore(opened.redis, opened.keyPrefix)
      const quota = { algorithm: 'fixed-window', limit: 5, window: 3_600_000 } as const
      await store.consume('key', 1, quota)
      const [key] = await opened.redis.keys(`${opened.keyPrefix}*`)
      expect(await opened.redis.pttl(key!)).toBeGreaterThan(3_600_000)
      expect(await opened.redis.pttl(key!)).toBeLessThanOrEqual(7_200_000)
    })
  })
})
