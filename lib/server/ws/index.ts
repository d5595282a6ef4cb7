export { ReadyState, WebSocketConnection, type WebSocketHost, type WebSocketListener } from './connection.js'
export type { DeflateOptions } from './deflate-offer.js'
export { WebSocketEngine, type WebSocketOptions } from './engine.js'
export {
  CloseCodeInvalid,
  ControlTooLong,
  HandshakeInvalid,
  OriginForbidden,
  TooManySockets,
  UpgradeRequired,
} from './errors.js'
export { type AllowedOrigins, type HandshakeOptions } from './handshake.js'
export { DEFAULT_WEBSOCKET_LIMITS, type WebSocketLimits } from './limits.js'
export { PreparedMessage, type MessageContent } from './message.js'
export { CloseCode, isCloseCode } from './wire-format.js'
