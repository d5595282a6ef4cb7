import type { Priority } from './priority.js'

/** What waits for its turn. */
export interface Scheduled {
  readonly id: number
  readonly priority: Priority
}

const LEVELS = 8

/**
 * Streams that could send: the most urgent ones first; of these, one after the other in the order of their requests, but
 * those whose parts are of use on their own take turns.
 *
 * @see RFC 9218 §10
 */
export class Scheduler<Stream extends Scheduled> {
  private readonly levels: (Stream[] | undefined)[] = Array.from({ length: LEVELS }, () => undefined)
  private count = 0

  /** True if nothing waits. */
  get isEmpty(): boolean {
    return this.count === 0
  }

  /** Adds a stream that is not in it. */
  add(stream: Stream): void {
    this.count++
    const level = (this.levels[stream.priority.urgency] ??= [])
    let at = level.length
    if (!stream.priority.incremental) {
      while (at > 0 && !level[at - 1]!.priority.incremental && level[at - 1]!.id > stream.id) at--
    }
    level.splice(at, 0, stream)
  }

  /** Takes a stream out. */
  remove(stream: Stream): void {
    const level = this.levels[stream.priority.urgency]
    const at = level?.indexOf(stream) ?? -1
    if (at === -1) return
    level!.splice(at, 1)
    this.count--
  }

  /** The stream whose turn it is. */
  next(): Stream | undefined {
    if (this.count === 0) return undefined
    for (const level of this.levels) if (level !== undefined && level.length > 0) return level[0]
    return undefined
  }

  /** A stream has had its turn and has more to send: those that share go behind the others. */
  rotate(stream: Stream): void {
    const level = this.levels[stream.priority.urgency]!
    if (!stream.priority.incremental || level.length < 2) return
    level.shift()
    level.push(stream)
  }
}
