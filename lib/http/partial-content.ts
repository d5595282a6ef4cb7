import { defineError, encodeUtf8 } from '../common/index.js'
import { joinRanges, parseByteRanges, type ByteRange } from './byte-ranges.js'
import type { HeaderList } from './header-list.js'
import type { HeaderView } from './header-view.js'
import { evaluatePreconditions, partsFit } from './preconditions.js'

/** Conditions of a request that do not hold. */
export const PreconditionFailed = defineError<Record<never, never>>(
  'CORBEL_PRECONDITION_FAILED',
  'It is not in the state that the request demands by If-Match or If-Unmodified-Since. Get it again.',
  { status: 412 },
)

/** Parts that lie beyond the end, or too many of them. */
export const RangeNotSatisfiable = defineError<{ size: number }>(
  'CORBEL_RANGE_NOT_SATISFIABLE',
  'It does not have the parts that are asked for: it is {size} bytes long, and at most 16 parts are sent that do not overlap.',
  { status: 416 },
)

/** What is asked of. */
export interface PartialRequest {
  readonly method: string
  readonly headers: HeaderView
}

/** What there is to send. */
export interface Whole {
  /** Its bytes. */
  readonly size: number
  /** Of the answer, if nothing about the request changes it; conditions and parts are for 200 alone. Default 200. */
  readonly status?: number
  /** False if it can be sent as a whole only. Default true. */
  readonly acceptRanges?: boolean
}

/** What is to be sent of it. */
export interface Selection {
  readonly status: number
  /** Bytes of the body. */
  readonly length: number
  /** Undefined for all of it, and for nothing. */
  readonly ranges: readonly ByteRange[] | undefined
  /** What stands in front of each range, and behind the last one, if there are several. */
  readonly frame: readonly Uint8Array[] | undefined
}

/**
 * Decides what a request gets: the whole, some of it, or the word that it has it already.
 *
 * @param request its method and headers
 * @param headers of the answer: validators and type are taken from there; `content-range` and the like are put there
 * @param whole what there is
 * @throws {CorbelError} CORBEL_PRECONDITION_FAILED (412); CORBEL_RANGE_NOT_SATISFIABLE (416) with the headers for the answer
 * @see RFC 9110 §13.2.2 (the order), §14 (ranges), §15.3.7 (206)
 */
export function selectParts(request: PartialRequest, headers: HeaderList, whole: Whole): Selection {
  const { size, status = 200, acceptRanges = true } = whole
  const all: Selection = { status, length: size, ranges: undefined, frame: undefined }
  const { method } = request
  if (status !== 200 || (method !== 'GET' && method !== 'HEAD')) return all
  const validators = { etag: headers.get('etag'), lastModified: headers.get('last-modified') }
  const verdict = evaluatePreconditions(request.headers, validators)
  if (verdict === 'failed') throw new PreconditionFailed({})
  if (verdict === 'not-modified') {
    headers.delete('content-type')
    return { ...all, status: 304, length: 0 }
  }
  const header = request.headers.get('range')
  // §14.2: ranges of any other method than GET are not there
  if (header === undefined || !acceptRanges || method === 'HEAD') return all
  const ifRange = request.headers.get('if-range')
  if (ifRange !== undefined && !partsFit(ifRange, validators)) return all
  const ranges = parseByteRanges(header, size)
  if (ranges === 'malformed') return all
  if (ranges === 'unsatisfiable') {
    throw Object.assign(new RangeNotSatisfiable({ size }), {
      headers: { 'content-range': `bytes */${size}` },
    })
  }
  return partsOf(joinRanges(ranges), headers, size)
}

function partsOf(ranges: readonly ByteRange[], headers: HeaderList, size: number): Selection {
  const sum = ranges.reduce((total, { start, end }) => total + end - start + 1, 0)
  if (ranges.length === 1) {
    headers.set('content-range', contentRange(ranges[0]!, size))
    return { status: 206, length: sum, ranges, frame: undefined }
  }
  const boundary = globalThis.crypto.randomUUID()
  const type = headers.get('content-type')
  const typed = type === undefined ? '' : `content-type: ${type}\r\n`
  const frame = ranges.map((range, index) =>
    encodeUtf8(
      `${index === 0 ? '' : '\r\n'}--${boundary}\r\n${typed}content-range: ${contentRange(range, size)}\r\n\r\n`,
    ),
  )
  frame.push(encodeUtf8(`\r\n--${boundary}--\r\n`))
  headers.set('content-type', `multipart/byteranges; boundary=${boundary}`)
  const length = frame.reduce((total, bytes) => total + bytes.length, sum)
  return { status: 206, length, ranges, frame }
}

function contentRange({ start, end }: ByteRange, size: number): string {
  return `bytes ${start}-${end}/${size}`
}

/**
 * The body of a selection.
 *
 * @param selection with ranges
 * @param open gives the bytes of one of them; called when its turn has come
 */
export async function* readParts(
  { ranges = [], frame }: Selection,
  open: (range: ByteRange) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  for (const [index, range] of ranges.entries()) {
    if (frame !== undefined) yield frame[index]!
    yield* open(range)
  }
  if (frame !== undefined) yield frame.at(-1)!
}
