import { createHash } from 'node:crypto'
import type { HttpRequest, HttpResponse } from '../http/index.js'

/** Bytes that are ready to be sent, with what is said of them. */
export interface PreparedFile {
  readonly bytes: Uint8Array
  readonly mediaType: string
  /** A strong entity tag. */
  readonly etag: string
}

/**
 * Makes a text ready to be sent.
 *
 * @param text the text
 * @param mediaType with its charset, where it has one
 */
export function prepareText(text: string, mediaType: string): PreparedFile {
  const bytes = Buffer.from(text)
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`
  return { bytes, mediaType, etag }
}

/**
 * Sends prepared bytes, or 304 to a client that has them.
 *
 * @param request whose conditions count
 * @param response to answer with
 * @param file what is sent
 * @param headers more of them
 * @see RFC 9110 §13.1.2
 */
export function sendPrepared(
  request: HttpRequest,
  response: HttpResponse,
  { bytes, mediaType, etag }: PreparedFile,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.setHeader('etag', etag)
  response.setHeader('cache-control', 'no-cache')
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (request.fresh) {
    response.status(304).end()
    return
  }
  response.setHeader('content-type', mediaType)
  response.end(bytes)
}
