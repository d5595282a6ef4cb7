import { Duplex } from 'node:stream'
import type { Exchange } from '../../http/index.js'
import { SweepClock } from '../clock.js'
import { WebSocketConnection, type WebSocketHost, type WebSocketListener } from './connection.js'
import { TooManySockets } from './errors.js'
import { negotiateHandshake, type HandshakeOptions } from './handshake.js'
import { DEFAULT_WEBSOCKET_LIMITS, type WebSocketLimits } from './limits.js'
import { CloseCode } from './wire-format.js'

/** How often the clock looks after all sockets, in ms. */
const SWEEP_INTERVAL = 1000

/** Settings of an engine. */
export interface WebSocketOptions extends HandshakeOptions {
  readonly limits?: Partial<WebSocketLimits>
}

/**
 * Makes WebSockets of exchanges that ask for them, over HTTP/1.1 and HTTP/2, and looks after them.
 *
 * @example
 * const engine = new WebSocketEngine()
 * server.handle((exchange) => {
 *   engine.accept(exchange, { onMessage: (socket, content) => void socket.send(content), onClose() {}, onError: console.error })
 * })
 */
export class WebSocketEngine implements WebSocketHost {
  readonly limits: WebSocketLimits
  readonly clock: SweepClock
  private readonly open = new Set<WebSocketConnection>()
  private emptied: (() => void) | undefined

  /** @param options bounds, and what every handshake is checked for */
  constructor(private readonly options: WebSocketOptions = {}) {
    this.limits = { ...DEFAULT_WEBSOCKET_LIMITS, ...options.limits }
    this.clock = new SweepClock(SWEEP_INTERVAL, (now) => {
      for (const socket of this.open) socket.sweep(now)
    })
  }

  /** The sockets that are open, or closing. */
  get sockets(): ReadonlySet<WebSocketConnection> {
    return this.open
  }

  /**
   * Answers a handshake.
   *
   * @param exchange of the request, not answered yet
   * @param listener hears of what comes, from the next turn on
   * @param options of this handshake, in place of the engine's
   * @returns the socket, which may be sent to at once
   * @throws {CorbelError} CORBEL_WS_UPGRADE_REQUIRED (426), CORBEL_WS_HANDSHAKE (400), CORBEL_WS_ORIGIN (403),
   *   CORBEL_WS_TOO_MANY (503): the exchange is still to be answered; CORBEL_UPGRADE_UNAVAILABLE if it has been
   */
  accept(
    exchange: Exchange,
    listener: WebSocketListener,
    options: HandshakeOptions = this.options,
  ): WebSocketConnection {
    const handshake = negotiateHandshake(exchange, options)
    const { maxConnections } = this.limits
    if (maxConnections > 0 && this.open.size >= maxConnections) throw new TooManySockets({})
    const { socket, head } = handshake.upgrade.accept(handshake.headers)
    if (!(socket instanceof Duplex)) throw new TypeError('The socket of an upgrade has to be a Duplex.')
    if (this.open.size === 0) this.clock.start()
    const connection = new WebSocketConnection(socket, head, handshake, listener, this)
    this.open.add(connection)
    return connection
  }

  /**
   * Closes every socket.
   *
   * @param code that clients are told. Default 1001: the server goes away
   * @param deadline ms after which those are cut off that have not closed
   */
  close(code: number = CloseCode.GoingAway, deadline = this.limits.closeTimeout): Promise<void> {
    for (const socket of this.open) socket.close(code)
    if (this.open.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        for (const socket of this.open) socket.terminate()
      }, deadline)
      this.emptied = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  forget(socket: WebSocketConnection): void {
    this.open.delete(socket)
    if (this.open.size > 0) return
    this.clock.stop()
    this.emptied?.()
    this.emptied = undefined
  }
}
