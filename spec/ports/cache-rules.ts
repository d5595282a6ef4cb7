import type { Cache } from 'corbel/core'

/** A cache under test, empty, whose clock can be moved. */
export interface CacheSubject {
  readonly cache: Cache
  /** Lets milliseconds pass. */
  later(ms: number): void | Promise<void>
}

/** Of a driver whose clock cannot be held, nothing expires while a test runs, however slow. */
const HOUR = 3_600_000

/** What every driver of the port does. */
export const CACHE_RULES: Readonly<Record<string, (subject: CacheSubject) => Promise<void>>> = {
  async 'gives back what was set, as a value of its own'({ cache }) {
    const value = { list: [1, 'ü', null], deep: { a: true } }
    await cache.set('key', value)
    value.deep.a = false
    const read = await cache.get<typeof value>('key')
    expect(read).toEqual({ list: [1, 'ü', null], deep: { a: true } })
    read!.list.push(2)
    expect((await cache.get<typeof value>('key'))!.list).toHaveLength(3)
    expect(await cache.get('other')).toBeUndefined()
  },

  async 'forgets when the time is over, and counts it anew with each set'({ cache, later }) {
    await cache.set('key', 1, 10 * HOUR)
    await later(6 * HOUR)
    expect(await cache.get('key')).toBe(1)
    await cache.set('key', 2, 10 * HOUR)
    await later(6 * HOUR)
    expect(await cache.get('key')).toBe(2)
    await later(6 * HOUR)
    expect(await cache.get('key')).toBeUndefined()
    expect(await cache.delete('key')).toBe(false)
  },

  async 'keeps what was set without a time, also over a value that had one'({ cache, later }) {
    await cache.set('key', 1, 10 * HOUR)
    await cache.set('key', 2)
    await later(1000 * HOUR)
    expect(await cache.get('key')).toBe(2)
  },

  async 'says whether there was something to delete'({ cache }) {
    await cache.set('key', 0)
    expect(await cache.delete('key')).toBe(true)
    expect(await cache.delete('key')).toBe(false)
    expect(await cache.get('key')).toBeUndefined()
  },

  async 'adds for one of several callers only'({ cache, later }) {
    const added = await Promise.all([1, 2, 3, 4].map((value) => cache.add('key', value, 10 * HOUR)))
    expect(added.filter(Boolean)).toHaveLength(1)
    expect(await cache.get('key')).toBe(added.indexOf(true) + 1)
    await later(11 * HOUR)
    expect(await cache.add('key', 'again')).toBe(true)
  },

  async 'counts every increment of callers at once'({ cache }) {
    const counts = await Promise.all(Array.from({ length: 20 }, () => cache.increment('count')))
    expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_one, index) => index + 1))
    expect(await cache.increment('count', { by: -5 })).toBe(15)
    expect(await cache.get('count')).toBe(15)
  },

  async 'does not prolong a counter by counting'({ cache, later }) {
    expect(await cache.increment('count', { by: 3, ttl: 10 * HOUR })).toBe(3)
    await later(6 * HOUR)
    expect(await cache.increment('count', { ttl: 10 * HOUR })).toBe(4)
    await later(6 * HOUR)
    expect(await cache.increment('count', { ttl: 10 * HOUR })).toBe(1)
  },

  async 'hands a value to one of several callers only'({ cache, later }) {
    await cache.set('key', { once: true }, 10 * HOUR)
    const taken = await Promise.all([1, 2, 3, 4].map(() => cache.take('key')))
    expect(taken.filter((one) => one !== undefined)).toEqual([{ once: true }])
    expect(await cache.get('key')).toBeUndefined()
    await cache.set('late', 1, 10 * HOUR)
    await later(11 * HOUR)
    expect(await cache.take('late')).toBeUndefined()
  },

  async 'takes any text for a key'({ cache }) {
    const keys = ['', ' ', 'a:b*', '__proto__', 'constructor', 'ü\n', 'x'.repeat(2000)]
    for (const [index, key] of keys.entries()) await cache.set(key, index)
    expect(await Promise.all(keys.map((key) => cache.get(key)))).toEqual(keys.map((_key, index) => index))
  },
}
