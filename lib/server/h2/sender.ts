import type { HeaderList } from '../../http/index.js'
import type { Output } from '../wire/output.js'
import { frameHeader, headersFrames, pushPromiseFrames } from './frame-writer.js'
import { HpackEncoder } from './hpack/index.js'
import { ResponseHeads } from './response-head.js'
import { Scheduler } from './scheduler.js'
import type { Outgoing } from './outgoing.js'
import { DEFAULT_FRAME_SIZE, DEFAULT_WINDOW, Flag, FrameType } from './wire-format.js'

/** The largest frame that is sent, whatever the client takes: others have to get their turn. */
const MAX_SENT_FRAME = 64 * 1024

/** What a connection has to send: heads at once, bodies as windows and priorities allow. */
export class Sender {
  /** What may still be sent of bodies; the client's window for the connection (RFC 9113 §6.9). */
  window = DEFAULT_WINDOW
  /** The client's window for new streams. */
  initialWindow = DEFAULT_WINDOW
  /** Bodies wait until the client has sent its settings: it may have no room for them before (RFC 7540 §3.2). */
  isHeld = false
  /** Frames of bodies that were sent. */
  frames = 0
  /** Bytes in them. */
  bytes = 0
  readonly encoder = new HpackEncoder()

  private maxFrameSize = DEFAULT_FRAME_SIZE
  private readonly heads: ResponseHeads
  private readonly scheduler = new Scheduler<Outgoing>()

  constructor(
    private readonly output: Output,
    clock: { readonly date: string },
  ) {
    this.heads = new ResponseHeads(this.encoder, clock)
  }

  /** Takes SETTINGS_MAX_FRAME_SIZE. */
  set frameSize(size: number) {
    this.maxFrameSize = Math.min(size, MAX_SENT_FRAME)
  }

  /** True if a stream waits for the client to open a window. */
  isStuck(stream: Outgoing): boolean {
    return stream.queued > 0 && (this.isHeld || this.window <= 0 || stream.window <= 0)
  }

  /** Sends the head of a final answer; see `ResponseHeads.final`. */
  head(
    stream: Outgoing,
    status: number,
    headers: HeaderList,
    contentLength: number | undefined,
    ends: boolean,
  ): void {
    this.block(stream, this.heads.final(status, headers, contentLength), ends)
  }

  /** Sends an interim answer. */
  interim(stream: Outgoing, status: number, headers: HeaderList): void {
    this.block(stream, this.heads.interim(status, headers), false)
  }

  /**
   * Announces a pushed answer.
   *
   * @param stream that it belongs to
   * @param promised identifier of the stream that it will have, as `uint32` gives it
   * @param fields of the request, pseudo-header fields first
   */
  promise(stream: Outgoing, promised: string, fields: readonly (readonly [string, string])[]): void {
    const { encoder } = this
    let block = encoder.begin()
    for (const [name, value] of fields) block += encoder.field(name, value)
    this.output.addText(pushPromiseFrames(stream.idText, promised, block, this.maxFrameSize))
  }

  /**
   * Sends a part of a body, now or when it is allowed.
   *
   * @param stream whose head was sent
   * @param part latin1 text, or bytes, which must not change any more
   * @param ends nothing follows but trailers
   * @param trailers behind the body
   */
  data(stream: Outgoing, part: string | Uint8Array, ends: boolean, trailers?: HeaderList): void {
    const { length } = part
    stream.ends = ends
    stream.trailers = trailers
    if (stream.queued === 0) {
      const isFree =
        this.scheduler.isEmpty && !this.output.blocked && !this.isHeld && length <= this.maxFrameSize
      if (length === 0 || (isFree && length <= this.window && length <= stream.window)) {
        if (length > 0 || (ends && trailers === undefined)) this.frame(stream, part)
        if (ends) this.finish(stream)
        return
      }
    }
    stream.push(part)
    this.schedule(stream)
  }

  /** Sends what may be sent, until the client has enough of it for now. */
  pump(): void {
    const { output, scheduler } = this
    while (!output.blocked && !this.isHeld && this.window > 0) {
      const stream = scheduler.next()
      if (stream === undefined) return
      const part = stream.take(Math.min(this.maxFrameSize, this.window, stream.window))
      this.frame(stream, part)
      if (stream.queued === 0 || stream.window <= 0) this.unschedule(stream)
      else scheduler.rotate(stream)
      if (stream.queued === 0 && stream.ends) this.finish(stream)
      else stream.emptied()
      output.flushIfLarge()
    }
  }

  /** The client takes more of a stream; see RFC 9113 §6.9.2 for why this may be less. */
  widen(stream: Outgoing, increment: number): void {
    stream.window += increment
    if (stream.window > 0) this.schedule(stream)
    else this.unschedule(stream)
  }

  /** Changes the order in which it gets its turn. */
  prioritise(stream: Outgoing, change: () => void): void {
    const wasScheduled = stream.scheduled
    this.unschedule(stream)
    change()
    if (wasScheduled) this.schedule(stream)
  }

  /** Forgets what a stream has to send. */
  drop(stream: Outgoing): void {
    this.unschedule(stream)
    stream.clear()
  }

  private schedule(stream: Outgoing): void {
    if (stream.scheduled || stream.queued === 0 || stream.window <= 0) return
    stream.scheduled = true
    this.scheduler.add(stream)
  }

  private unschedule(stream: Outgoing): void {
    if (!stream.scheduled) return
    stream.scheduled = false
    this.scheduler.remove(stream)
  }

  private block(stream: Outgoing, block: string, ends: boolean): void {
    this.output.addText(headersFrames(stream.idText, block, ends, this.maxFrameSize))
    if (ends) stream.sent()
  }

  private frame(stream: Outgoing, part: string | Uint8Array): void {
    const { length } = part
    const isLast = stream.queued === 0 && stream.ends && stream.trailers === undefined
    const header = frameHeader(length, FrameType.Data, isLast ? Flag.EndStream : 0, stream.idText)
    this.window -= length
    stream.window -= length
    stream.progress += length
    this.frames++
    this.bytes += length
    if (typeof part === 'string') this.output.addText(header + part)
    else {
      this.output.addText(header)
      this.output.addBytes(part)
    }
  }

  private finish(stream: Outgoing): void {
    const { trailers } = stream
    if (trailers === undefined) stream.sent()
    else this.block(stream, this.heads.trailers(trailers), true)
  }
}
