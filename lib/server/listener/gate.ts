import type { Socket } from 'node:net'
import { pickProtocol, type Arrival, type ConnectionProtocol } from '../protocol.js'
import { awaitIntroduction, ProxyHeaderInvalid } from '../proxy/index.js'
import type { Ends, WireSocket } from '../socket.js'
import type { TlsTerminator } from '../tls/index.js'
import type { TlsOptions } from '../tls/options.js'
import type { FailureLog } from './failure-log.js'
import type { ListenerPlan, ProxyPlan } from './plan.js'

/** What all gates of a server share. */
export interface GateHost {
  /** In order of preference; see `pickProtocol`. */
  readonly protocols: readonly ConnectionProtocol[]
  /** Connections that came in and have not reached a protocol. */
  readonly pending: Set<Socket>
  /** Failures that clients cause. */
  readonly failures: FailureLog
  /** True if there is room for one more connection that waits to be let in. */
  hasRoom(): boolean
  /** Tells the operator of something. */
  warn(warning: Error): void
}

/**
 * The way from an accepted socket to a protocol: first the header of a proxy, then TLS, where the listener has them. A gate
 * that has neither is not in the way.
 */
export class Gate {
  private terminator: TlsTerminator | undefined
  private loading: Promise<TlsTerminator> | undefined
  /** Of connections by proxies; TLS sockets find them by the socket below. */
  private readonly ends = new WeakMap<Socket, Ends>()

  constructor(
    private readonly plan: Pick<ListenerPlan, 'tls' | 'proxy'>,
    private readonly host: GateHost,
  ) {}

  /** True if TLS is spoken behind it. */
  get secure(): boolean {
    return this.plan.tls !== undefined
  }

  /**
   * Loads what it takes to let connections in.
   *
   * @throws {CorbelError} CORBEL_TLS_FILE, CORBEL_TLS_CONFIGURATION
   */
  async prepare(): Promise<void> {
    const { tls } = this.plan
    if (tls !== undefined) (await this.load(tls)).start()
  }

  /**
   * Reads certificates and keys again.
   *
   * @throws {CorbelError} CORBEL_TLS_FILE, CORBEL_TLS_CONFIGURATION; then those in force stay
   */
  async reload(): Promise<void> {
    await (this.terminator === undefined ? this.prepare() : this.terminator.reload())
  }

  /** Lets go of files. */
  dispose(): void {
    this.terminator?.dispose()
  }

  /** Lets a connection in. */
  admit(socket: Socket): void {
    const { proxy, tls } = this.plan
    if (proxy === undefined && tls === undefined) return this.deliver(socket, undefined)
    socket.on('error', ignore)
    if (!this.host.hasRoom()) {
      socket.destroy()
      return
    }
    this.host.pending.add(socket)
    socket.once('close', () => this.host.pending.delete(socket))
    if (proxy === undefined) this.proceed(socket, undefined)
    else this.introduce(socket, proxy)
  }

  private introduce(socket: Socket, { from, required, headerTimeout }: ProxyPlan): void {
    const { remoteAddress } = socket
    const refused = (error: Error | undefined): void => {
      if (error !== undefined) this.host.failures.add(error)
      socket.destroy()
    }
    if (from.has(remoteAddress)) {
      awaitIntroduction(
        socket,
        { required, headerTimeout },
        ({ header, rest }) => this.proceed(socket, { ends: header?.ends, head: rest }),
        refused,
      )
    } else if (required) {
      const reason = `${remoteAddress ?? 'a Unix socket'} is not in proxyProtocol.from`
      refused(new ProxyHeaderInvalid({ reason }))
    } else this.proceed(socket, undefined)
  }

  /** Goes on to TLS or to the protocol; what was read is worked off before anything else comes in. */
  private proceed(socket: Socket, arrival: Arrival | undefined): void {
    const { tls } = this.plan
    if (tls === undefined) {
      this.host.pending.delete(socket)
      this.deliver(socket, arrival)
      return
    }
    if (arrival !== undefined) {
      socket.pause()
      if (arrival.head !== undefined && arrival.head.length > 0) socket.unshift(arrival.head)
      if (arrival.ends !== undefined) this.ends.set(socket, arrival.ends)
    }
    if (this.terminator !== undefined) this.terminator.accept(socket)
    else {
      this.load(tls).then(
        (terminator) => terminator.accept(socket),
        (error: Error) => {
          this.host.warn(error)
          socket.destroy()
        },
      )
    }
  }

  private deliver(socket: WireSocket, arrival: Arrival | undefined, agreed?: string | false | null): void {
    pickProtocol(this.host.protocols, agreed).accept(socket, arrival)
  }

  /** Not before it is needed: `node:tls` takes its time to load. */
  private load(options: TlsOptions): Promise<TlsTerminator> {
    return (this.loading ??= this.createTerminator(options).catch((error: unknown) => {
      this.loading = undefined // files may be there the next time
      throw error
    }))
  }

  private async createTerminator(options: TlsOptions): Promise<TlsTerminator> {
    const { TlsTerminator } = await import('../tls/index.js')
    const { host } = this
    const names = host.protocols.map(({ alpn }) => alpn)
    return (this.terminator = await TlsTerminator.create(options, names, {
      warn: (warning) => host.warn(warning),
      handshakeFailed: (error) => host.failures.add(error),
      secured: (socket, raw) => {
        host.pending.delete(raw)
        this.deliver(socket, { ends: this.ends.get(raw) }, socket.alpnProtocol)
      },
    }))
  }
}

function ignore(): void {}
