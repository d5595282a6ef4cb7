import { ListedHeaders } from '../../http/index.js'
import { latin1 } from '../wire/latin1.js'
import { Allowance } from './allowance.js'
import { H2Error, HeaderListTooLarge } from './errors.js'
import { protocolError, type FrameEvents } from './frame-reader.js'
import { pingFrame, SETTINGS_ACK } from './frame-writer.js'
import { HpackDecoder, type Field } from './hpack/index.js'
import type { H2Config } from './host.js'
import { EarlyPriorities } from './early-priorities.js'
import { PeerSettings } from './peer-settings.js'
import { DEFAULT_PRIORITY, parsePriority, type Priority } from './priority.js'
import { readRequestHead, readTrailers, type RequestHead } from './request-head.js'
import { RepeatedHeads } from './repeated-heads.js'
import type { Sender } from './sender.js'
import type { H2Stream } from './stream.js'
import { Ended, type StreamTable } from './stream-table.js'
import { DEFAULT_WINDOW, ErrorCode, Flag, FrameType, MAX_WINDOW } from './wire-format.js'

/** What a receiver needs of its connection. */
export interface ReceiverOwner {
  readonly streams: StreamTable
  readonly sender: Sender
  /** Streams above this one are not worked on any more. */
  readonly lastAccepted: number
  /** A request, or what is left of one that is to be answered with an error. */
  open(id: number, head: RequestHead, endsStream: boolean, priority: Priority, refusal?: Error): void
  /** Part of a body, in memory that is valid only until this returns unless it is the receiver's own. */
  bodyPart(stream: H2Stream, bytes: Uint8Array, start: number, end: number): void
  /** The client has ended its side. */
  bodyEnd(stream: H2Stream): void
  /** The client has given a stream up. */
  resetByClient(stream: H2Stream, code: number): void
  /** Ends a stream because of the client's mistake. */
  resetStream(id: number, code: ErrorCode, reason: string): void
  /** The client may send as many bytes again. */
  credit(bytes: number): void
  /** Sends an answer to a control frame. */
  reply(frame: string): void
  settingsAcknowledged(): void
  pingAcknowledged(data: string): void
  clientLeaves(): void
  /** Work was made possible. */
  written(): void
}

/** What is known of a request whose fields were too many to keep. */
const CUT_OFF: RequestHead = {
  method: 'GET',
  path: '/',
  authority: '',
  protocol: undefined,
  names: [],
  values: [],
  contentLength: -1,
  expects: undefined,
  priority: undefined,
}

const NO_FIELDS: Field[] = []

/** Acts on received frames: checks them against the streams' states, windows and allowances (RFC 9113 §5, §6). */
export class Receiver implements FrameEvents {
  /** Bytes that the client may still send. */
  window = DEFAULT_WINDOW
  /** The highest identifier of a pushed stream. */
  lastPushed = 0
  readonly peer: PeerSettings

  private readonly decoder: HpackDecoder
  private readonly repeated = new RepeatedHeads()
  private readonly control: Allowance
  private readonly empty: Allowance
  private readonly updates: Allowance
  private framesSeen = 0
  private readonly early = new EarlyPriorities()

  constructor(
    private readonly owner: ReceiverOwner,
    private readonly config: H2Config,
  ) {
    const { settings, clock } = config
    // what is not acknowledged yet must not be held against anyone
    this.decoder = new HpackDecoder(Math.max(4096, settings.headerTableSize))
    this.control = new Allowance(settings.maxControlFrames, clock)
    this.empty = new Allowance(settings.maxEmptyFrames, clock)
    this.updates = new Allowance(settings.maxWindowUpdates, clock)
    this.peer = new PeerSettings({
      headerTableSize: (size) => owner.sender.encoder.limit(size),
      initialWindow: (size) => this.changeWindows(size),
      frameSize: (size) => (owner.sender.frameSize = size),
    })
  }

  onData(id: number, bytes: Uint8Array, start: number, end: number, size: number, endsStream: boolean): void {
    const { owner } = this
    this.window -= size
    if (this.window < 0)
      throw new H2Error(ErrorCode.FlowControlError, 'more was sent than the connection takes')
    const stream = owner.streams.get(id)
    if (stream === undefined || stream.remoteEnded) return this.strayData(id, size)
    stream.receiveWindow -= size
    if (stream.receiveWindow < 0) {
      owner.credit(size)
      return owner.resetStream(id, ErrorCode.FlowControlError, 'more was sent than the stream takes')
    }
    const length = end - start
    // padding is taken by nobody
    if (size > length) stream.bodyTaken(size - length)
    stream.received += length
    if (stream.expected !== -1 && stream.received > stream.expected) {
      owner.credit(length)
      return owner.resetStream(id, ErrorCode.ProtocolError, 'the body is longer than content-length')
    }
    if (length > 0) owner.bodyPart(stream, bytes, start, end)
    if (endsStream && !stream.closed) this.endBody(stream)
  }

  onHeaders(
    id: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    endsStream: boolean,
    isSelfDependent: boolean,
  ): void {
    const { owner } = this
    const { settings } = this.config
    const { version } = this.decoder
    const stream = owner.streams.get(id)
    const known =
      endsStream && stream === undefined ? this.repeated.find(bytes, start, end, version) : undefined
    const fields: Field[] = known === undefined ? [] : NO_FIELDS
    // also of streams that nobody wants: the table is the connection's
    if (known === undefined) this.decoder.decode(bytes, start, end, fields, settings)
    if (stream !== undefined) return this.trailers(stream, fields, this.decoder.listSize, endsStream)
    if ((id & 1) === 0) throw protocolError('a client has opened a stream with an even number')
    if (id <= owner.streams.last) return this.strayHeaders(id)
    if (id > owner.lastAccepted) return
    owner.streams.last = id
    if (isSelfDependent) {
      return owner.resetStream(id, ErrorCode.ProtocolError, 'a stream depends on itself')
    }
    if (owner.streams.active >= settings.maxConcurrentStreams) {
      return owner.resetStream(id, ErrorCode.RefusedStream, 'too many streams at a time')
    }
    if (known !== undefined) return owner.open(id, known, true, this.priorityOf(id, known))
    const head = this.readHead(id, fields, endsStream)
    if (head === undefined) return
    if (endsStream && version === this.decoder.version) {
      this.repeated.keep(bytes, start, end, version, head, this.decoder.listSize)
    }
    owner.open(id, head, endsStream, this.priorityOf(id, head))
  }

  onRstStream(id: number, code: number): void {
    const stream = this.owner.streams.get(id)
    if (stream !== undefined) return this.owner.resetByClient(stream, code)
    this.expectKnown(id, 'RST_STREAM')
    this.count(this.control, 'frames for closed streams without end')
  }

  onSettings(payload: Uint8Array | undefined): void {
    this.count(this.control, 'SETTINGS without end')
    if (payload === undefined) {
      this.decoder.allow(this.config.settings.headerTableSize)
      return this.owner.settingsAcknowledged()
    }
    for (let i = 96; i < payload.length; i += 96) this.count(this.control, 'SETTINGS without end')
    this.peer.apply(payload)
    this.owner.reply(SETTINGS_ACK)
    this.owner.sender.isHeld = false
  }

  onPing(data: Uint8Array, isAck: boolean): void {
    this.count(this.control, 'PING without end')
    const text = latin1(data, 0, 8)
    if (isAck) this.owner.pingAcknowledged(text)
    else this.owner.reply(pingFrame(text, Flag.Ack))
  }

  onGoaway(): void {
    this.count(this.control, 'GOAWAY without end')
    this.owner.clientLeaves()
  }

  onWindowUpdate(id: number, increment: number): void {
    const { owner } = this
    const { sender } = owner
    this.updates.give(2 * (sender.frames - this.framesSeen))
    this.framesSeen = sender.frames
    this.count(this.updates, 'WINDOW_UPDATE without end')
    if (id === 0) {
      if (increment === 0) throw protocolError('WINDOW_UPDATE of 0')
      if (sender.window + increment > MAX_WINDOW) {
        throw new H2Error(ErrorCode.FlowControlError, 'the window of the connection is too large')
      }
      sender.window += increment
      return owner.written()
    }
    const stream = owner.streams.get(id)
    if (stream === undefined) return this.expectKnown(id, 'WINDOW_UPDATE')
    if (increment === 0) return owner.resetStream(id, ErrorCode.ProtocolError, 'WINDOW_UPDATE of 0')
    if (stream.outgoing.window + increment > MAX_WINDOW) {
      return owner.resetStream(id, ErrorCode.FlowControlError, 'the window of the stream is too large')
    }
    sender.widen(stream.outgoing, increment)
    owner.written()
  }

  onPriorityUpdate(id: number, value: Uint8Array): void {
    const { owner } = this
    this.count(this.control, 'PRIORITY_UPDATE without end')
    if (id === 0) throw protocolError('PRIORITY_UPDATE for stream 0')
    const stream = owner.streams.get(id)
    const priority = parsePriority(latin1(value, 0, value.length))
    if (stream !== undefined) {
      owner.sender.prioritise(stream.outgoing, () => (stream.outgoing.priority = priority))
    } else if (this.isIdle(id)) {
      if ((id & 1) === 0) throw protocolError('PRIORITY_UPDATE for a stream that was not pushed')
      this.early.keep(id, priority, owner.streams, this.config.settings.maxConcurrentStreams)
    }
  }

  onIgnored(type: number): void {
    this.count(
      this.control,
      type === FrameType.Priority ? 'PRIORITY without end' : 'unknown frames without end',
    )
  }

  onEmpty(): void {
    this.count(this.empty, 'empty frames without end')
  }

  onStreamError(id: number, code: ErrorCode, reason: string): void {
    // RST_STREAM may not be sent for a stream that is idle (RFC 9113 §6.4)
    if (this.isIdle(id)) throw new H2Error(code, reason)
    this.owner.resetStream(id, code, reason)
  }

  /** The head of a request; undefined for one that is refused, which the client is told. */
  private readHead(id: number, fields: readonly Field[], endsStream: boolean): RequestHead | undefined {
    const { owner } = this
    const { settings, limits } = this.config
    const { maxHeaderListSize } = settings
    if (this.decoder.listSize > maxHeaderListSize) {
      this.refuse(id, fields, endsStream, maxHeaderListSize, 'bytes')
      return undefined
    }
    const found = readRequestHead(fields)
    const head = typeof found === 'string' ? found : checked(found, endsStream, settings)
    if (typeof head === 'string') {
      owner.resetStream(id, ErrorCode.ProtocolError, head)
      return undefined
    }
    if (head.names.length > limits.maxHeaderCount) {
      this.refuse(id, fields, endsStream, limits.maxHeaderCount, 'lines')
      return undefined
    }
    return head
  }

  private trailers(stream: H2Stream, fields: readonly Field[], listSize: number, endsStream: boolean): void {
    const { owner } = this
    if (stream.remoteEnded) {
      return owner.resetStream(stream.id, ErrorCode.StreamClosed, 'HEADERS behind the end of the stream')
    }
    if (!endsStream) {
      return owner.resetStream(stream.id, ErrorCode.ProtocolError, 'trailers without END_STREAM')
    }
    const { maxTrailerSize, maxHeaderCount } = this.config.limits
    const found = readTrailers(fields)
    if (typeof found === 'string') return owner.resetStream(stream.id, ErrorCode.ProtocolError, found)
    if (listSize > maxTrailerSize || fields.length > maxHeaderCount) {
      return owner.resetStream(stream.id, ErrorCode.EnhanceYourCalm, 'the trailers are too large')
    }
    if (found.names.length > 0) stream.trailers = new ListedHeaders(found.names, found.values)
    this.endBody(stream)
  }

  private endBody(stream: H2Stream): void {
    if (stream.expected !== -1 && stream.received !== stream.expected) {
      const reason = 'the body is shorter than content-length'
      return this.owner.resetStream(stream.id, ErrorCode.ProtocolError, reason)
    }
    this.owner.bodyEnd(stream)
  }

  /** Answers 431. */
  private refuse(
    id: number,
    fields: readonly Field[],
    endsStream: boolean,
    limit: number,
    unit: string,
  ): void {
    const isHead = fields.some(({ name, value }) => name === ':method' && value === 'HEAD')
    const head = isHead ? { ...CUT_OFF, method: 'HEAD' } : CUT_OFF
    this.owner.open(id, head, endsStream, DEFAULT_PRIORITY, new HeaderListTooLarge({ limit, unit }))
  }

  private priorityOf(id: number, { priority }: RequestHead): Priority {
    const early = this.early.take(id)
    if (early !== undefined) return early
    return priority === undefined ? DEFAULT_PRIORITY : parsePriority(priority)
  }

  /** HEADERS on a stream that is not open any more, or that a later one has closed (RFC 9113 §5.1, §5.1.1). */
  private strayHeaders(id: number): void {
    const end = this.owner.streams.endOf(id)
    if (end === Ended.ByUs) return this.count(this.control, 'frames for closed streams without end')
    if (end === Ended.Known) throw new H2Error(ErrorCode.StreamClosed, 'HEADERS on a closed stream')
    throw protocolError('a stream has a lower number than one before it')
  }

  private strayData(id: number, size: number): void {
    const { owner } = this
    this.expectKnown(id, 'DATA')
    owner.credit(size)
    this.count(this.control, 'frames for closed streams without end')
    if (id > owner.lastAccepted) return
    const isOpen = owner.streams.get(id) !== undefined
    if (isOpen || owner.streams.endOf(id) !== Ended.ByUs) {
      owner.resetStream(id, ErrorCode.StreamClosed, 'DATA behind the end of the stream')
    }
  }

  private expectKnown(id: number, frame: string): void {
    // above what is accepted there may be streams whose HEADERS were not looked at
    if (this.isIdle(id) && !((id & 1) === 1 && id > this.owner.lastAccepted)) {
      throw protocolError(`${frame} on a stream that was not opened`)
    }
  }

  private isIdle(id: number): boolean {
    return id > ((id & 1) === 1 ? this.owner.streams.last : this.lastPushed)
  }

  private changeWindows(size: number): void {
    const { sender, streams } = this.owner
    const change = size - sender.initialWindow
    sender.initialWindow = size
    for (const { outgoing } of streams.all()) {
      if (outgoing.window + change > MAX_WINDOW) {
        throw new H2Error(ErrorCode.FlowControlError, 'a window becomes too large by SETTINGS')
      }
      sender.widen(outgoing, change)
    }
    this.owner.written()
  }

  private count(allowance: Allowance, what: string): void {
    if (!allowance.take()) throw new H2Error(ErrorCode.EnhanceYourCalm, what)
  }
}

/** The head, or what is wrong with it where it stands. */
function checked(
  head: RequestHead,
  endsStream: boolean,
  { connectProtocol }: H2Config['settings'],
): RequestHead | string {
  if (endsStream && head.contentLength > 0) return 'the body is shorter than content-length'
  if (head.protocol !== undefined && !connectProtocol) return 'extended CONNECT is not allowed'
  return head
}
