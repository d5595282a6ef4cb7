import { clearTimeout, setTimeout } from 'node:timers'
import { randomUUID } from 'node:crypto'
import { Logger, type PubSub, type Subscription } from '../core/index.js'
import { decodeUtf8 } from '../common/index.js'

/** The channel on which processes tell each other what has changed. */
export const CHANNEL = 'live'

/** Bytes of keys in one message, where drivers take as many. */
const LARGEST = 64 * 1_024
/** Bytes of a message besides its keys. */
const ENVELOPE = 128
/** Keys that wait while messages cannot be sent; more are told as "everything". */
const MOST_WAITING = 5_000
const RETRY_MS = 1_000

/** Who is told of changes. */
export interface ChangeListener {
  changed(keys: readonly string[]): void
  /** Anything may have changed. */
  lost(): void
}

/** Keys of one process; `all` for everything. */
interface ChangeMessage {
  readonly from: string
  readonly keys?: readonly string[]
  readonly all?: boolean
}

/** Tells this process and the others what has changed. What cannot be told at the moment is told later. */
export class Invalidations {
  private readonly logger = new Logger('LiveQueries')
  private readonly id = randomUUID()
  private readonly waiting = new Set<string>()
  private readonly largest: number
  private isAll = false
  private isSending = false
  private isClosed = false
  private subscription: Subscription | undefined
  private forget: (() => void) | undefined
  private timer: NodeJS.Timeout | undefined

  /**
   * @param pubSub of all processes; undefined for one alone
   * @param listener of this process
   */
  constructor(
    private readonly pubSub: PubSub | undefined,
    private readonly listener: ChangeListener,
  ) {
    this.largest = Math.min(LARGEST, (pubSub?.maxMessageSize ?? Infinity) - ENVELOPE)
  }

  /** Listens to the others. */
  async open(): Promise<void> {
    this.forget = this.pubSub?.onReconnect?.(() => this.listener.lost())
    this.subscription = await this.pubSub?.subscribe(CHANNEL, (message) => this.hear(message))
  }

  /** Tells everybody. */
  tell(keys: readonly string[]): void {
    this.listener.changed(keys)
    if (this.pubSub === undefined || this.isClosed) return
    for (const key of keys) this.waiting.add(key)
    if (this.waiting.size > MOST_WAITING) {
      this.waiting.clear()
      this.isAll = true
    }
    if (!this.isSending && this.timer === undefined) void this.send(this.pubSub)
  }

  /** Listens no more. */
  async close(): Promise<void> {
    this.isClosed = true
    clearTimeout(this.timer)
    this.forget?.()
    await this.subscription?.close().catch((error: unknown) => this.logger.warn(String(error)))
  }

  private async send(pubSub: PubSub): Promise<void> {
    this.isSending = true
    // what is told in one go is one message
    await Promise.resolve()
    let batch: readonly string[] = []
    let isAll = false
    try {
      while (this.isAll || this.waiting.size > 0) {
        isAll = this.isAll
        batch = isAll ? [] : this.take()
        this.isAll = false
        const message: ChangeMessage = isAll ? { from: this.id, all: true } : { from: this.id, keys: batch }
        await pubSub.publish(CHANNEL, JSON.stringify(message))
      }
    } catch (error) {
      this.isAll ||= isAll
      for (const key of batch) this.waiting.add(key)
      this.logger.warn(`Other processes cannot be told what has changed, and will be later: ${String(error)}`)
      if (!this.isClosed) this.timer = setTimeout(() => this.retry(pubSub), RETRY_MS).unref()
    } finally {
      this.isSending = false
    }
  }

  private retry(pubSub: PubSub): void {
    this.timer = undefined
    void this.send(pubSub)
  }

  private take(): readonly string[] {
    const batch: string[] = []
    let size = 0
    for (const key of this.waiting) {
      size += Buffer.byteLength(JSON.stringify(key)) + 1
      if (size > this.largest && batch.length > 0) break
      batch.push(key)
      this.waiting.delete(key)
    }
    return batch
  }

  private hear(bytes: Uint8Array): void {
    const { from, keys = [], all = false } = JSON.parse(decodeUtf8(bytes)) as ChangeMessage
    if (from === this.id) return
    if (all) this.listener.lost()
    else this.listener.changed(keys)
  }
}
