import { performance } from 'node:perf_hooks'
import { goawayFrame, pingFrame } from './frame-writer.js'
import { ErrorCode, MAX_STREAM_ID } from './wire-format.js'

/** ms for which a client may take to answer the PING behind the announcement of the end. */
const ANNOUNCE_MS = 250

/** The PING that tells that a client has read the announcement. */
const LEAVING = 'leaving\0'

/** How a connection comes to an orderly end: the client is told twice (RFC 9113 §6.8). */
export class Departure {
  /** Streams above this one are not worked on any more. */
  lastAccepted = MAX_STREAM_ID
  /** Nothing new is taken. */
  isFinal = false
  /** The client was told; what it has sent before it knew is still taken. */
  isAnnounced = false

  private announcedAt = 0

  /** @returns the frames that tell the client, and ask it to say when it has read them */
  announce(): string {
    this.isAnnounced = true
    this.announcedAt = performance.now()
    return goawayFrame(MAX_STREAM_ID, ErrorCode.NoError, '') + pingFrame(LEAVING, 0)
  }

  /** True if the client had its time to read the announcement; `unused` ms if that is more. */
  isOverdue(unused: number): boolean {
    return performance.now() - this.announcedAt > Math.max(unused, ANNOUNCE_MS)
  }

  /** True if the answer to a PING says that the client has read the announcement. */
  isKnown(data: string): boolean {
    return this.isAnnounced && data === LEAVING
  }

  /**
   * Takes nothing new any more.
   *
   * @param last the highest stream that the client has opened
   * @returns the frame that tells the client which stream is the last
   */
  takeNoMore(last: number): string {
    this.isFinal = true
    this.lastAccepted = last
    return goawayFrame(last, ErrorCode.NoError, '')
  }
}
