import { Module, type DynamicModule, type ModuleImport, type Provider } from '../../di/index.js'
import { rateLimitFeature } from './feature.js'
import {
  RATE_LIMIT_OPTIONS,
  type RateLimitModuleAsyncOptions,
  type RateLimitModuleOptions,
} from './options.js'

/**
 * Limits how much clients may ask for: `limits` for all routes, `@RateLimit` for some. What is left is told in headers;
 * too much is answered 429 with `Retry-After`.
 *
 * @example
 * @Module({ imports: [RateLimitModule.forRoot({ limits: [{ limit: 100, window: '1m' }] })] })
 * class AppModule {}
 */
@Module()
export class RateLimitModule {
  /** @param options limits of all routes, and where they are counted */
  static forRoot(options: RateLimitModuleOptions = {}): DynamicModule {
    return rateLimitModule({ provide: RATE_LIMIT_OPTIONS, useValue: options })
  }

  /**
   * As `forRoot`, with options that are made when the application starts.
   *
   * @param options where they come from
   */
  static forRootAsync({ useFactory, inject = [], imports }: RateLimitModuleAsyncOptions): DynamicModule {
    return rateLimitModule({ provide: RATE_LIMIT_OPTIONS, useFactory, inject }, imports)
  }
}

function rateLimitModule(options: Provider, imports: readonly ModuleImport[] = []): DynamicModule {
  return {
    module: RateLimitModule,
    global: true,
    imports,
    providers: [options],
    exports: [RATE_LIMIT_OPTIONS],
    features: [rateLimitFeature],
  }
}
