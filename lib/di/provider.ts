import type { Class, MaybePromise } from '../common/index.js'
import type { Scope } from './decorators.js'
import type { ForwardReference, Token } from './tokens.js'

/** A dependency of a factory. */
export type FactoryDependency =
  Token | ForwardReference | { readonly token: Token | ForwardReference; readonly optional: boolean }

/** Builds a class under a token. */
export interface ClassProvider<T = unknown> {
  readonly provide: Token<T>
  readonly useClass: Class<T>
  readonly scope?: Scope
  readonly durable?: boolean
}

/** Gives a value as it is. */
export interface ValueProvider<T = unknown> {
  readonly provide: Token<T>
  readonly useValue: T
}

/** Calls a function, and waits for what it returns. */
export interface FactoryProvider<T = unknown> {
  readonly provide: Token<T>
  // eslint-disable-next-line typescript/no-explicit-any -- the arguments are what `inject` names
  readonly useFactory: (...args: any[]) => MaybePromise<T>
  readonly inject?: readonly FactoryDependency[]
  readonly scope?: Scope
  readonly durable?: boolean
}

/** Gives another provider a second name; both are the same instance. */
export interface ExistingProvider<T = unknown> {
  readonly provide: Token<T>
  readonly useExisting: Token
}

/** Every form in which a module may list a provider. */
export type Provider<T = unknown> =
  Class<T> | ClassProvider<T> | ValueProvider<T> | FactoryProvider<T> | ExistingProvider<T>

/** What may stand in `imports`. */
export type ModuleImport = Class | DynamicModule | Promise<DynamicModule> | ForwardReference

/** What may stand in `exports`. */
export type ModuleExport = Token | Provider | DynamicModule | Promise<DynamicModule> | ForwardReference

/** The content of `@Module`. */
export interface ModuleMetadata {
  readonly imports?: readonly ModuleImport[]
  readonly controllers?: readonly Class[]
  readonly providers?: readonly Provider[]
  readonly exports?: readonly ModuleExport[]
  /** Features that the module brings into the application; the floor above knows their shape. */
  readonly features?: readonly object[]
}

/** A module made at run time; its lists are added to those of the class's `@Module`. */
export interface DynamicModule extends ModuleMetadata {
  readonly module: Class
  readonly global?: boolean
}

/** Tells a dynamic module from a class. */
export function isDynamicModule(value: unknown): value is DynamicModule {
  return typeof value === 'object' && value !== null && typeof (value as DynamicModule).module === 'function'
}

/** Tells a provider written as an object from a class or token. */
export function isProviderObject(value: unknown): value is Exclude<Provider, Class> {
  return typeof value === 'object' && value !== null && 'provide' in value
}

/** A form that is there, but undefined, is as if it were not: options are often passed on like that. */
export function hasForm<F extends 'useClass' | 'useFactory' | 'useExisting'>(
  provider: Exclude<Provider, Class>,
  form: F,
): provider is Extract<Exclude<Provider, Class>, Record<F, unknown>> {
  return (provider as Partial<Record<F, unknown>>)[form] !== undefined
}
