import { ConnectedClient } from '../plain/connected-client.js'
import type { WebSocketMessageHandler } from '../handler-decorator.js'

/** A client of a class with `@WebSocketHandler`: one WebSocket. */
export class RawSocket extends ConnectedClient {
  /** Who hears of it. For whoever has made it. */
  handler: WebSocketMessageHandler | undefined = undefined
}
