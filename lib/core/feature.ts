import type { Class, MaybePromise } from '../common/index.js'
import type { ModuleRecord, Provider, ProviderRecord } from '../di/index.js'
import type { EndpointModel, PipeTransform } from '../pipeline/index.js'
import type { AppModel } from './app-model.js'
import type { LoggerService } from './logger.js'

/** A class that some module lists, as features see it before anything is built. */
export interface DeclaredClass {
  readonly type: Class
  readonly module: ModuleRecord
  readonly record: ProviderRecord
}

/** Turns an error of a library into one that says what to answer. */
export type ExplainError = (error: unknown) => Error | undefined

/** What a feature may add before the graph is checked. */
export interface AppBuilder {
  /** Makes a provider visible in every module. */
  provide(provider: Provider): void
  /**
   * Puts a pipe in front of all parameters that have no pipe of a class.
   *
   * @param pipe the pipe
   * @param type its class; a declared pipe of this class (or derived from it) takes its place
   */
  useDefaultPipe(pipe: PipeTransform<never>, type: Class): void
  /**
   * Says what errors of a library mean, where no filter has taken them.
   *
   * @param explain gives an error with a status, the other one as its cause; undefined for errors of others
   */
  explainErrors(explain: ExplainError): void
}

/** The application as features see it once it runs. */
export interface RunningApp {
  readonly model: AppModel
  readonly logger: LoggerService
}

/**
 * A capability of the framework: controllers, gateways, OpenAPI, jobs. It sees every declared class, then the whole
 * model, and nothing of the core has to know it.
 */
export interface Feature {
  /** Unique; other features name it in `requires`. */
  readonly name: string
  /** Features that must be configured, compiled and started before this one. */
  readonly requires?: readonly string[]
  /** Before the graph is checked. */
  configure?(build: AppBuilder): MaybePromise<void>
  /** For each declared class, before anything is built. Problems go to `model.report`. */
  inspect?(declared: DeclaredClass, model: AppModel): void
  /** After every class was inspected: problems that only the whole shows. */
  check?(model: AppModel): void
  /**
   * What `app.describe()` tells about an endpoint beyond handler and plan; undefined for endpoints of other features. Lines
   * for people go into `notes`, to which every feature may add.
   */
  describe?(endpoint: EndpointModel): object | undefined
  /** When all singletons are built. */
  compile?(model: AppModel): MaybePromise<void>
  /** After the hooks of the application's own classes. */
  start?(app: RunningApp): MaybePromise<void>
  /**
   * At shutdown, when the server begins to wait for requests in flight: what has no end of its own is to end now. Nobody waits
   * for what this begins; `stop` does.
   */
  drain?(): void
  /** At shutdown, before the last hooks of the application's own classes; the last started stops first. */
  stop?(): MaybePromise<void>
}
