import type { MaybePromise } from '../common/index.js'
import type { Fallback, HttpContext } from '../web/index.js'
import type { Acknowledge } from './ws-context.js'
import type { GatewayObserver } from './observer.js'
import type { Token } from '../di/index.js'
import type { GatewayDeclaration, GatewayOptions } from './decorators.js'

/** Told why a client is not admitted. */
export type Refused = (error: unknown) => void

/** A gateway as adapters see it: compiled, whatever its methods are. */
export interface Gateway {
  /** Its class, for people. */
  readonly name: string
  /** 0: the application's own server. */
  readonly port: number
  readonly options: GatewayOptions
  readonly events: ReadonlySet<string>
  /** Those whose methods take what the client sends after its message; undefined for none. */
  readonly streamed?: ReadonlySet<string> | undefined
  /** Gives it the server that it sends with. */
  initialise(server: object): MaybePromise<void>
  /**
   * Tells it of a client, before its first message.
   *
   * @param client that has connected
   * @param refused told of what was thrown, if something was
   * @returns false, or a promise of it, if the client is not admitted: it was told why, and is to be disconnected
   */
  connect(client: object, refused?: Refused): MaybePromise<boolean>
  /** Answers a message; never throws. */
  message(client: object, event: string, data: unknown, acknowledge?: Acknowledge): MaybePromise<void>
  /** Tells it that a client has gone; never throws. */
  disconnect(client: object, reason: string): MaybePromise<void>
}

/** What an adapter may use of the application. */
export interface AdapterHost {
  /** Notes an error that is nobody's answer. */
  report(error: unknown, what: string): void
  /** Wants to hear of what goes on; undefined where nobody does. */
  readonly observer?: GatewayObserver | undefined
  /** What a module provides as a token; undefined if none does. */
  provided?(token: Token): unknown
}

/** Decides how messages look on the wire. */
export interface WebSocketAdapter {
  /** For people: `plain`, `socket.io`. */
  readonly name: string
  /**
   * Takes the gateways, and gives them their servers, before the hooks of the application run.
   *
   * @param gateways all of the application
   * @param host the application
   */
  start(gateways: readonly Gateway[], host: AdapterHost): MaybePromise<void>
  /** Listens for the gateways that have a port of their own; the hooks have run by then. */
  listen(): MaybePromise<void>
  /**
   * Answers a request that asks for a WebSocket.
   *
   * @returns false if it is for somebody else
   */
  upgrade(context: HttpContext): MaybePromise<boolean>
  /**
   * What answers requests of HTTP below some path, where the wire begins with such.
   *
   * @param gateways as they are declared: it is asked for before `start`
   */
  fallbacks?(gateways: readonly GatewayDeclaration[]): readonly Fallback[]
  /** Where the clients of a gateway connect. */
  pathOf?(gateway: Gateway): string
  /** Its servers by path, once it has started. */
  gatewayServers?(): ReadonlyMap<string, object>
  /** Sends one event to a client. */
  emit(client: object, event: string, data: unknown): void
  /** Sends a value that is no event. */
  send(client: object, value: unknown): void
  /** Says goodbye to all clients, and stops listening. */
  stop(): Promise<void>
}
