import type { Redis } from 'ioredis'
import type { RateLimitQuota, RateLimitState, RateLimitStore } from '../core/index.js'
import { KEY_PREFIX } from './options.js'
import { Script } from './script.js'

// The arithmetic is that of MemoryRateLimitStore, with the server's clock.
const CONSUME = new Script(`
local algorithm, cost, limit, window = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local now = tonumber(ARGV[5])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local known = redis.call('HMGET', KEYS[1], 'since', 'used', 'before')
local since, used, before = tonumber(known[1]), tonumber(known[2]), tonumber(known[3])
local start = algorithm == 'sliding-window' and now - now % window or now
if not since then
  since, used, before = start, 0, 0
elseif algorithm == 'token-bucket' then
  since, used, before = now, math.max(0, used - (now - since) * limit / window), 0
elseif now - since >= window then
  before = algorithm == 'sliding-window' and now - since < 2 * window and used or 0
  since, used = start, 0
end
local elapsed = now - since
local shared = algorithm == 'sliding-window' and before * (window - elapsed) / window or 0
local allowed = used + shared + cost <= limit + 1e-6
local retry = 0
if not allowed then
  local room = limit - cost
  if algorithm == 'token-bucket' then retry = (used - room) * window / limit
  elseif algorithm == 'fixed-window' then retry = window - elapsed
  elseif used <= room then retry = window - elapsed - (room - used) * window / before
  else retry = 2 * window - elapsed - math.max(0, room) * window / used end
  retry = math.max(1, math.ceil(retry))
else
  used = used + cost
end
local reset = window - elapsed
if algorithm == 'token-bucket' then reset = used * window / limit
elseif algorithm == 'sliding-window' then
  if used > 0 then reset = 2 * window - elapsed elseif before == 0 then reset = 0 end
end
redis.call('HSET', KEYS[1], 'since', since, 'used', string.format('%.17g', used), 'before', before)
redis.call('PEXPIRE', KEYS[1], since + 2 * window - now)
return { allowed and 1 or 0, math.max(0, math.floor(limit - used - shared + 1e-6)), math.ceil(reset), retry }
`)

/** Limits that all processes of an application count together, each request in one step of the server. */
export class RedisRateLimitStore implements RateLimitStore {
  private readonly prefix: string

  /**
   * @param redis the connection
   * @param keyPrefix stands in front of every key
   * @param now milliseconds since 1970; by the clock of the server, on which all processes agree, if left out
   */
  constructor(
    private readonly redis: Redis,
    keyPrefix: string = KEY_PREFIX,
    private readonly now?: () => number,
  ) {
    this.prefix = `${keyPrefix}limit:`
  }

  async consume(
    key: string,
    cost: number,
    { algorithm, limit, window }: RateLimitQuota,
  ): Promise<RateLimitState> {
    const answer = await CONSUME.run(
      this.redis,
      [this.prefix + key],
      [algorithm, cost, limit, window, this.now?.() ?? ''],
    )
    const [allowed, remaining, resetAfter, retryAfter] = answer as [number, number, number, number]
    return { allowed: allowed === 1, remaining, resetAfter, retryAfter }
  }

  async reset(key: string): Promise<void> {
    await this.redis.del(this.prefix + key)
  }
}
