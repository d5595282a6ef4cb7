import type { DataSource } from 'typeorm'
import { failureKind } from '../failure-kind.js'
import { closeDataSource, openDataSource } from '../open.js'
import type { TypeOrmModuleOptions } from '../options.js'
import type { TenantsOptions } from './options.js'

/** Options of a server's database that has a schema for each tenant. */
export interface SchemaPerTenantOptions {
  /** Of the database, as for `forRoot`: PostgreSQL. */
  readonly database: TypeOrmModuleOptions
  /** Stands before the name of the tenant in that of the schema. Default `tenant_`. */
  readonly prefix?: string
  /** Whether there is such a tenant. */
  readonly exists: (tenant: string) => boolean | Promise<boolean>
}

/**
 * A schema of PostgreSQL for each tenant, which is made when the tenant is first used. Entities must not name a schema
 * themselves; migrations find theirs by the search path.
 *
 * @param options the database, and which tenants there are
 * @returns `options` and `prepare` of `TypeOrmModule.forTenants`
 * @example
 * useFactory: () => ({
 *   resolve: tenantFromHeader('x-tenant'),
 *   ...schemaPerTenant({ database: { url, migrations, migrationsRun: true }, exists: (name) => names.has(name) }),
 * })
 */
export function schemaPerTenant({
  database,
  prefix = 'tenant_',
  exists,
}: SchemaPerTenantOptions): Pick<TenantsOptions, 'options' | 'prepare'> {
  return {
    async options(tenant) {
      if (!(await exists(tenant))) return undefined
      const schema = `${prefix}${tenant}`
      const { extra } = database as { extra?: object }
      return {
        ...database,
        schema,
        extra: { ...extra, options: `-c search_path="${schema}"` },
      } as TypeOrmModuleOptions
    },
    async prepare(tenant) {
      const plain = {
        ...database,
        entities: [],
        migrations: [],
        migrationsRun: false,
        synchronize: false,
        retryAttempts: 0,
      } as TypeOrmModuleOptions
      const source = await openDataSource(plain)
      try {
        await createSchema(source, `${prefix}${tenant}`)
      } finally {
        await closeDataSource(source)
      }
    },
  }
}

async function createSchema(source: DataSource, schema: string): Promise<void> {
  const known: unknown[] = await source.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema])
  if (known.length > 0) return
  try {
    await source.query(`CREATE SCHEMA IF NOT EXISTS ${source.driver.escape(schema)}`)
  } catch (error) {
    // PostgreSQL lets two sessions that make the same schema meet in its catalog
    if (failureKind(error) !== 'unique') throw error
  }
}

/** What came of the migrations of one tenant. */
export interface TenantMigration {
  readonly tenant: string
  /** The migrations that were run now. */
  readonly run: readonly string[]
  /** Why there are fewer than there should be. */
  readonly error?: unknown
}

/**
 * Runs the migrations of tenants one after the other, as a step of a deployment. What fails for one does not keep the others
 * from theirs.
 *
 * @param tenants their names
 * @param options those of `TypeOrmModule.forTenants`
 */
export async function migrateTenants(
  tenants: Iterable<string>,
  { options, prepare }: Pick<TenantsOptions, 'options' | 'prepare'>,
): Promise<readonly TenantMigration[]> {
  const results: TenantMigration[] = []
  for (const tenant of tenants) {
    try {
      const given = await options(tenant)
      if (given === undefined) continue
      await prepare?.(tenant)
      const source = await openDataSource({
        ...given,
        migrationsRun: false,
        synchronize: false,
      })
      try {
        results.push({ tenant, run: (await source.runMigrations()).map(({ name }) => name) })
      } finally {
        await closeDataSource(source)
      }
    } catch (error) {
      results.push({ tenant, run: [], error })
    }
  }
  return results
}
