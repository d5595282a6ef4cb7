import { Injectable } from 'corbel'
import type { Redis } from 'ioredis'
import type { User } from '../accounts/user.js'
import type { Room } from './rooms.js'

/** Something that was said. */
export interface Said {
  readonly id: string
  readonly room: Room
  readonly by: User
  readonly text: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** How many messages of a room are kept. */
const KEPT = 50

/** What was said last in each room. */
export abstract class History {
  /** The oldest first. */
  abstract of(room: Room): Promise<readonly Said[]>
  /** @returns false if it was there already */
  abstract add(message: Said): Promise<boolean>
}

/** For one process. */
@Injectable()
export class MemoryHistory extends History {
  private readonly rooms = new Map<Room, Said[]>()

  of(room: Room): Promise<readonly Said[]> {
    return Promise.resolve([...(this.rooms.get(room) ?? [])])
  }

  add(message: Said): Promise<boolean> {
    const known = this.rooms.get(message.room) ?? []
    const isNew = !known.some(({ id }) => id === message.id)
    if (isNew) this.rooms.set(message.room, [...known, message].slice(-KEPT))
    return Promise.resolve(isNew)
  }
}

/** How long a message that is sent again is known, in seconds: clients do so as soon as they are connected again. */
const KNOWN_FOR = 600

/** For all processes. */
export class RedisHistory extends History {
  /**
   * @param redis the connection
   * @param prefix stands in front of every key
   */
  constructor(
    private readonly redis: Redis,
    private readonly prefix: string,
  ) {
    super()
  }

  async of(room: Room): Promise<readonly Said[]> {
    const lines = await this.redis.lrange(`${this.prefix}room:${room}`, 0, -1)
    return lines.map((line) => JSON.parse(line) as Said)
  }

  async add(message: Said): Promise<boolean> {
    const list = `${this.prefix}room:${message.room}`
    const mark = `${this.prefix}said:${message.id}`
    if ((await this.redis.set(mark, '', 'EX', KNOWN_FOR, 'NX')) === null) return false
    try {
      await this.redis.multi().rpush(list, JSON.stringify(message)).ltrim(list, -KEPT, -1).exec()
      return true
    } catch (error) {
      // it was not said: the next attempt counts
      await this.redis.del(mark).catch(() => undefined)
      throw error
    }
  }
}
