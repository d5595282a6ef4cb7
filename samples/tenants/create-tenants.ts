import { join } from 'node:path'
import { createApp, Module, type Application, type CreateAppOptions } from 'corbel'
import { tenantFromHost, TypeOrmModule, type TenantsOptions } from 'corbel/database/typeorm'
import { CompaniesModule } from './companies/companies.module.js'
import { Companies } from './companies/companies.service.js'
import { HealthController } from './health.controller.js'
import { CreateProjects1700000000000 } from './projects/1700000000000-create-projects.js'
import { ProjectsModule } from './projects/projects.module.js'

/** Where the application keeps its databases, and under which domain it is reached. */
export interface TenantsConfig {
  /** One file for each company, and one for the list of them. */
  readonly folder: string
  /** `acme.projects.localhost` is the company `acme`. */
  readonly domain: string
}

/**
 * The application, ready to listen.
 *
 * @param config folder and domain
 * @param options of `createApp`
 */
export function createTenants(config: TenantsConfig, options: CreateAppOptions = {}): Promise<Application> {
  @Module({
    imports: [
      TypeOrmModule.forRoot({
        name: 'companies',
        database: join(config.folder, 'companies.sqlite'),
        synchronize: true,
      }),
      TypeOrmModule.forTenants({
        imports: [CompaniesModule],
        inject: [Companies],
        useFactory: (companies: Companies): TenantsOptions => ({
          resolve: tenantFromHost(config.domain),
          // a host can be anything: only companies that have registered have a database
          options: async (slug) =>
            (await companies.exists(slug))
              ? {
                  database: join(config.folder, `company-${slug}.sqlite`),
                  migrations: [CreateProjects1700000000000],
                  migrationsRun: true,
                }
              : undefined,
          max: 20,
        }),
      }),
      CompaniesModule,
      ProjectsModule,
    ],
    controllers: [HealthController],
  })
  class AppModule {}
  return createApp(AppModule, options)
}
