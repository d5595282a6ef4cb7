import { defineError } from '../common/index.js'

type Nothing = object

/** One connection more than `maxConnections`. */
export const TooManyConnections = defineError<Nothing>(
  'CORBEL_H1_TOO_MANY_CONNECTIONS',
  'The server has no room for another connection. Try again later.',
  { status: 503 },
)

/** A request that came before the application said who answers. */
export const HandlerMissing = defineError<Nothing>(
  'CORBEL_SERVER_HANDLER_MISSING',
  'The server is not ready yet. Try again later.',
  { status: 503 },
)

/** An exchange that was still open when the server had to stop. */
export const ServerStopped = defineError<Nothing>(
  'CORBEL_SERVER_STOPPED',
  'The server stopped before the exchange was complete.',
)
