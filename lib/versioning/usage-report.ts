import type { DeprecationInfo } from './deprecation.js'
import { UsageCounter, type UsageRow } from './usage-counter.js'

/** What a report is about. */
export interface UsageFilter {
  readonly version?: string | undefined
  readonly client?: string | undefined
  /** True: only what is deprecated; false: only what is not. */
  readonly deprecated?: boolean | undefined
}

/** The use of one route by one client. */
export interface ClientUsage {
  readonly client: string
  readonly count: number
  /** ISO 8601, UTC. */
  readonly first: string
  /** ISO 8601, UTC. */
  readonly last: string
}

/** The use of one route. */
export interface RouteUsage {
  readonly route: string
  /** Null for routes without one. */
  readonly version: string | null
  /** Null if it is not deprecated. */
  readonly deprecated: DeprecationInfo | null
  /** True if the application does not have it any more. */
  readonly removed: boolean
  readonly total: number
  /** Null if nobody has called it. */
  readonly last: string | null
  /** The most frequent first. */
  readonly clients: readonly ClientUsage[]
}

/** Who calls what: the deprecated routes first, those that are removed soonest before the others. */
export interface UsageReport {
  readonly generatedAt: string
  readonly routes: readonly RouteUsage[]
}

/** A route whose use is counted. */
export interface CountedRoute {
  readonly route: string
  readonly version: string | undefined
  readonly deprecation: DeprecationInfo | undefined
}

/** Puts together what the counter has and what the application knows of its routes; inject it for reports of your own. */
export class UsageReporter {
  private routes: readonly CountedRoute[] = []
  private counter: UsageCounter | undefined

  /** Called once, when the routes are known. */
  use(routes: readonly CountedRoute[], counter: UsageCounter): void {
    this.routes = routes
    this.counter = counter
  }

  /**
   * Makes a report.
   *
   * @param filter what it is about; everything if left out
   */
  async report(filter: UsageFilter = {}): Promise<UsageReport> {
    const byRoute = new Map<string, UsageRow[]>()
    for (const row of (await this.counter?.read()) ?? []) {
      if (filter.client !== undefined && row.client !== filter.client) continue
      const rows = byRoute.get(row.route)
      if (rows === undefined) byRoute.set(row.route, [row])
      else rows.push(row)
    }
    const known = new Set(this.routes.map(({ route }) => route))
    const removed = [...byRoute].flatMap(([route, [row]]) =>
      known.has(route) ? [] : [{ route, version: row!.version, deprecation: undefined }],
    )
    const routes = [...this.routes, ...removed]
      .filter(({ version }) => filter.version === undefined || version === filter.version)
      .filter(
        ({ deprecation }) =>
          filter.deprecated === undefined || (deprecation !== undefined) === filter.deprecated,
      )
      // a question about a client is about what it calls
      .filter(({ route }) => filter.client === undefined || byRoute.has(route))
      .map((one) => usageOf(one, byRoute.get(one.route) ?? [], !known.has(one.route)))
    return { generatedAt: new Date().toISOString(), routes: routes.sort(byUrgency) }
  }
}

function usageOf(
  { route, version, deprecation }: CountedRoute,
  rows: readonly UsageRow[],
  removed: boolean,
): RouteUsage {
  const clients = [...rows].sort((a, b) => b.count - a.count || (a.client < b.client ? -1 : 1))
  return {
    route,
    version: version ?? null,
    deprecated: deprecation ?? null,
    removed,
    total: rows.reduce((sum, { count }) => sum + count, 0),
    last: rows.length === 0 ? null : new Date(Math.max(...rows.map(({ last }) => last))).toISOString(),
    clients: clients.map(({ client, count, first, last }) => ({
      client,
      count,
      first: new Date(first).toISOString(),
      last: new Date(last).toISOString(),
    })),
  }
}

function byUrgency(a: RouteUsage, b: RouteUsage): number {
  if ((a.deprecated === null) !== (b.deprecated === null)) return a.deprecated === null ? 1 : -1
  const [first, second] = [a.deprecated?.sunset ?? '9', b.deprecated?.sunset ?? '9']
  if (first !== second) return first < second ? -1 : 1
  return b.total - a.total || (a.route < b.route ? -1 : 1)
}
