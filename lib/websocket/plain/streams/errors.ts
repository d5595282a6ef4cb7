import { defineError } from '../../../common/index.js'

/** A client with more streams than one may have. */
export const TooManyStreams = defineError<{ limit: number }>(
  'CORBEL_WS_STREAMS',
  'There are {limit} streams on this connection already. End some, or connect once more.',
  { status: 429 },
)

/** A stream of a client that has not come to its end. */
export const StreamCut = defineError<{ reason: string }>(
  'CORBEL_WS_STREAM_CUT',
  'The stream of the client was cut off: {reason}. What came before is not all.',
  { status: 400 },
)

/** A message to a method that takes a stream, without the id by which its values would be known. */
export const StreamIdMissing = defineError<{ event: string }>(
  'CORBEL_WS_STREAM_ID',
  'The message {event} begins a stream: it needs an "id", which the values have, too.',
  { status: 400 },
)
