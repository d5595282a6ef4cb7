import { defineError } from '../common/index.js'
import { addVary, endWhole, type HeaderList } from '../http/index.js'
import type { HttpContext } from './http-context.js'
import { pump } from './stream.js'

/** A Fetch response that cannot be sent. */
export const FetchResponseUnusable = defineError<{ reason: string }>(
  'CORBEL_FETCH_RESPONSE',
  'The Response that the handler returned cannot be sent: {reason}.',
)

/** Of the connection that an answer came by, if it was fetched from elsewhere (RFC 9110 §7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'te',
  'upgrade',
])

/**
 * Sends a Fetch response, its stream as fast as it is read.
 *
 * @param context the call
 * @param headers those that the route and its handler have set; the response's own count
 * @param response not read yet
 * @throws {CorbelError} CORBEL_FETCH_RESPONSE
 */
export async function sendFetchResponse(
  context: HttpContext,
  headers: HeaderList,
  response: globalThis.Response,
): Promise<void> {
  const sink = context.outlet
  if (response.status === 0) throw new FetchResponseUnusable({ reason: 'it is an error (Response.error())' })
  if (response.bodyUsed || response.body?.locked === true)
    throw new FetchResponseUnusable({ reason: 'its body was read already. Return response.clone() instead' })
  // what was fetched has been decoded: the coding, and the length with it, are no longer true
  const isDecoded = response.url !== '' && response.headers.has('content-encoding')
  for (const [name, value] of response.headers) {
    if (HOP_BY_HOP.has(name) || (isDecoded && (name === 'content-encoding' || name === 'content-length')))
      continue
    if (name === 'set-cookie') headers.append(name, value)
    else if (name === 'vary') for (const one of value.split(',')) addVary(headers, one.trim())
    else headers.set(name, value)
  }
  if (response.body === null) return endWhole(sink, response.status, context.complete(headers))
  const length = Number(headers.get('content-length') ?? NaN)
  sink.head(response.status, context.complete(headers), Number.isNaN(length) ? 'stream' : length)
  if (context.exchange.method !== 'HEAD') return pump(sink, response.body)
  sink.end()
  await response.body.cancel()
}

/** Tells a Fetch response by its tag: naming the global `Response` would make Node load its whole Fetch implementation. */
export function isFetchResponse(value: object): value is globalThis.Response {
  return (value as { readonly [Symbol.toStringTag]?: string })[Symbol.toStringTag] === 'Response'
}
