import type { Server, ServerOptions, Socket } from 'socket.io'
import { isPromise, type MaybePromise } from '../../common/index.js'
import type { HttpServer } from '../../server/index.js'
import { joinPaths, type Fallback, type HttpContext } from '../../web/index.js'
import type { AdapterHost, Gateway, WebSocketAdapter } from '../adapter.js'
import type { GatewayDeclaration } from '../decorators.js'
import type { PlaceObserver } from '../observer.js'
import { listenForGateways } from '../own-port.js'
import type { Acknowledge } from '../ws-context.js'
import { NodeServer } from './node-server.js'
import { observeNamespace, observeSocket } from './observe.js'
import { loadSocketIo, type SocketIo } from './package.js'

const DEFAULT_PATH = '/socket.io'

/** A server of socket.io, and where its requests come in. */
interface Place {
  readonly port: number
  readonly node: NodeServer
  readonly io: Server
  /** By namespace, or the text of its pattern. */
  readonly gateways: Map<string, { readonly namespace: string | RegExp; readonly own: Gateway[] }>
}

/**
 * Gateways over socket.io 4, on the application's own server: namespaces, rooms, acknowledgements, bytes, middleware, recovery
 * of connections. Clients and servers are socket.io's own: `@ConnectedSocket() client: Socket`, `@WebSocketServer() server: Server`
 * (a `Namespace`, where the gateway has one).
 *
 * @example
 * app.useWebSocketAdapter(new SocketIoAdapter())
 */
export class SocketIoAdapter implements WebSocketAdapter {
  readonly name = 'socket.io'
  private readonly places: Place[] = []
  private readonly servers: HttpServer[] = []
  private host: AdapterHost | undefined

  /**
   * @param options socket.io's own, for all gateways; those of `@WebSocketGateway` come before them. With several processes:
   *   `adapter`, of `@socket.io/redis-streams-adapter` for instance
   */
  constructor(private readonly options: Partial<ServerOptions> = {}) {}

  async start(gateways: readonly Gateway[], host: AdapterHost): Promise<void> {
    this.host = host
    const socketIo = await loadSocketIo()
    for (const gateway of gateways) {
      const place = this.placeOf(gateway, socketIo)
      const namespace = namespaceOf(gateway)
      const name = String(namespace)
      const others = place.gateways.get(name)
      if (others === undefined) place.gateways.set(name, { namespace, own: [gateway] })
      else others.own.push(gateway)
    }
    for (const place of this.places) {
      const { io, gateways: byName } = place
      // one with a name does not belong to a pattern that it matches as well: socket.io asks in this order
      const named = [...byName.values()].sort(
        (a, b) => Number(isPattern(a.namespace)) - Number(isPattern(b.namespace)),
      )
      for (const { namespace: name, own } of named) {
        const namespace = io.of(name)
        for (const gateway of own) await gateway.initialise(name === '/' ? io : namespace)
        const observer = observeNamespace(host, this.name, place, namespace, own)
        namespace.on('connection', (socket) => this.connect(socket, own, observer))
      }
    }
  }

  async listen(): Promise<void> {
    for (const { port, node } of this.places) {
      if (port === 0) continue
      const report = (error: unknown): void => this.host!.report(error, `gateways on port ${port}`)
      this.servers.push(await listenForGateways(port, (context) => node.take(context), report))
    }
  }

  upgrade(context: HttpContext): boolean {
    return this.places.some(({ port, node }) => port === 0 && node.take(context))
  }

  /** Requests of clients that poll, and the client script. */
  fallbacks(gateways: readonly GatewayDeclaration[]): readonly Fallback[] {
    const own = gateways.filter(({ port }) => port === 0).map((gateway) => this.pathOf(gateway))
    return [...new Set(own)].map((prefix) => ({ prefix, answer: (context) => this.upgrade(context) }))
  }

  /** By namespace; behind the path, where that is not the usual one. */
  gatewayServers(): ReadonlyMap<string, object> {
    return new Map(
      this.places.flatMap(({ node, io, gateways }) => {
        const path = node.path === `${DEFAULT_PATH}/` ? '' : node.path
        const names = [...gateways.values()].map(({ namespace }) => namespace)
        // those of a pattern are made when clients ask for them
        return names
          .filter((name) => !isPattern(name))
          .map((name) => [joinPaths(path, String(name)), name === '/' ? io : io.of(name)])
      }),
    )
  }

  emit(client: object, event: string, data: unknown): void {
    ;(client as Socket).emit(event, data)
  }

  /** A value has no name to be sent under: as elsewhere with socket.io, it is for clients that ask for an acknowledgement. */
  send(): void {
    // nobody waits for it
  }

  async stop(): Promise<void> {
    await Promise.all(this.places.map(({ io }) => io.close()))
    await Promise.all(this.servers.map((server) => server.close()))
  }

  pathOf({ options }: Pick<Gateway, 'options'>): string {
    return joinPaths(options.path ?? this.options.path ?? DEFAULT_PATH)
  }

  private placeOf(gateway: Gateway, { Server: SocketServer }: SocketIo): Place {
    const { namespace: _, scope: __, ...own } = gateway.options
    const options: Partial<ServerOptions> = { ...this.options, ...own }
    const path = `${this.pathOf(gateway)}/`
    const known = this.places.find(({ port, node }) => port === gateway.port && node.path === path)
    if (known !== undefined) return known
    const node = new NodeServer(path)
    const io = new SocketServer({ ...options, path })
    // it calls events of a server, and nothing else
    io.attach(node as unknown as Parameters<Server['attach']>[0])
    const place: Place = { port: gateway.port, node, io, gateways: new Map() }
    this.places.push(place)
    return place
  }

  private connect(socket: Socket, gateways: readonly Gateway[], observer: PlaceObserver | undefined): void {
    observeSocket(observer, socket, gateways)
    const admitted = gateways.reduce<MaybePromise<boolean>>(
      (before, gateway) =>
        isPromise<boolean>(before)
          ? before.then((isAdmitted) => isAdmitted && gateway.connect(socket))
          : before && gateway.connect(socket),
      true,
    )
    const admit = (isAdmitted: boolean): void => {
      if (!isAdmitted) observer?.refused('not-admitted')
      if (!isAdmitted) socket.disconnect(true)
    }
    if (isPromise<boolean>(admitted)) {
      void admitted.then(admit)
      // messages that come meanwhile wait, in their order
      socket.use((_, next) => void admitted.then((isAdmitted) => isAdmitted && next()))
    } else admit(admitted)
    for (const gateway of gateways) {
      for (const event of gateway.events) {
        socket.on(event, (...values: unknown[]) => {
          const { data, acknowledge } = messageOf(values)
          void gateway.message(socket, event, data, acknowledge)
        })
      }
    }
    socket.on('disconnect', (reason) => {
      for (const gateway of gateways) void gateway.disconnect(socket, reason)
    })
  }
}

/** What comes with an event: one value or a list of them, and behind it, perhaps, the acknowledgement that is waited for. */
function messageOf(values: readonly unknown[]): { data: unknown; acknowledge: Acknowledge | undefined } {
  const last = values.at(-1)
  const isAwaited = typeof last === 'function'
  const sent = isAwaited ? values.slice(0, -1) : values
  return {
    data: sent.length > 1 ? sent : sent[0],
    acknowledge: isAwaited ? (last as Acknowledge) : undefined,
  }
}

function namespaceOf({ options }: Gateway): string | RegExp {
  const { namespace = '' } = options
  return typeof namespace === 'string' ? joinPaths(namespace) : namespace
}

function isPattern(namespace: string | RegExp): namespace is RegExp {
  return typeof namespace !== 'string'
}
