import type { Server } from 'node:net'
import type { ExchangeHandler } from '../http/index.js'

/** Where to listen: a TCP port, or the path of a Unix socket or named pipe. */
export interface ListenOptions {
  /** 0 or nothing: any free port. */
  readonly port?: number
  /** Nothing: all addresses, IPv6 and IPv4. */
  readonly host?: string
  /** A Unix socket or named pipe, instead of port and host. */
  readonly path?: string
  /** Connections that wait to be accepted. Default 511; the system may allow less. */
  readonly backlog?: number
}

/** An address that a server listens on. */
export interface BoundAddress {
  /** The address; empty for a path. */
  readonly host: string
  /** The port; 0 for a path. */
  readonly port: number
  /** The path, if it is not TCP. */
  readonly path: string | undefined
}

/** A protocol engine with its socket: what the application starts, feeds and stops. */
export interface ServerEngine {
  /** The listening server itself. `listen` and `address` work on it directly, as test clients do it. */
  readonly nodeServer: Server
  /** Says who answers. To be called before listening; requests without a handler are answered 503. */
  handle(handler: ExchangeHandler): void
  /**
   * Starts listening.
   *
   * @throws {CorbelError} CORBEL_LISTEN_ADDRESS_IN_USE, CORBEL_LISTEN_DENIED, CORBEL_LISTEN_FAILED
   */
  listen(options?: ListenOptions): Promise<readonly BoundAddress[]>
  /**
   * Stops in order: accepts nothing new, closes idle connections at once and others with the answer that is in flight.
   *
   * @param deadlineMs ms after which the rest is cut off
   * @returns when no connection is left
   */
  drain(deadlineMs: number): Promise<void>
  /** Stops at once: whatever is in flight is cut off. */
  close(): Promise<void>
}
