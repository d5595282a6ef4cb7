import { Readable } from 'node:stream'
import { readParts, selectParts, type ByteRange, type HeaderList, type Selection } from '../http/index.js'
import type { HttpContext } from './http-context.js'
import type { FileContent, StreamableFile } from './streamable-file.js'

/**
 * Decides what a request gets of a `StreamableFile`, and sets the headers that say so.
 *
 * @param context the call
 * @param status of the answer, if nothing about the request changes it
 * @param headers of the answer
 * @param file whose options tell length and state
 * @throws {CorbelError} CORBEL_PRECONDITION_FAILED (412); CORBEL_RANGE_NOT_SATISFIABLE (416)
 */
export function selectFileParts(
  { exchange }: HttpContext,
  status: number,
  headers: HeaderList,
  { options, opener, source }: StreamableFile,
): Selection {
  const { length, etag, lastModified, acceptRanges = true } = options
  if (etag !== undefined && !headers.has('etag')) headers.set('etag', etag)
  if (lastModified !== undefined && !headers.has('last-modified'))
    headers.set('last-modified', lastModified.toUTCString())
  const hasParts = acceptRanges && length !== undefined && status === 200
  if (hasParts && !headers.has('accept-ranges')) headers.set('accept-ranges', 'bytes')
  const isRepeatable = opener !== undefined || source instanceof Uint8Array
  const asksForSeveral = exchange.headers.get('range')?.includes(',') ?? false
  return selectParts(exchange, headers, {
    size: length ?? 0,
    status,
    acceptRanges: hasParts && (isRepeatable || !asksForSeveral),
  })
}

/**
 * The bytes of a selection of a file.
 *
 * @param file opened once for each part, if it can be
 * @param source where it cannot: read from its beginning
 * @param selection with ranges
 */
export function filePartsOf(
  { opener }: StreamableFile,
  source: FileContent,
  selection: Pick<Selection, 'status' | 'ranges' | 'frame'>,
): AsyncIterable<Uint8Array> {
  return readParts({ ...selection, length: 0 }, (range) => {
    if (source instanceof Uint8Array) return Readable.from([source.subarray(range.start, range.end + 1)])
    return opener === undefined ? sliceOf(source, range) : opener(range)
  })
}

/** A part of something that can only be read from its beginning. */
async function* sliceOf(
  source: AsyncIterable<Uint8Array>,
  { start, end }: ByteRange,
): AsyncGenerator<Uint8Array> {
  let at = 0
  for await (const chunk of source) {
    const part = chunk.subarray(Math.max(0, start - at), end + 1 - at)
    at += chunk.length
    if (part.length > 0) yield part
    if (at > end) return
  }
}
