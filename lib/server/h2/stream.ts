import type { HeaderView } from '../../http/index.js'
import { H2Body, type BodyOwner } from './body.js'
import type { H2Exchange } from './exchange.js'
import { Outgoing, type OutgoingOwner } from './outgoing.js'
import type { Priority } from './priority.js'

/** What a stream needs of its connection. */
export interface StreamOwner {
  /** The answer has left. */
  streamSent(stream: H2Stream): void
  /** The client may send so many bytes more. */
  streamTaken(stream: H2Stream, bytes: number): void
}

/** One stream: what is sent on it, and how much of what is received (RFC 9113 §5). */
export class H2Stream implements BodyOwner, OutgoingOwner {
  readonly outgoing: Outgoing
  exchange!: H2Exchange
  /** The part of the request that is still on its way. */
  body: H2Body | undefined
  /** Fields behind the body, once they are here. */
  trailers: HeaderView | undefined
  /** The client has ended its side. */
  remoteEnded = false
  /** Our side has ended. */
  localEnded = false
  /** Neither side is to send any more. */
  closed = false
  /** Bytes that the client may still send. */
  receiveWindow: number
  /** Bytes announced; -1 if nothing is. */
  expected = -1
  /** Bytes of the body that have arrived. */
  received = 0
  /** ms for which someone has waited for more of the body. */
  waited = 0
  /** ms for which the request has been arriving. */
  arriving = 0
  /** ms since our side has ended. */
  lingered = 0
  /** ms for which the answer has been waiting for the client. */
  stalled = 0
  /** Bytes that the connection had sent for all streams when that began. */
  stalledFrom = 0

  /** Bytes that were taken, and that the client was not told of. */
  private untold = 0

  constructor(
    readonly id: number,
    private readonly owner: StreamOwner,
    window: number,
    receiveWindow: number,
    priority?: Priority,
  ) {
    this.outgoing = new Outgoing(id, window, this, priority)
    this.receiveWindow = receiveWindow
  }

  sent(): void {
    this.localEnded = true
    this.owner.streamSent(this)
  }

  emptied(): void {
    this.exchange.drain()
  }

  bodyWanted(): void {
    this.exchange.bodyWanted()
  }

  bodyTaken(bytes: number): void {
    this.waited = 0
    if (bytes > 0) this.owner.streamTaken(this, bytes)
  }

  /**
   * Whether more of the body is to come.
   *
   * @param mostDropped bytes that are read for nobody, if no more are known to come
   * @returns false for one that nobody reads and that is larger, or may be
   */
  isWorthMore(mostDropped: number): boolean {
    const { body, expected, received } = this
    if (body?.isDropped !== true) return true
    return expected !== -1 && body.droppedSize + expected - received <= mostDropped
  }

  /**
   * Takes note that the client may send more.
   *
   * @param bytes that were taken
   * @param size of the whole window: half of it is worth being told
   * @returns what the client is to be told
   */
  regain(bytes: number, size: number): number {
    if (this.remoteEnded || this.closed) return 0
    this.untold += bytes
    const { untold } = this
    if (untold < size / 2) return 0
    this.receiveWindow += untold
    this.untold = 0
    return untold
  }
}
