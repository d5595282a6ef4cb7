import type { MaybePromise } from '../common/index.js'
import type { LoggerOption } from '../core/index.js'
import {
  overrideProviders,
  Module,
  type FactoryDependency,
  type ModuleImport,
  type ModuleMetadata,
  type Provider,
  type Token,
} from '../di/index.js'
import type { Class } from '../common/index.js'
import { prepareApplication } from '../web/index.js'
import { defaultFeatures } from '../create-app.js'
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

/** Makes a value for a dependency that nothing provides. */
export type MockFactory = (token: Token) => unknown

/** Describes a testing module; `compile` builds it. */
export class TestingModuleBuilder {
  private readonly providers: { readonly token: Token; readonly replacement: Provider }[] = []
  private readonly modules = new Map<unknown, ModuleImport>()
  private mocker: MockFactory | undefined
  private logger: LoggerOption = false

  constructor(private readonly metadata: ModuleMetadata) {}

  /** Replaces a provider wherever it is provided. */
  overrideProvider(token: Token): Override {
    return this.override(token)
  }

  /** Replaces a guard wherever it is used. */
  overrideGuard(guard: Token): Override {
    return this.override(guard)
  }

  /** Replaces an interceptor wherever it is used. */
  overrideInterceptor(interceptor: Token): Override {
    return this.override(interceptor)
  }

  /** Replaces a pipe wherever it is used. */
  overridePipe(pipe: Token): Override {
    return this.override(pipe)
  }

  /** Replaces an exception filter wherever it is used. */
  overrideFilter(filter: Token): Override {
    return this.override(filter)
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
   * @throws {BootFailed} CORBEL_BOOT_FAILED with every problem found
   */
  async compile(): Promise<TestingModule> {
    class RootTestModule {}
    Module(this.metadata)(RootTestModule)
    const prepared = await prepareApplication(RootTestModule, {
      features: defaultFeatures({}),
      overrides: this.modules,
      onGraph: (graph) => {
        for (const { token, replacement } of this.providers) overrideProviders(graph, token, replacement)
      },
      ...(this.mocker !== undefined && { mocker: this.mocker }),
    })
    return new TestingModule(prepared, { logger: this.logger })
  }

  private override(token: Token): Override {
    const replace = (replacement: Provider): this => {
      this.providers.push({ token, replacement })
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
