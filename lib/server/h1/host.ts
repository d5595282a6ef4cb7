import type { ExchangeHandler } from '../../http/index.js'
import type { SweepClock } from '../clock.js'
import type { HeadParser } from './codec.js'
import type { H1Connection } from './connection.js'
import type { H1Limits } from './limits.js'
import type { SharedReader } from './shared-read.js'

/** What connections share: the server, as far as they know it. */
export interface ConnectionHost {
  readonly limits: H1Limits
  readonly clock: SweepClock
  readonly parser: HeadParser
  readonly handler: ExchangeHandler
  /** Reads for sockets that allow it, into memory that all of them share. */
  readonly reader: SharedReader | undefined
  /** What a client's end of stream means while an answer is due: it wants the answer, or it has gone. */
  readonly halfClose: 'answer' | 'abort'
  /** True once the server is about to stop: no connection outlasts its exchanges. */
  readonly draining: boolean
  /** Tells the application about an error that nobody handled. */
  report(error: unknown): void
  /** The connection is closed, or not the engine's any more. */
  forget(connection: H1Connection): void
}
