import { defineError } from '../../common/index.js'

type Nothing = object

/** A request line that is not `method SP target SP HTTP-version CRLF` (RFC 9112 §3). */
export const RequestLineInvalid = defineError<{ reason: string }>(
  'CORBEL_H1_REQUEST_LINE',
  'The request line is malformed: {reason}.',
  { status: 400 },
)

/** A request target in none of the four forms, or in one that its method does not allow (RFC 9112 §3.2). */
export const TargetInvalid = defineError<{ reason: string }>(
  'CORBEL_H1_TARGET',
  'The request target is invalid: {reason}.',
  { status: 400 },
)

/** A request target beyond `maxTargetLength`. */
export const TargetTooLong = defineError<{ limit: number }>(
  'CORBEL_H1_TARGET_TOO_LONG',
  'The request target is longer than {limit} bytes.',
  { status: 414 },
)

/** A protocol version other than HTTP/1.0 and HTTP/1.1 (RFC 9110 §15.6.6). */
export const VersionUnsupported = defineError<Nothing>(
  'CORBEL_H1_VERSION',
  'This server speaks HTTP/1.1 and HTTP/1.0 here.',
  { status: 505 },
)

/** A method that the engine itself cannot carry: CONNECT, or one that is absurdly long. */
export const MethodUnsupported = defineError<Nothing>(
  'CORBEL_H1_METHOD',
  'This request method is not supported.',
  {
    status: 501,
  },
)

/** A field line outside the grammar: bad name, space before the colon, folding, controls, bare CR or LF (RFC 9112 §5). */
export const FieldInvalid = defineError<{ reason: string }>(
  'CORBEL_H1_FIELD',
  'A header field is malformed: {reason}.',
  { status: 400 },
)

/** A head beyond `maxHeadSize`. */
export const HeadTooLarge = defineError<{ limit: number }>(
  'CORBEL_H1_HEAD_TOO_LARGE',
  'The request head is larger than {limit} bytes.',
  { status: 431 },
)

/** More field lines than `maxHeaderCount`. */
export const TooManyFields = defineError<{ limit: number }>(
  'CORBEL_H1_TOO_MANY_FIELDS',
  'The request has more than {limit} header fields.',
  { status: 431 },
)

/** Host missing, repeated or malformed (RFC 9112 §3.2). */
export const HostInvalid = defineError<{ reason: string }>('CORBEL_H1_HOST', 'The Host field is {reason}.', {
  status: 400,
})

/** Content-Length repeated, not 1*DIGIT, or not a safe integer (RFC 9110 §8.6). */
export const ContentLengthInvalid = defineError<{ reason: string }>(
  'CORBEL_H1_CONTENT_LENGTH',
  'The Content-Length field is {reason}.',
  { status: 400 },
)

/** Transfer-Encoding where it makes the framing ambiguous (RFC 9112 §6.1, §6.3). */
export const TransferEncodingInvalid = defineError<{ reason: string }>(
  'CORBEL_H1_TRANSFER_ENCODING',
  'The Transfer-Encoding field is refused: {reason}.',
  { status: 400 },
)

/** A transfer coding other than chunked (RFC 9112 §6.1). */
export const TransferCodingUnsupported = defineError<Nothing>(
  'CORBEL_H1_TRANSFER_CODING',
  'The only transfer coding supported is chunked.',
  { status: 501 },
)

/** An expectation other than 100-continue (RFC 9110 §10.1.1). */
export const ExpectationUnsupported = defineError<Nothing>(
  'CORBEL_H1_EXPECTATION',
  'The only expectation supported is 100-continue.',
  { status: 417 },
)

/** A chunked body outside the grammar (RFC 9112 §7.1). */
export const ChunkInvalid = defineError<{ reason: string }>(
  'CORBEL_H1_CHUNK',
  'The chunked body is malformed: {reason}.',
  { status: 400 },
)

/** Chunk extensions beyond `maxChunkExtensionSize`. */
export const ChunkExtensionTooLarge = defineError<{ limit: number }>(
  'CORBEL_H1_CHUNK_EXTENSION_TOO_LARGE',
  'The chunk extensions are larger than {limit} bytes.',
  { status: 413 },
)

/** A trailer section beyond `maxTrailerSize`. */
export const TrailerTooLarge = defineError<{ limit: number }>(
  'CORBEL_H1_TRAILER_TOO_LARGE',
  'The trailer section is larger than {limit} bytes.',
  { status: 431 },
)

/** A head that did not arrive within `headersTimeout`. */
export const HeadTimeout = defineError<Nothing>(
  'CORBEL_H1_HEAD_TIMEOUT',
  'The request head did not arrive in time.',
  { status: 408 },
)

/** A body of which nothing arrived for `bodyTimeout`. */
export const BodyTimeout = defineError<Nothing>(
  'CORBEL_H1_BODY_TIMEOUT',
  'The rest of the request body did not arrive in time.',
  { status: 408 },
)

/** A request that took longer than `requestTimeout`, however steadily it came. */
export const RequestTimeout = defineError<{ limit: number }>(
  'CORBEL_H1_REQUEST_TIMEOUT',
  'The request was not complete within {limit} ms.',
  { status: 408 },
)

/** A client that took nothing for `writeTimeout`, or less than `minWriteRate` asks for. */
export const WriteStalled = defineError<{ timeout: number }>(
  'CORBEL_H1_WRITE_STALLED',
  'The client has read nothing, or next to nothing, for {timeout} ms.',
)

/** An exchange behind another one whose answer closed the connection; the client may send it again (RFC 9112 §9.6). */
export const ConnectionEnded = defineError<Nothing>(
  'CORBEL_H1_CONNECTION_ENDED',
  'An earlier answer ended the connection before this exchange was complete.',
)
