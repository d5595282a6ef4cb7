import type { DataSource } from 'typeorm'
import { CACHE, SESSION_STORE } from '../../../core/index.js'
import { Module, type DynamicModule } from '../../../di/index.js'
import { DEFAULT_DATA_SOURCE, getDataSourceToken } from '../../index.js'
import { TypeOrmModule } from '../module.js'
import { TypeOrmCache } from './cache.js'
import { storeEntities } from './entities.js'
import { TypeOrmSessionStore } from './session-store.js'

/** The options of `TypeOrmStoresModule.forRoot`. */
export interface TypeOrmStoresOptions {
  /** The name of the data source. Default: the default one. */
  readonly dataSource?: string
}

/**
 * Keeps sessions and the cache in the application's database, where all processes see them: `SESSION_STORE` and `CACHE`, everywhere.
 * The tables `corbel_sessions` and `corbel_cache` are entities of the data source: migrations make them.
 *
 * @example
 * @Module({ imports: [TypeOrmModule.forRoot({ … }), TypeOrmStoresModule.forRoot(), SessionModule.forRoot()] })
 */
@Module()
export class TypeOrmStoresModule {
  /**
   * @param options which data source
   * @throws {CorbelError} CORBEL_PACKAGE_MISSING
   */
  static forRoot({ dataSource = DEFAULT_DATA_SOURCE }: TypeOrmStoresOptions = {}): DynamicModule {
    const { cache, sessions } = storeEntities()
    const inject = [getDataSourceToken(dataSource)]
    return {
      module: TypeOrmStoresModule,
      global: true,
      imports: [TypeOrmModule.forFeature([cache, sessions], dataSource)],
      providers: [
        {
          provide: SESSION_STORE,
          useFactory: (source: DataSource) => new TypeOrmSessionStore(source),
          inject,
        },
        { provide: CACHE, useFactory: (source: DataSource) => new TypeOrmCache(source), inject },
      ],
      exports: [SESSION_STORE, CACHE],
    }
  }
}
