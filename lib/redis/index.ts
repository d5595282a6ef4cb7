export { RedisCache } from './cache.js'
export { RedisChannelRefused, RedisLost, RedisMessageTooLarge, RedisUnavailable } from './errors.js'
export { REDIS, RedisModule } from './module.js'
export {
  REDIS_OPTIONS,
  type RedisModuleAsyncOptions,
  type RedisModuleOptions,
  type RedisPubSubOptions,
} from './options.js'
export { RedisPubSub } from './pub-sub.js'
export { RedisRateLimitStore } from './rate-limit-store.js'
export { RedisSessionStore } from './session-store.js'
