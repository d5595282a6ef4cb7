import type { Redis } from 'ioredis'
import type { Cache } from '../core/index.js'
import { KEY_PREFIX } from './options.js'
import { Script } from './script.js'

const INCREMENT = new Script(`
local isNew = redis.call('EXISTS', KEYS[1]) == 0
local count = redis.call('INCRBY', KEYS[1], ARGV[1])
if isNew and ARGV[2] ~= '' then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return count
`)

/** A cache that all processes of an application share; values are kept as JSON. */
export class RedisCache implements Cache {
  private readonly prefix: string

  /**
   * @param redis the connection
   * @param keyPrefix stands in front of every key
   */
  constructor(
    private readonly redis: Redis,
    keyPrefix: string = KEY_PREFIX,
  ) {
    this.prefix = `${keyPrefix}cache:`
  }

  async get<T>(key: string): Promise<T | undefined> {
    return parsed<T>(await this.redis.get(this.prefix + key))
  }

  async set(key: string, value: unknown, ttl?: number): Promise<void> {
    const text = JSON.stringify(value)
    if (ttl === undefined) await this.redis.set(this.prefix + key, text)
    else await this.redis.set(this.prefix + key, text, 'PX', milliseconds(ttl))
  }

  async delete(key: string): Promise<boolean> {
    return (await this.redis.del(this.prefix + key)) === 1
  }

  async add(key: string, value: unknown, ttl?: number): Promise<boolean> {
    const text = JSON.stringify(value)
    const answer =
      ttl === undefined
        ? await this.redis.set(this.prefix + key, text, 'NX')
        : await this.redis.set(this.prefix + key, text, 'PX', milliseconds(ttl), 'NX')
    return answer === 'OK'
  }

  async increment(
    key: string,
    { by = 1, ttl }: { readonly by?: number; readonly ttl?: number } = {},
  ): Promise<number> {
    const time = ttl === undefined ? '' : milliseconds(ttl)
    return Number(await INCREMENT.run(this.redis, [this.prefix + key], [by, time]))
  }

  async take<T>(key: string): Promise<T | undefined> {
    return parsed<T>(await this.redis.getdel(this.prefix + key))
  }
}

/** Whole ones, and 1 at least: the server takes no others. */
function milliseconds(ttl: number): number {
  return Math.max(1, Math.ceil(ttl))
}

function parsed<T>(text: string | null): T | undefined {
  return text === null ? undefined : (JSON.parse(text) as T)
}
