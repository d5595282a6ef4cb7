import type { MaybePromise } from '../../common/index.js'
import { InjectionToken } from '../../di/index.js'
import { Logger } from '../logger.js'

/** Hears of messages of a channel. What it throws is logged, and keeps nobody else from hearing. */
export type MessageListener = (message: Uint8Array, channel: string) => MaybePromise<void>

/** A listener that hears of messages until it is closed. */
export interface Subscription {
  readonly channel: string
  /** Ends it; a message that is under way may still come. Doing it twice is the same as doing it once. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Carries messages to everybody who listens at the moment, in this process or in all. It keeps nothing: who listens later does
 * not hear of them, and a message may be lost where the connection is.
 */
export interface PubSub {
  /** Bytes of the largest message; undefined where there is no such limit. */
  readonly maxMessageSize?: number | undefined
  /**
   * @param channel any name
   * @param message text (as UTF-8) or bytes; drivers may limit its size
   */
  publish(channel: string, message: Uint8Array | string): Promise<void>
  /** @returns once messages are heard */
  subscribe(channel: string, listener: MessageListener): Promise<Subscription>
  /** Ends all subscriptions and gives connections back. */
  close(): Promise<void>
  /**
   * Calls back each time when messages may have been lost: the connection was away, and is there again. Drivers that cannot tell
   * have no such method.
   *
   * @returns a function that ends it
   */
  onReconnect?(listener: () => void): () => void
}

/** The PubSub that reaches all processes of the application. A module provides it (`RedisModule`). */
export const PUB_SUB = new InjectionToken<PubSub>('PUB_SUB')

const logger = new Logger('PubSub')

/** The listeners of one process, by channel: what every driver keeps, and all that there is in memory. */
export class ChannelListeners {
  private readonly byChannel = new Map<string, Set<MessageListener>>()

  /** Channels that somebody listens to. */
  get channels(): readonly string[] {
    return [...this.byChannel.keys()]
  }

  /** @returns true for the first listener of a channel */
  add(channel: string, listener: MessageListener): boolean {
    const known = this.byChannel.get(channel)
    if (known === undefined) this.byChannel.set(channel, new Set([listener]))
    else known.add(listener)
    return known === undefined
  }

  /** @returns true if nobody listens to the channel any more */
  remove(channel: string, listener: MessageListener): boolean {
    const known = this.byChannel.get(channel)
    if (known === undefined || !known.delete(listener)) return false
    return known.size === 0 && this.byChannel.delete(channel)
  }

  /** Forgets all. */
  clear(): void {
    this.byChannel.clear()
  }

  /** Tells all listeners of a channel, in the order in which they came. */
  tell(channel: string, message: Uint8Array): void {
    // a copy: who subscribes meanwhile does not hear of this one
    for (const listener of Array.from(this.byChannel.get(channel) ?? []))
      void call(listener, message, channel)
  }
}

async function call(listener: MessageListener, message: Uint8Array, channel: string): Promise<void> {
  try {
    await listener(message, channel)
  } catch (error) {
    logger.error(`A listener of "${channel}" has failed`, error)
  }
}

/**
 * A subscription that is ended by a function, once.
 *
 * @param channel that it is of
 * @param end called by the first `close`
 */
export function subscription(channel: string, end: () => MaybePromise<void>): Subscription {
  let ended: Promise<void> | undefined
  const close = (): Promise<void> => (ended ??= Promise.resolve(end()))
  return { channel, close, [Symbol.asyncDispose]: close }
}

/** Carries messages within one process: for tests, and for applications that run once. */
export class MemoryPubSub implements PubSub {
  private readonly listeners = new ChannelListeners()

  publish(channel: string, message: Uint8Array | string): Promise<void> {
    const bytes = typeof message === 'string' ? new TextEncoder().encode(message) : message.slice()
    // as from outside: never before the publisher goes on
    queueMicrotask(() => this.listeners.tell(channel, bytes))
    return Promise.resolve()
  }

  subscribe(channel: string, listener: MessageListener): Promise<Subscription> {
    // the same function may subscribe twice, and is then two listeners
    const own: MessageListener = (message, name) => listener(message, name)
    this.listeners.add(channel, own)
    return Promise.resolve(subscription(channel, () => void this.listeners.remove(channel, own)))
  }

  close(): Promise<void> {
    this.listeners.clear()
    return Promise.resolve()
  }
}
