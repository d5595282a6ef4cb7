/** What a WebSocket tells of. */
export type WebSocketEvent = 'open' | 'message' | 'close' | 'error'

/** A WebSocket as browsers have it: what the client needs of one. */
export interface WebSocketLike {
  addEventListener(event: WebSocketEvent, listener: (event: object) => void): void
  /** Bytes that were given to `send` and have not left. */
  readonly bufferedAmount?: number
  send(data: string): void
  close(code?: number, reason?: string): void
}

/** What makes WebSockets: the global class of browsers and of Node 22, or that of `ws` or `undici`. */
export type WebSocketClass = new (url: string, protocols?: string[]) => WebSocketLike

/** The events of an application, by direction. Each member may be left out; names are free then. */
export interface EventTypes {
  /** What the server sends: data by name. */
  readonly receive?: object
  /** What the client sends without waiting: data by name. */
  readonly send?: object
  /** What is answered: `{ join(room: string): Member[] }`. A second parameter is of the values that follow, one by one. */
  readonly requests?: object
  /** What is answered by many values: `{ history(room: string): Message }`. A second parameter as of `requests`. */
  readonly streams?: object
}

/** The connection is there. */
export interface ConnectInfo {
  /** Whether the server knows the client still, its rooms and what it has missed; else rooms are to be joined again. */
  readonly recovered: boolean
}

/** The connection is gone. */
export interface DisconnectInfo {
  /** The server's close code; 1006 where there was none; 1000 after `close()`. */
  readonly code: number
  readonly reason: string
  /** False where that is the end: the client has closed, or the server does not want it. */
  readonly willReconnect: boolean
}

/** Another attempt is going to be made. */
export interface ReconnectInfo {
  /** 1 for the first. */
  readonly attempt: number
  /** Until then, in ms. */
  readonly delay: number
}

/** What the client itself tells by `on`. Events of the server with these names are not heard. */
export interface Lifecycle {
  connect: ConnectInfo
  disconnect: DisconnectInfo
  reconnecting: ReconnectInfo
  /** An attempt that has failed, a token that could not be had, a listener that has thrown. */
  error: Error
}

/** Where the client stands. `waiting`: for the next attempt. */
export type ClientState = 'connecting' | 'connected' | 'waiting' | 'closed'

/** How attempts follow each other. Times are milliseconds. */
export interface ReconnectOptions {
  /** Before the first attempt, on average. Default 500. Each further one waits twice as long. */
  readonly minDelay?: number
  /** The longest delay. Default 30 000. */
  readonly maxDelay?: number
  /** Attempts in a row, after which the client gives up. Default: no limit. */
  readonly maxAttempts?: number
}

/** How a connection is found to be dead that nobody has closed. Times are milliseconds. */
export interface HeartbeatOptions {
  /** Silence after which the server is asked. Default 25 000. */
  readonly interval?: number
  /** How long it has for an answer. Default 10 000. */
  readonly timeout?: number
}

/** The options of `connect`. */
export interface ClientOptions {
  /** Default: the global `WebSocket`. Node before 22 has none: `import { WebSocket } from 'ws'`. */
  readonly WebSocket?: WebSocketClass
  /** Subprotocols. */
  readonly protocols?: readonly string[]
  /** Who the client is: a token, or what gives one, which is asked on each attempt. */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>)
  /** Default `message`: by the first message. `query`: by the parameter `token` of the URL. */
  readonly tokenIn?: 'message' | 'query'
  /** False: never again. */
  readonly reconnect?: ReconnectOptions | false
  /** False: a dead connection is found by the next message that cannot be sent. */
  readonly heartbeat?: HeartbeatOptions | false
  /** Whether the server is asked to keep what is missed. Default true; servers without recovery take no notice. */
  readonly resume?: boolean
  /** Messages that wait for a connection; one more is refused. Default 100. */
  readonly maxQueue?: number
  /** For one attempt, in ms. Default 10 000. */
  readonly connectTimeout?: number
}

/** What gives values to send, one after the other. */
export type Input<Value> = AsyncIterable<Value> | Iterable<Value | Promise<Value>>

/** The options of `request`. */
export interface RequestOptions {
  /** In ms, the wait for a connection included. With `input`, it does not run while that is sent. Default 10 000; 0: none. */
  readonly timeout?: number
  /**
   * Whether it may be sent again where the connection was lost before the answer. Default false: it fails, as with `input` it does in
   * any case.
   */
  readonly idempotent?: boolean
  /** Values that follow the message, for a method with `@MessageStream()`; closed where that wants no more of them. */
  readonly input?: Input<unknown>
}

/** The options of `stream`. */
export interface StreamOptions {
  /** Values that may wait to be read; with more the stream fails, and is cancelled. Default 1 000. */
  readonly maxQueue?: number
  /** Ends the stream. */
  readonly signal?: AbortSignal
  /** As of `request`. */
  readonly input?: Input<unknown>
}

type Part<Types, Name extends keyof EventTypes, Otherwise> =
  Types extends Record<Name, infer Found extends object> ? Found : Otherwise

/** What listeners may hear. */
export type Heard<Types> = Lifecycle & Omit<Part<Types, 'receive', Record<string, unknown>>, keyof Lifecycle>
/** What `emit` takes. */
export type Sent<Types> = Part<Types, 'send', Record<string, unknown>>
/** What `request` takes. */
export type Asked<Types> = Part<Types, 'requests', Record<string, (data?: unknown) => unknown>>
/** What `stream` takes. */
export type Streamed<Types> = Part<Types, 'streams', Record<string, (data?: unknown) => unknown>>

/** The data of a request, and what may follow; data may be left out where they may be undefined. */
export type Arguments<Call, Options> = Call extends (...args: infer Args) => unknown
  ? Args extends [infer Data, infer Value]
    ? [data: Data, options: Options & { readonly input: Input<Value> }]
    : Args extends []
      ? [data?: undefined, options?: Options]
      : undefined extends Args[0]
        ? [data?: Args[0], options?: Options]
        : [data: Args[0], options?: Options]
  : never

/** What a request gives. */
export type Result<Call> = Call extends (...args: never[]) => infer Found ? Awaited<Found> : never

/** The data of an event, which may be left out where they may be undefined. */
export type DataOf<Data> = undefined extends Data ? [data?: Data] : [data: Data]
