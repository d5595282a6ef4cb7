import type { Server } from 'node:net'
import { UPGRADE, type Exchange, type ExchangeHandler, type HttpRequest } from '../http/index.js'
import type { HttpContext } from './http-context.js'
import { takeNodeUpgrade } from './tunnel-socket.js'

/** What answers in the end: the application. */
export interface NodeEventsTarget {
  contextOf(exchange: Exchange): HttpContext
  handleContext(context: HttpContext): void | Promise<void>
  handleUpgrade(context: HttpContext, others: () => void): void | Promise<void>
}

/**
 * Tells listeners of the Node server about requests and upgrades, as `node:http` does: `socket.io`, `ws` and others attach
 * themselves that way. The application itself is the first listener for `request`; those who take its place call it for
 * what is not theirs. It costs nothing until somebody listens.
 */
export class NodeEvents {
  private readonly contexts = new WeakMap<HttpRequest, HttpContext>()

  /**
   * @param server whose events they are
   * @param target answers
   * @param watched called when somebody begins to listen
   */
  constructor(
    private readonly server: Server,
    private readonly target: () => NodeEventsTarget,
    watched: () => void,
  ) {
    server.on('request', this.answer)
    server.on('newListener', (event: string) => {
      if (event !== 'request' && event !== 'upgrade') return
      // the listener is there after this event
      queueMicrotask(watched)
    })
  }

  /** Whether there is anybody but the application. */
  get isWatched(): boolean {
    const { server } = this
    const [first, ...others] = server.listeners('request')
    return server.listenerCount('upgrade') > 0 || others.length > 0 || first !== this.answer
  }

  readonly handle: ExchangeHandler = (exchange) => {
    const { server } = this
    const target = this.target()
    const context = target.contextOf(exchange)
    const upgrade = server.listenerCount('upgrade') > 0 ? exchange.feature(UPGRADE) : undefined
    if (upgrade !== undefined) {
      return target.handleUpgrade(context, () => {
        const { request, socket, head } = takeNodeUpgrade(context, upgrade)
        server.emit('upgrade', request, socket, head)
      })
    }
    if (!this.isWatched) return target.handleContext(context)
    const { request, response } = context
    this.contexts.set(request, context)
    server.emit('request', request, response)
    return undefined
  }

  private readonly answer = (request: HttpRequest): void => {
    const context = this.contexts.get(request)
    if (context !== undefined) void this.target().handleContext(context)
  }
}
