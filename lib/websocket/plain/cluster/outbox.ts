import { ClusterMessageTooLarge } from './errors.js'
import { HEAD_SIZE, Writer } from './wire.js'

/** What an outbox needs of its node. */
export interface OutboxHost {
  /** 8 bytes. */
  readonly id: Uint8Array
  readonly maxMessageSize: number
  readonly maxQueuedSize: number
  publish(channel: string, message: Buffer): Promise<void>
  published(): void
  /** @param records how many have reached nobody */
  failed(records: number, error: unknown): void
}

/** Numbers of messages; none comes twice. */
export class Numbers {
  private last = 0

  next(): number {
    return ++this.last
  }
}

const OVERFLOW = new Error('More is said than can be published.')

/**
 * What is to be said on a channel, in its order: one message is under way at a time, and what comes meanwhile goes together
 * in the next one. So the order holds with every PubSub, and the more there is to say, the less each word costs.
 */
export class Outbox {
  /** Complete messages that wait. */
  private readonly full: Writer[] = []
  private fullSize = 0
  private current: Writer | undefined
  private isBusy = false
  private emptied: (() => void)[] = []

  /**
   * @param channel on which it is said
   * @param host publishes it
   * @param numbers of its messages: who listens knows by them what it has heard before
   */
  constructor(
    private readonly channel: string,
    private readonly host: OutboxHost,
    private readonly numbers: Numbers,
  ) {}

  /** Whether there is nothing to say. */
  get isEmpty(): boolean {
    return !this.isBusy && this.current === undefined
  }

  /**
   * Adds a record.
   *
   * @param kind of it
   * @param write adds what it says
   * @throws {CorbelError} CORBEL_WS_CLUSTER_MESSAGE_TOO_LARGE
   */
  add(kind: number, write?: (writer: Writer) => void): void {
    const { maxMessageSize, maxQueuedSize } = this.host
    const writer = (this.current ??= new Writer())
    writer.begin(kind)
    write?.(writer)
    if (writer.size > maxMessageSize) this.overflow(writer, maxMessageSize)
    else if (this.fullSize + writer.size > maxQueuedSize) {
      writer.take()
      this.host.failed(1, OVERFLOW)
    } else writer.end()
    if (!this.isBusy) this.schedule()
  }

  /** Resolves when everything was said, or has failed. */
  flushed(): Promise<void> {
    if (this.isEmpty) return Promise.resolve()
    return new Promise((resolve) => this.emptied.push(resolve))
  }

  /** The record that was begun does not fit any more: it begins the next message, unless it is too large for any. */
  private overflow(writer: Writer, limit: number): void {
    const record = writer.take()
    if (record.length + HEAD_SIZE > limit) {
      if (writer.records === 0) this.current = undefined
      throw new ClusterMessageTooLarge({ size: record.length + HEAD_SIZE, limit })
    }
    if (this.fullSize + writer.size + record.length > this.host.maxQueuedSize)
      return this.host.failed(1, OVERFLOW)
    this.full.push(writer)
    this.fullSize += writer.size
    this.current = new Writer()
    this.current.put(record)
  }

  /** What is said in the same turn goes together. */
  private schedule(): void {
    this.isBusy = true
    process.nextTick(() => void this.run())
  }

  private async run(): Promise<void> {
    for (let writer = this.next(); writer !== undefined; writer = this.next()) {
      try {
        await this.host.publish(this.channel, writer.finish(this.host.id, this.numbers.next()))
        this.host.published()
      } catch (error) {
        this.host.failed(writer.records, error)
      }
    }
    this.isBusy = false
    for (const resolve of this.emptied.splice(0)) resolve()
  }

  private next(): Writer | undefined {
    const first = this.full.shift()
    if (first !== undefined) {
      this.fullSize -= first.size
      return first
    }
    const { current } = this
    this.current = undefined
    return current?.records === 0 ? undefined : current
  }
}
