import { protocolError } from './frame-reader.js'
import type { Priority } from './priority.js'
import type { StreamTable } from './stream-table.js'

/** More are not remembered, however many streams are allowed. */
const MOST = 1000

/** Priorities of requests that have not come yet (RFC 9218 §7.1). */
export class EarlyPriorities {
  private known: Map<number, Priority> | undefined

  /**
   * Remembers a priority, the last one of several.
   *
   * @param id of a client's stream that is idle
   * @param priority of what will be asked for on it
   * @param streams those that are not idle any more
   * @param maxConcurrentStreams that the client was told
   * @throws {H2Error} PROTOCOL_ERROR where there are more such streams than it may open
   */
  keep(
    id: number,
    priority: Priority,
    streams: Pick<StreamTable, 'active' | 'last'>,
    maxConcurrentStreams: number,
  ): void {
    const known = (this.known ??= new Map<number, Priority>())
    if (!known.has(id)) {
      // those that were skipped will not come any more (RFC 9113 §5.1.1)
      for (const old of known.keys()) if (old < streams.last) known.delete(old)
      if (known.size + streams.active >= maxConcurrentStreams) {
        throw protocolError('PRIORITY_UPDATE for more streams than may be opened')
      }
      if (known.size >= MOST) return
    }
    known.set(id, priority)
  }

  /** The priority of a request that has come; it is forgotten. */
  take(id: number): Priority | undefined {
    const priority = this.known?.get(id)
    if (priority !== undefined) this.known!.delete(id)
    return priority
  }
}
