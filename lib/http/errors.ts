import { defineError } from '../common/index.js'

// What a handler can do wrong with a response, on whatever engine.

/** Status or headers were set, or an interim answer was sent, after the head had left. */
export const ResponseHeadSent = defineError<{ call: string }>(
  'CORBEL_RESPONSE_HEAD_SENT',
  '{call} comes too late: status and headers of this response were sent already. Answer once; headersSent tells whether that has happened.',
)

/** Body bytes before status and headers. */
export const ResponseHeadMissing = defineError<Record<never, never>>(
  'CORBEL_RESPONSE_HEAD_MISSING',
  'Set status and headers with head() before the body is written.',
)

/** An answer in several forms, none of which the client takes (RFC 9110 §15.5.7). */
export const FormatNotAcceptable = defineError<{ accept: string; available: string }>(
  'CORBEL_FORMAT_NOT_ACCEPTABLE',
  'Nothing here can be sent as {accept}. Available: {available}.',
  { status: 406 },
)

/** Something written after the end. */
export const ResponseEnded = defineError<Record<never, never>>(
  'CORBEL_RESPONSE_ENDED',
  'This response has ended already.',
)

/** A status outside the range that its place allows. */
export const ResponseStatusInvalid = defineError<{ status: number; range: string }>(
  'CORBEL_RESPONSE_STATUS',
  'The status {status} cannot be sent here: it has to be a whole number in {range}.',
)

/** A body that is longer or shorter than its declared length. */
export const ResponseLengthMismatch = defineError<{ declared: number; actual: string }>(
  'CORBEL_RESPONSE_LENGTH',
  'The response declares {declared} bytes, but the handler gave {actual}. The connection was closed.',
)

/** An upgrade that came too late, or on a connection that is gone. */
export const UpgradeUnavailable = defineError<{ reason: string }>(
  'CORBEL_UPGRADE_UNAVAILABLE',
  'The connection cannot be taken over: {reason}.',
)
