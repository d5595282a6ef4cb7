import type { DataSource, EntitySubscriberInterface } from 'typeorm'
import { CallStorage, type MaybePromise } from '../../../common/index.js'
import { InjectionToken, type Token } from '../../../di/index.js'
import { DEFAULT_DATA_SOURCE } from '../../tokens.js'
import type { TypeOrm } from '../packages.js'
import { TenantMissing } from './errors.js'
import type { TenantsOptions } from './options.js'
import { routed } from './routed.js'
import type { TenantLease, TenantSources } from './tenant-sources.js'

/** What each data source has for itself: reading it where no tenant is known is a mistake. */
const OWNED: ReadonlySet<PropertyKey> = new Set([
  'options',
  'driver',
  'isInitialized',
  'entityMetadatas',
  'entityMetadatasMap',
  'migrations',
  'subscribers',
  'logger',
  'namingStrategy',
])

const tenantsBySource = new WeakMap<DataSource, Tenants>()

/**
 * The tenants of a data source that has a database for each. What is injected (repositories, `DataSource`,
 * `EntityManager`) is always that of the tenant for which the running code works: a request's, or that of `run`.
 *
 * @example
 * for (const tenant of names) await this.tenants.run(tenant, () => this.invoices.send())
 */
export class Tenants {
  private readonly storage = new CallStorage<TenantLease | undefined>()
  /** Stands for the data source of the tenant that is meant at the moment. */
  readonly source: DataSource
  /** Those of the application, for every data source that is opened. */
  readonly subscribers: EntitySubscriberInterface[] = []

  /**
   * @param typeorm the package
   * @param name of the data source
   * @param sources those that are open
   * @param options how tenants are found
   */
  constructor(
    typeorm: TypeOrm,
    readonly name: string,
    readonly sources: TenantSources,
    readonly options: TenantsOptions,
  ) {
    const current = (): DataSource | undefined => this.storage.get()?.source
    const missing = (): Error => new TenantMissing({ dataSource: name })
    const around: { dataSource?: DataSource; connection?: DataSource } = {}
    const manager = routed(typeorm.EntityManager.prototype, () => current()?.manager, missing, around)
    this.source = routed(typeorm.DataSource.prototype, current, missing, { manager }, OWNED)
    Object.assign(around, { dataSource: this.source, connection: this.source })
    tenantsBySource.set(this.source, this)
  }

  /** The tenant for which the running code works; undefined outside of all. */
  get current(): string | undefined {
    return this.storage.get()?.tenant
  }

  /** The data source of that tenant. @throws {CorbelError} CORBEL_TENANT_MISSING */
  get currentSource(): DataSource {
    const lease = this.storage.get()
    if (lease === undefined) throw new TenantMissing({ dataSource: this.name })
    return lease.source
  }

  /**
   * Works for a tenant. Its data source stays open until the work is done.
   *
   * @param tenant the name
   * @param work what it asks of the database goes to the tenant's
   * @throws {CorbelError} CORBEL_TENANT_INVALID, CORBEL_TENANT_UNKNOWN, CORBEL_TENANTS_BUSY, CORBEL_DATABASE_UNAVAILABLE
   */
  async run<T>(tenant: string, work: () => MaybePromise<T>): Promise<T> {
    const lease = this.sources.tryAcquire(tenant) ?? (await this.sources.acquire(tenant))
    try {
      return await this.within(lease, work)
    } finally {
      lease.release()
    }
  }

  /** Works with a data source that the caller gives back. */
  within<T>(lease: TenantLease, work: () => T): T {
    return this.storage.run(lease, work)
  }
}

/**
 * The tenants that a data source stands for.
 *
 * @param source as it is injected
 * @returns undefined for one that is a database itself
 */
export function tenantsOf(source: DataSource): Tenants | undefined {
  return tenantsBySource.get(source)
}

const tokens = new Map<string, InjectionToken<Tenants>>()

/**
 * The token of the tenants of a data source.
 *
 * @param name the default one if left out, whose tenants can be injected by their class, `Tenants`
 */
export function getTenantsToken(name: string = DEFAULT_DATA_SOURCE): Token<Tenants> {
  if (name === DEFAULT_DATA_SOURCE) return Tenants
  let token = tokens.get(name)
  if (token === undefined) tokens.set(name, (token = new InjectionToken<Tenants>(`${name}:Tenants`)))
  return token
}
