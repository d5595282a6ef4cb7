import { Readable } from 'node:stream'
import type { HttpRequest } from '../http/index.js'
import { BodyCodingUnsupported, codingsOf } from '../web/index.js'

/**
 * The bytes of a multipart body.
 *
 * @param request whose body has not been read, or has been kept by `@RawBody()`
 * @returns undefined for requests of another content type, and without a body
 * @throws {CorbelError} CORBEL_BODY_CODING_UNSUPPORTED (415) for compressed ones: an upload is bounded as it comes
 */
export function multipartBody(request: HttpRequest): AsyncIterable<Uint8Array> | undefined {
  const { body } = request.exchange
  const chunks = body.used ? keptBytes(request) : body
  if (chunks === undefined || !isMultipart(request)) return undefined
  if (body.length === 0 && request.get('content-length') === undefined) return undefined
  const coding = request.get('content-encoding') ?? ''
  if (codingsOf(coding)?.length !== 0) {
    const error = new BodyCodingUnsupported({ coding, supported: 'identity (none)' })
    throw Object.assign(error, { headers: { 'accept-encoding': 'identity' } })
  }
  return chunks
}

function isMultipart(request: HttpRequest): boolean {
  return /^multipart\/form-data\s*(;|$)/i.test(request.get('content-type') ?? '')
}

/** The bytes of a body that `@RawBody()` has read. */
function keptBytes({ rawBody }: HttpRequest): AsyncIterable<Uint8Array> | undefined {
  return rawBody === undefined ? undefined : Readable.from([rawBody])
}
