import type { ConnectionOpening, ProtocolHost } from '../protocol.js'
import type { HeadParser } from './codec.js'
import type { H1Limits } from './limits.js'

/** What connections share: the server, as far as they know it. */
export interface ConnectionHost extends Pick<
  ProtocolHost,
  'clock' | 'handler' | 'reader' | 'draining' | 'closesIdle' | 'report' | 'forget'
> {
  readonly limits: H1Limits
  readonly parser: HeadParser
  /** What a client's end of stream means while an answer is due: it wants the answer, or it has gone. */
  readonly halfClose: 'answer' | 'abort'
  /** Tells connections that begin to speak another protocol. */
  readonly opening: ConnectionOpening | undefined
}
