import type { ProtocolHost } from '../protocol.js'
import type { CommonLimits, H2Settings } from './limits.js'

/** What connections share: the server, as far as they know it, and how HTTP/2 is spoken. */
export interface H2Config extends ProtocolHost {
  readonly limits: CommonLimits
  readonly settings: H2Settings
  /** What a client's end of stream means while an answer is due: it wants the answer, or it has gone. */
  readonly halfClose: 'answer' | 'abort'
}
