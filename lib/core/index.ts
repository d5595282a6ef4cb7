export { AppModel } from './app-model.js'
export { ApplicationState, type ApplicationPhase } from './application-state.js'
export { ApplicationClosed, ApplicationContext, type ContextOptions } from './application-context.js'
export { addInjectable, boot, FeatureMissing, type Booted, type BootOptions } from './boot.js'
export { createContext } from './create-context.js'
export type {
  ApplicationDescription,
  EndpointDescription,
  ModuleDescription,
  ProviderDescription,
} from './describe.js'
export {
  DiscoveredClass,
  DiscoveryModule,
  DiscoveryService,
  type DiscoverableDecorator,
  type DiscoveryOptions,
} from './discovery.js'
export { formatDescription } from './format-description.js'
export { LazyModuleLoader } from './lazy-modules.js'
export { RequestContext, RequestContextMissing } from './request-context.js'
export type { AppBuilder, DeclaredClass, ExplainError, Feature, RunningApp } from './feature.js'
export type {
  BeforeApplicationShutdown,
  OnApplicationBootstrap,
  OnApplicationShutdown,
  OnModuleDestroy,
  OnModuleInit,
} from './hooks.js'
export { onSignals } from './signals.js'
export {
  ConsoleLogger,
  LOG_LEVELS,
  Logger,
  loggerFor,
  type ConsoleLoggerOptions,
  type LoggerOption,
  type LoggerService,
  type LogLevel,
} from './logger.js'
export { ShutdownSignal } from './signals.js'
export {
  AFTER_COMMIT,
  AUDIT_LOG,
  BoundedMap,
  CACHE,
  ConsoleAuditLog,
  ENTITY_WRITES,
  MemoryAuditLog,
  MemoryCache,
  MemoryRateLimitStore,
  MemorySessionStore,
  RATE_LIMIT_STORE,
  recordAudit,
  SESSION_STORE,
  type AfterCommit,
  type AuditEvent,
  type AuditLog,
  type BoundedMapOptions,
  type Cache,
  type EntityWritesListener,
  type MemoryBounds,
  type RateLimitAlgorithm,
  type RateLimitQuota,
  type RateLimitState,
  type RateLimitStore,
  type SessionRecord,
  type SessionStore,
} from './ports/index.js'
export {
  DEFAULT_LOCK_TTL,
  LockTaken,
  MemoryLock,
  TimedLease,
  type Lock,
  type LockLease,
  type LockOptions,
} from './ports/lock.js'
export {
  ChannelListeners,
  MemoryPubSub,
  PUB_SUB,
  subscription,
  type MessageListener,
  type PubSub,
  type Subscription,
} from './ports/pub-sub.js'
export { mailAddress, MAILER, MemoryMailer, type Mail, type Mailer } from './ports/mailer.js'
export { MODEL_DESCRIBERS, type DescribeModel, type ModelProperty } from './ports/model-describer.js'
export { attachPrincipal, callerOf, principalOf, type Principal } from './ports/principal.js'
