import { defineError } from '../../../common/index.js'

/** A data source that is no PostgreSQL, or has one connection where two are needed. */
export const PostgresRequired = defineError<{ purpose: string; reason: string }>(
  'CORBEL_POSTGRES_REQUIRED',
  '{purpose} needs a PostgreSQL data source with several connections: {reason}',
)

/** A message that is larger than NOTIFY carries. */
export const MessageTooLarge = defineError<{ channel: string; limit: number }>(
  'CORBEL_POSTGRES_MESSAGE_TOO_LARGE',
  'The message for "{channel}" is larger than the {limit} bytes that PostgreSQL carries. Store it, and send its id.',
)

/** A property that an entity does not have. */
export const ColumnUnknown = defineError<{ entity: string; property: string }>(
  'CORBEL_COLUMN_UNKNOWN',
  '{entity} has no column "{property}".',
)

/** A vector that cannot be compared with those of a column. */
export const VectorInvalid = defineError<{ entity: string; property: string; problem: string }>(
  'CORBEL_VECTOR_INVALID',
  'The vector cannot be compared with {entity}.{property}: {problem}.',
)
