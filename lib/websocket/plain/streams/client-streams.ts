import { TooManyStreams } from './errors.js'
import { IncomingStream, type Brake } from './incoming-stream.js'

type Id = string | number

const MAX_STREAMS = 64
/** Messages that were cancelled before they were answered, at most. */
const MOST_EARLY = 64

/** The streams of one client, both ways, by the id of the message that has begun them. */
export class ClientStreams {
  private readonly incoming = new Map<Id, IncomingStream>()
  private readonly outgoing = new Map<Id, () => void>()
  private readonly early = new Set<Id>()
  private isGone = false

  /** @param brake of the connection */
  constructor(private readonly brake: Brake) {}

  /**
   * Begins to take values of the client.
   *
   * @throws {CorbelError} CORBEL_WS_STREAMS
   */
  take(id: Id): IncomingStream {
    this.bound()
    const stream = new IncomingStream(this.brake)
    // a client that gives two streams one name means the later one
    this.incoming.get(id)?.cut('another stream has its id')
    this.incoming.set(id, stream)
    return stream
  }

  /** The method has read what it wanted. */
  taken(id: Id, stream: IncomingStream): void {
    if (this.incoming.get(id) === stream) this.incoming.delete(id)
    void stream.return()
  }

  /**
   * Begins to give values to the client.
   *
   * @param id of its message
   * @param stop called when the client wants no more, or is gone; at once, if that is so already
   * @throws {CorbelError} CORBEL_WS_STREAMS
   */
  give(id: Id, stop: () => void): void {
    this.bound()
    if (this.isGone || this.early.delete(id)) return stop()
    this.outgoing.set(id, stop)
  }

  /** All values are given. */
  given(id: Id): void {
    this.outgoing.delete(id)
  }

  /**
   * Takes a frame that is of a stream.
   *
   * @param event `next`, `end` or `cancel`; anything else is none
   * @param id of the frame
   * @param data of the frame
   * @param size of the frame, in characters
   * @returns false for a frame that is a message of its own
   */
  hear(event: string, id: Id, data: unknown, size: number): boolean {
    const stream = this.incoming.get(id)
    switch (event) {
      case 'next':
        stream?.push(data, size)
        return stream !== undefined
      case 'end':
        stream?.end()
        return stream !== undefined
      case 'cancel':
        this.cancel(id, stream)
        return true
      default:
        return false
    }
  }

  /** The client is gone. */
  close(): void {
    this.isGone = true
    for (const stream of this.incoming.values()) stream.cut('the connection has ended')
    for (const stop of this.outgoing.values()) stop()
    this.incoming.clear()
    this.outgoing.clear()
  }

  private cancel(id: Id, stream: IncomingStream | undefined): void {
    const stop = this.outgoing.get(id)
    this.outgoing.delete(id)
    stream?.cut('the client has cancelled it')
    if (stop !== undefined) return stop()
    // the method may still be on its way to an answer
    if (this.early.size >= MOST_EARLY) this.early.delete(this.early.values().next().value!)
    this.early.add(id)
  }

  private bound(): void {
    if (this.incoming.size + this.outgoing.size >= MAX_STREAMS)
      throw new TooManyStreams({ limit: MAX_STREAMS })
  }
}
