import type { EndpointModel } from '../pipeline/index.js'
import type { WsContext } from './ws-context.js'

/** A method of a gateway that answers messages, or hears of connections. */
export interface MessageEndpoint extends EndpointModel<WsContext> {
  readonly kind: 'ws'
  /** What it answers; `connection` of `handleConnection`, `disconnect` of `handleDisconnect`. */
  readonly event: string
  /** `message`, or the hook that it is. */
  readonly role: 'message' | 'connection' | 'disconnect'
}
