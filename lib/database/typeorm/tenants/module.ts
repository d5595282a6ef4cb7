import type { DataSource } from 'typeorm'
import type { Class } from '../../../common/index.js'
import type { AppModel, Feature, OnApplicationShutdown } from '../../../core/index.js'
import { InjectionToken, type DynamicModule, type Provider, type Token } from '../../../di/index.js'
import { DEFAULT_DATA_SOURCE, getDataSourceToken, getEntityManagerToken } from '../../tokens.js'
import type { EntityCollector } from '../feature.js'
import { openResolved } from '../open.js'
import { resolveOptions } from '../options.js'
import type { TypeOrm } from '../packages.js'
import { attachSubscribers } from '../subscribers.js'
import { TenantUnknown } from './errors.js'
import type { TenantsModuleOptions, TenantsOptions } from './options.js'
import { tenantSteps } from './step.js'
import { TenantSources } from './tenant-sources.js'
import { getTenantsToken, Tenants } from './tenants.js'

const MAX = 50
const IDLE_TIMEOUT_MS = 600_000
const WAIT_MS = 5000

/**
 * The module of a data source with a database for each tenant.
 *
 * @param host the module's class
 * @param typeorm the package
 * @param collector of the data source
 * @param given how tenants are found and opened
 */
export function tenantsModule(
  host: Class,
  typeorm: TypeOrm,
  collector: EntityCollector,
  { name = DEFAULT_DATA_SOURCE, imports = [], inject = [], useFactory }: TenantsModuleOptions,
): DynamicModule {
  const source = getDataSourceToken(name)
  const manager = getEntityManagerToken(name)
  const tenants = getTenantsToken(name)
  const options = new InjectionToken<TenantsOptions>(`TenantsOptions (${name})`)
  const isDefault = name === DEFAULT_DATA_SOURCE
  const providers: Provider[] = [
    { provide: options, useFactory, inject },
    {
      provide: tenants,
      useFactory: (found: TenantsOptions) => createTenants(typeorm, name, collector, found),
      inject: [options],
    },
    { provide: source, useFactory: (made: Tenants) => made.source, inject: [tenants] },
    { provide: manager, useFactory: (made: Tenants) => made.source.manager, inject: [tenants] },
    {
      provide: new InjectionToken(`TypeOrmModule closing (${name})`),
      useFactory: (made: Tenants): OnApplicationShutdown => ({
        onApplicationShutdown: () => made.sources.close(),
      }),
      inject: [tenants],
    },
    ...(isDefault ? aliases(typeorm, source, manager) : []),
  ]
  return {
    module: host,
    global: true,
    imports,
    providers,
    exports: [source, manager, tenants, ...(isDefault ? [typeorm.DataSource, typeorm.EntityManager] : [])],
    features: [collector, tenantsFeature(name)],
  }
}

function aliases(typeorm: TypeOrm, source: Token, manager: Token): Provider[] {
  return [
    { provide: typeorm.DataSource, useExisting: source },
    { provide: typeorm.EntityManager, useExisting: manager },
  ]
}

function createTenants(
  typeorm: TypeOrm,
  name: string,
  collector: EntityCollector,
  options: TenantsOptions,
): Tenants {
  const open = async (tenant: string): Promise<DataSource> => {
    const given = await options.options(tenant)
    if (given === undefined) throw new TenantUnknown({})
    await options.prepare?.(tenant)
    // a request waits: it is better told at once that a database is not there
    const resolved = resolveOptions({ retryAttempts: 0, ...given }, name, collector.entities)
    const source = await openResolved(typeorm, resolved)
    attachSubscribers(source, tenants.subscribers)
    return source
  }
  const { max = MAX, idleTimeout = IDLE_TIMEOUT_MS, wait = WAIT_MS } = options
  const sources = new TenantSources(open, { max, idleTimeout, wait })
  const tenants = new Tenants(typeorm, name, sources, options)
  return tenants
}

function tenantsFeature(name: string): Feature {
  return {
    name: `typeorm:${name}:tenants`,
    check(model: AppModel) {
      const token = getTenantsToken(name)
      const found = (): Tenants | undefined => {
        for (const record of model.graph.records()) {
          if (record.token === token) return record.instance as Tenants | undefined
        }
        return undefined
      }
      model.addSteps(tenantSteps(found, 'before-guards'))
      model.addSteps(tenantSteps(found, 'after-guards'))
    },
  }
}
