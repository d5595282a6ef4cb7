import type { RateLimitQuota, RateLimitStore } from 'corbel/core'

/** A store under test, empty, whose clock stands still at the beginning of a minute until it is moved. */
export interface RateLimitSubject {
  readonly store: RateLimitStore
  /** Lets milliseconds pass. */
  later(ms: number): void
}

const quota = (algorithm: RateLimitQuota['algorithm'], limit = 4): RateLimitQuota => ({
  algorithm,
  limit,
  window: 60_000,
})
const ALGORITHMS = ['fixed-window', 'sliding-window', 'token-bucket'] as const

/** What every driver of the port does. */
export const RATE_LIMIT_RULES: Readonly<Record<string, (subject: RateLimitSubject) => Promise<void>>> = {
  async 'lets through what the limit allows, and no more, of callers at once'({ store }) {
    for (const algorithm of ALGORITHMS) {
      const states = await Promise.all(
        Array.from({ length: 10 }, async () => store.consume(`many ${algorithm}`, 1, quota(algorithm))),
      )
      const allowed = states.filter((state) => state.allowed)
      // who comes first is not said
      expect(allowed.map(({ remaining }) => remaining).sort()).toEqual([0, 1, 2, 3])
    }
  },

  async 'counts keys apart'({ store }) {
    for (const algorithm of ALGORITHMS) {
      expect(await store.consume('a', 4, quota(algorithm))).toMatchObject({ allowed: true, remaining: 0 })
      expect(await store.consume('b', 1, quota(algorithm))).toMatchObject({ allowed: true, remaining: 3 })
      await store.reset('a')
      await store.reset('b')
    }
  },

  async 'takes nothing where there is not enough, or where the cost is 0'({ store }) {
    for (const algorithm of ALGORITHMS) {
      const key = `cost ${algorithm}`
      await store.consume(key, 3, quota(algorithm))
      expect(await store.consume(key, 2, quota(algorithm))).toMatchObject({ allowed: false, remaining: 1 })
      expect(await store.consume(key, 0, quota(algorithm))).toMatchObject({ allowed: true, remaining: 1 })
      expect(await store.consume(key, 1, quota(algorithm))).toMatchObject({ allowed: true, remaining: 0 })
    }
  },

  async 'forgets what was used when it is told to'({ store }) {
    for (const algorithm of ALGORITHMS) {
      await store.consume(algorithm, 4, quota(algorithm))
      await store.reset(algorithm)
      expect(await store.consume(algorithm, 4, quota(algorithm))).toMatchObject({ allowed: true })
    }
  },

  async 'begins a fixed window with the first request, and ends it at once'({ store, later }) {
    const fixed = quota('fixed-window')
    later(30_000)
    await store.consume('key', 4, fixed)
    later(59_000)
    expect(await store.consume('key', 1, fixed)).toEqual({
      allowed: false,
      remaining: 0,
      resetAfter: 1000,
      retryAfter: 1000,
    })
    later(1000)
    expect(await store.consume('key', 4, fixed)).toMatchObject({ allowed: true, resetAfter: 60_000 })
  },

  async 'lets a sliding window go over its bound only little by little'({ store, later }) {
    const sliding = quota('sliding-window')
    later(59_000)
    await store.consume('key', 4, sliding)
    later(1000)
    // all of the window before counts still
    expect(await store.consume('key', 1, sliding)).toMatchObject({ allowed: false, retryAfter: 15_000 })
    later(15_000)
    expect(await store.consume('key', 1, sliding)).toMatchObject({ allowed: true, remaining: 0 })
    later(45_000)
    // of the one that has become the window before, half counts after half of the time
    later(30_000)
    expect(await store.consume('key', 0, sliding)).toMatchObject({ remaining: 3 })
    later(90_000)
    expect(await store.consume('key', 0, sliding)).toMatchObject({ remaining: 4, resetAfter: 0 })
  },

  async 'says when a sliding window has room that this window fills'({ store, later }) {
    const sliding = quota('sliding-window')
    await store.consume('key', 4, sliding)
    later(30_000)
    const { retryAfter } = await store.consume('key', 1, sliding)
    expect(retryAfter).toBe(45_000)
    later(retryAfter)
    expect(await store.consume('key', 1, sliding)).toMatchObject({ allowed: true })
  },

  async 'fills a bucket steadily'({ store, later }) {
    const bucket = quota('token-bucket')
    expect(await store.consume('key', 4, bucket)).toMatchObject({ allowed: true, resetAfter: 60_000 })
    later(14_000)
    expect(await store.consume('key', 1, bucket)).toMatchObject({ allowed: false, retryAfter: 1000 })
    later(1000)
    expect(await store.consume('key', 1, bucket)).toMatchObject({ allowed: true, remaining: 0 })
    later(600_000)
    expect(await store.consume('key', 1, bucket)).toMatchObject({ allowed: true, remaining: 3 })
  },
}
