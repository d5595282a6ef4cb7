import { defineError } from '../common/index.js'

// What a handler can do wrong with a response, on whatever engine.

/** The head was set twice, or an interim answer came after it. */
export const ResponseHeadSent = defineError<Record<never, never>>(
  'CORBEL_RESPONSE_HEAD_SENT',
  'Status and headers of this response were set already.',
)

/** Body bytes before status and headers. */
export const ResponseHeadMissing = defineError<Record<never, never>>(
  'CORBEL_RESPONSE_HEAD_MISSING',
  'Set status and headers with head() before the body is written.',
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
