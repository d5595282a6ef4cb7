import { defineError } from '../../common/index.js'
import { errorName, type ErrorCode } from './wire-format.js'

type Nothing = object

/** A breach of the protocol: what the peer is told by RST_STREAM or GOAWAY (RFC 9113 §5.4). Never leaves the engine. */
export class H2Error extends Error {
  /**
   * @param code what the peer is told
   * @param reason in words
   * @param streamId the stream that ends by it; 0 for the connection
   */
  constructor(
    readonly code: ErrorCode,
    readonly reason: string,
    readonly streamId = 0,
  ) {
    super(`${errorName(code)}: ${reason}`)
    this.name = 'H2Error'
  }
}

/** A limit of `http2` that is not a number in range. */
export const H2LimitInvalid = defineError<{ name: string; value: unknown; least: number; most: number }>(
  'CORBEL_H2_LIMIT_INVALID',
  'The option http2.{name} is {value}. Give a whole number from {least} to {most}.',
)

/** A stream that the client has reset (RFC 9113 §6.4): why its client is gone. */
export const StreamReset = defineError<{ code: string }>(
  'CORBEL_H2_STREAM_RESET',
  'The client has given up the request ({code}).',
)

/** A connection that was closed because the client broke the protocol. */
export const ProtocolBroken = defineError<{ code: string; reason: string }>(
  'CORBEL_H2_PROTOCOL',
  'The client broke HTTP/2, so that its connection was closed: {code}, {reason}.',
)

/** A client that made more work than its limits allow; told once a minute (RFC 9113 §10.5). */
export const ClientAbusive = defineError<{ reason: string }>(
  'CORBEL_H2_ABUSE',
  'A client was cut off: {reason}. See the limits of HTTP/2 if it was a good one.',
)

/** A header section beyond `maxHeaderListSize` or `maxHeaderCount`. */
export const HeaderListTooLarge = defineError<{ limit: number; unit: string }>(
  'CORBEL_H2_HEADERS_TOO_LARGE',
  'The request has more than {limit} {unit} of header fields.',
  { status: 431 },
)

/** A request target beyond `maxTargetLength`. */
export const PathTooLong = defineError<{ limit: number }>(
  'CORBEL_H2_PATH_TOO_LONG',
  'The request target is longer than {limit} bytes.',
  { status: 414 },
)

/** A CONNECT that nobody takes. */
export const ConnectUnsupported = defineError<Nothing>(
  'CORBEL_H2_CONNECT',
  'This server is no proxy: CONNECT is not supported.',
  { status: 501 },
)

/** An expectation other than 100-continue (RFC 9110 §10.1.1). */
export const H2ExpectationUnsupported = defineError<Nothing>(
  'CORBEL_H2_EXPECTATION',
  'The only expectation supported is 100-continue.',
  { status: 417 },
)

/** A body of which nothing arrived for `bodyTimeout`. */
export const H2BodyTimeout = defineError<Nothing>(
  'CORBEL_H2_BODY_TIMEOUT',
  'The rest of the request body did not arrive in time.',
  { status: 408 },
)

/** A request that took longer than `requestTimeout`, however steadily it came. */
export const H2RequestTimeout = defineError<{ limit: number }>(
  'CORBEL_H2_REQUEST_TIMEOUT',
  'The request was not complete within {limit} ms.',
  { status: 408 },
)

/** A client that took nothing of an answer for `writeTimeout`, or less than `minWriteRate` asks for. */
export const H2WriteStalled = defineError<{ timeout: number }>(
  'CORBEL_H2_WRITE_STALLED',
  'The client has taken nothing, or next to nothing, of the answer for {timeout} ms.',
)

/** A push that cannot be made. */
export const PushInvalid = defineError<{ reason: string }>(
  'CORBEL_H2_PUSH',
  'The resource cannot be pushed: {reason}.',
)
