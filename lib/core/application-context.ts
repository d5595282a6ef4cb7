import { defineError, type AbstractClass, type Class } from '../common/index.js'
import {
  ContextIdFactory,
  describeToken,
  isDynamicModule,
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
import { onSignals, ShutdownSignal } from './signals.js'

/** Something was asked of an application that is closed, or about to be. */
export const ApplicationClosed = defineError<{ call: string }>(
  'CORBEL_APPLICATION_CLOSED',
  '{call} comes after close(): what the application had is given up. Create another one.',
)

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
  /** The application, where this one is selected from it: both have one life. */
  private whole: ApplicationContext | undefined
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

  /**
   * Compiles the features and runs the start hooks. Called by `listen`; calling it again does nothing.
   *
   * @throws {CorbelError} CORBEL_APPLICATION_CLOSED
   */
  init(): Promise<this> {
    if (this.initialising === undefined && this.isClosing) {
      return Promise.reject(new ApplicationClosed({ call: 'init()' }))
    }
    return (this.initialising ??= this.whole?.init().then(() => this) ?? this.start())
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
   * The application as one of its modules sees it. Its `init` and `close` are those of the application.
   *
   * @param module the module's class, or the object of a dynamic module
   * @throws {CorbelError} CORBEL_MODULE_UNKNOWN
   */
  select(module: Class | DynamicModule): ApplicationContext {
    const record = this.booted.model.graph.moduleOf(module)
    if (record === undefined)
      throw new ModuleUnknown({ module: describeToken(isDynamicModule(module) ? module.module : module) })
    const selected = new ApplicationContext(this.booted, {}, record)
    selected.whole = this
    return selected
  }

  /** Modules, providers (with their scope and its reason) and endpoints (with their steps) as plain data. */
  describe(): ApplicationDescription {
    return describeApplication(this.booted.model, this.booted.features)
  }

  /** Whether the application wants to be sent requests: false before `init()`, and as soon as it is told to stop. */
  isReady(): boolean {
    return this.booted.model.state.isReady
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
   * @param signals those of `ShutdownSignal` by default, and if there is none in the list
   */
  enableShutdownHooks(signals: readonly (NodeJS.Signals | `${ShutdownSignal}`)[] = []): this {
    const chosen = signals.length > 0 ? signals : Object.values(ShutdownSignal)
    this.forgetSignals ??= onSignals(chosen, (signal) => this.close(signal))
    return this
  }

  /**
   * Stops: readiness ends, then `onModuleDestroy`, `beforeApplicationShutdown`, transports and features, `onApplicationShutdown`. Everything
   * is called even if something fails; calling it again waits for the same end.
   *
   * @param signal handed to the hooks
   * @throws what failed first, after everything was called
   */
  close(signal?: string): Promise<void> {
    return (this.closing ??= this.whole?.close(signal) ?? this.stop(signal))
  }

  /** True from the call of `close` on. */
  protected get isClosing(): boolean {
    return this.closing !== undefined
  }

  /** What transports add to `init`, between compiling and the hooks. */
  protected async prepare(): Promise<void> {
    // nothing without a transport
  }

  /** What transports add to `close` before any hook, when the application has just said that it is not ready any more. */
  protected async withdraw(_signal: string | undefined): Promise<void> {
    // nothing without a transport
  }

  /** What transports add to `close`: requests in flight end here. */
  protected async dispose(_signal: string | undefined): Promise<void> {
    // nothing without a transport
  }

  private async start(): Promise<this> {
    const { model, features } = this.booted
    for (const feature of features) await feature.compile?.(model)
    await this.prepare()
    await callStartHooks(model.modules, 'onModuleInit')
    await callStartHooks(model.modules, 'onApplicationBootstrap')
    this.flushLogs()
    for (const feature of features) await feature.start?.({ model, logger: this.logger })
    model.state.enter('running')
    return this
  }

  private async stop(signal: string | undefined): Promise<void> {
    this.booted.model.state.enter('stopping')
    this.forgetSignals?.()
    // a start that failed was reported to its caller; what it left must still be cleaned up
    await this.initialising?.catch(() => undefined)
    const { model, features } = this.booted
    const { modules } = model
    const errors: unknown[] = []
    const attempt = async (action: () => unknown): Promise<void> => {
      try {
        await action()
      } catch (error) {
        errors.push(error)
      }
    }
    await attempt(() => this.withdraw(signal))
    errors.push(...(await callStopHooks(modules, 'onModuleDestroy', signal)))
    errors.push(...(await callStopHooks(modules, 'beforeApplicationShutdown', signal)))
    for (const feature of [...features].reverse()) await attempt(() => feature.drain?.())
    await attempt(() => this.dispose(signal))
    for (const feature of [...features].reverse()) await attempt(() => feature.stop?.())
    errors.push(...(await callStopHooks(modules, 'onApplicationShutdown', signal)))
    for (const module of model.graph.modules) module.container.clear()
    model.state.enter('stopped')
    if (errors.length === 0) return
    for (const error of errors) this.logger.error(error, 'Shutdown')
    throw errors[0]
  }

  private moduleRef(): ModuleRef {
    return this.module.providers.get(ModuleRef)!.instance as ModuleRef
  }
}
