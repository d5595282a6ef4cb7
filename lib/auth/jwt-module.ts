import type { MaybePromise } from '../common/index.js'
import { Logger } from '../core/index.js'
import { Module, type DynamicModule, type Provider } from '../di/index.js'
import { JwtOptionsInvalid } from './errors.js'
import { loadJose } from './jose.js'
import { JwtService } from './jwt-service.js'
import { readKeys } from './keys.js'
import {
  JWT_OPTIONS,
  type JwtModuleAsyncOptions,
  type JwtModuleOptions,
  type JwtOptionsFactory,
} from './options.js'

/**
 * Gives the module that imports it a `JwtService`, and `JwtGuard` what it needs.
 *
 * @example
 * @Module({ imports: [JwtModule.register({ secret: process.env.SECRET, expiresIn: '7d' })] })
 * class AuthModule {}
 */
@Module()
export class JwtModule {
  /**
   * @param options the key and what tokens are like; `global` makes the service visible in every module
   * @throws {CorbelError} at boot: CORBEL_JWT_OPTIONS_INVALID, CORBEL_PACKAGE_MISSING
   */
  static register(options: JwtModuleOptions & { readonly global?: boolean }): DynamicModule {
    return jwtModule([{ provide: JWT_OPTIONS, useValue: options }], { global: options.global ?? false })
  }

  /**
   * As `register`, with options that are made when the application starts.
   *
   * @param options where they come from
   * @throws {CorbelError} CORBEL_JWT_OPTIONS_INVALID if it says nothing of that
   */
  static registerAsync(options: JwtModuleAsyncOptions): DynamicModule {
    return jwtModule(asyncOptions(options), options)
  }
}

function jwtModule(
  options: readonly Provider[],
  { global = false, imports = [] }: JwtModuleAsyncOptions,
): DynamicModule {
  const service = { provide: JwtService, useFactory: createService, inject: [JWT_OPTIONS] }
  return {
    module: JwtModule,
    global,
    imports,
    providers: [...options, service],
    exports: [JwtService, JWT_OPTIONS],
  }
}

function asyncOptions({ useFactory, inject = [], useClass, useExisting }: JwtModuleAsyncOptions): Provider[] {
  if (useFactory !== undefined) return [{ provide: JWT_OPTIONS, useFactory, inject }]
  const create = (factory: JwtOptionsFactory): MaybePromise<JwtModuleOptions> => factory.createJwtOptions()
  if (useExisting !== undefined) return [{ provide: JWT_OPTIONS, useFactory: create, inject: [useExisting] }]
  if (useClass === undefined) {
    throw new JwtOptionsInvalid({
      reason: 'registerAsync() was given no useFactory, useClass or useExisting.',
    })
  }
  return [useClass, { provide: JWT_OPTIONS, useFactory: create, inject: [useClass] }]
}

async function createService(options: JwtModuleOptions): Promise<JwtService> {
  const jose = await loadJose()
  const keys = readKeys(options)
  if (keys.warning !== undefined) new Logger('JwtModule').warn(keys.warning)
  return new JwtService(jose, keys, options)
}
