import type { Cluster, Redis } from 'ioredis'
import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers'
import { Logger } from '../core/index.js'
import { watch } from './open.js'

/** How often the server is asked whether it is there: a connection that only listens would not notice that it is dead. */
const ASK_EVERY_MS = 10_000
const LONGEST_PAUSE_MS = 5000

const logger = new Logger('RedisPubSub')

/**
 * The connection that listens: one of its own, as Redis wants it. When it was lost and is back, it listens to the same channels
 * again; what was said meanwhile is lost.
 */
export class Listening {
  private readonly client: Redis | Cluster
  private readonly channels = new Set<string>()
  private readonly asking: NodeJS.Timeout | undefined
  private pause: NodeJS.Timeout | undefined
  private isClosed = false
  /** Until it is answered, or the connection is made again. */
  private isAsked = false
  private wasReady = false

  /**
   * @param redis whose options it takes
   * @param isSharded listens to sharded channels
   * @param tell called with the name of a channel and a message
   * @param askEvery ms
   * @param restored called when it is there again and listens to all channels
   */
  constructor(
    redis: Redis | Cluster,
    private readonly isSharded: boolean,
    tell: (name: string, message: Buffer) => void,
    askEvery = ASK_EVERY_MS,
    private readonly restored: () => void = () => undefined,
  ) {
    let reason = new Error('There was no answer.')
    if (redis.isCluster) this.client = (redis as Cluster).duplicate()
    else {
      // channels are listened to again below, where a failure is not the end of the process
      const client = (redis as Redis).duplicate({
        autoResubscribe: false,
        // ioredis asks with a command that is none of a connection that listens by then
        enableReadyCheck: false,
        lazyConnect: false,
        db: 0,
      })
      this.client = client
      watch(client, 'The connection that listens', () => reason)
      this.asking = setInterval(() => this.ask(client), askEvery).unref()
    }
    this.client.on('error', (error: Error) => (reason = error))
    this.client.on('ready', () => {
      const isBack = this.wasReady
      this.wasReady = true
      void this.again(50, isBack)
    })
    this.client.on(isSharded ? 'smessageBuffer' : 'messageBuffer', (name: Buffer, message: Buffer) =>
      tell(name.toString(), message),
    )
  }

  /** @returns once messages of it are heard */
  async add(name: string): Promise<void> {
    this.channels.add(name)
    try {
      await this.subscribe(name)
    } catch (error) {
      this.channels.delete(name)
      throw error
    }
  }

  async remove(name: string): Promise<void> {
    this.channels.delete(name)
    if (this.isClosed) return
    // a server that is away has forgotten it
    if (this.isSharded) await this.client.sunsubscribe(name).catch(() => undefined)
    else await this.client.unsubscribe(name).catch(() => undefined)
  }

  /** Gives the connection back. */
  async close(): Promise<void> {
    if (this.isClosed) return
    this.isClosed = true
    clearInterval(this.asking)
    clearTimeout(this.pause)
    this.channels.clear()
    // one that is not connected tells nobody of its end
    const isConnected = this.client.status === 'ready' || this.client.status === 'connect'
    const closed = new Promise<void>((resolve) => void this.client.once('end', resolve))
    this.client.disconnect()
    if (isConnected) await closed
  }

  private subscribe(name: string): Promise<unknown> {
    return this.isSharded ? this.client.ssubscribe(name) : this.client.subscribe(name)
  }

  private async again(pause: number, isBack: boolean): Promise<void> {
    this.isAsked = false
    clearTimeout(this.pause)
    const all = await Promise.allSettled(Array.from(this.channels, (name) => this.subscribe(name)))
    const failed = all.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined
    if (this.isClosed || this.client.status !== 'ready') return
    if (failed === undefined) {
      if (isBack) this.restored()
      return
    }
    logger.warn(`Some channels are not listened to; it is tried again: ${String(failed.reason)}`)
    this.pause = setTimeout(() => void this.again(Math.min(pause * 2, LONGEST_PAUSE_MS), isBack), pause)
  }

  private ask(client: Redis): void {
    if (client.status !== 'ready') return
    // whether or not commands have a time limit: who has not answered until now is not there. Connects again
    if (this.isAsked) return client.disconnect(true)
    this.isAsked = true
    client.ping().then(
      () => (this.isAsked = false),
      () => undefined,
    )
  }
}
