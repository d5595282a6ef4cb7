import { ApplicationContext, type ContextOptions } from '../core/index.js'
import { Application, type PreparedApplication } from '../web/index.js'
import type { CreateAppOptions } from '../create-app.js'

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
   */
  createApp(options: CreateAppOptions = {}): Application {
    return (this.application ??= new Application(this.prepared, {
      ...this.defaults,
      shutdownSignals: false,
      ...options,
    }))
  }

  /** Closes the application, if there is one, otherwise the module. */
  override close(signal?: string): Promise<void> {
    return this.application === undefined ? super.close(signal) : this.application.close(signal)
  }
}
