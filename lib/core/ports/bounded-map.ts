interface Entry<V> {
  value: V
  /** Milliseconds since 1970; Infinity for never. */
  expiresAt: number
}

/** Bounds of what is kept in memory. */
export interface MemoryBounds {
  /** How many entries are kept; where one more comes, the one that was used longest ago goes. Default 10 000. */
  readonly maxEntries?: number
  /** The time in milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number
}

/** Bounds, and who is told of what goes. */
export interface BoundedMapOptions<V> extends MemoryBounds {
  /** Called with every value that is deleted, has expired, or had to make room; not where it is set anew. */
  readonly dropped?: (value: V) => void
}

/** A map whose entries expire, and that holds no more than so many of them. Needs no timer: what has expired is not found. */
export class BoundedMap<V> {
  private readonly entries = new Map<string, Entry<V>>()
  private readonly maxEntries: number
  private readonly now: () => number
  private readonly dropped: ((value: V) => void) | undefined

  /** @param options see `BoundedMapOptions` */
  constructor({ maxEntries = 10_000, now = Date.now, dropped }: BoundedMapOptions<V> = {}) {
    this.maxEntries = maxEntries
    this.now = now
    this.dropped = dropped
  }

  /** How many entries there are, expired ones that nobody has asked for included. */
  get size(): number {
    return this.entries.size
  }

  /**
   * @param key of the entry
   * @returns undefined if there is none, or it has expired
   */
  get(key: string): V | undefined {
    const entry = this.alive(key)
    if (entry === undefined) return undefined
    // the last of the map is the one used last
    this.entries.delete(key)
    this.entries.set(key, entry)
    return entry.value
  }

  /**
   * @param key of the entry
   * @param value its value
   * @param expiresAt milliseconds since 1970; never, if left out
   */
  set(key: string, value: V, expiresAt = Infinity): void {
    this.entries.delete(key)
    if (this.entries.size >= this.maxEntries) this.makeRoom()
    this.entries.set(key, { value, expiresAt })
  }

  /**
   * Changes a value and leaves the time of the entry as it is.
   *
   * @returns false if there is none
   */
  replace(key: string, value: V): boolean {
    const entry = this.alive(key)
    if (entry !== undefined) entry.value = value
    return entry !== undefined
  }

  /** @returns false if there was none, or it had expired */
  delete(key: string): boolean {
    const entry = this.alive(key)
    if (entry !== undefined) this.drop(key, entry)
    return entry !== undefined
  }

  private alive(key: string): Entry<V> | undefined {
    const entry = this.entries.get(key)
    if (entry === undefined || entry.expiresAt > this.now()) return entry
    this.drop(key, entry)
    return undefined
  }

  private makeRoom(): void {
    for (const [key, entry] of this.entries) return this.drop(key, entry)
  }

  private drop(key: string, { value }: Entry<V>): void {
    this.entries.delete(key)
    this.dropped?.(value)
  }
}
