import type { MaybePromise } from '../../common/index.js'
import { BodyAlreadyRead, BodyTooLarge, type BodySource, type HeaderView } from '../../http/index.js'
import { BodyParts } from '../wire/body-parts.js'
import type { ChunkedDecoder } from './chunked.js'

/** What a body needs of the connection that it comes from. */
export interface BodyOwner {
  /** Someone is waiting for bytes: read on, and tell the client that it may send (RFC 9110 §10.1.1). */
  bodyWanted(): void
  /** There is room again, or nobody cares: read on. */
  bodyDrained(): void
}

interface Collector {
  readonly limit: number
  readonly resolve: (bytes: Uint8Array) => void
  readonly reject: (error: Error) => void
}

/** A request body of which something is still on its way. */
export class RequestBody implements BodySource {
  /** Who reads from the socket. */
  owner: BodyOwner
  used = false
  /** Bytes that have arrived, coding taken off. */
  received = 0
  /** All bytes have arrived. */
  complete = false

  private error: Error | undefined
  private readonly parts = new BodyParts()
  private collector: Collector | undefined
  private iterating = false
  private wake: (() => void) | undefined
  private dropping = false
  private dropped = 0

  /**
   * @param length bytes announced; undefined if the body is chunked
   * @param decoder takes the chunked coding off
   * @param maxSize bytes; 0 for no bound but the reader's own
   */
  constructor(
    readonly length: number | undefined,
    private readonly decoder: ChunkedDecoder | undefined,
    private readonly highWaterMark: number,
    private readonly maxSize: number,
  ) {}

  /** True while someone is taking the body in. */
  get reading(): boolean {
    return this.collector !== undefined || this.iterating
  }

  /** True if reading from the socket has to wait for the reader. */
  get full(): boolean {
    return this.parts.size >= this.highWaterMark && this.collector === undefined
  }

  /** The fields behind a chunked body, once it is complete; undefined if there are none. */
  get trailers(): HeaderView | undefined {
    return this.decoder?.trailers
  }

  /** Bytes still to come; undefined if only the end will tell. */
  get missing(): number | undefined {
    return this.length === undefined ? undefined : this.length - this.received
  }

  bytes(limit: number): MaybePromise<Uint8Array> {
    this.take()
    const bound = this.maxSize === 0 ? limit : Math.min(limit, this.maxSize)
    if ((this.length ?? this.parts.size) > bound) throw new BodyTooLarge({ limit: bound })
    if (this.error !== undefined) throw this.error
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
        const wasFull = this.full
        const chunk = this.parts.shift()
        if (chunk !== undefined) {
          if (wasFull && !this.full) this.owner.bodyDrained()
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
      if (!this.complete && this.error === undefined) {
        this.drop()
        this.owner.bodyDrained()
      }
    }
  }

  /**
   * Takes what belongs to the body out of received bytes.
   *
   * @param bytes what was received
   * @param from where to go on in it
   * @returns where the body ended or the bytes did; see `complete`
   * @throws {CorbelError} for a malformed chunked body
   */
  receive(bytes: Uint8Array, from: number): number {
    let end: number
    if (this.decoder === undefined) {
      end = Math.min(bytes.length, from + this.length! - this.received)
      if (end > from) this.push(bytes.subarray(from, end))
      this.complete = this.received === this.length
    } else {
      end = this.decoder.decode(bytes, from, this.push)
      this.complete = this.decoder.done
    }
    if (this.complete) this.finish()
    else this.announce()
    return end
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

  /** Forgets what is here, and whatever still comes; nobody can begin to read it any more. */
  drop(): void {
    this.used = true
    this.dropping = true
    this.dropped += this.parts.size
    this.parts.clear()
  }

  /** Bytes that were thrown away. */
  get droppedSize(): number {
    return this.dropped
  }

  private take(): void {
    if (this.used) throw new BodyAlreadyRead({})
    this.used = true
  }

  private readonly push = (part: Uint8Array): void => {
    this.received += part.length
    if (this.dropping) {
      this.dropped += part.length
      return
    }
    this.parts.push(part)
    const { collector } = this
    if (collector !== undefined && this.parts.size > collector.limit) {
      this.collector = undefined
      this.drop()
      collector.reject(new BodyTooLarge({ limit: collector.limit }))
    } else if (this.maxSize !== 0 && this.received > this.maxSize) {
      this.fail(new BodyTooLarge({ limit: this.maxSize }))
      this.drop()
    }
  }

  private finish(): void {
    const { collector } = this
    this.collector = undefined
    collector?.resolve(this.parts.takeAll())
    this.announce()
  }

  private announce(): void {
    const { wake } = this
    this.wake = undefined
    wake?.()
  }
}
