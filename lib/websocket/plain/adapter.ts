import { defineError } from '../../common/index.js'
import { CloseCode, WebSocketEngine, type HttpServer, type WebSocketLimits } from '../../server/index.js'
import { createRouteTable, type RouteTable } from '../../router/index.js'
import { joinPaths, pathOf, type HttpContext } from '../../web/index.js'
import type { AdapterHost, Gateway, WebSocketAdapter } from '../adapter.js'
import { observed } from '../observer.js'
import { listenForGateways } from '../own-port.js'
import { Authentication } from './authentication.js'
import { ClientHandshake } from './client-handshake.js'
import {
  createClusterNode,
  type ClusterNode,
  type ClusterOptions,
  type ClusterStats,
} from './cluster/index.js'
import { observedPlace } from './observed-place.js'
import { PlaceListener, type Place } from './place-listener.js'
import { Recovery, type RecoveryOptions } from './recovery/recovery.js'
import { Server } from './server.js'
import { Socket } from './socket.js'

/** Settings of plain WebSockets. */
export interface PlainAdapterOptions {
  readonly limits?: Partial<WebSocketLimits>
  /** Messages of one client that are worked on at a time; then no more are read of it. Default 64. */
  readonly maxPending?: number
  /**
   * Joins the gateways of several processes: rooms, `fetchSockets` and all that a server does are those of all. True, or
   * options, for instance the PubSub that carries messages. Default false.
   */
  readonly cluster?: boolean | ClusterOptions
  /** Lets clients whose connection was lost come back as who they were. Default: off. */
  readonly recovery?: RecoveryOptions | boolean
}

const MAX_PENDING = 64

/**
 * Plain WebSockets: a message is a text frame with `{ "event": …, "data": … }`. With an `id`, it is answered: by `{ id, data }`,
 * or by `{ id, event: "exception", data }`.
 */
export class PlainAdapter implements WebSocketAdapter {
  readonly name = 'plain'
  private readonly engine: WebSocketEngine
  private readonly maxPending: number
  private readonly recovery: RecoveryOptions | undefined
  private readonly places: Place[] = []
  private readonly ports = new Map<number, RouteTable<Place>>()
  private readonly servers: HttpServer[] = []
  private host: AdapterHost | undefined
  private node: ClusterNode | undefined

  constructor(private readonly options: PlainAdapterOptions = {}) {
    this.engine = new WebSocketEngine(options.limits === undefined ? {} : { limits: options.limits })
    this.maxPending = options.maxPending ?? MAX_PENDING
    const { recovery = false } = options
    this.recovery = recovery === true ? {} : recovery === false ? undefined : recovery
  }

  /** What is known of the other processes; undefined where there are none. */
  get clusterStats(): ClusterStats | undefined {
    return this.node?.stats
  }

  async start(gateways: readonly Gateway[], host: AdapterHost): Promise<void> {
    this.host = host
    for (const [port, ofPort] of groupBy(gateways, (gateway) => gateway.port)) {
      const routes = [...groupBy(ofPort, pathOfGateway)].map(([pattern, own]) => ({
        method: '*',
        pattern,
        origin: own.map(({ name }) => name).join(', '),
        value: this.placeOf(pattern, own),
      }))
      this.ports.set(port, createRouteTable(routes))
    }
    for (const place of this.places) place.observer = host.observer?.place(observedPlace(this.name, place))
    await this.joinCluster(host)
    for (const { server, gateways: own } of this.places)
      for (const gateway of own) await gateway.initialise(server)
  }

  async listen(): Promise<void> {
    for (const port of this.ports.keys())
      if (port > 0) this.servers.push(await this.listenOn(port, this.host!))
  }

  upgrade(context: HttpContext): boolean {
    return this.take(context, 0)
  }

  pathOf(gateway: Gateway): string {
    return pathOfGateway(gateway)
  }

  gatewayServers(): ReadonlyMap<string, object> {
    return new Map(this.places.map(({ server }) => [server.path, server]))
  }

  emit(client: object, event: string, data: unknown): void {
    ;(client as Socket).emit(event, data)
  }

  send(client: object, value: unknown): void {
    const content = typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value)
    ;(client as Socket).send(content)
  }

  async stop(): Promise<void> {
    await this.engine.close(CloseCode.GoingAway)
    await this.node?.close()
    for (const { recovery } of this.places) recovery?.close()
    await Promise.all(this.servers.map((server) => server.close()))
  }

  private async joinCluster(host: AdapterHost): Promise<void> {
    const { cluster = false } = this.options
    if (cluster === false) return
    this.node = createClusterNode(cluster === true ? {} : cluster, host)
    // the port may be another one in each process, where it is the application's own
    for (const { server, gateways } of this.places) {
      const { port } = gateways[0]!
      this.node.link(port > 0 ? `${port}${server.path}` : server.path, server)
    }
    await this.node.start()
  }

  private placeOf(pattern: string, gateways: readonly Gateway[]): Place {
    const server = new Server(pattern)
    const auth = gateways.find(({ options }) => options.auth !== undefined)?.options.auth
    const place: Place = {
      server,
      observer: undefined,
      gateways: [...gateways],
      authentication: auth === undefined ? undefined : new Authentication(auth),
      recovery: this.recovery === undefined ? undefined : new Recovery(server, this.recovery),
    }
    this.places.push(place)
    return place
  }

  private listenOn(port: number, { report }: AdapterHost): Promise<HttpServer> {
    return listenForGateways(
      port,
      (context) => this.take(context, port),
      (error) => report(error, `gateways on port ${port}`),
    )
  }

  private take(context: HttpContext, port: number): boolean {
    const match = this.ports.get(port)?.match('GET', pathOf(context.target))
    if (match?.route === undefined) return false
    const place = match.route.value
    return observed(place.observer, () => this.enter(context, place, match.params))
  }

  private enter(context: HttpContext, place: Place, params: Readonly<Record<string, string>>): true {
    const handshake = new ClientHandshake(context, params)
    const hasToken = place.authentication?.read(handshake) ?? false
    const socket = new Socket(place.server, handshake)
    const asked = PlaceListener.askedBy(place, socket)
    const listener = new PlaceListener(place, socket, this.maxPending, this.host!, asked)
    const connection = this.engine.accept(context.exchange, listener, place.gateways[0]!.options)
    socket.attach(connection, listener)
    listener.observe(place.observer?.opened(socket), place.observer)
    listener.begin(connection, hasToken)
    return true
  }
}

/** A pattern for namespaces, where there are only paths. */
export const NamespacePattern = defineError<{ class: string; pattern: string }>(
  'CORBEL_WS_NAMESPACE_PATTERN',
  'The namespace of {class} is the pattern {pattern}, but plain WebSockets connect to paths. Name it, or use SocketIoAdapter.',
)

/** The path, and the namespace behind it. */
function pathOfGateway({ name, options }: Gateway): string {
  const { path = '', namespace = '' } = options
  if (typeof namespace !== 'string') throw new NamespacePattern({ class: name, pattern: String(namespace) })
  return joinPaths(path, namespace)
}

function groupBy<Key, Item>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const known = groups.get(key)
    if (known === undefined) groups.set(key, [item])
    else known.push(item)
  }
  return groups
}
