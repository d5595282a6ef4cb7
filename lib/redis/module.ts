import type { Redis } from 'ioredis'
import {
  CACHE,
  PUB_SUB,
  RATE_LIMIT_STORE,
  SESSION_STORE,
  type Feature,
  type OnApplicationShutdown,
} from '../core/index.js'
import { InjectionToken, Module, type DynamicModule, type ModuleImport, type Provider } from '../di/index.js'
import { RedisCache } from './cache.js'
import { isLoss, RedisLost } from './errors.js'
import { openRedis } from './open.js'
import { REDIS_OPTIONS, type RedisModuleAsyncOptions, type RedisModuleOptions } from './options.js'
import { RedisPubSub } from './pub-sub.js'
import { RedisRateLimitStore } from './rate-limit-store.js'
import { RedisSessionStore } from './session-store.js'

/** The connection of the application, for commands of its own. */
export const REDIS = new InjectionToken<Redis>('REDIS')

/** Closes the connection when nothing is in flight any more. */
class Closing implements OnApplicationShutdown {
  constructor(
    private readonly redis: Redis,
    private readonly pubSub: RedisPubSub,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.pubSub.close()
    const closed = new Promise<void>((resolve) => void this.redis.once('end', resolve))
    try {
      await this.redis.quit()
      await closed
    } catch {
      // there is no server to take leave of
      this.redis.disconnect()
    }
  }
}

const CLOSING = new InjectionToken<Closing>('RedisModule closing')

/**
 * Connects an application with a Redis server at boot, and closes the connection last at shutdown. Everywhere, `REDIS`
 * is the connection, and `CACHE`, `SESSION_STORE` and `RATE_LIMIT_STORE` are what all processes share; `PUB_SUB` carries
 * messages between them, over one more connection as soon as something listens.
 *
 * @example
 * @Module({ imports: [RedisModule.forRoot({ url: process.env.REDIS_URL })] })
 * class AppModule {}
 */
@Module()
export class RedisModule {
  /**
   * @param options where the server is
   * @throws {CorbelError} at boot: CORBEL_REDIS_UNAVAILABLE, CORBEL_PACKAGE_MISSING
   */
  static forRoot(options: RedisModuleOptions = {}): DynamicModule {
    return redisModule({ provide: REDIS_OPTIONS, useValue: options })
  }

  /**
   * As `forRoot`, with options that are made when the application starts.
   *
   * @param options where they come from
   */
  static forRootAsync({ useFactory, inject = [], imports }: RedisModuleAsyncOptions): DynamicModule {
    return redisModule({ provide: REDIS_OPTIONS, useFactory, inject }, imports)
  }
}

function redisModule(options: Provider, imports: readonly ModuleImport[] = []): DynamicModule {
  const inject = [REDIS, REDIS_OPTIONS]
  return {
    module: RedisModule,
    global: true,
    imports,
    providers: [
      options,
      { provide: REDIS, useFactory: openRedis, inject: [REDIS_OPTIONS] },
      {
        provide: CLOSING,
        useFactory: (redis: Redis, pubSub: RedisPubSub) => new Closing(redis, pubSub),
        inject: [REDIS, PUB_SUB],
      },
      {
        provide: PUB_SUB,
        useFactory: (redis: Redis, { keyPrefix, pubSub }: RedisModuleOptions) =>
          new RedisPubSub(redis, keyPrefix, pubSub),
        inject,
      },
      driver(CACHE, RedisCache, inject),
      driver(SESSION_STORE, RedisSessionStore, inject),
      driver(RATE_LIMIT_STORE, RedisRateLimitStore, inject),
    ],
    exports: [REDIS, CACHE, SESSION_STORE, RATE_LIMIT_STORE, PUB_SUB],
    features: [explaining],
  }
}

function driver<T>(
  provide: InjectionToken<T>,
  type: new (redis: Redis, prefix: string | undefined) => T,
  inject: readonly InjectionToken[],
): Provider {
  const useFactory = (redis: Redis, { keyPrefix }: RedisModuleOptions): T => new type(redis, keyPrefix)
  return { provide, useFactory, inject }
}

const explaining: Feature = {
  name: 'redis',
  configure(build) {
    build.explainErrors((error) => (isLoss(error) ? new RedisLost({}, { cause: error }) : undefined))
  },
}
