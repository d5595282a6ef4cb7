import type { Server } from 'node:net'
import type { ExchangeHandler } from '../http/index.js'
import type { ProxyProtocolOptions } from './proxy/index.js'
import type { TlsOptions } from './tls/options.js'

/** One place to listen: a TCP port, the path of a Unix socket or named pipe, or a socket that someone else has opened. */
export interface ListenerOptions {
  /** 0 or nothing: any free port. */
  readonly port?: number
  /** Nothing: all addresses, IPv6 and IPv4. `'localhost'`: both loopback addresses, 127.0.0.1 and ::1. */
  readonly host?: string
  /** A Unix socket or named pipe, instead of port and host. What a dead process has left there is replaced. */
  readonly path?: string
  /** The permissions of the Unix socket, such as `0o660`. Default: those that the umask leaves. */
  readonly mode?: number
  /**
   * The number of an open socket, instead of port and host; `'systemd'` for all sockets that systemd has handed over
   * (LISTEN_FDS, sd_listen_fds(3)), `'systemd:name'` for those with that FileDescriptorName.
   */
  readonly fd?: number | 'systemd' | `systemd:${string}`
  /** Connections that wait to be accepted. Default 511; the system may allow less. */
  readonly backlog?: number
  /** Certificates, to speak TLS here. Default: what the server was made with; false for none. */
  readonly tls?: TlsOptions | false
  /** Takes the client's address from a PROXY protocol header. Default: no header is expected. */
  readonly proxyProtocol?: ProxyProtocolOptions
}

/** Where to listen: in one place, or in several. */
export interface ListenOptions extends ListenerOptions {
  /** Several places instead of one, which open and close together. */
  readonly listeners?: readonly ListenerOptions[]
}

/** An address that a server listens on. */
export interface BoundAddress {
  /** The address; empty for a path. */
  readonly host: string
  /** The port; 0 for a path. */
  readonly port: number
  /** The path, if it is not TCP; empty if the socket was handed over and does not tell. */
  readonly path: string | undefined
  /** True if TLS is spoken there. */
  readonly secure: boolean
}

/** How draining ended. */
export interface DrainReport {
  /** Requests that were cut off by the deadline: read and not answered completely. */
  readonly cut: number
}

/** A protocol engine with its sockets: what the application starts, feeds and stops. */
export interface ServerEngine {
  /** The first listening server. `listen` and `address` work on it directly, as test clients do it. */
  readonly nodeServer: Server
  /** Where it listens now. */
  readonly addresses: readonly BoundAddress[]
  /** Says who answers. To be called before listening; requests without a handler are answered 503. */
  handle(handler: ExchangeHandler): void
  /**
   * Starts listening: in all places or, if one of them fails, in none.
   *
   * @throws {CorbelError} CORBEL_LISTEN_ADDRESS_IN_USE, CORBEL_LISTEN_DENIED, CORBEL_LISTEN_FAILED, CORBEL_LISTEN_OPTIONS,
   *   CORBEL_LISTEN_NO_PASSED_SOCKET, CORBEL_TLS_FILE, CORBEL_TLS_CONFIGURATION
   */
  listen(options?: ListenOptions): Promise<readonly BoundAddress[]>
  /**
   * Reads certificates and keys again, for connections to come. If one cannot be used, those in force stay.
   *
   * @throws {CorbelError} CORBEL_TLS_FILE, CORBEL_TLS_CONFIGURATION
   */
  reloadTls(): Promise<void>
  /**
   * Stops in order: takes what the system has accepted already, then nothing new; every connection is told by its next answer
   * that it closes; those that stay idle are closed after a while.
   *
   * @param deadlineMs ms after which the rest is cut off
   * @param idleMs ms for which an idle connection is kept for one more request. Default 0: it is closed without being told
   * @returns when no connection is left
   */
  drain(deadlineMs: number, idleMs?: number): Promise<DrainReport>
  /** Stops at once: whatever is in flight is cut off. */
  close(): Promise<void>
}
