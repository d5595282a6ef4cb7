import { Inject } from '../di/index.js'
import type { HttpRequest } from '../http/index.js'
import { CorbelError, type Class } from '../common/index.js'
import {
  Ack,
  ConnectedSocket,
  MessageBody,
  Socket,
  SubscribeMessage,
  WebSocketGateway,
  WsException,
  type Acknowledge,
  type GatewayOptions,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
} from '../websocket/index.js'
import { LiveMessageInvalid } from './errors.js'
import { errorDataOf, failureOf } from './failure.js'
import { LiveConnection, type LiveClient, type LiveId } from './live-connection.js'
import { LiveHub } from './live-hub.js'
import { originOf } from './origin.js'

/** A client as the gateway gets it. */
export interface LiveSocket extends LiveClient {
  readonly request: HttpRequest
  readonly handshake?: { readonly headers: Readonly<Record<string, unknown>> }
  /** Whatever the application knows of it. */
  readonly data: Readonly<Record<string, unknown>>
}

/** Where and how clients connect for live queries. */
export interface LiveGatewayOptions {
  /** As of `@WebSocketGateway`: `path` (default `/live`), `origins`, `cors`, `namespace` … */
  readonly gateway: GatewayOptions
  /** Decorators of the gateway's class: guards, `@Public()` … */
  readonly decorators: readonly ClassDecorator[]
  /** Headers of each run in the place of those of the handshake; undefined leaves one as it is. */
  readonly headers: ((client: LiveSocket) => Readonly<Record<string, string | undefined>>) | undefined
}

const LONGEST_URL = 8_192
const LONGEST_ID = 64

/**
 * Makes the gateway by which clients subscribe to live queries.
 *
 * @param options where it listens
 */
export function liveGateway({ gateway, decorators, headers }: LiveGatewayOptions): Class {
  @WebSocketGateway(gateway)
  class LiveGateway implements OnGatewayConnection<LiveSocket>, OnGatewayDisconnect<LiveSocket> {
    private readonly connections = new WeakMap<LiveSocket, LiveConnection>()

    constructor(@Inject(LiveHub) private readonly live: LiveHub) {}

    /** So that guards, and the gateway's `auth`, are asked when a client connects. */
    handleConnection(): void {}

    @SubscribeMessage('subscribe')
    subscribe(
      @ConnectedSocket() client: LiveSocket,
      @MessageBody() data: unknown,
      @Ack() acknowledge: Acknowledge | undefined,
    ): Promise<void> {
      const { url, version } = (data ?? {}) as { readonly url?: unknown; readonly version?: unknown }
      if (typeof url !== 'string' || !url.startsWith('/') || url.length > LONGEST_URL)
        throw new LiveMessageInvalid({ reason: 'needs the path of a live query as "url"' })
      if (acknowledge === undefined) throw new LiveMessageInvalid({ reason: 'needs an "id" to be answered' })
      const known = typeof version === 'string' ? version : undefined
      const id = idOf(acknowledge.id, data)
      try {
        return this.connectionOf(client).subscribe(id, targetOf(url), known, acknowledge)
      } catch (error) {
        throw error instanceof CorbelError ? new WsException(errorDataOf(failureOf(error))) : error
      }
    }

    @SubscribeMessage('unsubscribe')
    unsubscribe(@ConnectedSocket() client: LiveSocket, @MessageBody() data: unknown): boolean {
      return this.connections.get(client)?.unsubscribe(idOf(undefined, data)) ?? false
    }

    handleDisconnect(client: LiveSocket): void {
      this.connections.get(client)?.close()
      this.connections.delete(client)
    }

    private connectionOf(client: LiveSocket): LiveConnection {
      let connection = this.connections.get(client)
      if (connection === undefined) {
        const origin = originOf(client.request, { ...tokenOf(client), ...headers?.(client) })
        connection = new LiveConnection(client, origin, this.live, client instanceof Socket)
        this.connections.set(client, connection)
      }
      return connection
    }
  }
  for (const decorate of decorators) decorate(LiveGateway)
  return LiveGateway
}

/** What the gateway's `auth` has found, wherever it stood: in the first message, for instance. */
function tokenOf({ handshake }: LiveSocket): Readonly<Record<string, string>> {
  const authorization = handshake?.headers['authorization']
  return typeof authorization === 'string' ? { authorization } : {}
}

/**
 * A path as a browser would send it: nothing in it may end a line of a log, and what means the same is the same.
 *
 * @see URL Standard (WHATWG) §4.4
 */
function targetOf(url: string): string {
  const { pathname, search } = new URL(`http://localhost${url}`)
  return pathname + search
}

/** Where messages have no id by themselves, it is a member of their data. */
function idOf(given: LiveId | undefined, data: unknown): LiveId {
  const id = given ?? (data as { readonly id?: unknown } | null | undefined)?.id
  if (typeof id === 'number' || (typeof id === 'string' && id.length <= LONGEST_ID)) return id
  throw new LiveMessageInvalid({
    reason: `needs an "id": a number, or text of up to ${LONGEST_ID} characters`,
  })
}
