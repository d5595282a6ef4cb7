import type { WebSocketConnection } from '../../server/index.js'

/** Messages that wait to be read, after which the client is read no more, and at which it is read again. */
const HIGH = 16
const LOW = 4

/** The messages of a client, one after the other, for one reader. */
export class MessageQueue implements AsyncIterableIterator<string | Buffer> {
  private readonly waiting: (string | Buffer)[] = []
  private isPaused = false
  private isOver = false
  private reader: ((result: IteratorResult<string | Buffer, undefined>) => void) | undefined

  /** @param connection that is slowed down */
  constructor(private readonly connection: WebSocketConnection) {}

  push(message: string | Buffer): void {
    if (this.isOver) return
    const { reader } = this
    if (reader !== undefined) {
      this.reader = undefined
      return reader({ value: message, done: false })
    }
    if (this.waiting.push(message) < HIGH || this.isPaused) return
    this.isPaused = true
    this.connection.pause()
  }

  /** No more will come; what waits can be read. */
  end(): void {
    this.isOver = true
    this.reader?.({ value: undefined, done: true })
    this.reader = undefined
  }

  next(): Promise<IteratorResult<string | Buffer, undefined>> {
    const message = this.waiting.shift()
    if (message === undefined) {
      if (this.isOver) return Promise.resolve({ value: undefined, done: true })
      return new Promise((resolve) => (this.reader = resolve))
    }
    if (this.isPaused && this.waiting.length <= LOW) {
      this.isPaused = false
      this.connection.resume()
    }
    return Promise.resolve({ value: message, done: false })
  }

  return(): Promise<IteratorResult<string | Buffer, undefined>> {
    this.waiting.length = 0
    this.end()
    if (this.isPaused) this.connection.resume()
    return Promise.resolve({ value: undefined, done: true })
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
