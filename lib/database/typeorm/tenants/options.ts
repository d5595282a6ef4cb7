import type { MaybePromise } from '../../../common/index.js'
import type { FactoryDependency, ModuleImport } from '../../../di/index.js'
import type { ExecutionContext } from '../../../pipeline/index.js'
import type { TypeOrmModuleOptions } from '../options.js'

/** Tells which tenant a call is for. */
export type TenantResolver = (context: ExecutionContext) => MaybePromise<string | undefined>

/** A database for each tenant, under one data source. */
export interface TenantsOptions {
  /**
   * Which tenant a call is for: `tenantFromHeader`, `tenantFromHost`, or the application's own. Undefined means none, which
   * is fine as long as nothing asks the database. Left out, only `Tenants.run` says it.
   */
  readonly resolve?: TenantResolver
  /**
   * When `resolve` is asked: before the guards, which may then use the tenant's database, or after them, when they have found
   * out who calls (`request.user`). Default `before-guards`.
   */
  readonly when?: 'before-guards' | 'after-guards'
  /**
   * The options of a tenant's data source; undefined for tenants that do not exist. The name is from the client: answer from
   * a list, so that not every name makes a database.
   */
  readonly options: (tenant: string) => MaybePromise<TypeOrmModuleOptions | undefined>
  /** Called before a tenant's data source is opened: makes its schema, say. */
  readonly prepare?: (tenant: string) => MaybePromise<void>
  /** How many data sources are open at most; the one that was not used for longest is closed for another. Default 50. */
  readonly max?: number
  /** Milliseconds after which one that nobody uses is closed. Default 600000. */
  readonly idleTimeout?: number
  /** Milliseconds that a call waits for one of `max` to be free. Default 5000. */
  readonly wait?: number
}

/** The options of `TypeOrmModule.forTenants`. */
export interface TenantsModuleOptions {
  /** Of the data source; the default one if left out. */
  readonly name?: string
  /** Modules that provide what the factory needs. */
  readonly imports?: readonly ModuleImport[]
  // eslint-disable-next-line typescript/no-explicit-any -- the arguments are what `inject` names
  readonly useFactory: (...args: any[]) => MaybePromise<TenantsOptions>
  readonly inject?: readonly FactoryDependency[]
}
