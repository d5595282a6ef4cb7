import { StreamCut } from './errors.js'

/** Values that may wait, and characters of their frames: then the connection is read no more until half of them are taken. */
const MOST_WAITING = 64
const MOST_SIZE = 1_048_576

interface Waiting {
  readonly value: unknown
  readonly size: number
}

type Step = IteratorResult<unknown, undefined>

/** Slows a client down. */
export interface Brake {
  hold(): void
  release(): void
}

/** The values that a client sends after a message: read once, by the method of that message. */
export class IncomingStream implements AsyncIterableIterator<unknown> {
  private waiting: Waiting[] = []
  private size = 0
  private isHolding = false
  private ended: { readonly error?: Error } | undefined
  private wanted: { resolve(step: Step): void; reject(error: Error): void } | undefined

  /** @param brake of the connection */
  constructor(private readonly brake: Brake) {}

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<Step> {
    const first = this.waiting.shift()
    if (first !== undefined) {
      this.size -= first.size
      if (this.waiting.length <= MOST_WAITING / 2 && this.size <= MOST_SIZE / 2) this.release()
      return Promise.resolve({ done: false, value: first.value })
    }
    if (this.ended?.error !== undefined) return Promise.reject(this.ended.error)
    if (this.ended !== undefined) return Promise.resolve(DONE)
    return new Promise((resolve, reject) => (this.wanted = { resolve, reject }))
  }

  /** The method wants no more: what still comes is dropped. */
  return(): Promise<Step> {
    this.end()
    this.waiting = []
    this.size = 0
    this.release()
    return Promise.resolve(DONE)
  }

  /**
   * A value has come.
   *
   * @param value of the frame
   * @param size of the frame, in characters
   */
  push(value: unknown, size: number): void {
    if (this.ended !== undefined) return
    const { wanted } = this
    this.wanted = undefined
    if (wanted !== undefined) return wanted.resolve({ done: false, value })
    this.waiting.push({ value, size })
    this.size += size
    if (!this.isHolding && (this.waiting.length >= MOST_WAITING || this.size >= MOST_SIZE)) {
      this.isHolding = true
      this.brake.hold()
    }
  }

  /** There will be no more; what waits is still read. */
  end(): void {
    if (this.ended !== undefined) return
    this.ended = {}
    this.wanted?.resolve(DONE)
    this.wanted = undefined
  }

  /** It has not come to its end, and will not. */
  cut(reason: string): void {
    if (this.ended !== undefined) return
    const error = new StreamCut({ reason })
    this.ended = { error }
    this.wanted?.reject(error)
    this.wanted = undefined
  }

  private release(): void {
    if (!this.isHolding) return
    this.isHolding = false
    this.brake.release()
  }
}

const DONE: Step = { done: true, value: undefined }
