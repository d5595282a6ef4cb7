import type { MaybePromise } from '../common/index.js'
import { Injectable, type Scope } from '../di/index.js'
import { defineDecorator, type AnyDecorator } from '../metadata/index.js'
import type { HandshakeOptions, MessageContent, WebSocketLimits } from '../server/index.js'
import { ensureMethod } from './decorators.js'
import type { ConnectionAuth } from './plain/authentication.js'
import type { RawSocket } from './raw/raw-socket.js'

/** The options of `@WebSocketHandler`. */
export interface WebSocketHandlerOptions extends HandshakeOptions {
  readonly limits?: Partial<WebSocketLimits>
  /** Messages of one client that are worked on at a time; then no more are read of it. Default 64. */
  readonly maxPending?: number
  /** Default: one instance for all clients. With `Scope.REQUEST` each connection has its own. */
  readonly scope?: Scope
  /** How clients show who they are: by the handshake; or by a first message `{"event":"auth","data":{"token":…}}`. */
  readonly auth?: ConnectionAuth
}

/** What a handler may have to say of a message: sent as it is, or one after the other. */
export type HandlerResult = MaybePromise<MessageContent | undefined | void> | AsyncIterable<MessageContent>

/** The methods of a class with `@WebSocketHandler`: `onMessage` or `onMessages`, and whatever else it wants to hear of. */
export interface WebSocketMessageHandler {
  /** Guards have let a client in; what this throws ends the connection with 1008. Messages wait until it is done. */
  onOpen?(socket: RawSocket): unknown
  /** A message: text is a string, bytes are a Buffer of its own. What this throws ends the connection with 1011. */
  onMessage?(socket: RawSocket, message: string | Buffer): HandlerResult
  /**
   * All messages of a client, in place of `onMessage`; what is yielded is sent. Nothing more is read of the client while too many
   * wait. The connection ends when this does.
   */
  onMessages?(
    messages: AsyncIterable<string | Buffer>,
    socket: RawSocket,
  ): AsyncIterable<MessageContent> | Promise<void>
  /** What was sent has left, after `send` has returned false. */
  onDrain?(socket: RawSocket): unknown
  /** The client is gone. */
  onClose?(socket: RawSocket, code: number, reason: string): unknown
}

/** What `@WebSocketHandler` stores. */
export interface HandlerDeclaration {
  readonly path: string
  readonly options: WebSocketHandlerOptions
}

/** What `@WebSocketHandler` stores. */
export const HandlerMetadata = defineDecorator({
  name: 'WebSocketHandler',
  on: ['class'],
  value: (declaration: HandlerDeclaration) => declaration,
})

/**
 * Declares a class that speaks over bare WebSockets: no frames of Corbel's own, text stays text and bytes stay bytes. List it under
 * `providers`. Guards and filters of the class, and global ones, stand in front of the connection.
 *
 * @param path as of routes, with parameters; default `/`
 * @param options see `WebSocketHandlerOptions`
 * @example
 * @WebSocketHandler('/echo')
 * class Echo {
 *   onMessage(socket: RawSocket, message: string | Buffer) { socket.send(message) }
 * }
 */
export function WebSocketHandler(path = '/', options: WebSocketHandlerOptions = {}): AnyDecorator {
  const note = HandlerMetadata({ path, options })
  const injectable = Injectable(options.scope === undefined ? {} : { scope: options.scope })
  return (target, member, place) => {
    note(target, member, place)
    if (member !== undefined || place !== undefined) return
    injectable(target)
    ensureMethod(target, 'onOpen')
  }
}
