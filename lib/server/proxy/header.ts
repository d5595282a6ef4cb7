import type { Ends } from '../socket.js'
import { ProxyHeaderInvalid } from './errors.js'

/** What a PROXY header says. */
export interface ProxyHeader {
  /** Bytes that it takes. */
  readonly length: number
  /** Undefined if the proxy speaks for itself or does not know: then the ends are those of the socket. */
  readonly ends: Ends | undefined
}

/** Makes the error for a malformed header. */
export function malformed(reason: string): Error {
  return new ProxyHeaderInvalid({ reason })
}
