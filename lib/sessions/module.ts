import { SESSION_STORE, type SessionStore } from '../core/index.js'
import { Module, type DynamicModule, type ModuleImport, type Provider } from '../di/index.js'
import { sessionFeature } from './feature.js'
import { SESSION_OPTIONS, type SessionModuleAsyncOptions, type SessionModuleOptions } from './options.js'
import { Sessions } from './sessions.js'

/**
 * Gives an application sessions: `@Session()` in handlers, `Sessions` everywhere.
 *
 * @example
 * @Module({ imports: [SessionModule.forRoot({ idleTimeout: '1h' })] })
 * class AppModule {}
 */
@Module()
export class SessionModule {
  /**
   * @param options where sessions are kept, and for how long
   * @throws {CorbelError} at boot: CORBEL_SESSION_OPTIONS_INVALID
   */
  static forRoot(options: SessionModuleOptions = {}): DynamicModule {
    return sessionModule({ provide: SESSION_OPTIONS, useValue: options })
  }

  /**
   * As `forRoot`, with options that are made when the application starts.
   *
   * @param options where they come from
   */
  static forRootAsync({ useFactory, inject = [], imports }: SessionModuleAsyncOptions): DynamicModule {
    return sessionModule({ provide: SESSION_OPTIONS, useFactory, inject }, imports)
  }
}

function sessionModule(options: Provider, imports: readonly ModuleImport[] = []): DynamicModule {
  const useFactory = (given: SessionModuleOptions, store: SessionStore | undefined): Sessions =>
    new Sessions(given, store)
  return {
    module: SessionModule,
    global: true,
    imports,
    providers: [
      options,
      { provide: Sessions, useFactory, inject: [SESSION_OPTIONS, { token: SESSION_STORE, optional: true }] },
    ],
    exports: [Sessions],
    features: [sessionFeature],
  }
}
