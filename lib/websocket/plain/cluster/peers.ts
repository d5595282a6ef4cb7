/** Another process. */
export interface Peer {
  /** 8 bytes as text. */
  readonly id: string
  heardAt: number
  /** The number of its latest message to everybody, and of the latest one to this process; undefined before the first. */
  toAll: number | undefined
  toMe: number | undefined
}

/** More than this are no processes, but somebody who makes them up. */
const MOST_PEERS = 1024

/** The other processes that are alive: those that were heard of lately. */
export class Peers {
  private readonly byId = new Map<string, Peer>()
  private sweptAt: number
  private hasWaited = false

  /**
   * @param timeout ms of silence after which one is dead
   * @param now ms
   * @param gone told of each that is not there any more
   */
  constructor(
    private readonly timeout: number,
    private readonly now: () => number,
    private readonly gone: (id: string) => void,
  ) {
    this.sweptAt = now()
  }

  get size(): number {
    return this.byId.size
  }

  get ids(): Iterable<string> {
    return this.byId.keys()
  }

  get(id: string): Peer | undefined {
    return this.byId.get(id)
  }

  /**
   * Notes that a process was heard of.
   *
   * @returns undefined if there are too many
   */
  hear(id: string): Peer | undefined {
    let peer = this.byId.get(id)
    if (peer === undefined) {
      if (this.byId.size >= MOST_PEERS) return undefined
      peer = { id, heardAt: 0, toAll: undefined, toMe: undefined }
      this.byId.set(id, peer)
    }
    peer.heardAt = this.now()
    return peer
  }

  /** Forgets one: it said goodbye, or does not answer. */
  remove(id: string): void {
    if (this.byId.delete(id)) this.gone(id)
  }

  /** Forgets those that are silent. */
  sweep(): void {
    const now = this.now()
    const since = now - this.timeout
    // a process that did nothing for so long has not read yet what the others have said
    this.hasWaited = this.sweptAt <= since && !this.hasWaited
    this.sweptAt = now
    if (this.hasWaited) return
    for (const { id, heardAt } of this.byId.values()) if (heardAt <= since) this.remove(id)
  }
}
