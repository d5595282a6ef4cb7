import { defineError } from '../common/index.js'

/** A request that may overwrite what others have changed, and does not say what it has seen. */
export const PreconditionRequired = defineError<{ method: string }>(
  'CORBEL_PRECONDITION_REQUIRED',
  '{method} needs If-Match with the ETag of what you have seen, so that nothing is overwritten that others have changed. Get it first.',
  { status: 428 },
)

/** A version that cannot stand in an entity tag. */
export const EntityTagInvalid = defineError<{ tag: string }>(
  'CORBEL_ETAG_INVALID',
  'The version {tag} cannot be an ETag: it has quotes, white space or control characters. Give letters and digits, a hash, or a number.',
)
