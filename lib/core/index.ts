export { AppModel } from './app-model.js'
export { ApplicationContext, type ContextOptions } from './application-context.js'
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
export { LazyModuleLoader } from './lazy-modules.js'
export { RequestContext, RequestContextMissing } from './request-context.js'
export type { AppBuilder, DeclaredClass, Feature, RunningApp } from './feature.js'
export type {
  BeforeApplicationShutdown,
  OnApplicationBootstrap,
  OnApplicationShutdown,
  OnModuleDestroy,
  OnModuleInit,
} from './hooks.js'
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
