import type { Redis } from 'ioredis'
import { clearTimeout, setTimeout } from 'node:timers'
import { Logger } from '../core/index.js'
import { RedisUnavailable } from './errors.js'
import type { RedisModuleOptions } from './options.js'
import { loadIoRedis } from './package.js'

const LONGEST_PAUSE = 2000

const logger = new Logger('RedisModule')

/**
 * Connects, and stays connected: a connection that is lost is made again, with growing pauses of up to 2 s.
 *
 * @param options of the module
 * @throws {CorbelError} CORBEL_REDIS_UNAVAILABLE, CORBEL_PACKAGE_MISSING
 */
export async function openRedis(options: RedisModuleOptions): Promise<Redis> {
  const { url = 'redis://127.0.0.1:6379', bootTimeout = 10_000, commandTimeout = 5000 } = options
  const { Redis } = await loadIoRedis()
  const redis = new Redis(url, {
    commandTimeout,
    // commands fail soon rather than pile up in memory while there is no server
    maxRetriesPerRequest: 2,
    retryStrategy: (times) => Math.min(times * 100, LONGEST_PAUSE),
    ...options.connection,
    lazyConnect: true,
  })
  let reason = new Error('There was no answer.')
  redis.on('error', (error: Error) => (reason = error))
  try {
    await firstAnswer(redis, bootTimeout)
  } catch (cause) {
    redis.disconnect()
    const details = { server: serverOf(redis), time: bootTimeout, reason: sentence(reason) }
    throw new RedisUnavailable(details, { cause })
  }
  watch(redis, 'The connection', () => reason)
  return redis
}

function firstAnswer(redis: Redis, time: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The time was over.')), time)
    redis.once('ready', () => {
      clearTimeout(timer)
      resolve()
    })
    // it is tried again until the time is over
    redis.connect().catch(() => undefined)
  })
}

/**
 * Tells of a loss once, and of its end; not of every attempt.
 *
 * @param redis a connection that was made
 * @param name of it, as the beginning of a sentence
 * @param reason the latest error
 */
export function watch(redis: Redis, name: string, reason: () => Error): void {
  let isLost = false
  redis.on('reconnecting', () => {
    if (!isLost) logger.warn(`${name} to ${serverOf(redis)} is lost: ${sentence(reason())}`)
    isLost = true
  })
  redis.on('ready', () => {
    if (isLost) logger.log(`${name} to ${serverOf(redis)} is back.`)
    isLost = false
  })
}

/** Without user and password. */
function serverOf({ options: { path, host = '127.0.0.1', port = 6379 } }: Redis): string {
  return path ?? `${host}:${port}`
}

function sentence({ message }: Error): string {
  return /[.!?]$/.test(message) ? message : `${message}.`
}
