/** Every bound of a WebSocket. Sizes are bytes, times milliseconds. */
export interface WebSocketLimits {
  /** One message, after decompression; a larger one closes with 1009. Default 16 MiB. */
  readonly maxMessageSize: number
  /**
   * What may wait for a client that takes less than it is sent, when something is added; with more it is cut off. Default 16 MiB.
   */
  readonly maxBufferedSize: number
  /** Sockets at a time; one more is answered 503. Default 0: no limit. */
  readonly maxConnections: number
  /**
   * Silence after which a client is asked whether it is there, and after which, if it stays silent, it is cut off. Default
   * 30 s; 0: it is never asked.
   */
  readonly heartbeatInterval: number
  /** Between a close frame and the end of the connection; then it is cut off. Default 5 s. */
  readonly closeTimeout: number
}

const MIB = 1024 * 1024

/** The limits in force where nothing else is said. */
export const DEFAULT_WEBSOCKET_LIMITS: WebSocketLimits = {
  maxMessageSize: 16 * MIB,
  maxBufferedSize: 16 * MIB,
  maxConnections: 0,
  heartbeatInterval: 30_000,
  closeTimeout: 5_000,
}
