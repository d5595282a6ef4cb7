import type { TlsOptions } from '../tls/options.js'
import type { H1Limits } from './limits.js'

/** How an HTTP/1.1 engine behaves. */
export interface H1Options extends Partial<H1Limits> {
  /** Hears of errors that no handler has handled; the client was answered 500 or cut off. Default: nobody does. */
  readonly onError?: (error: unknown) => void
  /**
   * Hears of what the operator should know: certificates out of date, handshakes that failed. Default: nobody does.
   *
   * @param untold how many failures of the same kind were not told since the last one, as clients could fill a log with them
   */
  readonly onWarning?: (warning: Error, untold: number) => void
  /** Certificates, to speak TLS on listeners that do not say otherwise. */
  readonly tls?: TlsOptions
  /**
   * What it means when a client ends its stream while an answer is due: it still wants the answer, or it has gone (as proxies
   * and browsers do it), so that the exchange is aborted. Default `'answer'`; applications say `'abort'` unless told otherwise.
   */
  readonly halfClose?: 'answer' | 'abort'
  /**
   * Whether sockets read into one buffer that all of them share, where this Node allows it. Default: unless
   * CORBEL_HTTP_ACCELERATE=0 is in the environment.
   */
  readonly accelerate?: boolean
  /** ms between two looks at the timeouts of all connections, and so their precision. Default 500. */
  readonly sweepInterval?: number
}
