import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'

/** A Lua script, which the server runs in one step. */
export class Script {
  private readonly digest: string

  /** @param source the script; it gets keys as `KEYS` and everything else as `ARGV` */
  constructor(private readonly source: string) {
    this.digest = createHash('sha1').update(source).digest('hex')
  }

  /** Runs it: by its digest, or with its text where the server does not know it yet. */
  async run(redis: Redis, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.digest, keys.length, ...keys, ...args)
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return redis.eval(this.source, keys.length, ...keys, ...args)
    }
  }
}
