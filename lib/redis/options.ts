import type { RedisOptions } from 'ioredis'
import type { MaybePromise } from '../common/index.js'
import { InjectionToken, type FactoryDependency, type ModuleImport } from '../di/index.js'

/** Settings of messages between processes. */
export interface RedisPubSubOptions {
  /**
   * Channels live on the shard of their name (SPUBLISH, Redis 7) instead of on every node of a Redis Cluster. All processes
   * have to say the same. Default false.
   */
  readonly sharded?: boolean
  /** Bytes of one message. Default 1 MiB. */
  readonly maxMessageSize?: number
}

/** The options of `RedisModule.forRoot`. */
export interface RedisModuleOptions {
  /** `redis://user:password@host:port/database`, `rediss://` for TLS. Default `redis://127.0.0.1:6379`. */
  readonly url?: string
  /** Stands in front of every key that Corbel writes, so that applications may share a server. Default `corbel:`. */
  readonly keyPrefix?: string
  /** Milliseconds that the server has for its first answer at boot. Default 10 000. */
  readonly bootTimeout?: number
  /** Milliseconds that a command may take; then it fails with CORBEL_REDIS_LOST. Default 5000. */
  readonly commandTimeout?: number
  /** Of the messages between processes, `PUB_SUB`. */
  readonly pubSub?: RedisPubSubOptions
  /** More options of ioredis, such as sentinels. */
  readonly connection?: RedisOptions
}

/** The options of `RedisModule.forRootAsync`. */
export interface RedisModuleAsyncOptions {
  readonly imports?: readonly ModuleImport[]
  // eslint-disable-next-line typescript/no-explicit-any -- the arguments are what `inject` names
  readonly useFactory: (...args: any[]) => MaybePromise<RedisModuleOptions>
  readonly inject?: readonly FactoryDependency[]
}

/** What stands in front of keys unless the options say otherwise. */
export const KEY_PREFIX = 'corbel:'

/** The options as they were given. */
export const REDIS_OPTIONS = new InjectionToken<RedisModuleOptions>('REDIS_OPTIONS')
