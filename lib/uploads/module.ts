import type { Class, MaybePromise } from '../common/index.js'
import {
  Module,
  type DynamicModule,
  type FactoryDependency,
  type ModuleImport,
  type Provider,
} from '../di/index.js'
import { UploadOptionsInvalid } from './errors.js'
import { UPLOAD_OPTIONS, type UploadOptions } from './options.js'

/** A class that makes the options of uploads; either name will do. */
export interface UploadOptionsFactory {
  createUploadOptions?(): MaybePromise<UploadOptions>
  createMulterOptions?(): MaybePromise<UploadOptions>
}

/** Options that are made when the application starts. */
export interface UploadsModuleAsyncOptions {
  readonly imports?: readonly ModuleImport[]
  // eslint-disable-next-line typescript/no-explicit-any -- the arguments are what `inject` names
  readonly useFactory?: (...args: any[]) => MaybePromise<UploadOptions>
  readonly inject?: readonly FactoryDependency[]
  /** Built in the module itself. */
  readonly useClass?: Class<UploadOptionsFactory>
  /** Provided by one of `imports`. */
  readonly useExisting?: Class<UploadOptionsFactory>
  /** Visible in every module. Default false. */
  readonly global?: boolean
}

/**
 * Gives the upload interceptors of the module that imports it their options.
 *
 * @example
 * @Module({ imports: [UploadsModule.register({ limits: { fileSize: 5 * 1024 * 1024 } })] })
 */
@Module()
export class UploadsModule {
  /**
   * @param options limits, storage, filter; `global` makes them visible in every module
   */
  static register({
    global = false,
    ...options
  }: UploadOptions & { readonly global?: boolean } = {}): DynamicModule {
    return uploadsModule([{ provide: UPLOAD_OPTIONS, useValue: options }], { global })
  }

  /**
   * As `register`, with options that are made when the application starts.
   *
   * @param options where they come from
   * @throws {CorbelError} CORBEL_UPLOAD_OPTIONS_INVALID if it says nothing of that
   */
  static registerAsync(options: UploadsModuleAsyncOptions): DynamicModule {
    return uploadsModule(asyncProviders(options), options)
  }
}

function uploadsModule(
  providers: readonly Provider[],
  { global = false, imports = [] }: UploadsModuleAsyncOptions,
): DynamicModule {
  return { module: UploadsModule, global, imports, providers: [...providers], exports: [UPLOAD_OPTIONS] }
}

function asyncProviders({
  useFactory,
  inject = [],
  useClass,
  useExisting,
}: UploadsModuleAsyncOptions): Provider[] {
  if (useFactory !== undefined) return [{ provide: UPLOAD_OPTIONS, useFactory, inject }]
  const source = useExisting ?? useClass
  if (source === undefined) {
    throw new UploadOptionsInvalid({
      reason: 'registerAsync() was given no useFactory, useClass or useExisting.',
    })
  }
  const create = (factory: UploadOptionsFactory): MaybePromise<UploadOptions> =>
    factory.createUploadOptions?.() ?? factory.createMulterOptions?.() ?? {}
  const provider: Provider = { provide: UPLOAD_OPTIONS, useFactory: create, inject: [source] }
  return useExisting === undefined ? [source, provider] : [provider]
}
