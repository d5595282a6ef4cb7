import type { MaybePromise } from '../common/index.js'
import { ConsoleLogger, onSignals, type LoggerService } from '../core/index.js'
import {
  cluster,
  Supervisor,
  workerLink,
  type BoundAddress,
  type SupervisorOptions,
} from '../server/index.js'

/** How many workers there are, and who looks after them. */
export interface WorkersOptions extends Pick<SupervisorOptions, 'workers' | 'crashes'> {
  /** Hears of starts, ends and reloads. Default: a console logger. */
  readonly logger?: LoggerService
  /** Stops on SIGINT and SIGTERM, and reloads on SIGHUP. Default true. */
  readonly signals?: boolean
}

/** The workers, as the primary sees them. */
export interface WorkerGroup {
  /** Where they listen. */
  readonly addresses: readonly BoundAddress[]
  /** The process ids of those that are ready. */
  readonly pids: readonly number[]
  /**
   * Replaces them by new ones, which read the script anew, one after the other and without a gap.
   *
   * @throws {CorbelError} CORBEL_WORKERS_RELOAD_FAILED
   */
  reload(): Promise<void>
  /** Tells them to stop, each as `app.close(signal)` does, and waits for them. */
  close(signal?: string): Promise<void>
}

/**
 * Runs a script in several processes: this one, the primary, only starts and watches them; each worker runs the script
 * again, and `main` in it.
 *
 * @param options how many
 * @param main builds the application and listens; called in workers only
 * @returns in the primary, when all workers are ready, what controls them; undefined in a worker, when `main` is done
 * @throws {CorbelError} CORBEL_WORKERS_INVALID, CORBEL_WORKERS_CRASH_LOOP, CORBEL_WORKERS_SCRIPT_MISSING
 * @example
 * await runWorkers({ workers: 'auto' }, async () => {
 *   const app = await createApp(AppModule)
 *   await app.listen(3000)
 * })
 */
export async function runWorkers(
  options: WorkersOptions,
  main: () => MaybePromise<unknown>,
): Promise<WorkerGroup | undefined> {
  if (cluster().isPrimary) return startWorkers(options)
  const link = workerLink()
  if (link !== undefined) link.isHeld = true
  await main()
  link?.ready()
  return undefined
}

/**
 * Starts workers, which run the script of this process again.
 *
 * @param options how many
 * @throws {CorbelError} CORBEL_WORKERS_INVALID, CORBEL_WORKERS_CRASH_LOOP, CORBEL_WORKERS_SCRIPT_MISSING
 */
export async function startWorkers(options: WorkersOptions): Promise<WorkerGroup> {
  const { workers, crashes, logger = new ConsoleLogger(), signals = true } = options
  let forget: (() => void) | undefined
  const supervisor = new Supervisor({
    workers,
    ...(crashes !== undefined && { crashes }),
    log: (level, message) => logger[level](message, CONTEXT),
    onGiveUp: (error) => {
      logger.error(error, CONTEXT)
      // whoever watches this process has to learn of it, whatever else still runs here
      process.exit(1)
    },
  })
  const reload = (): void => {
    supervisor.reload().catch((error: unknown) => logger.error(error, CONTEXT))
  }
  const close = async (signal: NodeJS.Signals): Promise<void> => {
    forget?.()
    process.off('SIGHUP', reload)
    await supervisor.stop(signal)
    logger.log('All workers have stopped', CONTEXT)
  }
  if (signals) {
    forget = onSignals(['SIGINT', 'SIGTERM'], close)
    process.on('SIGHUP', reload)
  }
  try {
    await supervisor.start()
  } catch (error) {
    forget?.()
    process.off('SIGHUP', reload)
    throw error
  }
  return {
    get addresses() {
      return supervisor.addresses
    },
    get pids() {
      return supervisor.pids
    },
    reload: () => supervisor.reload(),
    close: (signal = 'SIGTERM') => close(isSignal(signal) ? signal : 'SIGTERM'),
  }
}

const CONTEXT = 'Workers'

/** Workers are told by a signal that processes are stopped by; any other reason becomes the usual one. */
function isSignal(text: string): text is 'SIGINT' | 'SIGTERM' {
  return text === 'SIGINT' || text === 'SIGTERM'
}
