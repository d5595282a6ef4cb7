import { EventEmitter } from 'node:events'
import { NO_HEADERS, UPGRADE } from '../../http/index.js'
import { takeNodeUpgrade, type HttpContext } from '../../web/index.js'

/**
 * What socket.io takes for a server of Node: it listens to its events, and knows by the path what is its own. So nothing has
 * to stand between Corbel's server and other requests.
 */
export class NodeServer extends EventEmitter {
  private isClosed = false

  /** @param path below which requests are handed over, with a slash at its end */
  constructor(readonly path: string) {
    super()
  }

  /**
   * Hands a request over, if it is for socket.io.
   *
   * @param context of the request; for a WebSocket, too
   * @returns false if it is for somebody else
   */
  take(context: HttpContext): boolean {
    const { request, target, exchange } = context
    if (!target.startsWith(this.path)) return false
    // a session that begins now would be one more to end
    if (this.isClosed) {
      exchange.sink.head(503, NO_HEADERS, 0)
      exchange.sink.end()
      return true
    }
    const upgrade = exchange.feature(UPGRADE)
    if (upgrade === undefined) return this.emit('request', request, context.response)
    const taken = takeNodeUpgrade(context, upgrade)
    return this.emit('upgrade', taken.request, taken.socket, taken.head)
  }

  /** There is nothing to close: the server is the application's. */
  close(done?: () => void): void {
    this.isClosed = true
    this.emit('close')
    done?.()
  }
}
