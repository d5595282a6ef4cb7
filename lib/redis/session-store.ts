import type { Redis } from 'ioredis'
import type { SessionRecord, SessionStore } from '../core/index.js'
import { KEY_PREFIX } from './options.js'
import { Script } from './script.js'

// Every script gets the key of the session and, in front of its other arguments, its id and the prefix of the lists of
// subjects. Those are sorted by the end of each session, so that what has expired can be taken out.
const UNLIST = `
local subject = redis.call('HGET', KEYS[1], 'subject')
if subject then redis.call('ZREM', ARGV[2] .. subject, ARGV[1]) end
`

const WRITE = new Script(`
local version, subject, ends, ttl, now = ARGV[3], ARGV[5], ARGV[8], ARGV[9], ARGV[10]
local stored = redis.call('HGET', KEYS[1], 'version') or '0'
if tonumber(stored) ~= tonumber(version) - 1 then return 0 end
do ${UNLIST} end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'version', version, 'values', ARGV[6], 'createdAt', ARGV[7], 'expiresAt', ends)
redis.call('PEXPIRE', KEYS[1], ttl)
if ARGV[4] == '1' then
  local list = ARGV[2] .. subject
  redis.call('HSET', KEYS[1], 'subject', subject)
  redis.call('ZREMRANGEBYSCORE', list, '-inf', now)
  redis.call('ZADD', list, ends, ARGV[1])
  if redis.call('PTTL', list) < tonumber(ttl) then redis.call('PEXPIRE', list, ttl) end
end
return 1
`)

const TOUCH = new Script(`
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'expiresAt', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
local subject = redis.call('HGET', KEYS[1], 'subject')
if subject then
  local list = ARGV[2] .. subject
  redis.call('ZADD', list, ARGV[3], ARGV[1])
  if redis.call('PTTL', list) < tonumber(ARGV[4]) then redis.call('PEXPIRE', list, ARGV[4]) end
end
return 1
`)

const DESTROY = new Script(`${UNLIST}
return redis.call('DEL', KEYS[1])
`)

const DESTROY_ALL = new Script(`
local ended = 0
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if ARGV[1] == '0' or id ~= ARGV[2] then
    ended = ended + redis.call('DEL', ARGV[3] .. id)
    redis.call('ZREM', KEYS[1], id)
  end
end
return ended
`)

/**
 * Sessions that all processes of an application share: one hash each, and a list for each subject. Scripts write both in
 * one step, so the server may have replicas and sentinels, but must not be a cluster.
 */
export class RedisSessionStore implements SessionStore {
  private readonly prefix: string
  private readonly lists: string

  /**
   * @param redis the connection
   * @param keyPrefix stands in front of every key
   * @param now milliseconds since 1970
   */
  constructor(
    private readonly redis: Redis,
    keyPrefix: string = KEY_PREFIX,
    private readonly now: () => number = Date.now,
  ) {
    this.prefix = `${keyPrefix}session:`
    this.lists = `${keyPrefix}sessions-of:`
  }

  async read(id: string): Promise<SessionRecord | undefined> {
    return recordOf(id, await this.redis.hgetall(this.prefix + id))
  }

  async write(record: SessionRecord): Promise<boolean> {
    const { id, version, subject, values, createdAt, expiresAt } = record
    const now = this.now()
    const written = await WRITE.run(
      this.redis,
      [this.prefix + id],
      [
        id,
        this.lists,
        version,
        subject === undefined ? 0 : 1,
        subject ?? '',
        JSON.stringify(values),
        createdAt,
        expiresAt,
        Math.max(1, Math.ceil(expiresAt - now)),
        now,
      ],
    )
    return written === 1
  }

  async touch(id: string, expiresAt: number): Promise<boolean> {
    const ttl = Math.max(1, Math.ceil(expiresAt - this.now()))
    return (await TOUCH.run(this.redis, [this.prefix + id], [id, this.lists, expiresAt, ttl])) === 1
  }

  async destroy(id: string): Promise<boolean> {
    return (await DESTROY.run(this.redis, [this.prefix + id], [id, this.lists])) === 1
  }

  async destroyAll(subject: string, except?: string): Promise<number> {
    const args = [except === undefined ? 0 : 1, except ?? '', this.prefix]
    return Number(await DESTROY_ALL.run(this.redis, [this.lists + subject], args))
  }

  async list(subject: string): Promise<readonly SessionRecord[]> {
    const ids = await this.redis.zrange(this.lists + subject, 0, -1)
    const records = await Promise.all(ids.map((id) => this.read(id)))
    return records.filter((record) => record !== undefined).sort((a, b) => a.createdAt - b.createdAt)
  }
}

function recordOf(id: string, fields: Readonly<Record<string, string>>): SessionRecord | undefined {
  const { version, subject, values, createdAt, expiresAt } = fields
  if (version === undefined || values === undefined) return undefined
  return {
    id,
    subject,
    values: JSON.parse(values) as Record<string, unknown>,
    createdAt: Number(createdAt),
    expiresAt: Number(expiresAt),
    version: Number(version),
  }
}
