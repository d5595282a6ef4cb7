import { defineError } from '../../../common/index.js'

/** Gateways of several processes, and nothing that carries messages between them. */
export const ClusterPubSubMissing = defineError<Record<never, never>>(
  'CORBEL_WS_CLUSTER_PUB_SUB',
  'PlainAdapter is to join several processes, and nothing carries messages between them: import RedisModule, provide ' +
    'PUB_SUB, or give it as cluster.pubSub.',
)

/** A message that is larger than what processes carry for each other. */
export const ClusterMessageTooLarge = defineError<{ size: number; limit: number }>(
  'CORBEL_WS_CLUSTER_MESSAGE_TOO_LARGE',
  'A message to rooms of all processes has {size} bytes; {limit} are the most that is carried between them. Send less, raise ' +
    'cluster.maxMessageSize and the limit of the PubSub, or send it to server.local alone. Nobody has got it.',
)
