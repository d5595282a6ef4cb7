import { Injectable, type MessageEvent } from 'corbel'
import { ChangeLog } from './change-log.js'
import type { Announcement, Departure } from './departure.js'

/** Where `@Sse` gets its events from: anything with `subscribe`. */
interface Events {
  subscribe(observer: { next(event: MessageEvent): void }): { unsubscribe(): void }
}

const KEPT_CHANGES = 1_000

/** The board of one station, in memory. */
@Injectable()
export class Departures {
  private readonly board = new Map<string, Departure>()
  private readonly log = new ChangeLog<Departure>(KEPT_CHANGES)

  /** All lines, the next train first. */
  all(): Departure[] {
    return [...this.board.values()].sort((a, b) => a.time.localeCompare(b.time))
  }

  /** Changes with each announcement: the version of the board. */
  get version(): number {
    return this.log.last
  }

  /** How many screens listen. */
  get listeners(): number {
    return this.log.followers
  }

  announce(announcement: Announcement): Departure {
    return this.log.add((change) => {
      const departure = Object.assign(announcement, { change })
      this.board.set(departure.train, departure)
      return departure
    })
  }

  /**
   * The changes as events.
   *
   * @param lastId the last change that a screen has seen: it gets what it has missed, or the whole board
   */
  changes(lastId: number | undefined): Events {
    return {
      subscribe: (observer) => {
        const missed = lastId === undefined ? undefined : this.log.after(lastId)
        if (missed === undefined) observer.next({ type: 'board', id: this.version, data: this.all() })
        for (const { id, value } of missed ?? []) observer.next({ type: 'departure', id, data: value })
        const unsubscribe = this.log.follow(({ id, value }) => {
          observer.next({ type: 'departure', id, data: value })
        })
        return { unsubscribe }
      },
    }
  }
}
