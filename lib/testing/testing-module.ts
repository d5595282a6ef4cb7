import { ApplicationContext, type ContextOptions } from '../core/index.js'
import { Application, type PreparedApplication } from '../web/index.js'
import type { CreateAppOptions } from '../create-app.js'
import { TestingAppExists } from './errors.js'

/** A compiled testing module: look providers up, or make an application of it. */
export class TestingModule extends ApplicationContext {
  private application: Application | undefined

  /** Use `Test.createTestingModule(…).compile()`. */
  constructor(
    private readonly prepared: PreparedApplication,
    private readonly defaults: ContextOptions,
  ) {
    super(prepared.booted, defaults)
  }

  /**
   * An application over the same instances. Call `init()` on it, then `inject`, `fetch`, or a test client on
   * `getHttpServer()`.
   *
   * @param options as for `createApp`; with the module's logger by default, and without listeners for signals
   * @returns the same application each time
   * @throws {CorbelError} CORBEL_TESTING_APP_EXISTS if there are options, and an application already
   */
  createApp(options: CreateAppOptions = {}): Application {
    if (this.application !== undefined && Object.keys(options).length > 0) throw new TestingAppExists({})
    return (this.application ??= new Application(this.prepared, {
      ...this.defaults,
      shutdownSignals: false,
      ...options,
    }))
  }

  /** Compiles the features and runs the start hooks, once, whether an application is made before, later, or not at all. */
  override async init(): Promise<this> {
    await this.createApp().init()
    return this
  }

  /** Closes the application, if there is one, otherwise the module. */
  override close(signal?: string): Promise<void> {
    return this.application === undefined ? super.close(signal) : this.application.close(signal)
  }
}
