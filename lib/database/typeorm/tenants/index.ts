export { TenantInvalid, TenantMissing, TenantsBusy, TenantUnknown } from './errors.js'
export { tenantsModule } from './module.js'
export type { TenantResolver, TenantsModuleOptions, TenantsOptions } from './options.js'
export { tenantFromHeader, tenantFromHost } from './resolvers.js'
export {
  migrateTenants,
  schemaPerTenant,
  type SchemaPerTenantOptions,
  type TenantMigration,
} from './schema-per-tenant.js'
export { WithoutTenant } from './step.js'
export { TenantSources, type TenantBounds, type TenantLease } from './tenant-sources.js'
export { getTenantsToken, Tenants, tenantsOf } from './tenants.js'
