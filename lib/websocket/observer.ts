import { typedKey } from '../common/index.js'
import type { AppModel } from '../core/index.js'
import type { ExecutionPlan } from '../pipeline/index.js'
import type { MessageEndpoint } from './endpoint.js'
import type { WsContext } from './ws-context.js'

/** Somebody connected, as an adapter shows him; sockets of all adapters are that. */
export interface ObservedClient {
  /** May change, where a client that was away comes back as who it was. */
  readonly id: string
  readonly rooms: { readonly size: number }
  readonly handshake: { readonly address: string }
  /** Bytes that wait for a slow client, where the adapter knows. */
  readonly bufferedAmount?: number
  /** Ends the connection. */
  disconnect(close?: boolean): unknown
}

/** Where clients connect: a path, or a namespace of socket.io. Its rooms are read when somebody looks, so they cost nothing before. */
export interface ObservedPlace {
  /** The name of the adapter. */
  readonly adapter: string
  readonly path: string
  /** 0: the application's own server. */
  readonly port: number
  /** The names of the gateways that clients reach here. */
  readonly gateways: readonly string[]
  /** The rooms of this process, each with how many are in it. */
  readonly rooms: () => Iterable<readonly [room: string, members: { readonly size: number }]>
  /** The clients of one of them, as `opened` was told of them. */
  readonly room: (name: string) => ReadonlySet<object> | undefined
}

/** Hears of one connection. Called in the middle of messages: it must neither wait nor throw. */
export interface ClientObserver {
  /** @param content of a message that has come: text, or bytes */
  received(content: string | Uint8Array): void
  /** The message that has come last is none that can be read. */
  malformed(): void
  /** The message that has come last has an event that nobody answers. */
  unknown(): void
  /** The client asks faster than it is answered: it is read no more for a while. */
  throttled(): void
  /** @param content of a message that is sent; of one that was encoded before, its size in bytes */
  sent(content: string | Uint8Array | { readonly size: number }): void
  /**
   * What is sent is an event; `sent` is told of it as well.
   *
   * @param event its name; undefined for what goes to many and is none
   * @param content of the message
   */
  emitted(event: string | undefined, content: string | { readonly size: number }): void
  /**
   * It has gone.
   *
   * @param code of the close frame, or the reason by its name
   * @param cutOff why the server has cut it off, if it has: `slow`, `silent`, `closing`
   */
  closed(code: number | string, cutOff?: string): void
}

/** Hears of one place. */
export interface PlaceObserver {
  /** @param client that has connected; whether the gateways admit it is not known yet */
  opened(client: ObservedClient): ClientObserver
  /** @param error why somebody could not connect, or a word for it */
  refused(error: unknown): void
}

/** Hears of what goes on in gateways. Without one nothing is told, and nothing is called. */
export interface GatewayObserver {
  /**
   * At boot, of each place.
   *
   * @returns what is told of it; undefined if nothing is wanted
   */
  place(place: ObservedPlace): PlaceObserver | undefined
  /**
   * At boot, of each method of a gateway.
   *
   * @param endpoint the method
   * @param plan what is to run for a message
   * @returns what runs in its place
   */
  method(endpoint: MessageEndpoint, plan: ExecutionPlan<WsContext>): ExecutionPlan<WsContext>
}

/** Contribute a function that gives the observer of the application's gateways, once all singletons are built. */
export const GATEWAY_OBSERVER = typedKey<(model: AppModel) => GatewayObserver>('gateway observer')

/**
 * Does what may be refused, and tells the observer if it is.
 *
 * @param observer of the place; undefined if nobody wants to know
 * @param connect what is done
 * @throws what `connect` throws
 */
export function observed<T>(observer: PlaceObserver | undefined, connect: () => T): T {
  if (observer === undefined) return connect()
  try {
    return connect()
  } catch (error) {
    observer.refused(error)
    throw error
  }
}
