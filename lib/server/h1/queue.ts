import type { H1Exchange } from './exchange.js'

/** The exchanges of a connection that are worked on, in the order of their requests. Only the first one may write. */
export class ExchangeQueue {
  front: H1Exchange | undefined
  size = 0

  private last: H1Exchange | undefined

  /**
   * Tells whether a request may be worked on beside those in the queue: safe ones together, others alone.
   *
   * @see RFC 9112 §9.3.2
   */
  admits(exchange: H1Exchange): boolean {
    return this.front === undefined || !(exchange.alone || this.front.alone)
  }

  /** True if the queue could take a safe request. */
  hasRoom(limit: number): boolean {
    return this.size < limit && !(this.front !== undefined && this.front.alone)
  }

  push(exchange: H1Exchange): void {
    this.size++
    if (this.front === undefined) {
      this.front = exchange
      exchange.front = true
    } else this.last!.next = exchange
    this.last = exchange
  }

  /** Takes the first exchange out; the next one is in front then, but is not told yet. */
  shift(): void {
    const first = this.front
    if (first === undefined) return
    this.size--
    first.front = false
    const { next } = first
    first.next = undefined
    this.front = next
    if (next === undefined) this.last = undefined
  }

  /** Takes all exchanges out, and tells them that they will not be answered. */
  giveUp(reason: Error): void {
    for (let exchange = this.front; exchange !== undefined; exchange = this.front) {
      this.shift()
      exchange.giveUp(reason)
      exchange.tellEnd()
    }
  }
}
