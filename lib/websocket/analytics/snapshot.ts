import type { MessageEndpoint } from '../endpoint.js'
import type { LatencySnapshot } from './histogram.js'

/** What has come to one method of a gateway. */
export interface EventSnapshot {
  /** What it answers. */
  readonly event: string
  readonly role: MessageEndpoint['role']
  readonly method: string
  /** Messages, or connections. */
  readonly messages: number
  /** Of the messages, before compression; 0 where the adapter does not know. */
  readonly bytes: number
  /** Those that are not answered yet. */
  readonly active: number
  /** What was thrown: what the client is told (`client`), and what only the log is (`server`). */
  readonly errors: { readonly client: number; readonly server: number }
  /** Guards, pipes, interceptors and the method, until it has returned or its promise is settled. */
  readonly latency: LatencySnapshot
}

/** What was sent as one event. */
export interface SentEventSnapshot {
  readonly event: string
  /** Counted once for each client. */
  readonly messages: number
  /** Before compression; 0 where the adapter does not know. */
  readonly bytes: number
}

/** One gateway. */
export interface GatewaySnapshot {
  readonly name: string
  readonly events: readonly EventSnapshot[]
}

/** A room of one process. */
export interface RoomSnapshot {
  readonly path: string
  readonly room: string
  readonly members: number
}

/** One place where clients connect. All numbers are those of this process, since it began. */
export interface PlaceSnapshot {
  readonly adapter: string
  readonly path: string
  /** 0: the application's own server. */
  readonly port: number
  readonly gateways: readonly string[]
  readonly connections: {
    readonly now: number
    /** Those that the gateways did not admit included. */
    readonly opened: number
    /** Who could not connect, by code of the error; `not-admitted` by gateways and their guards. */
    readonly refused: Readonly<Record<string, number>>
    /** By code of the close frame (1006: without one), or by the reason that socket.io gives. */
    readonly closed: Readonly<Record<string, number>>
    /** Who was cut off: `slow` takes less than it is sent, `silent` does not answer pings, `closing` does not close. */
    readonly dropped: Readonly<Record<string, number>>
  }
  readonly rooms: { readonly count: number; readonly memberships: number }
  readonly messages: {
    readonly in: number
    readonly out: number
    /** That could not be read. */
    readonly malformed: number
    /** With events that no gateway answers. */
    readonly unknown: number
    /** How often a client had so many messages in work that no more were read of it. */
    readonly throttled: number
  }
  /** Of messages, before compression. */
  readonly bytes: { readonly in: number; readonly out: number }
  /** What was sent, by event; answers, and what is no event, are in `messages.out` alone. */
  readonly sent: readonly SentEventSnapshot[]
}

/** What goes on in the gateways of one process. */
export interface WebSocketSnapshot {
  /** When counting began: ISO 8601, UTC. */
  readonly since: string
  /** When this was written: ISO 8601, UTC. */
  readonly at: string
  readonly places: readonly PlaceSnapshot[]
  readonly gateways: readonly GatewaySnapshot[]
}

/** One client. */
export interface ClientSnapshot {
  readonly id: string
  readonly path: string
  /** Of the client, as far as trusted proxies say so. */
  readonly address: string
  /** ISO 8601, UTC. */
  readonly since: string
  readonly rooms: number
  readonly messages: { readonly in: number; readonly out: number }
  readonly bytes: { readonly in: number; readonly out: number }
  /** Bytes that wait for it; undefined where the adapter does not know. */
  readonly waiting?: number
}

/** A part of a list. */
export interface PageOf<T> {
  /** Of the whole list. */
  readonly total: number
  readonly offset: number
  readonly items: readonly T[]
}
