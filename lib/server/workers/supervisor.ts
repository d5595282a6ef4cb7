import { availableParallelism } from 'node:os'
import { clearTimeout, setTimeout } from 'node:timers'
import type { BoundAddress } from '../engine.js'
import type { Place } from '../listener/bind.js'
import { cluster } from './cluster.js'
import { CrashPolicy, type CrashPolicyOptions } from './crash-policy.js'
import { WorkersCrashLoop, WorkersInvalid, WorkersReloadFailed, WorkersScriptMissing } from './errors.js'
import { WORKER_VARIABLE } from './messages.js'
import { SharedPort } from './shared-port.js'
import { WorkerProcess, type WorkerHost } from './worker-process.js'

/** How many workers there are and what becomes of them. */
export interface SupervisorOptions {
  /** How many; `'auto'` for one per processor that this process may use. */
  readonly workers: number | 'auto'
  /** When those that have ended are started again. */
  readonly crashes?: CrashPolicyOptions
  /** Hears of starts, ends and reloads. */
  readonly log?: (level: 'log' | 'warn' | 'error', message: string) => void
  /** Called when there is no point in going on: workers end before they are ready, and none is left. */
  readonly onGiveUp?: (error: Error) => void
}

interface Slot {
  readonly number: number
  readonly policy: CrashPolicy
  worker: WorkerProcess | undefined
  timer: NodeJS.Timeout | undefined
}

/** A worker that leaves of its own accord gets a successor, unless all are told to stop in this time: Ctrl-C reaches all at once. */
const SUCCESSION_MS = 100

/**
 * Runs the script of this process again in several worker processes, and keeps them running. It listens for them and hands
 * the connections out, so that no connection is lost while workers end and start.
 */
export class Supervisor implements WorkerHost {
  private readonly slots: readonly Slot[]
  private readonly ports = new Map<string, SharedPort>()
  private readonly live = new Set<WorkerProcess>()
  private started: Promise<void> | undefined
  private running = false
  private stopping: Promise<void> | undefined
  private reloading: Promise<void> | undefined
  private reloadAgain = false
  private failStart: ((error: Error) => void) | undefined

  /**
   * @param options see `SupervisorOptions`
   * @throws {CorbelError} CORBEL_WORKERS_INVALID
   */
  constructor(private readonly options: SupervisorOptions) {
    const count = options.workers === 'auto' ? availableParallelism() : options.workers
    if (!Number.isSafeInteger(count) || count < 1) throw new WorkersInvalid({ value: options.workers })
    this.slots = Array.from({ length: count }, (_, i) => ({
      number: i + 1,
      policy: new CrashPolicy(options.crashes),
      worker: undefined,
      timer: undefined,
    }))
  }

  /** Where the workers listen. */
  get addresses(): readonly BoundAddress[] {
    return this.slots.find(({ worker }) => worker?.isReady === true)?.worker?.addresses ?? []
  }

  /** The process ids of the workers that are ready. */
  get pids(): readonly number[] {
    return [...this.live].filter((one) => one.isReady && !one.isStopping).flatMap((one) => one.pid ?? [])
  }

  /**
   * Starts the workers.
   *
   * @returns when all of them are ready
   * @throws {CorbelError} CORBEL_WORKERS_CRASH_LOOP, CORBEL_WORKERS_SCRIPT_MISSING
   */
  start(): Promise<void> {
    return (this.started ??= this.startAll())
  }

  /**
   * Replaces the workers, one after the other: a new one takes connections before the old one is told to stop. Called again
   * meanwhile, it starts anew behind that.
   *
   * @throws {CorbelError} CORBEL_WORKERS_RELOAD_FAILED; workers that were not replaced go on
   */
  reload(): Promise<void> {
    if (this.reloading !== undefined) this.reloadAgain = true
    return (this.reloading ??= this.reloadAll().finally(() => (this.reloading = undefined)))
  }

  /**
   * Tells all workers to stop, and waits for them.
   *
   * @param signal which their shutdown hooks hear
   */
  stop(signal: NodeJS.Signals): Promise<void> {
    return (this.stopping ??= this.stopAll(signal))
  }

  // —— for the workers ——

  portFor(place: Place, ordinal: number): SharedPort {
    const key = `${ordinal} ${JSON.stringify(place)}`
    let port = this.ports.get(key)
    if (port === undefined) {
      port = new SharedPort(
        (error) => this.warn(`The port has an error: ${error.message}`),
        () => this.ports.delete(key),
      )
      this.ports.set(key, port)
    }
    return port
  }

  leaving(worker: WorkerProcess): void {
    if (worker.isStopping || this.stopping !== undefined) return
    const slot = this.slots.find((one) => one.worker === worker)
    if (slot === undefined || slot.timer !== undefined) return
    slot.timer = setTimeout(() => {
      this.options.log?.('log', `Worker ${slot.number} (pid ${worker.pid}) stops by itself and is replaced`)
      this.launch(slot)
    }, SUCCESSION_MS)
  }

  warn(message: string): void {
    this.options.log?.('warn', message)
  }

  // —— starting ——

  private async startAll(): Promise<void> {
    if (process.argv[1] === undefined) throw new WorkersScriptMissing({})
    // their output comes by pipes, to be put together line by line
    cluster().setupPrimary({ silent: true })
    // whoever ends the primary at once does not want to wait for the workers
    process.on('exit', this.killAll)
    const failed = new Promise<never>((_resolve, reject) => (this.failStart = reject))
    for (const slot of this.slots) this.launch(slot)
    await Promise.race([Promise.all(this.slots.map((slot) => this.untilReady(slot))), failed])
    this.running = true
    this.failStart = undefined
    this.options.log?.('log', `${this.slots.length} workers are ready: pids ${this.pids.join(', ')}`)
  }

  /** Waits for a worker of the slot to be ready: the first one, or one of its successors. */
  private async untilReady(slot: Slot): Promise<void> {
    while (slot.worker?.isReady !== true) {
      const worker = slot.worker!
      await worker.ready.catch(() => undefined)
      // it has ended: its successor is launched by `ended`, after a while
      if (!worker.isReady) await new Promise<void>((resolve) => this.launches.push(resolve))
    }
  }

  private launches: (() => void)[] = []

  private launch(slot: Slot): WorkerProcess {
    clearTimeout(slot.timer)
    slot.timer = undefined
    const worker = this.fork(slot)
    slot.worker = worker
    for (const resolve of this.launches.splice(0)) resolve()
    return worker
  }

  private fork(slot: Slot): WorkerProcess {
    const { number } = slot
    const worker = new WorkerProcess(number, cluster().fork({ [WORKER_VARIABLE]: String(number) }), this)
    this.live.add(worker)
    void worker.exited.then((how) => {
      this.live.delete(worker)
      this.ended(slot, worker, how)
    })
    return worker
  }

  private ended(slot: Slot, worker: WorkerProcess, how: string): void {
    // one that was replaced, or told to stop, was expected to end
    if (slot.worker !== worker || worker.isStopping || this.stopping !== undefined) return
    const { policy, number } = slot
    const delay = policy.ended(worker.readyFor)
    if (policy.isLoop && this.pids.length === 0) return this.giveUp(slot, how)
    if (policy.isLoop && !this.running) return this.giveUp(slot, how)
    this.warn(`Worker ${number} (pid ${worker.pid}) ended ${how}; it is started again in ${delay} ms`)
    clearTimeout(slot.timer)
    slot.timer = setTimeout(() => {
      const fresh = this.launch(slot)
      void fresh.ready.then(
        () => this.options.log?.('log', `Worker ${number} (pid ${fresh.pid}) is ready`),
        () => undefined,
      )
    }, delay)
  }

  private giveUp({ number, policy }: Slot, how: string): void {
    const error = new WorkersCrashLoop({ worker: number, times: policy.bootCrashesInARow, how })
    void this.stop('SIGTERM').then(() => {
      if (this.failStart === undefined) this.options.onGiveUp?.(error)
      else this.failStart(error)
    })
  }

  // —— replacing and stopping ——

  private async reloadAll(): Promise<void> {
    do {
      this.reloadAgain = false
      for (const slot of this.slots) if (this.stopping === undefined) await this.replace(slot)
    } while (this.reloadAgain && this.stopping === undefined)
    if (this.stopping === undefined) this.options.log?.('log', `Reloaded: pids ${this.pids.join(', ')}`)
  }

  private async replace(slot: Slot): Promise<void> {
    const fresh = this.fork(slot)
    try {
      await fresh.ready
    } catch {
      if (this.stopping !== undefined) return
      throw new WorkersReloadFailed({ worker: slot.number, how: await fresh.exited })
    }
    if (this.stopping !== undefined) return
    clearTimeout(slot.timer)
    slot.timer = undefined
    const old = slot.worker
    slot.worker = fresh
    await old?.stop('SIGTERM')
  }

  private async stopAll(signal: NodeJS.Signals): Promise<void> {
    for (const slot of this.slots) clearTimeout(slot.timer)
    for (const port of this.ports.values()) port.stop()
    await Promise.all([...this.live].map((worker) => worker.stop(signal)))
    for (const port of this.ports.values()) port.close()
    process.off('exit', this.killAll)
  }

  private readonly killAll = (): void => {
    if (this.stopping !== undefined) for (const worker of this.live) worker.kill()
  }
}
