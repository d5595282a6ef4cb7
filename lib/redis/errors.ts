import { defineError } from '../common/index.js'

/** A server that did not answer while the application started. */
export const RedisUnavailable = defineError<{ server: string; time: number; reason: string }>(
  'CORBEL_REDIS_UNAVAILABLE',
  'The Redis server at {server} did not answer within {time} ms: {reason} Check that it runs, and the url in the options ' +
    'of RedisModule.',
)

/** A server that was lost while the application ran. */
export const RedisLost = defineError<Record<never, never>>(
  'CORBEL_REDIS_LOST',
  'The Redis server does not answer. The connection is made again by itself; see the log for the reason.',
  { status: 503 },
)

/** A message that is larger than the options of `PUB_SUB` allow. */
export const RedisMessageTooLarge = defineError<{ channel: string; size: number; limit: number }>(
  'CORBEL_REDIS_MESSAGE_TOO_LARGE',
  'The message for "{channel}" has {size} bytes; {limit} are the most. Store it and send its id, or raise ' +
    'pubSub.maxMessageSize in the options of RedisModule.',
)

/** A server that refuses to carry messages. */
export const RedisChannelRefused = defineError<{ channel: string; reason: string }>(
  'CORBEL_REDIS_CHANNEL_REFUSED',
  'The Redis server refuses the channel "{channel}": {reason} Its user needs the commands publish, subscribe, unsubscribe ' +
    'and ping, and this channel ("&corbel:*" in its ACL).',
)

/**
 * Says what it means that a command has failed: ioredis has one class for what it gives up, and plain errors for the rest.
 *
 * @param error of a command
 */
export function isLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (
    error.name === 'MaxRetriesPerRequestError' ||
    error.message === 'Command timed out' ||
    error.message === 'Connection is closed.'
  )
}
