import { defineError } from '../common/index.js'

/** A handler that has not answered in its time. */
export const HandlerTimeout = defineError<{ handler: string; time: number }>(
  'CORBEL_HANDLER_TIMEOUT',
  '{handler} has not answered within {time} ms. Let it end when its @Signal() aborts, or give it more time by @Timeout().',
  { status: 503 },
)

/** The same where another server was waited for. */
export const GatewayTimeout = defineError<{ handler: string; time: number }>(
  'CORBEL_GATEWAY_TIMEOUT',
  '{handler} has waited for another server for {time} ms. Give it more time by @Timeout(), or see why that server is slow.',
  { status: 504 },
)

/** A time for the whole application that is none. */
export const TimeoutInvalid = defineError<{ problem: string }>(
  'CORBEL_TIMEOUT_INVALID',
  'The option timeout {problem}.',
)
