import { createRouteTable, type RouteTable } from '../../router/index.js'
import { CloseCode, WebSocketEngine } from '../../server/index.js'
import { pathOf, type HttpContext } from '../../web/index.js'
import type { AdapterHost } from '../adapter.js'
import { observed, type ObservedClient, type PlaceObserver } from '../observer.js'
import type { HandlerDeclaration } from '../handler-decorator.js'
import type { CompiledGateway } from '../compiled-gateway.js'
import { Authentication } from '../plain/authentication.js'
import { ClientHandshake } from '../plain/client-handshake.js'
import { createId } from '../plain/ids.js'
import { HandlerListener, type RawHandler } from './handler-listener.js'
import { RawSocket } from './raw-socket.js'
import { findTaken, pathTaken, type AtPath } from './shared-paths.js'

const MAX_PENDING = 64

interface Endpoint extends RawHandler {
  readonly engine: WebSocketEngine
  readonly observer: PlaceObserver | undefined
}

/** All classes with `@WebSocketHandler`: they share the application's own server, whatever adapter gateways have. */
export class RawHandlers {
  private readonly table: RouteTable<Endpoint>

  /**
   * @param handlers what is declared, and what asks their guards
   * @param host told of errors
   * @throws {CorbelError} CORBEL_ROUTE_PATTERN; what is declared twice `findTaken` has reported
   */
  constructor(
    handlers: readonly { readonly declaration: HandlerDeclaration; readonly gateway: CompiledGateway }[],
    private readonly host: AdapterHost,
  ) {
    this.table = createRouteTable(
      handlers.map(({ declaration: { path, options }, gateway }) => ({
        method: '*',
        pattern: path,
        origin: gateway.name,
        value: {
          gateway,
          path,
          authentication: options.auth === undefined ? undefined : new Authentication(options.auth),
          maxPending: options.maxPending ?? MAX_PENDING,
          engine: new WebSocketEngine(options),
          observer: host.observer?.place({
            adapter: 'handler',
            path,
            port: 0,
            gateways: [gateway.name],
            rooms: () => [],
            room: () => undefined,
          }),
        },
      })),
    )
  }

  /**
   * Sees to it that a gateway can be reached: handlers are asked first.
   *
   * @param gateway on the application's own server
   * @throws {CorbelError} CORBEL_WS_PATH_TAKEN
   */
  leaveTo(gateway: AtPath): void {
    // a pattern may be that of all paths
    const { route } = this.table.match('GET', gateway.path)
    const handlers = this.table.list().map(({ origin, value: { path } }) => ({ name: origin, path }))
    const error =
      route === undefined
        ? findTaken(handlers, gateway)
        : pathTaken({ name: route.origin, path: route.value.path }, gateway)
    if (error !== undefined) throw error
  }

  /** @returns false if the request is for somebody else */
  upgrade(context: HttpContext): boolean {
    const match = this.table.match('GET', pathOf(context.target))
    if (match.route === undefined) return false
    const endpoint = match.route.value
    return observed(endpoint.observer, () => this.enter(context, endpoint, match.params))
  }

  private enter(context: HttpContext, endpoint: Endpoint, params: Readonly<Record<string, string>>): true {
    const handshake = new ClientHandshake(context, params)
    const hasToken = endpoint.authentication?.read(handshake) ?? false
    const socket = new RawSocket(handshake)
    const listener = new HandlerListener(endpoint, socket, this.host)
    const connection = endpoint.engine.accept(context.exchange, listener)
    socket.attach(connection, listener)
    if (endpoint.observer !== undefined)
      listener.observe(endpoint.observer.opened(observedSocket(socket)), endpoint.observer)
    listener.begin(connection, hasToken)
    return true
  }

  /** Says goodbye to all clients. */
  async stop(): Promise<void> {
    await Promise.all(this.table.list().map(({ value }) => value.engine.close(CloseCode.GoingAway)))
  }
}

const NO_ROOMS: ReadonlySet<string> = new Set()

/** Handlers have no rooms, and tell their clients apart by themselves. */
function observedSocket(socket: RawSocket): ObservedClient {
  return {
    id: createId(),
    rooms: NO_ROOMS,
    handshake: socket.handshake,
    get bufferedAmount() {
      return socket.bufferedAmount
    },
    disconnect: () => socket.disconnect(),
  }
}
