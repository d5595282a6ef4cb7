import { defineError } from '../../common/index.js'
import { CloseCode } from './wire-format.js'

/** What a client did that ends its connection: it is told the code and the reason. */
export class WebSocketFailure extends Error {
  override readonly name = 'WebSocketFailure'

  /**
   * @param code of the close frame
   * @param reason in English, at most 123 bytes
   */
  constructor(
    readonly code: number,
    reason: string,
  ) {
    super(reason)
  }
}

/**
 * A breach of the protocol.
 *
 * @param reason what was wrong
 */
export function protocolError(reason: string): WebSocketFailure {
  return new WebSocketFailure(CloseCode.ProtocolError, reason)
}

/** A request that does not ask for a WebSocket, where only those are answered. */
export const UpgradeRequired = defineError<object>(
  'CORBEL_WS_UPGRADE_REQUIRED',
  'This is an endpoint for WebSockets of version 13 (RFC 6455). Connect to it with a WebSocket client.',
  { status: 426 },
)

/** A handshake against the rules. */
export const HandshakeInvalid = defineError<{ reason: string }>(
  'CORBEL_WS_HANDSHAKE',
  'This is no WebSocket handshake: {reason}.',
  { status: 400 },
)

/** A page of another site that wants to connect. */
export const OriginForbidden = defineError<{ origin: string }>(
  'CORBEL_WS_ORIGIN',
  'Pages of {origin} may not connect to this endpoint. Name the origin in the option `origins` if they should.',
  { status: 403 },
)

/** One connection more than `maxConnections`. */
export const TooManySockets = defineError<object>(
  'CORBEL_WS_TOO_MANY',
  'There is no room for another WebSocket. Try again later.',
  { status: 503 },
)

/** A close code that may not be sent. */
export const CloseCodeInvalid = defineError<{ code: number }>(
  'CORBEL_WS_CLOSE_CODE',
  '{code} is no code for closing a WebSocket. Use 1000, another registered one, or 3000 to 4999 for your own (RFC 6455 §7.4.2).',
)

/** A ping or pong whose payload does not fit into a control frame. */
export const ControlTooLong = defineError<{ size: number }>(
  'CORBEL_WS_CONTROL_TOO_LONG',
  'The payload of a ping or pong has at most 125 bytes (RFC 6455 §5.5), this one has {size}.',
)
