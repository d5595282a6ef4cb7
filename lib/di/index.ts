export { advise, type AdvisedCall, type Around } from './advice.js'
export {
  ConfigurableModuleBuilder,
  type AsyncModuleOptions,
  type ConfigurableModuleHost,
  type ExtrasTransform,
} from './configurable-module.js'
export {
  ContextIdFactory,
  REQUEST_CONTEXT_ID,
  ResolutionScope,
  scopeOf,
  type ContextId,
  type ContextIdResolver,
  type ContextIdStrategy,
  type HostComponentInfo,
} from './context-id.js'
export {
  Global,
  Inject,
  Injectable,
  mixin,
  Module,
  Optional,
  Scope,
  type InjectableOptions,
  type InjectValue,
} from './decorators.js'
export {
  BootFailed,
  DecoratorMisplaced,
  DependencyCycle,
  DependencyMissing,
  DependencyUndefined,
  ExportUnknown,
  ModuleEntryFailed,
  ModuleEntryInvalid,
  ModuleUnknown,
  ProviderFailed,
  ProviderNotExported,
  ProviderScoped,
  ProviderUnbuilt,
  ProviderUnknown,
} from './errors.js'
export { Injector } from './injector.js'
export { linkGraph } from './link.js'
export { ModuleGraph, type ModuleOverrides } from './module-graph.js'
export { ModuleRef, type EachLookup, type LookupOptions } from './module-ref.js'
export type { ProviderOverride, ProviderOverrides } from './override.js'
export {
  isDynamicModule,
  type ClassProvider,
  type DynamicModule,
  type ExistingProvider,
  type FactoryDependency,
  type FactoryProvider,
  type ModuleExport,
  type ModuleImport,
  type ModuleMetadata,
  type Provider,
  type ValueProvider,
} from './provider.js'
export {
  aliasTarget,
  initialisationOrder,
  ModuleRecord,
  ProviderRecord,
  type Dependency,
  type ProviderRole,
} from './records.js'
export {
  describeToken,
  forwardRef,
  InjectionToken,
  INQUIRER,
  isForwardReference,
  REQUEST,
  type ForwardReference,
  type Token,
} from './tokens.js'
export type { Visibility } from './visibility.js'
export { propertyDependencies } from './dependencies.js'
