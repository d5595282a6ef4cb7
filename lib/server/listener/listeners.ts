import { createServer, type Server, type Socket } from 'node:net'
import type { BoundAddress, ListenOptions } from '../engine.js'
import type { ConnectionProtocol } from '../protocol.js'
import type { TlsOptions } from '../tls/options.js'
import { untilQuiet } from '../turns.js'
import { workerLink } from '../workers/worker-link.js'
import { bind, boundAddress, unbind } from './bind.js'
import { FailureLog } from './failure-log.js'
import { Gate, type GateHost } from './gate.js'
import { bindLoopbacks } from './loopback.js'
import { planListeners, type ListenerPlan } from './plan.js'

/** What listeners need of the server that they belong to. */
export interface ListenersHost {
  /** What can be spoken, in order of preference; the last one is spoken where nothing is agreed on. */
  readonly protocols: readonly ConnectionProtocol[]
  /** For listeners that do not say, also for `nodeServer.listen`. */
  readonly tls: TlsOptions | undefined
  /**
   * True if one more connection may wait to be let in.
   *
   * @param pending how many are waiting
   */
  hasRoom(pending: number): boolean
  /** Takes errors of the server, and what its operator should know. */
  report(error: unknown): void
  warn(warning: Error, untold: number): void
}

interface Opened {
  readonly server: Server
  readonly gate: Gate
}

/** Where a server's connections come from: sockets that listen, in one place or several, and open and close together. */
export class Listeners {
  /** The first one: `listen` works on it directly, too. */
  readonly nodeServer: Server

  private readonly pending = new Set<Socket>()
  private readonly gateHost: GateHost
  private first: Gate
  private opened: Opened[] = []
  private accepted = 0

  constructor(private readonly host: ListenersHost) {
    const { pending } = this
    this.gateHost = {
      protocols: host.protocols,
      pending,
      failures: new FailureLog((error, untold) => host.warn(error, untold)),
      hasRoom: () => host.hasRoom(pending.size),
      warn: (warning) => host.warn(warning, 0),
    }
    this.first = new Gate({ tls: host.tls, proxy: undefined }, this.gateHost)
    this.nodeServer = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.accepted++
      this.first.admit(socket)
    })
    this.nodeServer.on('error', (error) => {
      if (this.nodeServer.listening) host.report(error)
      // listening failed: `bind` hears of it; whoever used the server itself must not miss it
      else if (this.nodeServer.listenerCount('error') === 1) throw error
    })
  }

  /** Where connections are accepted now. */
  get addresses(): readonly BoundAddress[] {
    const open = this.opened.length > 0 ? this.opened : [{ server: this.nodeServer, gate: this.first }]
    return open.flatMap(({ server, gate }) => boundAddress(server, gate.secure) ?? [])
  }

  /**
   * Listens in all places or, if one of them fails, in none.
   *
   * @throws {CorbelError} see `ServerEngine.listen`
   */
  async listen(options: ListenOptions): Promise<readonly BoundAddress[]> {
    const plans = planListeners(options, this.host.tls)
    const gates = plans.map((plan) => new Gate(plan, this.gateHost))
    const before = this.first
    const opened: Opened[] = []
    try {
      for (const gate of gates) await gate.prepare()
      if (!this.nodeServer.listening) this.first = gates[0]!
      for (const [i, plan] of plans.entries()) {
        const server = i === 0 ? this.nodeServer : this.createServer(gates[i]!)
        opened.push(...(await this.open(plan, gates[i]!, server)))
      }
    } catch (error) {
      for (const { server } of opened) unbind(server)
      for (const gate of gates) gate.dispose()
      this.first = before
      throw error
    }
    this.opened = opened
    return this.addresses
  }

  /** Reads certificates and keys again. */
  async reloadTls(): Promise<void> {
    const gates = new Set([this.first, ...this.opened.map(({ gate }) => gate)])
    await Promise.all([...gates].map((gate) => gate.reload()))
  }

  /** Connections that have not reached a protocol yet. */
  get waiting(): number {
    return this.pending.size
  }

  /**
   * Closes the ports when nobody waits at them any more; what was accepted goes its way.
   *
   * @param silence ms for which nobody has to have come
   */
  async closePorts(silence: number): Promise<void> {
    const all = new Set([this.nodeServer, ...this.opened.map(({ server }) => server)])
    const servers = [...all].filter((server) => server.listening)
    if (servers.length === 0) return
    const link = workerLink()
    if (link === undefined) await untilQuiet(() => this.accepted, silence)
    else await Promise.all(servers.map(async (server) => link.leave(server)))
    for (const server of servers) unbind(server)
  }

  /** Accepts nothing new; what has not reached a protocol is cut off. */
  stop(): void {
    const { opened } = this
    this.opened = []
    unbind(this.nodeServer)
    this.first.dispose()
    for (const { server, gate } of opened) {
      unbind(server)
      gate.dispose()
    }
    for (const socket of this.pending) socket.destroy()
  }

  private async open({ place, backlog }: ListenerPlan, gate: Gate, server: Server): Promise<Opened[]> {
    if (!('host' in place && place.host === 'localhost')) {
      await bind(server, place, backlog)
      return [{ server, gate }]
    }
    const twin = await bindLoopbacks(server, () => this.createServer(gate), place.port, backlog)
    return twin === undefined ? [{ server, gate }] : [server, twin].map((one) => ({ server: one, gate }))
  }

  private createServer(gate: Gate): Server {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.accepted++
      gate.admit(socket)
    })
    server.on('error', (error) => {
      if (server.listening) this.host.report(error)
    })
    return server
  }
}
