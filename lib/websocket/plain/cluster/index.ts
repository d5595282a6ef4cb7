import { PUB_SUB, type PubSub } from '../../../core/index.js'
import type { AdapterHost } from '../../adapter.js'
import { ClusterPubSubMissing } from './errors.js'
import { ClusterNode } from './node.js'
import { clusterSettings, type ClusterOptions } from './options.js'

export { ClusterNode } from './node.js'
export type { ClusterOptions, ClusterStats } from './options.js'

/**
 * Makes this process one of several.
 *
 * @param options of the adapter
 * @param host the application
 * @throws {CorbelError} CORBEL_WS_CLUSTER_PUB_SUB
 */
export function createClusterNode(options: ClusterOptions, host: AdapterHost): ClusterNode {
  const pubSub = options.pubSub ?? (host.provided?.(PUB_SUB) as PubSub | undefined)
  if (pubSub === undefined) throw new ClusterPubSubMissing({})
  return new ClusterNode(clusterSettings(options, pubSub), (error, what) => host.report(error, what))
}
