import { createHash } from 'node:crypto'
import type { DataSource } from 'typeorm'
import {
  ChannelListeners,
  Logger,
  subscription,
  type MessageListener,
  type PubSub,
  type Subscription,
} from '../../../core/index.js'
import { quoted, takeConnection, type Client } from './connections.js'
import { MessageTooLarge } from './errors.js'

/** PostgreSQL refuses payloads of 8000 bytes. */
const LIMIT = 7999
const LONGEST_PAUSE_MS = 5000

const logger = new Logger('PostgresPubSub')

/**
 * Carries messages by LISTEN and NOTIFY: to everybody who listens on the same database. What is published in a transaction is
 * heard once that is committed. Listening takes one connection, which is opened again when it is lost; messages of the time
 * in between are lost.
 */
export class PostgresPubSub implements PubSub {
  /** Of bytes, which are carried as base64. */
  readonly maxMessageSize = Math.floor((LIMIT - 1) / 4) * 3
  private readonly listeners = new ChannelListeners()
  private readonly channels = new Map<string, string>()
  /** By channel: done when it is heard. */
  private readonly heard = new Map<string, Promise<unknown>>()
  private client: Promise<Client> | undefined
  private isClosed = false
  /** Stops listening to the connection, which may be somebody else's from then on. */
  private forget: () => void = () => undefined
  private pause: NodeJS.Timeout | undefined
  private readonly reconnected = new Set<() => void>()

  /** @param source a PostgreSQL data source with several connections */
  constructor(private readonly source: DataSource) {}

  /** @throws {CorbelError} CORBEL_POSTGRES_MESSAGE_TOO_LARGE for more than some 8 kB */
  async publish(channel: string, message: Uint8Array | string): Promise<void> {
    const payload =
      typeof message === 'string' && !message.includes('\0')
        ? `t${message}`
        : `b${Buffer.from(message).toString('base64')}`
    if (Buffer.byteLength(payload) > LIMIT) throw new MessageTooLarge({ channel, limit: LIMIT })
    await this.source.query('SELECT pg_notify($1, $2)', [nameOf(channel), payload])
  }

  async subscribe(channel: string, listener: MessageListener): Promise<Subscription> {
    const own: MessageListener = (message, name) => listener(message, name)
    if (this.listeners.add(channel, own)) {
      this.channels.set(nameOf(channel), channel)
      this.heard.set(channel, this.listen(channel))
    }
    try {
      await this.heard.get(channel)
    } catch (error) {
      if (this.listeners.remove(channel, own)) {
        this.heard.delete(channel)
        this.channels.delete(nameOf(channel))
      }
      throw error
    }
    return subscription(channel, () => this.leave(channel, own))
  }

  onReconnect(listener: () => void): () => void {
    this.reconnected.add(listener)
    return () => void this.reconnected.delete(listener)
  }

  async close(): Promise<void> {
    this.isClosed = true
    this.reconnected.clear()
    clearTimeout(this.pause)
    this.listeners.clear()
    this.heard.clear()
    const client = await this.client?.catch(() => undefined)
    this.client = undefined
    if (client === undefined) return
    this.forget()
    // the connection may be used by others from now on
    await client.query('UNLISTEN *').then(
      () => client.release(),
      () => client.release(true),
    )
  }

  private async listen(channel: string): Promise<void> {
    const client = await this.connection()
    await client.query(`LISTEN ${quoted(nameOf(channel))}`)
  }

  private connection(): Promise<Client> {
    if (this.client !== undefined) return this.client
    const opening = this.open()
    this.client = opening
    // whoever asks next tries anew
    opening.catch(() => {
      if (this.client === opening) this.client = undefined
    })
    return opening
  }

  private async leave(channel: string, listener: MessageListener): Promise<void> {
    if (!this.listeners.remove(channel, listener)) return
    this.channels.delete(nameOf(channel))
    this.heard.delete(channel)
    const client = await this.client?.catch(() => undefined)
    await client?.query(`UNLISTEN ${quoted(nameOf(channel))}`).catch(() => undefined)
  }

  private async open(): Promise<Client> {
    const client = await takeConnection(this.source, 'PostgresPubSub', true)
    client.on('notification', ({ channel, payload = '' }: { channel: string; payload?: string }) => {
      const name = this.channels.get(channel)
      if (name !== undefined) this.listeners.tell(name, bytesOf(payload))
    })
    const onLost = (error: Error): void => this.reopen(client, error)
    client.once('error', onLost)
    this.forget = () => {
      client.removeAllListeners('notification')
      client.off('error', onLost)
    }
    for (const channel of this.listeners.channels) await client.query(`LISTEN ${quoted(nameOf(channel))}`)
    return client
  }

  private reopen(lost: Client, error: Error): void {
    this.forget()
    lost.release(true)
    if (this.isClosed) return
    logger.warn(`The connection that listens is lost, and opened again: ${error.message}`)
    this.retry(50)
  }

  private retry(pause: number): void {
    const opening = this.open()
    this.client = opening
    opening.then(
      () => this.reconnected.forEach((listener) => listener()),
      () => {
        if (this.isClosed) return
        this.pause = setTimeout(() => this.retry(Math.min(pause * 2, LONGEST_PAUSE_MS)), pause)
      },
    )
  }
}

/** Names of channels have 63 bytes at most. */
function nameOf(channel: string): string {
  const name = `corbel:${channel}`
  return Buffer.byteLength(name) <= 63
    ? name
    : `corbel#${createHash('sha256').update(channel).digest('base64url')}`
}

function bytesOf(payload: string): Uint8Array {
  const text = payload.slice(1)
  return payload.startsWith('b') ? Buffer.from(text, 'base64') : new TextEncoder().encode(text)
}
