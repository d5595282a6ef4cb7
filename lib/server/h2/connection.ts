import { isPromise, type TypedKey } from '../../common/index.js'
import { ClientGone, EMPTY_BODY, type ConnectionInfo } from '../../http/index.js'
import type { ServerConnection } from '../protocol.js'
import { ignoreError, type Ends, type WireSocket } from '../socket.js'
import { connectionInfo } from '../tls/info.js'
import { Output } from '../wire/output.js'
import { WriteWatch } from '../wire/write-watch.js'
import { Allowance } from './allowance.js'
import { H2Body } from './body.js'
import { Departure } from './departure.js'
import { ClientAbusive, H2Error, H2WriteStalled, ProtocolBroken, StreamReset } from './errors.js'
import { H2Exchange, type StreamWire } from './exchange.js'
import { featureOf } from './features.js'
import { FrameReader } from './frame-reader.js'
import { goawayFrame, rstStreamFrame, windowUpdateFrame } from './frame-writer.js'
import { greeting } from './greeting.js'
import type { H2Config } from './host.js'
import { Lateness } from './lateness.js'
import { parsePriority, type Priority } from './priority.js'
import { Receiver, type ReceiverOwner } from './receiver.js'
import { refusalOf } from './refusal.js'
import type { RequestHead } from './request-head.js'
import { Sender } from './sender.js'
import { H2Stream, type StreamOwner } from './stream.js'
import { StreamTable } from './stream-table.js'
import { DEFAULT_WINDOW, ErrorCode, errorName } from './wire-format.js'

const enum Phase {
  /** Requests are read and answered. */
  Open,
  /** The last frame is on its way; what the client still sends is thrown away until it closes, too. */
  Closing,
  Gone,
}

/** With so much unsent output no more requests are read. */
const PAUSE_ABOVE = 256 * 1024

/** One HTTP/2 connection: its streams, from the first byte to the last. */
export class H2Connection implements ServerConnection, ReceiverOwner, StreamOwner, StreamWire {
  readonly streams = new StreamTable()
  readonly sender: Sender
  readonly receiver: Receiver

  private readonly output: Output
  private readonly reader: FrameReader
  private readonly writes: WriteWatch
  private readonly resets: Allowance
  private readonly lateness: Lateness
  private readonly departure = new Departure()
  private connectionInfo: ConnectionInfo | undefined
  private phase = Phase.Open
  private running = false
  private scheduled = false
  private paused = false
  private inputEnded = false
  /** Received bytes that the client was not told it may send again. */
  private untold = 0
  /** Bytes of replies since the client has stopped reading. */
  private unread = 0
  private requests = 0
  /** ms, and bytes that were thrown away, since the last frame was sent. */
  private lingered = 0
  private discarded = 0
  /** Memory of the read that is worked off, if it is someone else's as soon as that is done. */
  private borrowed: Uint8Array | undefined

  /**
   * @param config the server
   * @param socket TCP, TLS or any other duplex; half-open allowed
   * @param ends where its two ends are, if not those of the socket
   */
  constructor(
    readonly config: H2Config,
    private readonly socket: WireSocket,
    private readonly ends?: Ends,
  ) {
    const { limits, settings, clock } = config
    this.output = new Output(socket)
    this.sender = new Sender(this.output, clock)
    this.receiver = new Receiver(this, config)
    this.reader = new FrameReader(this.receiver, settings)
    this.writes = new WriteWatch(socket, limits)
    this.resets = new Allowance(settings.maxResets, clock)
    this.lateness = new Lateness(limits, settings)
    socket.on('data', this.onData)
    socket.on('end', this.onEnd)
    socket.on('drain', this.onDrain)
    socket.on('error', ignoreError) // 'close' follows
    socket.on('close', this.onClose)
    this.output.addText(greeting(settings))
    this.receiver.window = settings.connectionWindowSize
    this.schedule()
  }

  get info(): ConnectionInfo {
    return (this.connectionInfo ??= connectionInfo(this.socket, this.ends))
  }

  get lastAccepted(): number {
    return this.departure.lastAccepted
  }

  get isBlocked(): boolean {
    return this.output.blocked
  }

  // —— for the server ——

  get inFlight(): number {
    return this.streams.size
  }

  /** Turns the client away. */
  refuse(code: ErrorCode, reason: string): void {
    this.end(code, reason)
  }

  retire(_looks: number, unused: number): void {
    const { departure } = this
    const isOverdue = departure.isOverdue(unused)
    if (this.phase !== Phase.Open) {
      if (isOverdue && this.socket.writableLength === 0) this.socket.destroy()
      return
    }
    if (!departure.isAnnounced && !departure.isFinal) this.announce()
    else if (isOverdue) this.takeNoMore()
    this.flush()
  }

  /**
   * Goes on with the request by which an HTTP/1.1 connection became this one (RFC 7540 §3.2).
   *
   * @param settings of the client, as the payload of SETTINGS
   * @param head of the request, which is complete
   */
  upgraded(settings: Uint8Array, head: RequestHead): void {
    try {
      this.receiver.peer.apply(settings)
      this.sender.isHeld = true
      this.streams.last = 1
      this.open(1, head, true, parsePriority(head.priority ?? ''))
    } catch (error) {
      this.fail(error)
    }
  }

  sweep(now: number, elapsed: number): void {
    const { limits } = this.config
    if (this.writes.isStalled(now)) return this.destroy(new H2WriteStalled({ timeout: limits.writeTimeout }))
    if (this.phase === Phase.Closing) {
      this.lingered += elapsed
      if (this.lingered >= limits.lingerTimeout) this.socket.destroy()
      return
    }
    const late = this.lateness.ofConnection(this.reader, this.streams.size, elapsed)
    if (late !== undefined) return this.end(late.code, late.reason)
    for (const stream of this.streams.all()) {
      this.lateness.ofStream(stream, this.reader.arriving === stream.id, elapsed, this)
    }
    this.lateness.looked()
    this.written()
  }

  destroy(reason: Error): void {
    this.giveUpAll(reason)
    this.socket.destroy()
  }

  // —— for the receiver ——

  open(id: number, head: RequestHead, endsStream: boolean, priority: Priority, refusal?: Error): void {
    const { limits, settings } = this.config
    const stream = new H2Stream(
      id,
      this,
      this.sender.initialWindow,
      Math.max(settings.streamWindowSize, this.lateness.isAcknowledged ? 0 : DEFAULT_WINDOW),
      priority,
    )
    stream.remoteEnded = endsStream
    stream.expected = head.contentLength
    if (!endsStream) {
      const length = head.contentLength === -1 ? undefined : head.contentLength
      stream.body = new H2Body(stream, length, head.protocol === undefined ? limits.maxBodySize : 0)
    }
    this.requests++
    this.start(stream, head, refusal ?? refusalOf(head, limits))
    if (this.requests === limits.requestsPerConnection) this.takeNoMore()
  }

  /** Has a request answered. */
  start(stream: H2Stream, head: RequestHead, refusal?: Error): void {
    const exchange = new H2Exchange(this, stream, head, stream.body ?? EMPTY_BODY)
    stream.exchange = exchange
    this.streams.add(stream)
    if (refusal !== undefined) return exchange.fail(refusal)
    try {
      const result = this.config.handler(exchange)
      if (isPromise(result)) result.then(undefined, (error: unknown) => exchange.fail(error))
    } catch (error) {
      exchange.fail(error)
    }
  }

  bodyPart(stream: H2Stream, bytes: Uint8Array, start: number, end: number): void {
    const part = bytes.subarray(start, end)
    stream.waited = 0
    stream.body?.receive(bytes === this.borrowed ? Buffer.from(part) : part)
    if (!stream.localEnded || stream.closed) return
    // the answer is out, and nobody reads: this client goes on all the same
    if (stream.body!.droppedSize > this.config.limits.maxDiscardSize) this.cancel(stream, ErrorCode.NoError)
  }

  bodyEnd(stream: H2Stream): void {
    stream.remoteEnded = true
    stream.body?.finish()
    if (stream.localEnded) this.close(stream, false)
  }

  resetByClient(stream: H2Stream, code: number): void {
    // a WebSocket that has ended has cost what a request costs: its client need not end its side as well (RFC 8441 §5)
    const isOver = stream.localEnded && stream.exchange.isTunnel
    stream.exchange.giveUp(new ClientGone({}, { cause: new StreamReset({ code: errorName(code) }) }))
    this.close(stream, false)
    if (!isOver) this.countReset()
  }

  resetStream(id: number, code: ErrorCode, reason: string): void {
    this.output.addText(rstStreamFrame(id, code))
    const stream = this.streams.get(id)
    if (stream === undefined) this.streams.note(id, true)
    else {
      stream.exchange.giveUp(new ProtocolBroken({ code: errorName(code), reason }))
      this.close(stream, true)
    }
    this.countReset()
  }

  credit(bytes: number): void {
    this.untold += bytes
    const { connectionWindowSize } = this.config.settings
    if (this.untold < connectionWindowSize / 2) return
    this.receiver.window += this.untold
    this.output.addText(windowUpdateFrame(0, this.untold))
    this.untold = 0
  }

  reply(frame: string): void {
    this.output.addText(frame)
    if (!this.output.blocked) return
    this.unread += frame.length
    if (this.unread > this.config.settings.maxUnreadReplies) {
      throw new H2Error(ErrorCode.EnhanceYourCalm, 'replies are not read')
    }
  }

  settingsAcknowledged(): void {
    this.lateness.isAcknowledged = true
  }

  pingAcknowledged(data: string): void {
    if (this.departure.isKnown(data)) this.takeNoMore()
  }

  clientLeaves(): void {
    this.receiver.peer.enablePush = false
  }

  // —— for streams and exchanges ——

  streamSent(stream: H2Stream): void {
    stream.exchange.tellEnd()
    if (stream.remoteEnded) return this.close(stream, false)
    stream.body?.dropUnread()
  }

  streamTaken(stream: H2Stream, bytes: number): void {
    this.credit(bytes)
    // more of what nobody reads is not asked for. RST_STREAM behind an answer would be plainer, but some clients lose their
    // answer by that (RFC 9113 §8.1): most stop when they have it, the others when they are late
    if (!stream.isWorthMore(this.config.limits.maxDiscardSize)) return this.written()
    const increment = stream.regain(bytes, this.config.settings.streamWindowSize)
    if (increment > 0) this.output.addText(windowUpdateFrame(stream.id, increment))
    this.written()
  }

  written(): void {
    if (this.running) this.output.flushIfLarge()
    else this.schedule()
  }

  aborted(stream: H2Stream): void {
    this.cancel(stream, stream.localEnded ? ErrorCode.NoError : ErrorCode.InternalError)
    this.written()
  }

  feature(exchange: H2Exchange, key: TypedKey<unknown>): unknown {
    return featureOf(this, exchange, key)
  }

  report(error: unknown): void {
    this.config.report(error)
  }

  /** Ends a stream whose client does not take the answer. */
  stalled(stream: H2Stream): void {
    stream.exchange.giveUp(new H2WriteStalled({ timeout: this.config.limits.writeTimeout }))
    this.config.warn(new ClientAbusive({ reason: 'an answer is not taken' }))
    this.cancel(stream, ErrorCode.EnhanceYourCalm)
    if (!this.resets.take())
      this.end(ErrorCode.EnhanceYourCalm, 'answers are asked for and not taken, without end')
  }

  /** Ends a stream that is not needed any more. */
  cancel(stream: H2Stream, code: ErrorCode): void {
    if (stream.closed || this.phase !== Phase.Open) return
    this.output.addText(rstStreamFrame(stream.id, code))
    this.close(stream, true)
  }

  // —— the socket's events ——

  private readonly onData = (data: Buffer): void => this.receive(data, false)

  /**
   * Works off what was received.
   *
   * @param data bytes
   * @param borrowed true if their memory is someone else's as soon as this returns
   */
  receive(data: Buffer, borrowed: boolean): void {
    if (this.phase !== Phase.Open) {
      this.discarded += data.length
      if (this.discarded > this.config.limits.maxLingerSize) this.socket.destroy()
      return
    }
    this.running = true
    this.borrowed = borrowed ? data : undefined
    this.lateness.heard()
    try {
      this.reader.receive(data)
    } catch (error) {
      this.fail(error)
    }
    this.borrowed = undefined
    this.running = false
    this.flush()
  }

  private readonly onEnd = (): void => {
    this.inputEnded = true
    if (this.phase !== Phase.Open) return
    if (this.config.halfClose === 'abort' && this.streams.size > 0) return this.destroy(new ClientGone({}))
    this.departure.isFinal = true
    this.flush()
  }

  private readonly onDrain = (): void => {
    this.output.blocked = false
    this.unread = 0
    if (this.phase !== Phase.Open) return
    this.flush()
    for (const stream of this.streams.all()) stream.exchange.drain()
  }

  private readonly onClose = (): void => {
    this.giveUpAll(new ClientGone({}))
    this.phase = Phase.Gone
    this.config.forget(this)
  }

  // —— writing ——

  /** Sends at the end of this turn, so that answers which get ready together leave together. */
  private schedule(): void {
    if (this.scheduled || this.phase === Phase.Gone) return
    this.scheduled = true
    process.nextTick(flushScheduled, this)
  }

  /** For `schedule`. */
  flushScheduled(): void {
    this.scheduled = false
    if (!this.running) this.flush()
  }

  private flush(): void {
    if (this.phase === Phase.Open) this.sender.pump()
    if (!this.output.blocked || this.output.pending > PAUSE_ABOVE) this.output.flush()
    if (this.phase !== Phase.Open) return
    if (this.inputEnded) this.giveUpStuck()
    if (this.departure.isFinal && this.streams.size === 0 && this.output.pending === 0) this.finish()
    const stuck = this.output.blocked && this.socket.writableLength > PAUSE_ABOVE
    if (stuck === this.paused) return
    this.paused = stuck
    if (stuck) this.socket.pause()
    else this.socket.resume()
  }

  // —— the end ——

  private announce(): void {
    this.output.addText(this.departure.announce())
    if (!this.reader.isReady) this.takeNoMore()
  }

  /** Tells the last stream that is worked on, and closes behind it. */
  private takeNoMore(): void {
    if (this.departure.isFinal || this.phase !== Phase.Open) return
    this.output.addText(this.departure.takeNoMore(this.streams.last))
    this.written()
  }

  private close(stream: H2Stream, byUs: boolean): void {
    if (!this.streams.remove(stream)) return
    stream.closed = true
    this.sender.drop(stream.outgoing)
    this.streams.note(stream.id, byUs)
    const { exchange, body } = stream
    if (!stream.localEnded) {
      exchange.giveUp(new ClientGone({}))
      exchange.tellEnd()
    }
    body?.fail(new ClientGone({}))
    body?.settle()
    this.lateness.busy()
    if (this.departure.isFinal) this.written()
  }

  private countReset(): void {
    if (!this.resets.take()) {
      throw new H2Error(ErrorCode.EnhanceYourCalm, 'streams are opened and reset without end')
    }
  }

  private fail(error: unknown): void {
    if (!(error instanceof H2Error)) {
      this.report(error)
      return this.end(ErrorCode.InternalError, '')
    }
    this.end(error.code, error.reason)
  }

  /** Tells why, and closes. */
  private end(code: ErrorCode, reason: string): void {
    if (this.phase !== Phase.Open) return
    if (code === ErrorCode.EnhanceYourCalm) this.config.warn(new ClientAbusive({ reason }))
    this.output.addText(goawayFrame(this.streams.last, code, reason))
    const error =
      code === ErrorCode.NoError ? new ClientGone({}) : new ProtocolBroken({ code: errorName(code), reason })
    this.shut(error)
  }

  /** Closes in order: the rest of the output, end of stream, and a while for the client to take it in. */
  private finish(): void {
    if (this.phase === Phase.Open) this.shut(new ClientGone({}))
  }

  private shut(reason: Error): void {
    this.giveUpAll(reason)
    this.output.flush()
    this.socket.end()
    if (this.inputEnded) return
    this.paused = false
    this.socket.resume()
  }

  /** The client has ended its stream: what waits for it will do so for ever. */
  private giveUpStuck(): void {
    for (const stream of this.streams.all()) {
      if (!stream.remoteEnded || this.sender.isStuck(stream.outgoing)) this.close(stream, true)
    }
  }

  private giveUpAll(reason: Error): void {
    if (this.phase === Phase.Open) this.phase = Phase.Closing
    this.reader.stop()
    for (const stream of this.streams.all()) {
      stream.exchange.giveUp(reason)
      stream.body?.fail(reason)
      this.close(stream, true)
    }
  }
}

function flushScheduled(connection: H2Connection): void {
  connection.flushScheduled()
}
