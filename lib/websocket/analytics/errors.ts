import { defineError } from '../../common/index.js'

/** Numbers and addresses of clients that everybody could read. */
export const WebSocketAdminUnguarded = defineError<Record<never, never>>(
  'CORBEL_WS_ADMIN_UNGUARDED',
  'WebSocketAdminModule.forRoot() names no guard: it shows the addresses of clients, and disconnects them. Give guards: [AdminGuard], or one that says yes.',
)

/** A page of another site that wants to disconnect somebody. */
export const WebSocketAdminForeign = defineError<Record<never, never>>(
  'CORBEL_WS_ADMIN_FOREIGN',
  'This comes from a page of another site, or is no JSON. Send it from the application’s own pages, or by a client that is no browser, with Content-Type: application/json.',
  { status: 403 },
)
