import type { H1Limits } from '../h1/index.js'
import { H2LimitInvalid } from './errors.js'
import { DEFAULT_FRAME_SIZE, MAX_FRAME_SIZE, MAX_WINDOW } from './wire-format.js'

/** The bounds of HTTP/2 alone. Sizes are bytes, times milliseconds; allowances are what may come at once, and again in ten seconds. */
export interface H2Limits {
  /** Requests of one connection at a time (SETTINGS_MAX_CONCURRENT_STREAMS); one more is refused with REFUSED_STREAM. Default 100. */
  readonly maxConcurrentStreams: number
  /** Fields of one request, 32 bytes added for each (SETTINGS_MAX_HEADER_LIST_SIZE); more is answered 431. Default 32 KiB. */
  readonly maxHeaderListSize: number
  /** The dynamic table that clients may use (SETTINGS_HEADER_TABLE_SIZE). Default 4 KiB. */
  readonly headerTableSize: number
  /** What a client may send of a body that nobody has taken yet (SETTINGS_INITIAL_WINDOW_SIZE). Default 256 KiB. */
  readonly streamWindowSize: number
  /** The same of all bodies of a connection together; at least 65535. Default 1 MiB. */
  readonly connectionWindowSize: number
  /** The largest frame that clients may send (SETTINGS_MAX_FRAME_SIZE), 16 KiB to 16 MiB. Default 16 KiB. */
  readonly maxFrameSize: number
  /** CONTINUATION frames of one header block. Default 32. */
  readonly maxContinuations: number
  /** Allowance for streams that end by RST_STREAM, unless it is that of a tunnel that we have ended, or by a mistake of the client's (CVE-2023-44487). Default 200. */
  readonly maxResets: number
  /** Allowance for frames that say nothing of a request: PING, SETTINGS, PRIORITY, unknown ones. Default 1000. */
  readonly maxControlFrames: number
  /** Allowance for frames without content: DATA, HEADERS and CONTINUATION that neither bring bytes nor end anything. Default 100. */
  readonly maxEmptyFrames: number
  /** Allowance for WINDOW_UPDATE beyond two for each frame that was sent. Default 2000. */
  readonly maxWindowUpdates: number
  /** Answers to PING and SETTINGS that the client does not read. Default 16 KiB. */
  readonly maxUnreadReplies: number
  /** For the acknowledgement of SETTINGS; then SETTINGS_TIMEOUT. Default 10 s. */
  readonly settingsTimeout: number
}

/** What can be chosen besides limits. */
export interface H2Choices {
  /** On connections without TLS: HTTP/2 where a client begins with its preface (RFC 9113 §3.3). Default true. */
  readonly priorKnowledge: boolean
  /** On connections without TLS: answers `Upgrade: h2c` (RFC 7540 §3.2), which RFC 9113 has given up. Default false. */
  readonly upgrade: boolean
  /** Takes extended CONNECT (RFC 8441), by which WebSockets run over HTTP/2. Default true. */
  readonly connectProtocol: boolean
}

/** How HTTP/2 is spoken. Timeouts and limits that HTTP/1.1 has, too, are those of the server. */
export type H2Options = Partial<H2Limits> & Partial<H2Choices>

/** The same, with everything decided. */
export type H2Settings = H2Limits & H2Choices

/** What both protocols have. */
export type CommonLimits = Pick<
  H1Limits,
  | 'maxHeaderCount'
  | 'maxTargetLength'
  | 'maxBodySize'
  | 'maxDiscardSize'
  | 'maxTrailerSize'
  | 'headersTimeout'
  | 'bodyTimeout'
  | 'requestTimeout'
  | 'keepAliveTimeout'
  | 'writeTimeout'
  | 'minWriteRate'
  | 'lingerTimeout'
  | 'maxLingerSize'
  | 'requestsPerConnection'
>

const KIB = 1024
const ANY = MAX_WINDOW

/** Default, least and most of each. */
const RANGES: Readonly<Record<keyof H2Limits, readonly [initial: number, least: number, most: number]>> = {
  maxConcurrentStreams: [100, 1, ANY],
  maxHeaderListSize: [32 * KIB, 1, ANY],
  headerTableSize: [4 * KIB, 0, 1024 * KIB],
  streamWindowSize: [256 * KIB, 1, MAX_WINDOW],
  connectionWindowSize: [1024 * KIB, 65_535, MAX_WINDOW],
  maxFrameSize: [DEFAULT_FRAME_SIZE, DEFAULT_FRAME_SIZE, MAX_FRAME_SIZE],
  maxContinuations: [32, 1, ANY],
  maxResets: [200, 1, ANY],
  maxControlFrames: [1000, 10, ANY],
  maxEmptyFrames: [100, 1, ANY],
  maxWindowUpdates: [2000, 10, ANY],
  maxUnreadReplies: [16 * KIB, 64, ANY],
  settingsTimeout: [10_000, 1, ANY],
}

/**
 * Completes options with the defaults.
 *
 * @param given what the application wants otherwise; undefined values count as not given
 * @throws {CorbelError} CORBEL_H2_LIMIT_INVALID for a value that is not a whole number in range
 */
export function resolveH2Options(given: H2Options): H2Settings {
  const limits: Partial<Record<keyof H2Limits, number>> = {}
  for (const name of Object.keys(RANGES).filter(isLimit)) {
    const [initial, least, most] = RANGES[name]
    const value = given[name] ?? initial
    if (!Number.isSafeInteger(value) || value < least || value > most) {
      throw new H2LimitInvalid({ name, value, least, most })
    }
    limits[name] = value
  }
  const { priorKnowledge = true, upgrade = false, connectProtocol = true } = given
  return { ...(limits as H2Limits), priorKnowledge, upgrade, connectProtocol }
}

function isLimit(name: string): name is keyof H2Limits {
  return name in RANGES
}
