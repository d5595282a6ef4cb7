import { ClientSocket } from './socket.js'
import type { ClientOptions } from './types.js'

export { ClientError, type ClientErrorCode } from './errors.js'
export { applyPatch, type PatchOperation } from './json-patch.js'
export type { LiveListener, LiveSubscription } from './live.js'
export { ClientSocket } from './socket.js'
export type {
  ClientOptions,
  ClientState,
  ConnectInfo,
  DisconnectInfo,
  EventTypes,
  HeartbeatOptions,
  Input,
  Lifecycle,
  ReconnectInfo,
  ReconnectOptions,
  RequestOptions,
  StreamOptions,
  WebSocketClass,
  WebSocketEvent,
  WebSocketLike,
} from './types.js'

/**
 * Connects to the gateways at a path, in browsers and in Node, and stays connected: a lost connection is made again.
 *
 * @param url `ws:`, `wss:`, `http:` or `https:`; in browsers it may begin with the path
 * @param options see `ClientOptions`
 * @example
 * const socket = connect<ChatEvents>('/chat', { token: () => tokens.current() })
 * socket.on('said', ({ by, text }) => show(by, text))
 */
export function connect<Types = object>(url: string, options: ClientOptions = {}): ClientSocket<Types> {
  return new ClientSocket<Types>(url, options)
}
