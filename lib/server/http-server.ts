import type { Server } from 'node:net'
import { clearTimeout, setTimeout } from 'node:timers'
import type { ExchangeHandler } from '../http/index.js'
import { SweepClock } from './clock.js'
import type { BoundAddress, DrainReport, ListenOptions, ServerEngine } from './engine.js'
import { HandlerMissing, ServerStopped } from './errors.js'
import { FailureLog, Listeners } from './listener/index.js'
import type { Arrival, ProtocolHost, ServerConnection, ServerProtocol } from './protocol.js'
import type { WireSocket } from './socket.js'
import type { TlsOptions } from './tls/options.js'
import { COME_BACK_MS, nextTurn } from './turns.js'
import { SharedReader, type SocketReader } from './wire/shared-read.js'

/** How often a draining server looks for idle connections during the time for which it keeps one. */
const LOOKS = 5

/** What concerns a server as a whole, with everything decided; see `H1Options` and `H1Limits`. */
export interface HttpServerSettings {
  readonly maxConnections: number
  readonly sweepInterval: number
  readonly accelerate: boolean | undefined
  readonly tls: TlsOptions | undefined
  readonly onError: ((error: unknown) => void) | undefined
  readonly onWarning: ((warning: Error, untold: number) => void) | undefined
}

/** A server: its listeners, the protocols that it speaks, and the connections of all of them. */
export class HttpServer implements ServerEngine, ProtocolHost {
  readonly nodeServer: Server
  readonly clock: SweepClock
  readonly reader: SocketReader | undefined
  handler: ExchangeHandler = refuseForNow
  draining = false
  closesIdle = false

  /** Nothing is taken over any more, wherever it comes from. */
  private refusing = false
  /** Connections that are kept while the ports are being closed. */
  private parked: Parked[] | undefined
  private readonly connections = new Set<ServerConnection>()
  private readonly protocols: readonly ServerProtocol[]
  private readonly listeners: Listeners
  private readonly failures: FailureLog
  private readonly onError: ((error: unknown) => void) | undefined
  private readonly maxConnections: number
  private emptied: (() => void)[] = []

  /**
   * Use `createHttpServer` or `createH1Server`.
   *
   * @param options what concerns the server as a whole
   * @param speak makes its protocols, in order of preference; the last one is spoken where nothing is agreed on
   */
  constructor(options: HttpServerSettings, speak: (server: ProtocolHost) => readonly ServerProtocol[]) {
    const { maxConnections, sweepInterval, onWarning } = options
    this.maxConnections = maxConnections
    this.onError = options.onError
    this.reader = SharedReader.create(options.accelerate)
    this.clock = new SweepClock(sweepInterval, (now, elapsed) => {
      for (const connection of this.connections) connection.sweep(now, elapsed)
    })
    this.failures = new FailureLog((error, untold) => onWarning?.(error, untold))
    this.protocols = speak(this)
    this.listeners = new Listeners({
      protocols: this.protocols.map((protocol) => ({
        alpn: protocol.alpn,
        accept: (socket, arrival) => this.admit(protocol, socket, arrival),
      })),
      tls: options.tls,
      hasRoom: (pending) => !this.refusing && this.hasRoom(this.connections.size + pending),
      report: (error) => this.report(error),
      warn: (warning, untold) => onWarning?.(warning, untold),
    })
    this.nodeServer = this.listeners.nodeServer
    this.nodeServer.on('listening', () => (this.draining = this.closesIdle = this.refusing = false))
  }

  get addresses(): readonly BoundAddress[] {
    return this.listeners.addresses
  }

  handle(handler: ExchangeHandler): void {
    this.handler = handler
  }

  listen(options: ListenOptions = {}): Promise<readonly BoundAddress[]> {
    return this.listeners.listen(options)
  }

  reloadTls(): Promise<void> {
    return this.listeners.reloadTls()
  }

  async drain(deadlineMs: number, idleMs = 0): Promise<DrainReport> {
    let cut = 0
    const deadline = setTimeout(() => (cut = this.cutOff()), deadlineMs)
    const underLoad = idleMs >= COME_BACK_MS.most
    // clients that are told to leave before the ports are closed come back by them, which is the better the fewer do
    this.draining = !underLoad
    await this.closePorts(underLoad ? COME_BACK_MS.most : COME_BACK_MS.least)
    this.draining = true
    this.closesIdle = idleMs === 0
    for (const { protocol, socket, arrival } of this.unpark()) this.admit(protocol, socket, arrival)
    // what has not said a word of its protocol by then is no more than an idle connection
    const unspoken = setTimeout(() => this.listeners.stop(), idleMs)
    await this.retireAll(idleMs)
    clearTimeout(unspoken)
    clearTimeout(deadline)
    this.listeners.stop()
    return { cut }
  }

  async close(): Promise<void> {
    this.draining = true
    this.cutOff()
    await this.empty()
  }

  /**
   * Takes over a connection from elsewhere, and speaks the last protocol on it.
   *
   * @param socket TCP, TLS or any other duplex; half-open allowed
   * @param arrival what is known about it
   */
  accept(socket: WireSocket, arrival?: Arrival): void {
    this.admit(this.protocols[this.protocols.length - 1]!, socket, arrival)
  }

  remember(connection: ServerConnection): void {
    this.clock.start()
    this.connections.add(connection)
  }

  warn(warning: Error): void {
    this.failures.add(warning)
  }

  report(error: unknown): void {
    try {
      this.onError?.(error)
    } catch {
      // an error in the reporting of errors has nowhere to go
    }
  }

  forget(connection: ServerConnection): void {
    this.connections.delete(connection)
    if (this.connections.size > 0) return
    this.clock.stop()
    const { emptied } = this
    this.emptied = []
    for (const resolve of emptied) resolve()
  }

  private admit(protocol: ServerProtocol, socket: WireSocket, arrival: Arrival | undefined): void {
    const { maxConnections } = this
    const open = this.connections.size
    // beyond twice the bound not even a refusal: it would need room for as long as the client takes to read it
    if (this.refusing || !this.hasRoom(open)) {
      socket.on('error', ignore)
      socket.destroy()
    } else if (this.parked !== undefined) {
      socket.on('error', ignore)
      this.parked.push({ protocol, socket, arrival })
    } else protocol.open(socket, arrival, maxConnections !== 0 && open >= maxConnections)
  }

  /**
   * Closes the ports when nobody waits there any more. What is accepted meanwhile is served only then: clients that open a new
   * connection for each request would never let them become quiet.
   *
   * @param comeBack ms within which such clients are back after an answer
   */
  private async closePorts(comeBack: number): Promise<void> {
    this.parked = []
    // without connections, nobody is about to come back for another one
    await this.listeners.closePorts(this.connections.size > 0 ? comeBack : 0)
  }

  /** @returns those whose clients are still there */
  private unpark(): readonly Parked[] {
    const { parked = [] } = this
    this.parked = undefined
    for (const { socket } of parked) socket.removeListener('error', ignore)
    return parked.filter(({ socket }) => !socket.destroyed)
  }

  /** Closes idle connections, now and again, until none is left, nor any that is about to speak. */
  private async retireAll(idleMs: number): Promise<void> {
    const looks = idleMs === 0 ? 0 : LOOKS
    for (;;) {
      // behind a turn: a request that the system has received already is no longer unseen then
      await nextTurn()
      for (const connection of this.connections) connection.retire(looks, idleMs)
      if (this.connections.size === 0 && this.listeners.waiting === 0) return
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(idleMs / LOOKS, 5))
        if (this.connections.size === 0) return
        void this.empty().then(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }

  /** @returns how many requests that cost */
  private cutOff(): number {
    let cut = 0
    this.refusing = true
    this.listeners.stop()
    for (const { socket } of this.unpark()) socket.destroy()
    for (const connection of this.connections) {
      cut += connection.inFlight
      connection.destroy(new ServerStopped({}))
    }
    return cut
  }

  private hasRoom(connections: number): boolean {
    const { maxConnections } = this
    return maxConnections === 0 || connections < 2 * maxConnections
  }

  private empty(): Promise<void> {
    if (this.connections.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.emptied.push(resolve))
  }
}

interface Parked {
  readonly protocol: ServerProtocol
  readonly socket: WireSocket
  readonly arrival: Arrival | undefined
}

function refuseForNow(): never {
  throw new HandlerMissing({})
}

function ignore(): void {}
