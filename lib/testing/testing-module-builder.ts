import type { MaybePromise } from '../common/index.js'
import type { LoggerOption } from '../core/index.js'
import {
  Module,
  type FactoryDependency,
  type ModuleImport,
  type ModuleMetadata,
  type Provider,
  type ProviderOverride,
  type Token,
} from '../di/index.js'
import type { Class } from '../common/index.js'
import { prepareApplication } from '../web/index.js'
import { defaultFeatures } from '../create-app.js'
import { TestingPreview } from './errors.js'
import { TestingModule } from './testing-module.js'

/** What a provider or enhancer is replaced by. */
export interface Override {
  useValue(value: unknown): TestingModuleBuilder
  useClass(type: Class): TestingModuleBuilder
  useFactory(options: {
    // eslint-disable-next-line typescript/no-explicit-any -- the arguments are what `inject` names
    readonly factory: (...args: any[]) => unknown
    readonly inject?: readonly FactoryDependency[]
  }): TestingModuleBuilder
}

/** Options of `compile`. */
export interface CompileOptions {
  readonly snapshot?: boolean
  readonly preview?: boolean
}

/** Makes a value for a dependency that nothing provides. */
export type MockFactory = (token: Token) => unknown

/** Describes a testing module; `compile` builds it. */
export class TestingModuleBuilder {
  private readonly replaced = new Map<Token, ProviderOverride>()
  private readonly modules = new Map<unknown, ModuleImport>()
  private mocker: MockFactory | undefined
  private logger: LoggerOption = false

  constructor(private readonly metadata: ModuleMetadata) {}

  /** Replaces a provider wherever it is provided. */
  overrideProvider(token: Token): Override {
    return this.override(token)
  }

  /** Replaces a guard wherever it is used: by decorators, and as `APP_GUARD`. */
  overrideGuard(guard: Token): Override {
    return this.override(guard, true)
  }

  /** Replaces an interceptor wherever it is used: by decorators, and as `APP_INTERCEPTOR`. */
  overrideInterceptor(interceptor: Token): Override {
    return this.override(interceptor, true)
  }

  /** Replaces a pipe wherever it is used: by decorators, and as `APP_PIPE`. */
  overridePipe(pipe: Token): Override {
    return this.override(pipe, true)
  }

  /** Replaces an exception filter wherever it is used: by decorators, and as `APP_FILTER`. */
  overrideFilter(filter: Token): Override {
    return this.override(filter, true)
  }

  /** Replaces a module, and with it everything that only it imports. */
  overrideModule(module: ModuleImport): { useModule(replacement: ModuleImport): TestingModuleBuilder } {
    return {
      useModule: (replacement) => {
        this.modules.set(module, replacement)
        return this
      },
    }
  }

  /** Mocks what is missing. */
  useMocker(mocker: MockFactory): this {
    this.mocker = mocker
    return this
  }

  /** Shows messages; testing modules are silent by default. */
  setLogger(logger: LoggerOption): this {
    this.logger = logger
    return this
  }

  /**
   * Builds the module's singletons.
   *
   * @param options accepted for tests that set them: `describe()` gives what a snapshot would
   * @throws {BootFailed} CORBEL_BOOT_FAILED with every problem found
   * @throws {CorbelError} CORBEL_TESTING_PREVIEW
   */
  async compile(options: CompileOptions = {}): Promise<TestingModule> {
    if (options.preview === true) throw new TestingPreview({})
    class RootTestModule {}
    Module(this.metadata)(RootTestModule)
    const prepared = await prepareApplication(RootTestModule, {
      features: defaultFeatures({}),
      logger: this.logger,
      overrides: this.modules,
      replaced: this.replaced,
      ...(this.mocker !== undefined && { mocker: this.mocker }),
    })
    return new TestingModule(prepared, { logger: this.logger })
  }

  private override(token: Token, everyToken = false): Override {
    const replace = (replacement: Provider): this => {
      this.replaced.set(token, { replacement, everyToken })
      return this
    }
    return {
      useValue: (useValue) => replace({ provide: token, useValue }),
      useClass: (useClass) => replace({ provide: token, useClass }),
      useFactory: ({ factory, inject = [] }) =>
        replace({
          provide: token,
          useFactory: factory as (...args: unknown[]) => MaybePromise<unknown>,
          inject,
        }),
    }
  }
}

/** Where tests begin. */
export const Test = {
  /**
   * Describes a module for a test.
   *
   * @param metadata as for `@Module`
   * @example
   * const module = await Test.createTestingModule({ imports: [UsersModule] })
   *   .overrideProvider(Mailer).useValue({ send: jest.fn() })
   *   .compile()
   */
  createTestingModule(metadata: ModuleMetadata): TestingModuleBuilder {
    return new TestingModuleBuilder(metadata)
  },
}
