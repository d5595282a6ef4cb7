import type { FrameReader } from './frame-reader.js'
import { H2BodyTimeout, H2RequestTimeout } from './errors.js'
import type { CommonLimits, H2Limits } from './limits.js'
import type { H2Stream } from './stream.js'
import { ErrorCode } from './wire-format.js'

/** Who ends streams that are late. */
export interface LateStreams {
  /** What was sent of all their bodies. */
  readonly sender: { readonly bytes: number }
  readonly streams: { readonly size: number }
  /** What their client may still send. */
  readonly receiver: { readonly window: number }
  cancel(stream: H2Stream, code: ErrorCode): void
  /** Its client takes nothing, or next to nothing, of the answer. */
  stalled(stream: H2Stream): void
}

/** How long a connection and its streams have waited for the client. Times are ms of the server's clock. */
export class Lateness {
  /** The client has acknowledged our settings. */
  isAcknowledged = false

  private unacknowledged = 0
  private opening = 0
  private midBlock = 0
  private idle = 0
  /** The client has sent something since the last look. */
  private isHeard = false
  /** Bytes that have to leave within `writeTimeout`. */
  private readonly leastSent: number

  constructor(
    private readonly limits: CommonLimits,
    private readonly settings: Pick<H2Limits, 'settingsTimeout'>,
  ) {
    this.leastSent = Math.max(1, (limits.minWriteRate * limits.writeTimeout) / 1000)
  }

  /** Something was received. */
  heard(): void {
    this.isHeard = true
  }

  /** A stream was worked on. */
  busy(): void {
    this.idle = 0
  }

  /**
   * Looks at what does not belong to a stream.
   *
   * @returns why the connection ends, if it does
   */
  ofConnection(
    reader: Pick<FrameReader, 'isReady' | 'isMidBlock'>,
    streams: number,
    elapsed: number,
  ): { readonly code: ErrorCode; readonly reason: string } | undefined {
    const { headersTimeout, keepAliveTimeout } = this.limits
    if (!reader.isReady) {
      this.opening += elapsed
      if (this.opening < headersTimeout) return undefined
      return { code: ErrorCode.NoError, reason: 'the preface did not arrive in time' }
    }
    if (!this.isAcknowledged) {
      this.unacknowledged += elapsed
      if (this.unacknowledged >= this.settings.settingsTimeout) {
        return { code: ErrorCode.SettingsTimeout, reason: 'SETTINGS was not acknowledged in time' }
      }
    }
    this.midBlock = reader.isMidBlock ? this.midBlock + elapsed : 0
    if (this.midBlock >= headersTimeout) {
      return { code: ErrorCode.EnhanceYourCalm, reason: 'a header block did not arrive in time' }
    }
    this.idle = streams > 0 ? 0 : this.idle + elapsed
    if (this.idle < keepAliveTimeout) return undefined
    return { code: ErrorCode.NoError, reason: 'the connection is idle' }
  }

  /**
   * Looks at a stream.
   *
   * @param isArriving a frame of it is arriving
   * @param elapsed ms since the last look
   * @param streams ends it
   */
  ofStream(stream: H2Stream, isArriving: boolean, elapsed: number, streams: LateStreams): void {
    if (!stream.remoteEnded) this.ofRequest(stream, isArriving, elapsed, streams)
    if (!stream.closed) this.ofAnswer(stream, elapsed, streams)
  }

  private ofRequest(stream: H2Stream, isArriving: boolean, elapsed: number, streams: LateStreams): void {
    const { bodyTimeout, requestTimeout, lingerTimeout } = this.limits
    if (stream.localEnded && stream.body?.isRead !== true) {
      stream.lingered += elapsed
      if (stream.lingered >= lingerTimeout) streams.cancel(stream, ErrorCode.NoError)
      return
    }
    if (stream.exchange.isTunnel) return
    // while nobody waits for it, it cannot be late
    if (stream.body?.isAwaited !== true) return
    // nor while bodies that others have not read leave it no room in the connection's window
    if (streams.receiver.window <= 0) return
    if (isArriving && this.isHeard) stream.waited = 0
    stream.waited += elapsed
    stream.arriving += elapsed
    if (stream.waited >= bodyTimeout) stream.body.fail(new H2BodyTimeout({}))
    else if (requestTimeout !== 0 && stream.arriving >= requestTimeout) {
      stream.body.fail(new H2RequestTimeout({ limit: requestTimeout }))
    }
  }

  private ofAnswer(stream: H2Stream, elapsed: number, streams: LateStreams): void {
    const { outgoing } = stream
    const { writeTimeout } = this.limits
    if (outgoing.queued === 0) {
      stream.stalled = outgoing.progress = 0
      return
    }
    const { bytes } = streams.sender
    if (stream.stalled === 0) stream.stalledFrom = bytes
    stream.stalled += elapsed
    if (stream.stalled < writeTimeout) return
    // one that the client has room for waits for its turn, as long as the client takes enough of all of them together
    const isInTurn =
      outgoing.window > 0 && bytes - stream.stalledFrom >= this.leastSent * streams.streams.size
    const isEnough = isInTurn || outgoing.progress >= this.leastSent
    stream.stalled = outgoing.progress = 0
    if (!isEnough) streams.stalled(stream)
  }

  /** To be called behind each look at all streams. */
  looked(): void {
    this.isHeard = false
  }
}
