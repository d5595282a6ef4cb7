import type { PubSub } from '../../../core/index.js'

/** How processes find each other, and what they carry for each other. Sizes are bytes, times milliseconds. */
export interface ClusterOptions {
  /** What carries messages. Default: the one that a module provides as `PUB_SUB` (`RedisModule`). */
  readonly pubSub?: PubSub
  /** Applications that share a PubSub need different names. Default `ws`. */
  readonly name?: string
  /** How often a process says that it is there. Default 2 s. */
  readonly heartbeatInterval?: number
  /** Silence after which a process counts as dead. Default 6 s. */
  readonly peerTimeout?: number
  /** How long `fetchSockets` and `count` wait for the answers of others. Default 2 s. */
  readonly requestTimeout?: number
  /** After the start, `fetchSockets` and `count` wait so long until the others are known. Default 500 ms. */
  readonly discoveryTime?: number
  /** The most that one message to others may have, and that is sent at a time. Default 1 MiB, or what the PubSub takes. */
  readonly maxMessageSize?: number
  /** What may wait to be published; more is lost for the members of other processes. Default 16 MiB. */
  readonly maxQueuedSize?: number
}

/** The options with their defaults. */
export type ClusterSettings = Required<ClusterOptions>

const MIB = 1024 * 1024

/**
 * Fills in what was not said.
 *
 * @param options of the adapter
 * @param pubSub what carries messages
 */
export function clusterSettings(options: ClusterOptions, pubSub: PubSub): ClusterSettings {
  const most = options.maxMessageSize ?? MIB
  return {
    name: 'ws',
    heartbeatInterval: 2000,
    peerTimeout: 6000,
    requestTimeout: 2000,
    discoveryTime: 500,
    maxQueuedSize: 16 * MIB,
    ...options,
    pubSub,
    maxMessageSize: Math.min(most, pubSub.maxMessageSize ?? most),
  }
}

/** What a process knows of its cluster; counts begin when it starts. */
export interface ClusterStats {
  /** Of this process; another one after each start. */
  readonly nodeId: string
  /** The other processes that are alive. */
  readonly peers: number
  /** False while messages to others fail. */
  readonly reaches: boolean
  /** Messages to others, each with what there was to say at the moment. */
  readonly published: number
  /** Messages of others. */
  readonly received: number
  /** Orders that others did not get, because they could not be published. */
  readonly lost: number
  /** Messages of others to all that never came here. */
  readonly missed: number
  /** Messages that came again, and were ignored. */
  readonly repeated: number
  /** What is no message of this version, and was ignored. */
  readonly rejected: number
  /** Answers of others that did not come in time. */
  readonly unanswered: number
}
