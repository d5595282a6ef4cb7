import type { MaybePromise } from '../common/index.js'

/** One call of a route. */
export interface ApiUse {
  /** `GET /v1/cats/:id` */
  readonly route: string
  /** Undefined for routes without one. */
  readonly version: string | undefined
  readonly client: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** The calls of one client to one route. */
export interface UsageRow {
  readonly route: string
  readonly version: string | undefined
  readonly client: string
  readonly count: number
  /** Milliseconds since 1970. */
  readonly first: number
  /** Milliseconds since 1970. */
  readonly last: number
}

/** Counts who calls what: a port, so that several servers may share one place. */
export abstract class UsageCounter {
  /** Counts one call. It is called in the middle of requests: it must neither wait nor throw. */
  abstract record(use: ApiUse): void
  /** All counts so far. */
  abstract read(): MaybePromise<readonly UsageRow[]>
}

/** The name of all clients for which there was no room. */
export const OTHER_CLIENTS = '(others)'

interface Counted {
  readonly route: string
  readonly version: string | undefined
  readonly client: string
  count: number
  first: number
  last: number
}

/** Counts in the memory of this process; what does not fit is counted under `(others)`, route by route. */
export class MemoryUsageCounter extends UsageCounter {
  private readonly rows = new Map<string, Map<string, Counted>>()
  private size = 0

  /** @param limit how many pairs of route and client are told apart; 10 000 by default */
  constructor(private readonly limit = 10_000) {
    super()
  }

  record({ route, version, client, at }: ApiUse): void {
    let clients = this.rows.get(route)
    if (clients === undefined) this.rows.set(route, (clients = new Map<string, Counted>()))
    let row = clients.get(client)
    if (row === undefined) {
      const name = this.size < this.limit ? client : OTHER_CLIENTS
      row = clients.get(name)
      if (row === undefined) {
        row = { route, version, client: name, count: 0, first: at, last: at }
        clients.set(name, row)
        if (name === client) this.size += 1
      }
    }
    row.count += 1
    row.last = at
  }

  read(): readonly UsageRow[] {
    return [...this.rows.values()].flatMap((clients) => [...clients.values()].map((row) => ({ ...row })))
  }
}
