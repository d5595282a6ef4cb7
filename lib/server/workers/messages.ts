import type { BoundAddress } from '../engine.js'
import type { Place } from '../listener/bind.js'

/** Environment of workers: the number that the log calls them by. */
export const WORKER_VARIABLE = 'CORBEL_WORKER'

/** What a worker tells the primary. `port` is the worker's number for one of its servers. */
export type FromWorker =
  | {
      readonly corbel: 'listen'
      readonly port: number
      readonly place: Place
      readonly backlog: number | undefined
    }
  /** No more connections for this server, please. */
  | { readonly corbel: 'leave'; readonly port: number }
  /** A connection has arrived: the primary may let go of it. */
  | { readonly corbel: 'taken'; readonly connection: number }
  /** Booted; it listens there, and ends within so many milliseconds of being told to. */
  | { readonly corbel: 'ready'; readonly stopTimeout: number; readonly addresses: readonly BoundAddress[] }

/** What the primary tells a worker. */
export type FromPrimary =
  | { readonly corbel: 'listening'; readonly port: number; readonly address: BoundAddress }
  | { readonly corbel: 'failed'; readonly port: number; readonly code: string; readonly reason: string }
  /** Comes with a socket. */
  | { readonly corbel: 'connection'; readonly port: number; readonly connection: number }
  /** Answers `leave`: all connections for this server have been sent. */
  | { readonly corbel: 'left'; readonly port: number }

/** Tells Corbel's messages from those that an application sends over the same channel. */
export function isOwn<T extends FromWorker | FromPrimary>(message: unknown): message is T {
  return typeof message === 'object' && message !== null && 'corbel' in message
}
