import { createServer, type Server } from 'node:net'
import type { ExchangeHandler } from '../../http/index.js'
import { SweepClock } from '../clock.js'
import type { BoundAddress, ListenOptions, ServerEngine } from '../engine.js'
import { listen } from '../listener.js'
import { HeadParser } from './codec.js'
import { H1Connection } from './connection.js'
import type { WireSocket } from './socket.js'
import { HandlerMissing, ServerStopped, TooManyConnections } from './errors.js'
import type { ConnectionHost } from './host.js'
import { SharedReader } from './shared-read.js'
import { LimitInvalid, resolveLimits, type H1Limits } from './limits.js'

/** How an HTTP/1.1 engine behaves. */
export interface H1Options extends Partial<H1Limits> {
  /** Hears of errors that no handler has handled; the client was answered 500 or cut off. Default: nobody does. */
  readonly onError?: (error: unknown) => void
  /**
   * What it means when a client ends its stream while an answer is due: it still wants the answer, or it has gone (as proxies
   * and browsers do it), so that the exchange is aborted. Default `'answer'`; applications say `'abort'` unless told otherwise.
   */
  readonly halfClose?: 'answer' | 'abort'
  /** ms between two looks at the timeouts of all connections, and so their precision. Default 500. */
  readonly sweepInterval?: number
}

/**
 * Makes an HTTP/1.1 engine.
 *
 * @param options limits and behaviour
 * @throws {CorbelError} CORBEL_H1_LIMIT_INVALID
 * @example
 * const server = createH1Server({ maxConnections: 10_000 })
 * server.handle(({ sink }) => {
 *   sink.head(200, HeaderList.from({ 'content-type': 'text/plain' }), 5)
 *   sink.end('hello')
 * })
 * await server.listen({ port: 3000 })
 */
export function createH1Server(options: H1Options = {}): H1Server {
  return new H1Server(options)
}

/** An HTTP/1.1 engine on a TCP or Unix socket. */
export class H1Server implements ServerEngine, ConnectionHost {
  readonly nodeServer: Server
  readonly limits: H1Limits
  readonly clock: SweepClock
  readonly parser: HeadParser
  readonly halfClose: 'answer' | 'abort'
  readonly reader = SharedReader.create()
  handler: ExchangeHandler = refuseForNow
  draining = false

  private readonly connections = new Set<H1Connection>()
  private readonly onError: ((error: unknown) => void) | undefined
  private emptied: (() => void)[] = []

  /** Use `createH1Server`. */
  constructor(options: H1Options) {
    this.limits = resolveLimits(options)
    this.parser = new HeadParser(this.limits)
    this.halfClose = options.halfClose ?? 'answer'
    this.onError = options.onError
    const sweepInterval = options.sweepInterval ?? 500
    if (!(sweepInterval >= 1))
      throw new LimitInvalid({ name: 'sweepInterval', value: sweepInterval, least: 1 })
    this.clock = new SweepClock(sweepInterval, (now, elapsed) => {
      for (const connection of this.connections) connection.sweep(now, elapsed)
    })
    this.nodeServer = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.accept(socket))
    this.nodeServer.on('listening', () => (this.draining = false))
    this.nodeServer.on('error', (error) => {
      if (this.nodeServer.listening) this.report(error)
      // listening failed: `listen` hears of it; whoever used the server itself must not miss it
      else if (this.nodeServer.listenerCount('error') === 1) throw error
    })
  }

  handle(handler: ExchangeHandler): void {
    this.handler = handler
  }

  listen(options: ListenOptions = {}): Promise<readonly BoundAddress[]> {
    return listen(this.nodeServer, options)
  }

  async drain(deadlineMs: number): Promise<void> {
    this.stopAccepting()
    for (const connection of this.connections) connection.retire()
    const deadline = setTimeout(() => this.destroyAll(), deadlineMs)
    await this.empty()
    clearTimeout(deadline)
  }

  async close(): Promise<void> {
    this.stopAccepting()
    this.destroyAll()
    await this.empty()
  }

  /**
   * Takes over a connection, from this server's socket or from elsewhere.
   *
   * @param socket TCP, TLS or any other duplex; half-open allowed
   */
  accept(socket: WireSocket): void {
    const { maxConnections } = this.limits
    const open = this.connections.size
    // beyond twice the bound not even a refusal: it would need room for as long as the client takes to read it
    if (this.draining || (maxConnections !== 0 && open >= 2 * maxConnections)) {
      socket.on('error', ignore)
      socket.destroy()
      return
    }
    this.clock.start()
    const connection = new H1Connection(this, socket)
    this.connections.add(connection)
    this.reader?.attach(socket, (bytes) => connection.receive(bytes, true))
    if (maxConnections !== 0 && open >= maxConnections) connection.refuse(new TooManyConnections({}))
  }

  report(error: unknown): void {
    try {
      this.onError?.(error)
    } catch {
      // an error in the reporting of errors has nowhere to go
    }
  }

  forget(connection: H1Connection): void {
    this.connections.delete(connection)
    if (this.connections.size > 0) return
    this.clock.stop()
    const { emptied } = this
    this.emptied = []
    for (const resolve of emptied) resolve()
  }

  private stopAccepting(): void {
    this.draining = true
    // its callback would wait for upgraded sockets, too, which are no longer ours
    if (this.nodeServer.listening) this.nodeServer.close()
  }

  private destroyAll(): void {
    for (const connection of this.connections) connection.destroy(new ServerStopped({}))
  }

  private empty(): Promise<void> {
    if (this.connections.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.emptied.push(resolve))
  }
}

function refuseForNow(): never {
  throw new HandlerMissing({})
}

function ignore(): void {}
