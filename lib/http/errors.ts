import { defineError } from '../common/index.js'

/** A second head for one response, or a header after the head was sent. */
export const ResponseHeadSent = defineError<Record<never, never>>(
  'CORBEL_RESPONSE_HEAD_SENT',
  'The response has begun already: its status and headers can be set only once, before the first byte of the body.',
)
