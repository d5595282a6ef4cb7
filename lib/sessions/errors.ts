import { defineError } from '../common/index.js'

/** Options with which sessions would not be safe, or would not work. */
export const SessionOptionsInvalid = defineError<{ reason: string }>(
  'CORBEL_SESSION_OPTIONS_INVALID',
  'The options of SessionModule cannot be used: {reason}',
)

/** Sessions in cookies without secrets to protect them. */
export const SessionSecretMissing = defineError<Record<never, never>>(
  'CORBEL_SESSION_SECRET_MISSING',
  'Sessions that are kept in a cookie need a secret. Give one: createApp(Root, { cookies: { secrets: [...] } }).',
)

/** What only a store on the server can do. */
export const SessionStoreNeeded = defineError<{ call: string }>(
  'CORBEL_SESSION_STORE_NEEDED',
  '{call} needs sessions that are kept on the server: a cookie that a browser has cannot be taken back. Give SessionModule another store.',
)

/** Several requests that change one session again and again. */
export const SessionConflict = defineError<Record<never, never>>(
  'CORBEL_SESSION_CONFLICT',
  'Other requests have changed the session at the same time. Try again.',
  { status: 409 },
)

/** A call that has no cookies. */
export const SessionTransport = defineError<{ transport: string }>(
  'CORBEL_SESSION_TRANSPORT',
  'This call came by {transport}, and sessions are those of HTTP requests, and of plain WebSockets.',
)
