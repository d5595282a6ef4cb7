import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers'
import type { DataSource } from 'typeorm'
import { closeDataSource } from '../open.js'
import { TenantInvalid, TenantsBusy } from './errors.js'

/** One use of a tenant's data source. */
export interface TenantLease {
  readonly tenant: string
  readonly source: DataSource
  /** Ends the use. Calling it again does nothing. */
  release(): void
}

interface Entry {
  readonly tenant: string
  readonly opening: Promise<DataSource>
  source: DataSource | undefined
  uses: number
  /** Milliseconds, when it was last given back. */
  since: number
  closing: Promise<void> | undefined
}

/** How many data sources there may be, and for how long. */
export interface TenantBounds {
  readonly max: number
  /** Milliseconds */
  readonly idleTimeout: number
  /** Milliseconds */
  readonly wait: number
}

/** Opens data sources of tenants when they are needed and closes those that were not used for longest; never one in use. */
export class TenantSources {
  // in the order of last use
  private readonly entries = new Map<string, Entry>()
  private readonly waiting = new Set<() => void>()
  private readonly sweeper: NodeJS.Timeout

  /**
   * @param open makes the data source of a tenant; what it throws is told to whoever has asked
   * @param bounds how many, how long
   */
  constructor(
    private readonly open: (tenant: string) => Promise<DataSource>,
    private readonly bounds: TenantBounds,
  ) {
    this.sweeper = setInterval(() => this.sweep(), Math.max(bounds.idleTimeout / 4, 10)).unref()
  }

  /** Those that are open, by tenant. */
  get opened(): ReadonlyMap<string, DataSource> {
    const list = [...this.entries.values()].filter(
      (one) => one.source !== undefined && one.closing === undefined,
    )
    return new Map(list.map(({ tenant, source }) => [tenant, source!]))
  }

  /**
   * Begins the use of a tenant's data source that is open already.
   *
   * @returns undefined where `acquire` has to be asked
   */
  tryAcquire(tenant: string): TenantLease | undefined {
    const entry = this.entries.get(tenant)
    if (entry?.source === undefined || entry.closing !== undefined) return undefined
    entry.uses += 1
    return this.lease(entry, entry.source)
  }

  /**
   * Begins the use of a tenant's data source, which is opened if it is not.
   *
   * @param tenant the name
   * @throws {CorbelError} CORBEL_TENANT_INVALID, CORBEL_TENANTS_BUSY; and what opening throws
   */
  async acquire(tenant: string): Promise<TenantLease> {
    if (!/^[a-z0-9][\w-]{0,47}$/i.test(tenant)) throw new TenantInvalid({})
    const end = performance.now() + this.bounds.wait
    for (;;) {
      const entry = this.entries.get(tenant) ?? this.begin(tenant)
      if (entry === undefined) await this.makeRoom(end)
      else if (entry.closing !== undefined) await entry.closing
      else return this.use(entry)
    }
  }

  /** Closes all, whether they are in use or not: at the end of the application nothing is. */
  async close(): Promise<void> {
    clearInterval(this.sweeper)
    await Promise.all([...this.entries.values()].map((entry) => this.end(entry)))
  }

  private async use(entry: Entry): Promise<TenantLease> {
    entry.uses += 1
    try {
      return this.lease(entry, await entry.opening)
    } catch (error) {
      entry.uses -= 1
      throw error
    }
  }

  private lease(entry: Entry, source: DataSource): TenantLease {
    let isOver = false
    return {
      tenant: entry.tenant,
      source,
      release: () => {
        if (isOver) return
        isOver = true
        entry.uses -= 1
        entry.since = performance.now()
        if (entry.closing !== undefined) return
        this.entries.delete(entry.tenant)
        this.entries.set(entry.tenant, entry)
        if (entry.uses === 0) this.wake()
      },
    }
  }

  /** @returns undefined if there are as many as there may be */
  private begin(tenant: string): Entry | undefined {
    if (this.entries.size >= this.bounds.max) return undefined
    const entry: Entry = {
      tenant,
      opening: this.open(tenant),
      source: undefined,
      uses: 0,
      since: performance.now(),
      closing: undefined,
    }
    this.entries.set(tenant, entry)
    entry.opening.then(
      (source) => (entry.source = source),
      () => {
        // the next call may be luckier
        this.entries.delete(tenant)
        this.wake()
      },
    )
    return entry
  }

  private async makeRoom(end: number): Promise<void> {
    const all = [...this.entries.values()]
    const free = all.find((one) => one.uses === 0 && one.source !== undefined && one.closing === undefined)
    if (free !== undefined) return this.end(free)
    const left = end - performance.now()
    if (left <= 0) throw new TenantsBusy({ max: this.bounds.max, wait: this.bounds.wait })
    await new Promise<void>((resolve) => {
      const proceed = (): void => {
        clearTimeout(timer)
        this.waiting.delete(proceed)
        resolve()
      }
      const timer = setTimeout(proceed, left)
      this.waiting.add(proceed)
    })
  }

  /** All look again: the one that is free may be the one that another waits for. */
  private wake(): void {
    for (const proceed of Array.from(this.waiting)) proceed()
  }

  private end(entry: Entry): Promise<void> {
    entry.closing ??= entry.opening
      .then(closeDataSource)
      // what cannot be closed is as good as closed
      .catch(() => undefined)
      .finally(() => {
        if (this.entries.get(entry.tenant) === entry) this.entries.delete(entry.tenant)
        this.wake()
      })
    return entry.closing
  }

  private sweep(): void {
    const before = performance.now() - this.bounds.idleTimeout
    for (const entry of Array.from(this.entries.values())) {
      if (entry.uses === 0 && entry.source !== undefined && entry.since <= before) void this.end(entry)
    }
  }
}
