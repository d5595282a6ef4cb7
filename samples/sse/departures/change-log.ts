/** A change, and its number. */
export interface Change<T> {
  readonly id: number
  readonly value: T
}

type Listener<T> = (change: Change<T>) => void

/**
 * The last changes of something, and those to come. Whoever was away asks for what came after the last change that it has
 * seen; if that is too long ago, it has to begin anew.
 */
export class ChangeLog<T> {
  private readonly changes: Change<T>[] = []
  private readonly listeners = new Set<Listener<T>>()
  private count = 0

  /** @param capacity changes that are kept */
  constructor(private readonly capacity: number) {}

  /** The number of the last change; 0 if there was none. */
  get last(): number {
    return this.count
  }

  /** Notes a change and tells it to all who follow. */
  add(make: (id: number) => T): T {
    const change = { id: ++this.count, value: make(this.count) }
    this.changes.push(change)
    if (this.changes.length > this.capacity) this.changes.shift()
    for (const listener of this.listeners) listener(change)
    return change.value
  }

  /**
   * Finds what came after a change.
   *
   * @param id the last one that was seen
   * @returns undefined if some of it is not kept any more, or the number is not one of ours
   */
  after(id: number): readonly Change<T>[] | undefined {
    const oldest = this.count - this.changes.length
    return id >= oldest && id <= this.count ? this.changes.slice(id - oldest) : undefined
  }

  /**
   * Calls back with each change to come.
   *
   * @returns ends it
   */
  follow(listener: Listener<T>): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  /** How many follow. */
  get followers(): number {
    return this.listeners.size
  }
}
