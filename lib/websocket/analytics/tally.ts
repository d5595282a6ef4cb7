/** What is counted under `other`, once there are too many names. */
export const OTHER = 'other'

/** Counts by names of which nobody knows how many there are: only so many are told apart. */
export class Tally {
  private readonly counts = new Map<string, number>()

  /** @param limit how many names are told apart */
  constructor(private readonly limit = 32) {}

  /** @param name of what has happened */
  add(name: string): void {
    const known = this.counts.get(name)
    if (known !== undefined) this.counts.set(name, known + 1)
    else if (this.counts.size < this.limit || name === OTHER) this.counts.set(name, 1)
    else this.add(OTHER)
  }

  snapshot(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.counts)
  }
}
