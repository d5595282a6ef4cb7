import type { H2Stream } from './stream.js'

/** Streams that are remembered after they were closed. */
const REMEMBERED = 256

/** Places for streams, at first and at most; powers of two. */
const FEW = 8
const MANY = 256

const NONE: readonly H2Stream[] = []

/** How a stream has come to its end, as far as is remembered. */
export const enum Ended {
  /** Long ago, or it was never opened: a later one closes it (RFC 9113 §5.1.1). */
  Unknown,
  /** By both sides, or by the client. */
  Known,
  /** By us, so that what the client has sent before it knew is still to come. */
  ByUs,
}

/** The streams of a connection. */
export class StreamTable {
  /** The highest identifier of a client's stream. */
  last = 0
  /** Streams that the client has opened and that are not closed. */
  active = 0

  /** Streams by the lower bits of their identifiers' halves: next to all of them, since identifiers only grow. */
  private near: (H2Stream | undefined)[] = emptySlots(FEW)
  /** Those whose place is taken by one that has been open for long, and pushed ones. */
  private readonly far = new Map<number, H2Stream>()
  private count = 0
  /** Identifier times two, and one more if it was us; by the identifier's lower bits. */
  private readonly closed = new Uint32Array(REMEMBERED)

  /** Streams that are not closed. */
  get size(): number {
    return this.count
  }

  get(id: number): H2Stream | undefined {
    const found = this.near[(id >>> 1) & (this.near.length - 1)]
    if (found !== undefined && found.id === id) return found
    return this.far.size === 0 ? undefined : this.far.get(id)
  }

  /** All of them, as they are now, in the order of their identifiers. */
  all(): readonly H2Stream[] {
    if (this.count === 0) return NONE
    const streams = this.near.filter((stream) => stream !== undefined)
    streams.push(...this.far.values())
    return streams.sort((a, b) => a.id - b.id)
  }

  add(stream: H2Stream): void {
    this.count++
    if ((stream.id & 1) === 0) {
      this.far.set(stream.id, stream)
      return
    }
    this.active++
    const half = stream.id >>> 1
    while (this.near[half & (this.near.length - 1)] !== undefined && this.near.length < MANY) this.grow()
    const place = half & (this.near.length - 1)
    if (this.near[place] === undefined) this.near[place] = stream
    else this.far.set(stream.id, stream)
  }

  /** Takes a stream out; false if it is not in. */
  remove(stream: H2Stream): boolean {
    const place = (stream.id >>> 1) & (this.near.length - 1)
    if (this.near[place] === stream) this.near[place] = undefined
    else if (!this.far.delete(stream.id)) return false
    this.count--
    if ((stream.id & 1) === 1) this.active--
    return true
  }

  private grow(): void {
    const near = emptySlots(this.near.length * 2)
    for (const stream of this.near)
      if (stream !== undefined) near[(stream.id >>> 1) & (near.length - 1)] = stream
    this.near = near
  }

  /** Remembers a stream that is closed. */
  note(id: number, byUs: boolean): void {
    if ((id & 1) === 1) this.closed[(id >>> 1) % REMEMBERED] = id * 2 + (byUs ? 1 : 0)
  }

  /** How a stream that is not open has ended. */
  endOf(id: number): Ended {
    const noted = this.closed[(id >>> 1) % REMEMBERED]!
    if (noted >>> 1 !== id) return Ended.Unknown
    return (noted & 1) === 1 ? Ended.ByUs : Ended.Known
  }
}

function emptySlots(length: number): (H2Stream | undefined)[] {
  return Array.from({ length }, () => undefined)
}
