import { defineError } from '../../../common/index.js'

/** A value that others change faster than anybody can. */
export const StoreContended = defineError<{ key: string }>(
  'CORBEL_STORE_CONTENDED',
  'The value "{key}" of the cache is changed by too many at once. Count it in Redis (RedisModule).',
  { status: 503 },
)
