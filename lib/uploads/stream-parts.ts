import type { HttpRequest } from '../http/index.js'
import { BodyTypeUnsupported } from '../web/index.js'
import { multipartBody } from './body.js'
import type { IncomingFile } from './file.js'
import { uploadSettings, type UploadOptions } from './options.js'
import { boundaryOf } from './part-head.js'
import { PartReader } from './part-reader.js'
import { partsOf } from './parts.js'

/** A text field of an upload, whole. */
export interface TextPart {
  readonly kind: 'text'
  readonly fieldname: string
  readonly value: string
}

/** A file of an upload: what is not read of its stream is skipped when the next part is asked for. */
export interface FilePart extends IncomingFile {
  readonly kind: 'file'
}

/**
 * The parts of a multipart body as they arrive, for handlers that take them one by one: nothing is stored, and the client
 * sends no faster than the parts are read.
 *
 * @param request from `@Req()`; nothing else may have read its body
 * @param options limits, and `preservePath`
 * @throws {HttpException} 400 and 413, as the interceptors do; also where a file that was read comes to an early end
 * @throws {CorbelError} CORBEL_BODY_TYPE_UNSUPPORTED, CORBEL_BODY_CODING_UNSUPPORTED (415)
 * @example
 * for await (const part of streamParts(request)) if (part.kind === 'file') await pipeline(part.stream, target)
 */
export async function* streamParts(
  request: HttpRequest,
  options: Pick<UploadOptions, 'limits' | 'preservePath'> = {},
): AsyncGenerator<TextPart | FilePart> {
  const settings = uploadSettings(undefined, options)
  const chunks = multipartBody(request)
  const type = request.get('content-type') ?? ''
  if (chunks === undefined)
    throw new BodyTypeUnsupported({ type: type === '' ? '(none)' : type, supported: 'multipart/form-data' })
  const reader = new PartReader(settings)
  for await (const part of partsOf(chunks, boundaryOf(type), settings.limits)) {
    if (part.head.filename === undefined) {
      yield { kind: 'text', fieldname: part.head.name, value: await reader.text(part) }
      continue
    }
    const info = reader.file(part)
    if (info === undefined) continue
    const { stream, assertWhole } = reader.open(part)
    try {
      yield { kind: 'file', ...info, stream }
    } finally {
      stream.destroy()
    }
    assertWhole()
  }
}
