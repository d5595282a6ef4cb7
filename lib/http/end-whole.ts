import { encodeUtf8 } from '../common/index.js'
import type { ResponseSink } from './exchange.js'
import type { HeaderList } from './header-list.js'

/**
 * Whether answers with a status have neither body nor type.
 *
 * @param status of the answer
 * @see RFC 9110 §15.3.5, §15.4.5
 */
export function isBodyless(status: number): boolean {
  return status === 204 || status === 304
}

/**
 * Sends an answer whose body is complete.
 *
 * @param sink to write to
 * @param status the status; 204 and 304 have no body (RFC 9110 §6.4.1)
 * @param headers without framing
 * @param body text is sent as UTF-8
 */
export function endWhole(
  sink: ResponseSink,
  status: number,
  headers: HeaderList,
  body?: string | Uint8Array,
): void {
  if (isBodyless(status)) {
    sink.head(status, headers, 'none')
    sink.end()
    return
  }
  sink.head(status, headers, typeof body === 'string' ? utf8Length(body) : (body?.length ?? 0))
  sink.end(body)
}

/**
 * The length of a text in UTF-8.
 *
 * @param text any string
 * @returns bytes
 */
export function utf8Length(text: string): number {
  return typeof Buffer === 'undefined' ? encodeUtf8(text).length : Buffer.byteLength(text)
}
