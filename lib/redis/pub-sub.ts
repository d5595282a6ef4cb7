import type { Cluster, Redis } from 'ioredis'
import {
  ChannelListeners,
  subscription,
  type MessageListener,
  type PubSub,
  type Subscription,
} from '../core/index.js'
import { isLoss, RedisChannelRefused, RedisLost, RedisMessageTooLarge } from './errors.js'
import { Listening } from './listening.js'
import { KEY_PREFIX, type RedisPubSubOptions } from './options.js'

const MIB = 1024 * 1024

/**
 * Carries messages to everybody who listens on the same Redis server. Listening takes a connection of its own, which is made
 * again when it is lost; messages of the time in between are lost.
 */
export class RedisPubSub implements PubSub {
  readonly maxMessageSize: number
  private readonly listeners = new ChannelListeners()
  private readonly prefix: string
  private readonly isSharded: boolean
  /** ioredis puts its own prefix in front of sharded channels. */
  private readonly before: string
  /** By channel: done when it is heard. */
  private readonly heard = new Map<string, Promise<void>>()
  private listening: Listening | undefined
  private readonly reconnected = new Set<() => void>()
  private isClosed = false

  /**
   * @param redis the connection that publishes, a `Cluster` with `shardedSubscribers` for instance; it stays the caller's
   * @param keyPrefix stands in front of every channel
   * @param options sharding, and the size of messages
   */
  constructor(
    private readonly redis: Redis | Cluster,
    keyPrefix: string = KEY_PREFIX,
    { sharded = false, maxMessageSize = MIB }: RedisPubSubOptions = {},
  ) {
    this.prefix = `${keyPrefix}channel:`
    this.isSharded = sharded
    this.maxMessageSize = maxMessageSize
    this.before = redis.options.keyPrefix ?? ''
  }

  /** @throws {CorbelError} CORBEL_REDIS_MESSAGE_TOO_LARGE, CORBEL_REDIS_LOST, CORBEL_REDIS_CHANNEL_REFUSED */
  async publish(channel: string, message: Uint8Array | string): Promise<void> {
    const bytes = typeof message === 'string' ? Buffer.from(message) : bufferOf(message)
    const { length: size } = bytes
    const { maxMessageSize: limit } = this
    if (size > limit) throw new RedisMessageTooLarge({ channel, size, limit })
    const name = this.prefix + channel
    try {
      await (this.isSharded ? this.redis.spublish(name, bytes) : this.redis.publish(name, bytes))
    } catch (error) {
      throw explained(channel, error)
    }
  }

  /** @throws {CorbelError} CORBEL_REDIS_LOST, CORBEL_REDIS_CHANNEL_REFUSED */
  async subscribe(channel: string, listener: MessageListener): Promise<Subscription> {
    if (this.isClosed) throw new RedisLost({})
    // the same function may subscribe twice, and is then two listeners
    const own: MessageListener = (message, name) => listener(message, name)
    if (this.listeners.add(channel, own)) this.heard.set(channel, this.listen(channel))
    try {
      await this.heard.get(channel)
    } catch (error) {
      if (this.listeners.remove(channel, own)) this.heard.delete(channel)
      throw explained(channel, error)
    }
    return subscription(channel, async () => {
      if (!this.listeners.remove(channel, own)) return
      this.heard.delete(channel)
      await this.listening?.remove(this.prefix + channel)
    })
  }

  onReconnect(listener: () => void): () => void {
    this.reconnected.add(listener)
    return () => void this.reconnected.delete(listener)
  }

  async close(): Promise<void> {
    this.isClosed = true
    this.reconnected.clear()
    this.listeners.clear()
    this.heard.clear()
    await this.listening?.close()
  }

  private listen(channel: string): Promise<void> {
    this.listening ??= new Listening(
      this.redis,
      this.isSharded,
      (name, message) => this.tell(name, message),
      undefined,
      () => this.reconnected.forEach((listener) => listener()),
    )
    return this.listening.add(this.prefix + channel)
  }

  private tell(name: string, message: Buffer): void {
    const from = name.startsWith(this.prefix) ? this.prefix.length : this.before.length + this.prefix.length
    this.listeners.tell(name.slice(from), message)
  }
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

function explained(channel: string, error: unknown): unknown {
  if (isLoss(error)) return new RedisLost({}, { cause: error })
  if (error instanceof Error && error.name === 'ReplyError') {
    return new RedisChannelRefused({ channel, reason: `${error.message}.` }, { cause: error })
  }
  return error
}
