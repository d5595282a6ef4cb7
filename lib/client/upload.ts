import type { Line } from './stream.js'
import type { Input } from './types.js'

/** Bytes that wait to leave, from which the next value is not asked for; and how often it is looked whether they have left, in ms. */
const FULL = 65_536
const LOOK_AGAIN = 20

/** The values that follow a message, until there are no more, or nobody wants them. */
export class Upload {
  private isOver = false
  private readonly iterator: AsyncIterator<unknown> | Iterator<unknown>

  /**
   * @param line of the socket
   * @param id of the message
   * @param input what gives the values
   */
  constructor(
    private readonly line: Line,
    private readonly id: number,
    input: Input<unknown>,
  ) {
    this.iterator = Symbol.asyncIterator in input ? input[Symbol.asyncIterator]() : input[Symbol.iterator]()
  }

  /**
   * Sends all values, not faster than they leave.
   *
   * @returns whether all were sent: false once it was stopped
   */
  async run(): Promise<boolean> {
    const { line, id, iterator } = this
    const send = (event: string, data?: unknown): void => line.sendNow(JSON.stringify({ id, event, data }))
    try {
      for (;;) {
        const { done = false, value } = await iterator.next()
        // an iterable of promises
        const data: unknown = await value
        if (this.isOver) return false
        if (done) break
        send('next', data)
        while (line.waiting() > FULL) await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN))
      }
      send('end')
      return true
    } finally {
      this.stop(true)
    }
  }

  /** Nobody wants more: the source is told so, unless that has `ended` it. */
  stop(ended = false): void {
    if (this.isOver) return
    this.isOver = true
    // what it has to say of that concerns nobody
    if (!ended) Promise.resolve(this.iterator.return?.()).catch(() => undefined)
  }
}
