import type { SentEventSnapshot } from './snapshot.js'
import { OTHER } from './tally.js'

interface Row {
  readonly event: string
  messages: number
  bytes: number
}

/** Counts the events that are sent, by their names; of those that an application makes up, only so many are told apart. */
export class SentEvents {
  private readonly rows = new Map<string, Row>()
  private latest: Row | undefined

  /** @param limit how many names are told apart */
  constructor(private readonly limit = 256) {}

  /**
   * @param event its name
   * @param size in bytes
   */
  add(event: string, size: number): void {
    // what goes to many is counted for each of them, one after the other
    if (this.latest?.event !== event) this.latest = this.rowOf(event)
    this.latest.messages++
    this.latest.bytes += size
  }

  snapshot(): readonly SentEventSnapshot[] {
    return [...this.rows.values()].map((row) => ({ ...row }))
  }

  private rowOf(event: string): Row {
    const known = this.rows.get(event)
    if (known !== undefined) return known
    if (this.rows.size >= this.limit && event !== OTHER) return this.rowOf(OTHER)
    const row: Row = { event, messages: 0, bytes: 0 }
    this.rows.set(event, row)
    return row
  }
}
