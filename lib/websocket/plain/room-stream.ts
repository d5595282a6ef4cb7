import { listOf } from '../../common/index.js'
import type { HttpRequest } from '../../http/index.js'
import { EventsOverflow, type MessageEvent } from '../../web/index.js'
import { createId } from './ids.js'
import type { Handshake, Member } from './member.js'
import { PreparedBroadcast } from './prepared-broadcast.js'
import type { Server } from './server.js'

/** How a stream takes part in rooms. */
export interface RoomStreamOptions {
  /** Ends it. */
  readonly signal?: AbortSignal
  /** Events that may wait to be read; with more, it ends with CORBEL_EVENTS_OVERFLOW. Default 1 000. */
  readonly maxQueue?: number
  /** The request that it answers: others find its headers and its address. */
  readonly request?: HttpRequest
  /** Whatever the application knows of the client. */
  readonly data?: Readonly<Record<string, unknown>>
}

const MAX_QUEUE = 1_000

type Step = IteratorResult<MessageEvent, undefined>

/**
 * A stream of events that is in rooms as a WebSocket is, for as long as it is read: what `@Sse()` returns. It hears of events;
 * text and bytes that are none pass it by.
 */
export class RoomStream implements Member, AsyncIterableIterator<MessageEvent> {
  readonly id: string = createId()
  readonly rooms = new Set<string>()
  readonly data: Record<string, unknown>
  private readonly waiting: MessageEvent[] = []
  private readonly maxQueue: number
  private isIn = false
  private ended: { readonly error?: Error } | undefined
  private wanted: { resolve(step: Step): void; reject(error: Error): void } | undefined

  /**
   * @param server whose rooms they are
   * @param joined rooms from the beginning
   * @param options see `RoomStreamOptions`
   */
  constructor(
    private readonly server: Server,
    private readonly joined: string | readonly string[],
    private readonly options: RoomStreamOptions = {},
  ) {
    this.maxQueue = options.maxQueue ?? MAX_QUEUE
    this.data = { ...options.data }
  }

  get handshake(): Handshake {
    const { request } = this.options
    if (request === undefined) return NOTHING_KNOWN
    const { headers, query, url, ip, secure } = request
    return { headers, query, url, address: ip, secure }
  }

  [Symbol.asyncIterator](): this {
    if (!this.isIn && this.ended === undefined) this.enter()
    return this
  }

  next(): Promise<Step> {
    const first = this.waiting.shift()
    if (first !== undefined) return Promise.resolve({ done: false, value: first })
    if (this.ended?.error !== undefined) return Promise.reject(this.ended.error)
    if (this.ended !== undefined) return Promise.resolve(DONE)
    return new Promise((resolve, reject) => (this.wanted = { resolve, reject }))
  }

  return(): Promise<Step> {
    this.end()
    this.waiting.length = 0
    return Promise.resolve(DONE)
  }

  join(rooms: string | readonly string[]): void {
    if (this.isIn) for (const room of listOf(rooms)) this.server.join(this, room)
  }

  leave(room: string): void {
    this.server.leave(this, room)
  }

  emit(event: string, data?: unknown): boolean {
    this.deliver(PreparedBroadcast.event(event, data))
    return this.ended === undefined
  }

  disconnect(): void {
    this.end()
  }

  deliver(message: PreparedBroadcast): void {
    const { event } = message
    if (event === undefined || this.ended !== undefined) return
    // numbers would let a client go on from a place that there is not
    const value: MessageEvent = { type: event, data: message.data ?? 'null', id: null }
    const { wanted } = this
    this.wanted = undefined
    if (wanted !== undefined) return wanted.resolve({ done: false, value })
    if (this.waiting.length < this.maxQueue) this.waiting.push(value)
    else this.end(new EventsOverflow({ limit: this.maxQueue }))
  }

  private enter(): void {
    const { signal } = this.options
    if (signal?.aborted === true) return this.end()
    this.isIn = true
    signal?.addEventListener('abort', this.onAbort, { once: true })
    this.server.add(this)
    this.join(this.joined)
  }

  private readonly onAbort = (): void => this.end()

  private end(error?: Error): void {
    if (this.ended !== undefined) return
    this.ended = error === undefined ? {} : { error }
    if (this.isIn) this.server.remove(this)
    this.isIn = false
    this.options.signal?.removeEventListener('abort', this.onAbort)
    const { wanted } = this
    this.wanted = undefined
    if (error === undefined) wanted?.resolve(DONE)
    else wanted?.reject(error)
  }
}

const DONE: Step = { done: true, value: undefined }

const NOTHING_KNOWN: Handshake = { headers: {}, query: {}, url: '', address: '', secure: false }
