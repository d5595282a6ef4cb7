import type { Worker } from 'node:cluster'
import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { clearTimeout, setTimeout } from 'node:timers'
import type { BoundAddress } from '../engine.js'
import type { Place } from '../listener/bind.js'
import { joinLog } from './log-lines.js'
import { isOwn, type FromPrimary, type FromWorker } from './messages.js'
import type { PortMember, SharedPort } from './shared-port.js'

/** What a worker process needs of its supervisor. */
export interface WorkerHost {
  portFor(place: Place, ordinal: number): SharedPort
  /** A worker leaves a port; it may have been told to, or not. */
  leaving(worker: WorkerProcess): void
  warn(message: string): void
}

/** A worker that was not told how long it may take to stop. */
const STOP_MS = 10_000

/** What a worker gets on top of the time that it wants for stopping, before it is killed. */
const MARGIN_MS = 2_000

/** One worker, from fork to exit, seen from the primary. */
export class WorkerProcess {
  /** Resolves when the worker has booted; rejects with how it ended if it never does. */
  readonly ready: Promise<void>
  /** Resolves with how it ended: `with exit code 1`, `by SIGKILL`. */
  readonly exited: Promise<string>
  hasExited = false
  /** Where it says that it listens. */
  addresses: readonly BoundAddress[] = []

  private readySince: number | undefined
  private stopTimeout = STOP_MS
  private stopped: Promise<string> | undefined
  private readonly memberships = new Map<number, { port: SharedPort; member: PortMember }>()
  private readonly ordinals = new Map<string, number>()
  private readonly onTheirWay = new Map<number, { socket: Socket; port: SharedPort }>()
  private connections = 0

  /**
   * @param number of its slot: what the log calls it
   * @param worker just forked, with piped output
   * @param host the supervisor
   */
  constructor(
    readonly number: number,
    private readonly worker: Worker,
    private readonly host: WorkerHost,
  ) {
    const { stdout, stderr } = worker.process
    if (stdout !== null) joinLog(stdout, process.stdout, number)
    if (stderr !== null) joinLog(stderr, process.stderr, number)
    this.exited = new Promise((resolve) => {
      worker.once('exit', (code: number, signal: string | null) => {
        this.end()
        resolve(signal === null ? `with exit code ${code}` : `by ${signal}`)
      })
    })
    // a channel that breaks is followed by the exit
    worker.on('error', ignore)
    this.ready = new Promise((resolve, reject) => {
      worker.on('message', (message: unknown) => {
        if (!isOwn<FromWorker>(message)) return
        if (message.corbel !== 'ready') return this.receive(message)
        this.stopTimeout = message.stopTimeout
        this.addresses = message.addresses
        this.readySince ??= performance.now()
        resolve()
      })
      void this.exited.then((how) => reject(new Error(how)))
    })
    this.ready.catch(ignore)
  }

  get pid(): number | undefined {
    return this.worker.process.pid
  }

  get isReady(): boolean {
    return this.readySince !== undefined && !this.hasExited
  }

  /** ms since it was ready; undefined if it never was. */
  get readyFor(): number | undefined {
    return this.readySince === undefined ? undefined : performance.now() - this.readySince
  }

  /** True once it was told to stop. */
  get isStopping(): boolean {
    return this.stopped !== undefined
  }

  /**
   * Tells it to stop, and kills it if it does not in the time that it has asked for.
   *
   * @param signal which its shutdown hooks hear
   * @returns how it ended
   */
  stop(signal: NodeJS.Signals): Promise<string> {
    return (this.stopped ??= this.stopInTime(signal))
  }

  /** Ends it at once. */
  kill(): void {
    this.worker.process.kill('SIGKILL')
  }

  private async stopInTime(signal: NodeJS.Signals): Promise<string> {
    if (this.hasExited) return this.exited
    this.worker.process.kill(signal)
    const timeout = this.stopTimeout + MARGIN_MS
    const timer = setTimeout(() => {
      this.host.warn(
        `Worker ${this.number} (pid ${this.pid}) did not stop within ${timeout} ms and is killed`,
      )
      this.kill()
    }, timeout)
    const how = await this.exited
    clearTimeout(timer)
    return how
  }

  private receive(message: Exclude<FromWorker, { corbel: 'ready' }>): void {
    if (message.corbel === 'listen') void this.listen(message.port, message.place, message.backlog)
    else if (message.corbel === 'leave') void this.leave(message.port)
    else {
      const taken = this.onTheirWay.get(message.connection)
      this.onTheirWay.delete(message.connection)
      // closes this process' descriptor only: the connection is the worker's
      taken?.socket.destroy()
    }
  }

  private async listen(number: number, place: Place, backlog: number | undefined): Promise<void> {
    const key = JSON.stringify(place)
    const ordinal = this.ordinals.get(key) ?? 0
    this.ordinals.set(key, ordinal + 1)
    const port = this.host.portFor(place, ordinal)
    try {
      const address = await port.open(place, backlog)
      if (this.hasExited) return
      this.send({ corbel: 'listening', port: number, address })
      const member: PortMember = { give: (socket) => this.give(socket, number, port) }
      this.memberships.set(number, { port, member })
      port.join(member)
    } catch (error) {
      const { code, reason } = describe(error)
      this.send({ corbel: 'failed', port: number, code, reason })
    }
  }

  private async leave(number: number): Promise<void> {
    const membership = this.memberships.get(number)
    this.host.leaving(this)
    await membership?.port.leave(membership.member)
    this.memberships.delete(number)
    this.send({ corbel: 'left', port: number })
  }

  private give(socket: Socket, number: number, port: SharedPort): void {
    const connection = ++this.connections
    this.onTheirWay.set(connection, { socket, port })
    // kept open here until the worker has it: should it end before, another one can still answer
    this.worker.send({ corbel: 'connection', port: number, connection }, socket, { keepOpen: true }, ignore)
  }

  private send(message: FromPrimary): void {
    if (this.worker.isConnected()) this.worker.send(message, ignore)
  }

  private end(): void {
    this.hasExited = true
    for (const { port, member } of this.memberships.values()) port.remove(member)
    this.memberships.clear()
    for (const { socket, port } of this.onTheirWay.values()) port.pass(socket)
    this.onTheirWay.clear()
  }
}

/** What the system said of a failure to listen, so that the worker can say it as if it had been its own. */
function describe(error: unknown): { code: string; reason: string } {
  const cause: unknown = error instanceof Error && error.cause !== undefined ? error.cause : error
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : ''
  return { code, reason: cause instanceof Error ? cause.message : String(cause) }
}

function ignore(): void {}
