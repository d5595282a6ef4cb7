import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'

/** Where the server of specs is. */
export const REDIS_URL = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379'

/** Where the server of specs is, for `RedisModule`: a slow machine is no reason to give it up. */
export const PATIENT = { url: REDIS_URL, bootTimeout: 60_000, commandTimeout: 60_000 }

/** Keys of its own for a file of specs. */
export interface TestRedis {
  readonly redis: Redis
  readonly keyPrefix: string
  /** Removes what was written, and closes the connection. */
  close(): Promise<void>
}

/** Connects, with a prefix that nobody else has. */
export function openTestRedis(): TestRedis {
  const redis = new Redis(REDIS_URL)
  const keyPrefix = `corbel-spec-${randomBytes(6).toString('hex')}:`
  return {
    redis,
    keyPrefix,
    async close() {
      const keys = await redis.keys(`${keyPrefix}*`)
      if (keys.length > 0) await redis.del(...keys)
      await redis.quit()
    },
  }
}

/** True where no server answers: specs are skipped then, and fail where services are required. */
export async function isRedisMissing(): Promise<boolean> {
  const redis = new Redis(REDIS_URL, { lazyConnect: true, retryStrategy: null, connectTimeout: 60_000 })
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    return false
  } catch (error) {
    if (process.env['CORBEL_REQUIRE_SERVICES'] === '1') throw error
    return true
  } finally {
    redis.disconnect()
  }
}
