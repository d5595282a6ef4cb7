import { MemoryCache, MemoryPubSub, MemoryRateLimitStore, MemorySessionStore } from 'corbel/core'
import { CACHE_RULES, type CacheSubject } from './cache-rules.js'
import { clock } from './clock.js'
import { PUB_SUB_RULES } from './pub-sub-rules.js'
import { RATE_LIMIT_RULES } from './rate-limit-rules.js'
import { SESSION_STORE_RULES, type SessionStoreSubject } from './session-store-rules.js'

describe('MemoryCache', () => {
  const create = (maxEntries?: number): CacheSubject => {
    const { now, later } = clock()
    return { cache: new MemoryCache({ now, ...(maxEntries !== undefined && { maxEntries }) }), later }
  }

  for (const [rule, check] of Object.entries(CACHE_RULES)) it(rule, () => check(create()))

  it('forgets what was used longest ago where it is full', async () => {
    const { cache } = create(2)
    await cache.set('a', 1)
    await cache.set('b', 2)
    await cache.get('a')
    await cache.set('c', 3)
    expect([await cache.get('a'), await cache.get('b'), await cache.get('c')]).toEqual([1, undefined, 3])
  })
})

describe('MemoryPubSub', () => {
  for (const [rule, check] of Object.entries(PUB_SUB_RULES))
    it(rule, async () => {
      const one = new MemoryPubSub()
      await check({ one, two: one, name: 'news' })
      await one.close()
    })
})

describe('MemorySessionStore', () => {
  const create = (maxEntries?: number): SessionStoreSubject => {
    const { now, later } = clock()
    const store = new MemorySessionStore({ now, ...(maxEntries !== undefined && { maxEntries }) })
    return { store, now, later }
  }

  for (const [rule, check] of Object.entries(SESSION_STORE_RULES)) it(rule, () => check(create()))

  it('logs nobody out for a flood of visitors', async () => {
    const { store, now } = create(3)
    const record = { values: {}, createdAt: now(), expiresAt: now() + 10_000, version: 1 }
    await store.write({ ...record, id: 'ada', subject: 'ada' })
    for (let index = 0; index < 10; index += 1)
      await store.write({ ...record, id: `visitor ${index}`, subject: undefined })
    expect(await store.read('ada')).toBeDefined()
    expect(await store.read('visitor 0')).toBeUndefined()
    expect(await store.read('visitor 9')).toBeDefined()
  })

  it('forgets whose sessions have made room', async () => {
    const { store, now } = create(1)
    const record = { values: {}, createdAt: now(), expiresAt: now() + 10_000, version: 1 }
    await store.write({ ...record, id: 'a', subject: 'ada' })
    await store.write({ ...record, id: 'b', subject: 'ada' })
    expect((await store.list('ada')).map(({ id }) => id)).toEqual(['b'])
  })
})

describe('MemoryRateLimitStore', () => {
  for (const [rule, check] of Object.entries(RATE_LIMIT_RULES))
    it(rule, () => {
      const { now, later } = clock()
      return check({ store: new MemoryRateLimitStore({ now }), later })
    })

  it('forgets who was seen longest ago where it is full', () => {
    const store = new MemoryRateLimitStore({ maxEntries: 2 })
    const quota = { algorithm: 'fixed-window', limit: 1, window: 60_000 } as const
    for (const key of ['a', 'b', 'c']) expect(store.consume(key, 1, quota).allowed).toBe(true)
    expect(store.consume('c', 1, quota).allowed).toBe(false)
    expect(store.consume('a', 1, quota).allowed).toBe(true)
  })
})
