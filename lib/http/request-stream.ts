import { Emitter } from './emitter.js'
import type { Exchange } from './exchange.js'

/** What a body can be piped to. */
interface BodyTarget {
  write(chunk: Uint8Array | string): unknown
  once(event: string, listener: () => void): unknown
  end(): unknown
  emit?(event: string, ...args: unknown[]): unknown
}

/** How far the reading of a body has come; made when something begins to read. */
interface Reading {
  paused: boolean
  wake: (() => void) | undefined
  decoder: InstanceType<typeof TextDecoder> | undefined
  /** What `read()` has not taken yet, where the body is read by `readable`. */
  readonly waiting: (Uint8Array | string)[]
  readonly targets: Set<BodyTarget>
  started: boolean
  ended: boolean
}

/**
 * The body of a request as Node's streams show it: events, `pipe`, `pause` and `resume`, `setEncoding`, `for await`. It
 * costs one empty field until something reads.
 */
export abstract class RequestStream extends Emitter {
  readonly exchange: Exchange
  private reading: Reading | undefined = undefined

  constructor(exchange: Exchange) {
    super()
    this.exchange = exchange
  }

  /** True while there is something to read that nobody has begun to read. */
  get readable(): boolean {
    return !this.complete && this.exchange.sink.state !== 'aborted'
  }

  /** True once the whole body has been read. */
  get complete(): boolean {
    const { body } = this.exchange
    return body.length === 0 || this.reading?.ended === true || (body.used && this.reading === undefined)
  }

  get readableEnded(): boolean {
    return this.complete
  }

  get aborted(): boolean {
    return this.exchange.sink.state === 'aborted'
  }

  get destroyed(): boolean {
    return this.aborted
  }

  /** The body in pieces, for code that reads it by itself; `body` stays empty then. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.exchange.body[Symbol.asyncIterator]()
  }

  /** Writes the body to a stream as fast as it takes it, and ends it. */
  pipe<T extends BodyTarget>(target: T): T {
    this.state.targets.add(target)
    target.emit?.('pipe', this)
    this.start()
    return target
  }

  unpipe(target?: BodyTarget): this {
    if (target === undefined) this.reading?.targets.clear()
    else this.reading?.targets.delete(target)
    return this
  }

  /** Gives text instead of bytes from now on. */
  setEncoding(encoding: string): this {
    this.state.decoder = new TextDecoder(encoding)
    return this
  }

  pause(): this {
    this.state.paused = true
    return this
  }

  /** Goes on; without a listener the rest of the body is thrown away. */
  resume(): this {
    const { state } = this
    state.paused = false
    state.wake?.()
    this.start()
    return this
  }

  isPaused(): boolean {
    return this.reading?.paused ?? false
  }

  /** Takes what has come since `readable` was told; null if there is nothing. */
  read(): Uint8Array | string | null {
    return this.reading?.waiting.shift() ?? null
  }

  /** Gives the exchange up. As in Node, a request that was read to its end is over already: it can still be answered. */
  destroy(error: Error = new Error('The request was destroyed by the application.')): this {
    if (this.reading?.ended === true) return this
    const { sink } = this.exchange
    if (sink.state !== 'ended' && sink.state !== 'aborted') sink.abort(error)
    return this
  }

  /**
   * `data` and `end` with the body, which is read from then on; `close` when the exchange is over, `aborted` if the client
   * went away before its end.
   */
  protected listened(event: string | symbol): void {
    if (event === 'data' || event === 'readable') this.start()
    if (event !== 'close' && event !== 'aborted') return
    this.exchange.sink.onClose((state) => {
      if (event !== 'close' && state !== 'aborted') return
      // as in Node, not before the code that has ended the answer is done: it may stop listening yet
      queueMicrotask(() => this.emit(event))
    })
  }

  private get state(): Reading {
    return (this.reading ??= {
      paused: false,
      wake: undefined,
      decoder: undefined,
      waiting: [],
      targets: new Set(),
      started: false,
      ended: false,
    })
  }

  private start(): void {
    const { state } = this
    if (state.started || state.paused) return
    state.started = true
    // as in Node, not before the code that listens has finished
    queueMicrotask(() => void this.flow(state))
  }

  private async flow(state: Reading): Promise<void> {
    try {
      for await (const bytes of this) {
        if (state.paused) await new Promise<void>((resolve) => (state.wake = resolve))
        await this.deliver(state, state.decoder?.decode(bytes, { stream: true }) ?? bytes)
      }
      const rest = state.decoder?.decode()
      if (rest !== undefined && rest !== '') await this.deliver(state, rest)
      state.ended = true
      if (this.listenerCount('readable') > 0) this.emit('readable')
      for (const target of state.targets) target.end()
      this.emit('end')
    } catch (error) {
      if (!this.emit('error', error)) for (const target of state.targets) target.emit?.('error', error)
    }
  }

  private async deliver(state: Reading, chunk: Uint8Array | string): Promise<void> {
    if (this.listenerCount('readable') > 0) {
      state.waiting.push(chunk)
      this.emit('readable')
    }
    this.emit('data', chunk)
    const full = [...state.targets].filter((target) => target.write(chunk) === false)
    await Promise.all(full.map((target) => new Promise<void>((done) => void target.once('drain', done))))
  }
}
