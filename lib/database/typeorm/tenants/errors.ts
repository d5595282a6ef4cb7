import { defineError } from '../../../common/index.js'

/** A database was asked for outside of all tenants. */
export const TenantMissing = defineError<{ dataSource: string }>(
  'CORBEL_TENANT_MISSING',
  'The data source "{dataSource}" has a database for each tenant, and no tenant is known here: the request names none, or the ' +
    'work has begun outside a request. Call Tenants.run(tenant, work) around it.',
  { status: 400 },
)

/** A tenant that the application does not have. */
export const TenantUnknown = defineError<Record<never, never>>(
  'CORBEL_TENANT_UNKNOWN',
  'There is no such tenant.',
  { status: 404 },
)

/** A name that cannot be that of a tenant. */
export const TenantInvalid = defineError<Record<never, never>>(
  'CORBEL_TENANT_INVALID',
  'The name of a tenant has letters, digits, hyphens and underscores, begins with a letter or digit, and is at most 48 long.',
  { status: 400 },
)

/** More tenants at work at once than there may be data sources. */
export const TenantsBusy = defineError<{ max: number; wait: number }>(
  'CORBEL_TENANTS_BUSY',
  'All {max} data sources of tenants are in use, and none was free within {wait} ms. Raise "max" of TypeOrmModule.forTenants(), ' +
    'or let requests be shorter.',
  { status: 503 },
)
