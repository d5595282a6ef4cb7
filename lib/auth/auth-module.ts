import type { Class, MaybePromise } from '../common/index.js'
import {
  InjectionToken,
  Module,
  type DynamicModule,
  type FactoryDependency,
  type ModuleImport,
  type Provider,
  type Token,
} from '../di/index.js'
import { APP_GUARD } from '../pipeline/index.js'
import { AuthenticationGuard } from './authentication-guard.js'
import { changePasswordController } from './change-password.js'
import { AuthOptionsInvalid } from './errors.js'
import { authFeature } from './feature.js'
import { StrategyRegistry, type AuthOptions } from './strategy-registry.js'

/** What is about the module rather than for it. */
export interface AuthModuleExtras {
  /** False to guard only what carries `@UseGuards(AuthenticationGuard)`. Default true: the guard stands before every endpoint. */
  readonly guardAll?: boolean
}

/** Makes options in a class of the application's own. */
export interface AuthOptionsFactory {
  createAuthOptions(): MaybePromise<Omit<AuthOptions, 'changePassword'>>
}

/** The options of `AuthModule.forRootAsync`. */
export interface AuthModuleAsyncOptions extends AuthModuleExtras, Pick<AuthOptions, 'changePassword'> {
  readonly imports?: readonly ModuleImport[]
  // eslint-disable-next-line typescript/no-explicit-any -- the arguments are what `inject` names
  readonly useFactory?: (...args: any[]) => MaybePromise<Omit<AuthOptions, 'changePassword'>>
  readonly inject?: readonly FactoryDependency[]
  readonly useClass?: Class<AuthOptionsFactory>
  readonly useExisting?: Token<AuthOptionsFactory>
}

const AUTH_OPTIONS = new InjectionToken<AuthOptions>('AUTH_OPTIONS')

/**
 * Says in which ways callers may show who they are, and asks them: every endpoint of every transport that is not
 * `@Public()`. Import it once, in the root module.
 *
 * @example
 * @Module({ imports: [AuthModule.forRoot({ strategies: [new BasicStrategy({ verify })] })] })
 */
@Module()
export class AuthModule {
  /**
   * @param options strategies, and which of them count by default
   * @throws {CorbelError} at boot: CORBEL_AUTH_OPTIONS_INVALID, CORBEL_AUTH_STRATEGY_UNKNOWN
   */
  static forRoot(options: AuthOptions & AuthModuleExtras): DynamicModule {
    return authModule([{ provide: AUTH_OPTIONS, useValue: options }], options)
  }

  /**
   * As `forRoot`, with strategies that need what the container has.
   *
   * @param options where they come from
   * @throws {CorbelError} CORBEL_AUTH_OPTIONS_INVALID if it says nothing of that
   * @example
   * AuthModule.forRootAsync({
   *   imports: [JwtModule.register({ secret })],
   *   inject: [JwtService],
   *   useFactory: (jwt: JwtService) => ({ strategies: [new BearerStrategy({ tokens: jwt })] }),
   * })
   */
  static forRootAsync(options: AuthModuleAsyncOptions): DynamicModule {
    return authModule(optionsOf(options), options)
  }
}

function authModule(options: readonly Provider[], given: AuthModuleAsyncOptions): DynamicModule {
  const { imports = [], guardAll = true, changePassword } = given
  const registry = {
    provide: StrategyRegistry,
    useFactory: (chosen: AuthOptions) => new StrategyRegistry(chosen),
    inject: [AUTH_OPTIONS],
  }
  return {
    module: AuthModule,
    global: true,
    imports,
    controllers: changePassword === undefined ? [] : [changePasswordController(changePassword)],
    providers: [
      ...options,
      registry,
      AuthenticationGuard,
      ...(guardAll ? [{ provide: APP_GUARD, useExisting: AuthenticationGuard }] : []),
    ],
    exports: [AuthenticationGuard, StrategyRegistry],
    features: [authFeature()],
  }
}

function optionsOf({ useFactory, inject = [], useClass, useExisting }: AuthModuleAsyncOptions): Provider[] {
  if (useFactory !== undefined) return [{ provide: AUTH_OPTIONS, useFactory, inject }]
  const create = (factory: AuthOptionsFactory): MaybePromise<AuthOptions> => factory.createAuthOptions()
  if (useExisting !== undefined) return [{ provide: AUTH_OPTIONS, useFactory: create, inject: [useExisting] }]
  if (useClass === undefined) {
    throw new AuthOptionsInvalid({
      reason: 'forRootAsync() was given no useFactory, useClass or useExisting.',
    })
  }
  return [useClass, { provide: AUTH_OPTIONS, useFactory: create, inject: [useClass] }]
}
