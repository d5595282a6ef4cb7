import type { ExchangeHandler } from '../../http/index.js'
import type { SweepClock } from '../clock.js'
import { TooManyConnections } from '../errors.js'
import type {
  Arrival,
  ConnectionOpening,
  ProtocolHost,
  ServerConnection,
  ServerProtocol,
} from '../protocol.js'
import type { WireSocket } from '../socket.js'
import type { SocketReader } from '../wire/shared-read.js'
import { HeadParser } from './codec.js'
import { H1Connection } from './connection.js'
import type { ConnectionHost } from './host.js'
import type { H1Limits } from './limits.js'
import type { H1Options } from './options.js'

/** HTTP/1.1 and HTTP/1.0, for the connections of a server. */
export class H1Protocol implements ServerProtocol, ConnectionHost {
  readonly alpn = 'http/1.1'
  readonly parser: HeadParser
  readonly halfClose: 'answer' | 'abort'
  readonly clock: SweepClock

  /**
   * @param server that the connections belong to
   * @param limits in force
   * @param options see `H1Options`
   * @param opening tells connections that begin to speak another protocol
   * @param firstHandler hears of requests before the server's own handler, and calls it. Default: nobody does
   */
  constructor(
    private readonly server: ProtocolHost,
    readonly limits: H1Limits,
    options: Pick<H1Options, 'halfClose'>,
    readonly opening: ConnectionOpening | undefined,
    private readonly firstHandler?: ExchangeHandler,
  ) {
    this.parser = new HeadParser(limits)
    this.halfClose = options.halfClose ?? 'answer'
    this.clock = server.clock
  }

  get reader(): SocketReader | undefined {
    return this.server.reader
  }

  get handler(): ExchangeHandler {
    return this.firstHandler ?? this.server.handler
  }

  get draining(): boolean {
    return this.server.draining
  }

  get closesIdle(): boolean {
    return this.server.closesIdle
  }

  open(socket: WireSocket, arrival: Arrival | undefined, isTooMany: boolean): void {
    const connection = new H1Connection(this, socket, arrival?.ends)
    this.server.remember(connection)
    this.reader?.attach(socket, (bytes) => connection.receive(bytes, true))
    if (isTooMany) connection.refuse(new TooManyConnections({}))
    else if (arrival?.head !== undefined && arrival.head.length > 0) connection.receive(arrival.head, false)
  }

  report(error: unknown): void {
    this.server.report(error)
  }

  forget(connection: ServerConnection): void {
    this.server.forget(connection)
  }
}
