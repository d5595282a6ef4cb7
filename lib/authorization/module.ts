import { Module, type DynamicModule, type ModuleImport, type Provider } from '../di/index.js'
import { APP_GUARD } from '../pipeline/index.js'
import { Authorizer } from './authorizer.js'
import { authorizationFeature } from './feature.js'
import { RuleNotes } from './notes.js'
import {
  AUTHORIZATION_OPTIONS,
  type AuthorizationAsyncOptions,
  type AuthorizationOptions,
} from './options.js'

/**
 * Makes `@Roles`, `@Permissions`, `@Can` and `@VisibleTo` count, on every transport and whichever guard says who calls.
 * Import it once, in the root module.
 *
 * @example
 * @Module({ imports: [AuthModule.forRoot({ … }), AuthorizationModule.forRoot({ denyByDefault: true })] })
 */
@Module()
export class AuthorizationModule {
  /**
   * @param options roles, and what counts where nothing is said
   * @throws {CorbelError} at boot: CORBEL_AUTHORIZATION_INVALID, CORBEL_POLICY_INVALID
   */
  static forRoot(options: AuthorizationOptions = {}): DynamicModule {
    return authorizationModule({ provide: AUTHORIZATION_OPTIONS, useValue: options })
  }

  /**
   * As `forRoot`, with options that are made when the application starts.
   *
   * @param options where they come from
   */
  static forRootAsync({ useFactory, inject = [], imports }: AuthorizationAsyncOptions): DynamicModule {
    return authorizationModule({ provide: AUTHORIZATION_OPTIONS, useFactory, inject }, imports)
  }
}

function authorizationModule(options: Provider, imports: readonly ModuleImport[] = []): DynamicModule {
  return {
    module: AuthorizationModule,
    global: true,
    imports,
    providers: [
      options,
      {
        provide: Authorizer,
        useFactory: (given: AuthorizationOptions) => new Authorizer(given),
        inject: [AUTHORIZATION_OPTIONS],
      },
      { provide: APP_GUARD, useClass: RuleNotes },
    ],
    exports: [Authorizer],
    features: [authorizationFeature()],
  }
}
