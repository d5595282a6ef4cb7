import type { Class, MaybePromise } from '../common/index.js'
import type { DynamicModule, FactoryDependency, ModuleImport, Provider } from './provider.js'
import { InjectionToken, type Token } from './tokens.js'

/** Options that are made by a factory, or by a class with a factory method. */
export interface AsyncModuleOptions<Options, FactoryMethod extends string = 'create'> {
  readonly imports?: readonly ModuleImport[]
  // eslint-disable-next-line typescript/no-explicit-any -- the arguments are what `inject` names
  readonly useFactory?: (...args: any[]) => MaybePromise<Options>
  readonly inject?: readonly FactoryDependency[]
  /** Built in the module itself. */
  readonly useClass?: Class<Record<FactoryMethod, () => MaybePromise<Options>>>
  /** Provided by one of `imports`. */
  readonly useExisting?: Token
  /** Providers that the factory needs. */
  readonly provideInjectionTokensFrom?: readonly Provider[]
  readonly extraProviders?: readonly Provider[]
}

/** What `build` returns: a class to extend, and the token of the options. */
export interface ConfigurableModuleHost<
  Options,
  Method extends string,
  FactoryMethod extends string,
  Extras,
> {
  readonly ConfigurableModuleClass: Class<object> &
    Record<Method, (options: Options & Partial<Extras>) => DynamicModule> &
    Record<
      `${Method}Async`,
      (options: AsyncModuleOptions<Options, FactoryMethod> & Partial<Extras>) => DynamicModule
    >
  readonly MODULE_OPTIONS_TOKEN: Token<Options>
  /** For `typeof OPTIONS_TYPE` in signatures; has no value. */
  readonly OPTIONS_TYPE: Options & Partial<Extras>
  /** As `OPTIONS_TYPE`, of the asynchronous form. */
  readonly ASYNC_OPTIONS_TYPE: AsyncModuleOptions<Options, FactoryMethod> & Partial<Extras>
}

/** Changes the module by options that are not the module's own, such as `isGlobal`. */
export type ExtrasTransform<Extras> = (definition: DynamicModule, extras: Extras) => DynamicModule

/**
 * Builds the static methods of a configurable module: `register(options)` and `registerAsync({ useFactory … })`.
 *
 * @example
 * const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<MailOptions>()
 *   .setClassMethodName('forRoot')
 *   .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
 *   .build()
 */
export class ConfigurableModuleBuilder<
  Options = unknown,
  Method extends string = 'register',
  FactoryMethod extends string = 'create',
  Extras extends object = object,
> {
  private method = 'register'
  private factoryMethod = 'create'
  private extras: object = {}
  private transform: ExtrasTransform<never> = (definition) => definition

  /**
   * @param options `moduleName`: for messages; `optionsInjectionToken`: a token of your own for the options;
   *   `alwaysTransient`: accepted for modules that set it: here every call makes a module of its own anyway
   */
  constructor(
    private readonly options: {
      readonly moduleName?: string
      readonly optionsInjectionToken?: Token
      readonly alwaysTransient?: boolean
    } = {},
  ) {}

  /** Names the static methods; `forRoot` gives `forRoot` and `forRootAsync`. */
  setClassMethodName<M extends string>(
    name: M,
  ): ConfigurableModuleBuilder<Options, M, FactoryMethod, Extras> {
    this.method = name
    return this as unknown as ConfigurableModuleBuilder<Options, M, FactoryMethod, Extras>
  }

  /** Names the method of `useClass` and `useExisting` that makes the options. */
  setFactoryMethodName<F extends string>(name: F): ConfigurableModuleBuilder<Options, Method, F, Extras> {
    this.factoryMethod = name
    return this as unknown as ConfigurableModuleBuilder<Options, Method, F, Extras>
  }

  /**
   * Adds options that are about the module rather than for it.
   *
   * @param extras with their defaults
   * @param transform changes the module accordingly; by default `isGlobal` sets `global`
   */
  setExtras<E extends object>(
    extras: E,
    transform: ExtrasTransform<E> = (definition, { isGlobal }: E & { isGlobal?: boolean }) =>
      isGlobal === undefined ? definition : { ...definition, global: isGlobal },
  ): ConfigurableModuleBuilder<Options, Method, FactoryMethod, E> {
    this.extras = extras
    this.transform = transform
    return this as unknown as ConfigurableModuleBuilder<Options, Method, FactoryMethod, E>
  }

  /** Makes the class and the token. */
  build(): ConfigurableModuleHost<Options, Method, FactoryMethod, Extras> {
    const { factoryMethod, method, extras, transform } = this
    const name = this.options.moduleName ?? 'MODULE'
    const token = (this.options.optionsInjectionToken ??
      new InjectionToken<Options>(`${name.toUpperCase()}_OPTIONS`)) as Token<Options>
    const withExtras = (definition: DynamicModule, given: object): DynamicModule =>
      transform(definition, { ...extras, ...pick(given, extras) } as never)

    const ConfigurableModuleClass = class {
      static [method](this: Class, given?: object): DynamicModule {
        return withExtras(
          { module: this, providers: [{ provide: token, useValue: omit(given, extras) }] },
          given ?? {},
        )
      }

      static [`${method}Async`](this: Class, given: AsyncModuleOptions<Options>): DynamicModule {
        const providers = asyncProviders(token, given, factoryMethod)
        return withExtras({ module: this, imports: given.imports ?? [], providers }, given)
      }
    }
    return { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: token } as unknown as ConfigurableModuleHost<
      Options,
      Method,
      FactoryMethod,
      Extras
    >
  }
}

function asyncProviders<Options>(
  token: Token<Options>,
  given: AsyncModuleOptions<Options, string>,
  factoryMethod: string,
): Provider[] {
  const extra = [...(given.provideInjectionTokensFrom ?? []), ...(given.extraProviders ?? [])]
  if (given.useFactory !== undefined) {
    return [...extra, { provide: token, useFactory: given.useFactory, inject: given.inject ?? [] }]
  }
  const source = given.useExisting ?? given.useClass
  if (source === undefined) {
    throw new TypeError('An asynchronous module needs one of useFactory, useClass, useExisting.')
  }
  const useFactory = (
    factory: object & { readonly [method: string]: (() => MaybePromise<Options>) | undefined },
  ): MaybePromise<Options> => {
    const make = factory[factoryMethod]
    if (make !== undefined) return make.call(factory)
    throw new TypeError(
      `${factory.constructor.name} has no method ${factoryMethod}(), which makes the options.`,
    )
  }
  const provider: Provider = { provide: token, useFactory, inject: [source] }
  return given.useClass === undefined ? [...extra, provider] : [...extra, provider, given.useClass]
}

function omit(given: object | undefined, extras: object): object | undefined {
  if (given === undefined) return undefined
  // a class instance is kept as it is: its methods would be lost in a copy
  if (Object.keys(extras).length === 0 || Object.getPrototypeOf(given) !== Object.prototype) return given
  return Object.fromEntries(Object.entries(given).filter(([key]) => !(key in extras)))
}

function pick(given: object, extras: object): object {
  return Object.fromEntries(
    Object.entries(given).filter(([key, value]) => key in extras && value !== undefined),
  )
}
