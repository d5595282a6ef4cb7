import { defineError } from '../../common/index.js'

/** Every bound of an HTTP/1.1 connection. Sizes are bytes, times milliseconds, rates bytes per second; 0 means "no limit" only where it says so. */
export interface H1Limits {
  /** Request line and fields together; more is answered 431. Default 16 KiB. */
  readonly maxHeadSize: number
  /** Field lines of one request; more is answered 431. Default 100. */
  readonly maxHeaderCount: number
  /** The request target; longer is answered 414. Default 8 KiB. */
  readonly maxTargetLength: number
  /** Any request body, whatever its reader allows; larger is refused with 413. Default 0: only the reader's own limit. */
  readonly maxBodySize: number
  /** What is kept of a body that nobody has asked for yet; then the socket is paused. Default 64 KiB. */
  readonly bodyHighWaterMark: number
  /** What is read and thrown away of an unread body to keep the connection; with more to come it is closed. Default 256 KiB. */
  readonly maxDiscardSize: number
  /** Chunk extensions of one body, which nobody uses (RFC 9112 §7.1.1); more is answered 413. Default 4 KiB. */
  readonly maxChunkExtensionSize: number
  /** The trailer section of one body; more is answered 431. Default 8 KiB. */
  readonly maxTrailerSize: number
  /** From the first byte of a head, or the opening of the connection, to the end of the head; then 408. Default 30 s. */
  readonly headersTimeout: number
  /** Between two reads of a body that is waited for; then 408. Default 30 s. */
  readonly bodyTimeout: number
  /**
   * From the first byte of a head to the end of the body, however steadily it comes; then 408. Time in which the server does not
   * read, as nobody asks for the body or earlier requests are not answered, does not count. Default 300 s; 0: no limit.
   */
  readonly requestTimeout: number
  /** An idle connection between two requests; then it is closed. Default 72 s. */
  readonly keepAliveTimeout: number
  /** A client that takes nothing, or less than `minWriteRate`, of what it asked for; then it is cut off. Default 60 s. */
  readonly writeTimeout: number
  /** Bytes per second, on average over `writeTimeout`, that have to leave while output waits. Default 128; 0: any progress. */
  readonly minWriteRate: number
  /** Between the last answer and the client's own closing, so that it can read that answer (RFC 9112 §9.6). Default 2 s. */
  readonly lingerTimeout: number
  /** What is read and thrown away during that time. Default 256 KiB. */
  readonly maxLingerSize: number
  /** Requests on one connection; the last one's answer says `connection: close`. Default 0: no limit. */
  readonly requestsPerConnection: number
  /** Requests of one connection that are worked on or waiting for their turn; then reading stops. Default 64. */
  readonly maxPipelined: number
  /** Connections at a time; one more is answered 503 and closed. Default 0: no limit. */
  readonly maxConnections: number
}

const KIB = 1024

/** The limits in force where nothing else is said. */
export const DEFAULT_LIMITS: H1Limits = {
  maxHeadSize: 16 * KIB,
  maxHeaderCount: 100,
  maxTargetLength: 8 * KIB,
  maxBodySize: 0,
  bodyHighWaterMark: 64 * KIB,
  maxDiscardSize: 256 * KIB,
  maxChunkExtensionSize: 4 * KIB,
  maxTrailerSize: 8 * KIB,
  headersTimeout: 30_000,
  bodyTimeout: 30_000,
  requestTimeout: 300_000,
  keepAliveTimeout: 72_000,
  writeTimeout: 60_000,
  minWriteRate: 128,
  lingerTimeout: 2_000,
  maxLingerSize: 256 * KIB,
  requestsPerConnection: 0,
  maxPipelined: 64,
  maxConnections: 0,
}

/** A limit that is not a number of bytes, milliseconds or things. */
export const LimitInvalid = defineError<{ name: string; value: unknown; least: number }>(
  'CORBEL_H1_LIMIT_INVALID',
  'The server option {name} is {value}. Give a whole number of at least {least}.',
)

const MAY_BE_ZERO = new Set<string>([
  'maxBodySize',
  'maxDiscardSize',
  'maxChunkExtensionSize',
  'maxTrailerSize',
  'requestTimeout',
  'minWriteRate',
  'lingerTimeout',
  'maxLingerSize',
  'requestsPerConnection',
  'maxConnections',
])

/**
 * Completes limits with the defaults.
 *
 * @param given what the application wants otherwise; undefined values count as not given
 * @throws {CorbelError} CORBEL_H1_LIMIT_INVALID for a value that is not a whole number in range
 */
export function resolveLimits(given: Partial<H1Limits>): H1Limits {
  const limits: Record<keyof H1Limits, number> = { ...DEFAULT_LIMITS }
  for (const name of Object.keys(DEFAULT_LIMITS).filter(isLimit)) {
    const value = given[name]
    if (value === undefined) continue
    const least = MAY_BE_ZERO.has(name) ? 0 : 1
    if (!Number.isSafeInteger(value) || value < least) throw new LimitInvalid({ name, value, least })
    limits[name] = value
  }
  return limits
}

function isLimit(name: string): name is keyof H1Limits {
  return name in DEFAULT_LIMITS
}
