import type { AbstractClass, Class } from '../common/index.js'
import {
  ContextIdFactory,
  ModuleRef,
  ModuleUnknown,
  type ContextId,
  type EachLookup,
  type DynamicModule,
  type LookupOptions,
  type ModuleRecord,
  type Token,
} from '../di/index.js'
import type { Booted } from './boot.js'
import { describeApplication, type ApplicationDescription } from './describe.js'
import { callStartHooks, callStopHooks } from './hooks.js'
import { LogBuffer } from './log-buffer.js'
import { loggerFor, Logger, type LoggerOption, type LoggerService } from './logger.js'
import { onSignals } from './signals.js'

/** Options of every application. */
export interface ContextOptions {
  /** A logger, the levels to print, or false for silence. Default: fatal, error, warn and log on the console. */
  readonly logger?: LoggerOption
  /** Keeps messages until `useLogger` names a logger, or until the application is initialised. Default false. */
  readonly bufferLogs?: boolean
  /** Accepted for applications that set it: Corbel always throws what is wrong, and never ends the process itself. */
  readonly abortOnError?: boolean
}

/** A running application without a transport: its modules, its container, its life. */
export class ApplicationContext {
  protected logger: LoggerService
  private initialising: Promise<this> | undefined
  private closing: Promise<void> | undefined
  private forgetSignals: (() => void) | undefined

  constructor(
    protected readonly booted: Booted,
    private readonly contextOptions: ContextOptions = {},
    private readonly module: ModuleRecord = booted.model.graph.root,
  ) {
    const { logger } = contextOptions
    this.logger = booted.logs ?? loggerFor(logger)
    if (logger !== undefined && booted.logs === undefined) Logger.overrideLogger(this.logger)
  }

  /** Compiles the features and runs the start hooks. Called by `listen`; calling it again does nothing. */
  init(): Promise<this> {
    return (this.initialising ??= this.start())
  }

  /**
   * A singleton.
   *
   * @param token what to look up
   * @param options `strict` (default false): only in the root (or selected) module; `each`: all of them
   */
  get<T = unknown>(token: Token<T> | Class<T> | AbstractClass<T>, options: EachLookup): T[]
  get<T = unknown>(token: Token<T> | Class<T> | AbstractClass<T>, options?: LookupOptions): T
  get<T = unknown>(token: Token<T> | Class<T> | AbstractClass<T>, options: LookupOptions = {}): T | T[] {
    return this.moduleRef().get<T>(token, { strict: false, ...options })
  }

  /**
   * An instance of a request-scoped or transient provider.
   *
   * @param token what to look up
   * @param contextId the tree that it belongs to; a new one if left out
   * @param options `strict` (default false); `each`: all of them
   */
  resolve<T = unknown>(
    token: Token<T> | Class<T> | AbstractClass<T>,
    contextId: ContextId | undefined,
    options: EachLookup,
  ): Promise<T[]>
  resolve<T = unknown>(
    token: Token<T> | Class<T> | AbstractClass<T>,
    contextId?: ContextId,
    options?: LookupOptions,
  ): Promise<T>
  resolve<T = unknown>(
    token: Token<T> | Class<T> | AbstractClass<T>,
    contextId: ContextId = ContextIdFactory.create(),
    options: LookupOptions = {},
  ): Promise<T | T[]> {
    return this.moduleRef().resolve<T>(token, contextId, { strict: false, ...options })
  }

  /**
   * The application as one of its modules sees it.
   *
   * @param module the module's class, or the object of a dynamic module
   * @throws {CorbelError} CORBEL_MODULE_UNKNOWN
   */
  select(module: Class | DynamicModule): ApplicationContext {
    const record = this.booted.model.graph.moduleOf(module)
    const type = typeof module === 'function' ? module : module.module
    if (record === undefined) throw new ModuleUnknown({ module: type.name })
    return new ApplicationContext(this.booted, {}, record)
  }

  /** Modules, providers (with their scope and its reason) and endpoints (with their steps) as plain data. */
  describe(): ApplicationDescription {
    return describeApplication(this.booted.model, this.booted.features)
  }

  /** Says what `REQUEST` means in a tree that was not made by a request. */
  registerRequestByContextId<T = unknown>(request: T, contextId: ContextId): void {
    this.moduleRef().registerRequestByContextId(request, contextId)
  }

  /** Sends the framework's and every `Logger`'s messages somewhere else. */
  useLogger(logger: LoggerOption): void {
    const before = this.logger
    this.logger = loggerFor(logger)
    Logger.overrideLogger(this.logger)
    if (before instanceof LogBuffer) before.flushTo(this.logger)
  }

  /** Writes what `bufferLogs` has kept. */
  flushLogs(): void {
    if (this.logger instanceof LogBuffer) this.useLogger(this.contextOptions.logger ?? true)
  }

  /**
   * Closes the application when the process is told to stop, then ends the process with exit code 0 (1 if a hook failed).
   *
   * @param signals SIGINT and SIGTERM by default
   */
  enableShutdownHooks(signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM']): this {
    this.forgetSignals ??= onSignals(signals, (signal) => this.close(signal))
    return this
  }

  /**
   * Stops: `onModuleDestroy`, `beforeApplicationShutdown`, transports and features, `onApplicationShutdown`. Everything
   * is called even if something fails; calling it again waits for the same end.
   *
   * @param signal handed to the hooks
   * @throws what failed first, after everything was called
   */
  close(signal?: string): Promise<void> {
    return (this.closing ??= this.stop(signal))
  }

  /** What transports add to `init`, between compiling and the hooks. */
  protected async prepare(): Promise<void> {
    // nothing without a transport
  }

  /** What transports add to `close`: requests in flight end here. */
  protected async dispose(): Promise<void> {
    // nothing without a transport
  }

  private async start(): Promise<this> {
    const { model, features } = this.booted
    for (const feature of features) await feature.compile?.(model)
    await this.prepare()
    await callStartHooks(model.graph.modules, 'onModuleInit')
    await callStartHooks(model.graph.modules, 'onApplicationBootstrap')
    this.flushLogs()
    for (const feature of features) await feature.start?.({ model, logger: this.logger })
    return this
  }

  private async stop(signal: string | undefined): Promise<void> {
    this.forgetSignals?.()
    // a start that failed was reported to its caller; what it left must still be cleaned up
    await this.initialising?.catch(() => undefined)
    const { model, features } = this.booted
    const { modules } = model.graph
    const errors: unknown[] = []
    const attempt = async (action: () => unknown): Promise<void> => {
      try {
        await action()
      } catch (error) {
        errors.push(error)
      }
    }
    errors.push(...(await callStopHooks(modules, 'onModuleDestroy', signal)))
    errors.push(...(await callStopHooks(modules, 'beforeApplicationShutdown', signal)))
    await attempt(() => this.dispose())
    for (const feature of [...features].reverse()) await attempt(() => feature.stop?.())
    errors.push(...(await callStopHooks(modules, 'onApplicationShutdown', signal)))
    for (const module of modules) module.container.clear()
    if (errors.length === 0) return
    for (const error of errors) this.logger.error(error, 'Shutdown')
    throw errors[0]
  }

  private moduleRef(): ModuleRef {
    return this.module.providers.get(ModuleRef)!.instance as ModuleRef
  }
}
