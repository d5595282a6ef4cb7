import type { ExchangeHandler } from '../http/index.js'
import type { SweepClock } from './clock.js'
import type { Ends, WireSocket } from './socket.js'
import type { SocketReader } from './wire/shared-read.js'

/** What is known about a connection when a protocol takes it over. */
export interface Arrival {
  /** Its ends, as a proxy tells them; undefined: those of the socket. */
  readonly ends?: Ends | undefined
  /** Bytes of the protocol that were read already. */
  readonly head?: Buffer | undefined
}

/** A protocol that can be spoken on an accepted connection, whoever has accepted it and however it came. */
export interface ConnectionProtocol {
  /** Its name in ALPN (RFC 7301 §6). */
  readonly alpn: string
  /**
   * Takes a connection over.
   *
   * @param socket TCP, TLS or any other duplex; half-open allowed
   * @param arrival what is known about it
   */
  accept(socket: WireSocket, arrival?: Arrival): void
}

/** One connection, as the server knows it that sees to its end. */
export interface ServerConnection {
  /** Requests that were read and not answered yet. */
  readonly inFlight: number
  /**
   * Looks at the deadlines.
   *
   * @param now ms of the server's clock
   * @param elapsed ms since the last look
   */
  sweep(now: number, elapsed: number): void
  /**
   * Closes if nothing is going on, and nothing was for a while; tells the client where its protocol has a way to. Called now
   * and again while the server is draining.
   *
   * @param looks how often before this it has to have been idle without a request in between
   * @param unused ms without a request after which it is closed whatever `looks` is
   */
  retire(looks: number, unused: number): void
  /** Closes without waiting for anything. */
  destroy(reason: Error): void
}

/** What connections of all protocols share: the server, as far as they know it. */
export interface ProtocolHost {
  readonly clock: SweepClock
  readonly handler: ExchangeHandler
  /** Reads for sockets that allow it, into memory that all of them share. */
  readonly reader: SocketReader | undefined
  /** True once the server is about to stop: clients are told as soon as their protocol has a way to. */
  readonly draining: boolean
  /** True if connections that become idle then are closed without having been told. */
  readonly closesIdle: boolean
  /** Tells the application about an error that nobody handled. */
  report(error: unknown): void
  /** Tells the operator of something that clients can cause as often as they like: the first of its kind in a minute. */
  warn(warning: Error): void
  /** The connection is open. */
  remember(connection: ServerConnection): void
  /** The connection is closed, or not the engine's any more. */
  forget(connection: ServerConnection): void
}

/** A protocol of a server. */
export interface ServerProtocol {
  /** Its name in ALPN (RFC 7301 §6). */
  readonly alpn: string
  /**
   * Speaks it on a connection, which it tells the server of.
   *
   * @param socket TCP, TLS or any other duplex; half-open allowed
   * @param arrival what is known about it
   * @param isTooMany the connection is to be refused, in whichever way the protocol has
   */
  open(socket: WireSocket, arrival: Arrival | undefined, isTooMany: boolean): void
}

/** Tells connections of another protocol from those of this one, where nothing was agreed on. */
export interface ConnectionOpening {
  /**
   * Looks at the first bytes of a connection.
   *
   * @param bytes all that was received
   * @returns undefined as long as they could become either
   */
  claims(bytes: Uint8Array): boolean | undefined
  /** Takes a claimed connection over. */
  take(socket: WireSocket, arrival: Arrival): void
}

/**
 * The protocol for a connection.
 *
 * @param protocols in order of preference; the last one is spoken where nothing was agreed on
 * @param agreed by ALPN
 */
export function pickProtocol(
  protocols: readonly ConnectionProtocol[],
  agreed: string | false | null | undefined,
): ConnectionProtocol {
  return protocols.find(({ alpn }) => alpn === agreed) ?? protocols[protocols.length - 1]!
}
