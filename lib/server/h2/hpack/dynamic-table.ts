import { FIELD_OVERHEAD, type Field } from './field.js'

/** The newest entries, as many as fit (RFC 7541 §2.3.2, §4). */
export class DynamicTable<Entry extends Pick<Field, 'size'>> {
  /** Entries that were ever added: the newest one's number. */
  added = 0

  private ring: (Entry | undefined)[] = []
  private count = 0
  private used = 0

  /**
   * @param capacity bytes
   * @param evicted hears of entries that go
   */
  constructor(
    private capacity: number,
    private readonly evicted?: (entry: Entry) => void,
  ) {
    this.ring = ringFor(capacity)
  }

  /** Bytes that it may hold. */
  get limit(): number {
    return this.capacity
  }

  /** Bytes that it holds. */
  get size(): number {
    return this.used
  }

  /** Entries that it holds. */
  get length(): number {
    return this.count
  }

  /** The entry at a place: 0 is the newest one. */
  at(place: number): Entry | undefined {
    if (place >= this.count) return undefined
    return this.ring[(this.added - 1 - place) & (this.ring.length - 1)]
  }

  /** Adds an entry; older ones go until it fits, all of them and itself if it never does (RFC 7541 §4.4). */
  add(entry: Entry): void {
    const { capacity } = this
    while (this.count > 0 && this.used + entry.size > capacity) this.evict()
    if (entry.size > capacity) return
    this.ring[this.added++ & (this.ring.length - 1)] = entry
    this.count++
    this.used += entry.size
  }

  /** Changes the bytes that it may hold; older entries go until the rest fits (RFC 7541 §4.3). */
  resize(capacity: number): void {
    while (this.used > capacity) this.evict()
    this.capacity = capacity
    const ring = ringFor<Entry>(capacity)
    if (ring.length <= this.ring.length) return
    for (let place = 0; place < this.count; place++) {
      ring[(this.added - 1 - place) & (ring.length - 1)] = this.at(place)
    }
    this.ring = ring
  }

  private evict(): void {
    const at = (this.added - this.count) & (this.ring.length - 1)
    const entry = this.ring[at]!
    this.ring[at] = undefined
    this.count--
    this.used -= entry.size
    this.evicted?.(entry)
  }
}

/** A power of two, and never less than there can be entries. */
function ringFor<Entry>(capacity: number): (Entry | undefined)[] {
  let length = 8
  while (length * FIELD_OVERHEAD < capacity) length *= 2
  return Array.from({ length }, () => undefined)
}
