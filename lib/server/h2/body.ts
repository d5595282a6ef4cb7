import type { MaybePromise } from '../../common/index.js'
import { BodyAlreadyRead, BodyTooLarge, type BodySource } from '../../http/index.js'
import { BodyParts } from '../wire/body-parts.js'

/** What a body needs of the stream that it comes by. */
export interface BodyOwner {
  /** Someone begins to wait for bytes. */
  bodyWanted(): void
  /** So many bytes are taken or thrown away: the client may send as many again. */
  bodyTaken(bytes: number): void
}

interface Collector {
  readonly limit: number
  readonly resolve: (bytes: Uint8Array) => void
  readonly reject: (error: Error) => void
}

/** A request body of which something is still on its way. */
export class H2Body implements BodySource {
  used = false
  /** All bytes have arrived. */
  complete = false
  /** Bytes that were thrown away. */
  droppedSize = 0

  private error: Error | undefined
  private readonly parts = new BodyParts()
  private collector: Collector | undefined
  private iterating = false
  private wake: (() => void) | undefined
  private dropping = false
  private received = 0
  private isSettled = false

  /**
   * @param owner the stream
   * @param length bytes announced; undefined if nothing is
   * @param maxSize bytes; 0 for no bound but the reader's own
   */
  constructor(
    private readonly owner: BodyOwner,
    readonly length: number | undefined,
    private readonly maxSize: number,
  ) {}

  /** True while someone waits for bytes. */
  get isAwaited(): boolean {
    return this.collector !== undefined || this.wake !== undefined
  }

  /** True while someone reads, be it that it works on what it has. */
  get isRead(): boolean {
    return this.collector !== undefined || this.iterating
  }

  /** True if what comes is thrown away. */
  get isDropped(): boolean {
    return this.dropping
  }

  bytes(limit: number): MaybePromise<Uint8Array> {
    this.take()
    const bound = this.maxSize === 0 ? limit : Math.min(limit, this.maxSize)
    if ((this.length ?? this.parts.size) > bound) throw new BodyTooLarge({ limit: bound })
    if (this.error !== undefined) throw this.error
    this.taken(this.parts.size)
    if (this.complete) return this.parts.takeAll()
    return new Promise((resolve, reject) => {
      this.collector = { limit: bound, resolve, reject }
      this.owner.bodyWanted()
    })
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    this.take()
    this.iterating = true
    try {
      if (this.maxSize !== 0 && (this.length ?? 0) > this.maxSize)
        throw new BodyTooLarge({ limit: this.maxSize })
      for (;;) {
        const chunk = this.parts.shift()
        if (chunk !== undefined) {
          this.taken(chunk.length)
          yield chunk
        } else if (this.error !== undefined) throw this.error
        else if (this.complete) return
        else {
          const arrival = new Promise<void>((resolve) => (this.wake = resolve))
          this.owner.bodyWanted()
          await arrival
        }
      }
    } finally {
      this.iterating = false
      this.drop()
    }
  }

  /** Adds what has arrived; the bytes must not change any more. */
  receive(part: Uint8Array): void {
    this.received += part.length
    if (this.dropping) {
      this.droppedSize += part.length
      this.taken(part.length)
      return
    }
    const { collector } = this
    this.parts.push(part)
    if (collector !== undefined) {
      this.taken(part.length)
      if (this.parts.size <= collector.limit) return
      this.collector = undefined
      this.parts.clear()
      this.dropping = true
      collector.reject(new BodyTooLarge({ limit: collector.limit }))
    } else if (this.maxSize !== 0 && this.received > this.maxSize) {
      this.fail(new BodyTooLarge({ limit: this.maxSize }))
      this.drop()
    } else this.announce()
  }

  /** All has arrived. */
  finish(): void {
    this.complete = true
    const { collector } = this
    this.collector = undefined
    collector?.resolve(this.parts.takeAll())
    this.announce()
  }

  /** Tells the reader that the rest will not come. */
  fail(error: Error): void {
    if (this.complete || this.error !== undefined) return
    this.error = error
    const { collector } = this
    this.collector = undefined
    collector?.reject(error)
    this.announce()
  }

  /** Forgets what is here, and whatever still comes, unless someone is reading; nobody can begin to any more. */
  dropUnread(): void {
    if (this.isRead) return
    this.used = true
    this.drop()
  }

  /** The stream is closed: what was not read takes nothing of the connection's window any more. */
  settle(): void {
    this.taken(this.parts.size)
    this.isSettled = true
  }

  private taken(bytes: number): void {
    if (!this.isSettled) this.owner.bodyTaken(bytes)
  }

  private drop(): void {
    this.dropping = true
    const { size } = this.parts
    if (size === 0) return
    this.parts.clear()
    this.droppedSize += size
    this.taken(size)
  }

  private take(): void {
    if (this.used) throw new BodyAlreadyRead({})
    this.used = true
  }

  private announce(): void {
    const { wake } = this
    this.wake = undefined
    wake?.()
  }
}
