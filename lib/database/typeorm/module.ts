import type { DataSource } from 'typeorm'
import type { MaybePromise } from '../../common/index.js'
import { InjectionToken, Module, type DynamicModule, type Provider, type Token } from '../../di/index.js'
import type { OnApplicationShutdown } from '../../core/index.js'
import {
  DEFAULT_DATA_SOURCE,
  getDataSourceToken,
  getEntityManagerToken,
  type EntityTarget,
} from '../tokens.js'
import { DatabaseOptionsMissing } from './errors.js'
import { EntityCollector } from './feature.js'
import { closeDataSource, openResolved } from './open.js'
import {
  dataSourceName,
  resolveOptions,
  type TypeOrmModuleAsyncOptions,
  type TypeOrmModuleOptions,
  type TypeOrmOptionsFactory,
} from './options.js'
import { loadTypeOrm, type TypeOrm } from './packages.js'
import { featureProviders } from './repositories.js'
import { tenantsModule, type TenantsModuleOptions } from './tenants/index.js'

/**
 * Connects an application with databases through typeorm: `forRoot` opens a data source for the whole application,
 * `forFeature` gives a module the repositories of its entities.
 *
 * @example
 * @Module({ imports: [TypeOrmModule.forRoot({ database: 'shop.sqlite', migrations: [Initial], migrationsRun: true })] })
 * class AppModule {}
 *
 * @Module({ imports: [TypeOrmModule.forFeature([Order])], providers: [Orders] })
 * class OrdersModule {}
 */
@Module()
export class TypeOrmModule {
  /**
   * Opens a data source at boot and closes it at shutdown, after the requests in flight. Repositories, `DataSource`
   * and `EntityManager` (by class, for the default one) can be injected everywhere.
   *
   * @param options typeorm's, `{ url }`, or `{ database: 'file.sqlite' }` for the embedded database; and Corbel's own settings;
   *   left out, the URL in `DATABASE_URL`
   * @throws {CorbelError} CORBEL_PACKAGE_MISSING; at boot CORBEL_DATABASE_UNAVAILABLE
   */
  static forRoot(options: TypeOrmModuleOptions = {}): DynamicModule {
    const name = dataSourceName(options)
    return rootModule(name, (provide) => [{ provide, useValue: options }], {})
  }

  /**
   * As `forRoot`, with options that are made when the application starts.
   *
   * @param options where they come from
   * @throws {CorbelError} CORBEL_DATABASE_OPTIONS_MISSING if it says nothing of that
   */
  static forRootAsync(options: TypeOrmModuleAsyncOptions): DynamicModule {
    const name = dataSourceName(options)
    return rootModule(name, asyncOptions(name, options), options)
  }

  /**
   * Provides the repositories of entities in the module that imports it, and adds the entities to the data source.
   *
   * @param entities classes or schemas; and classes with `@CustomRepository`, which bring their entity
   * @param dataSource the data source's name; the default one if left out
   */
  static forFeature(
    entities: readonly EntityTarget[],
    dataSource: string = DEFAULT_DATA_SOURCE,
  ): DynamicModule {
    const providers = entities.flatMap((one) => featureProviders(one, dataSource))
    return { module: TypeOrmModule, providers, exports: providers.map(({ provide }) => provide) }
  }

  /**
   * Opens a database for each tenant when it is needed, a bounded number of them at a time. What is injected is always that
   * of the tenant for which the running code works: that of the request, or of `Tenants.run`.
   *
   * @param options how tenants are found and opened
   * @throws {CorbelError} CORBEL_PACKAGE_MISSING
   */
  static forTenants(options: TenantsModuleOptions): DynamicModule {
    const collector = new EntityCollector(dataSourceName(options))
    return tenantsModule(TypeOrmModule, loadTypeOrm(), collector, options)
  }
}

/** Provides the options under a token. */
type OptionsProviders = (provide: InjectionToken<TypeOrmModuleOptions>) => Provider[]

function rootModule(
  name: string,
  provideOptions: OptionsProviders,
  { imports = [], dataSourceFactory }: TypeOrmModuleAsyncOptions,
): DynamicModule {
  const typeorm = loadTypeOrm()
  const collector = new EntityCollector(name)
  const source = getDataSourceToken(name)
  const manager = getEntityManagerToken(name)
  const options = new InjectionToken<TypeOrmModuleOptions>(`TypeOrmModuleOptions (${name})`)
  const providers: Provider[] = [
    ...provideOptions(options),
    {
      provide: source,
      useFactory: (complete: TypeOrmModuleOptions) => {
        const resolved = resolveOptions(complete, name, collector.entities)
        return openResolved(typeorm, resolved, dataSourceFactory)
      },
      inject: [options],
    },
    { provide: manager, useFactory: (opened: DataSource) => opened.manager, inject: [source] },
    {
      provide: closingToken(name),
      useFactory: (opened: DataSource) => new Closing(opened),
      inject: [source],
    },
    ...(name === DEFAULT_DATA_SOURCE ? byClass(typeorm, source, manager) : []),
  ]
  const exports = [
    source,
    manager,
    ...(name === DEFAULT_DATA_SOURCE ? [typeorm.DataSource, typeorm.EntityManager] : []),
  ]
  return { module: TypeOrmModule, global: true, imports, providers, exports, features: [collector] }
}

/** The default data source may be injected by its class, without a decorator. */
function byClass(typeorm: TypeOrm, source: Token, manager: Token): Provider[] {
  return [
    { provide: typeorm.DataSource, useExisting: source },
    { provide: typeorm.EntityManager, useExisting: manager },
  ]
}

function asyncOptions(name: string, options: TypeOrmModuleAsyncOptions): OptionsProviders {
  const { useFactory, inject = [], useClass, useExisting } = options
  if (useFactory !== undefined) return (provide) => [{ provide, useFactory, inject }]
  const create = (factory: TypeOrmOptionsFactory): MaybePromise<TypeOrmModuleOptions> =>
    factory.createTypeOrmOptions(name)
  if (useExisting !== undefined) return (provide) => [{ provide, useFactory: create, inject: [useExisting] }]
  if (useClass === undefined) throw new DatabaseOptionsMissing({ dataSource: name })
  return (provide) => [useClass, { provide, useFactory: create, inject: [useClass] }]
}

function closingToken(name: string): InjectionToken {
  return new InjectionToken(`TypeOrmModule closing (${name})`)
}

/** Closes a data source when nothing is in flight any more. */
class Closing implements OnApplicationShutdown {
  constructor(private readonly source: DataSource) {}

  onApplicationShutdown(): Promise<void> {
    return closeDataSource(this.source)
  }
}
