import type { Duplex } from 'node:stream'
import type { SweepClock } from '../clock.js'
import { ignoreError, resetSocket } from '../socket.js'
import { Output } from '../wire/output.js'
import { borrowReads } from '../wire/shared-read.js'
import { Deflate } from './deflate.js'
import { CloseCodeInvalid, ControlTooLong, type WebSocketFailure } from './errors.js'
import type { Handshake } from './handshake.js'
import type { WebSocketLimits } from './limits.js'
import { PreparedMessage, type MessageContent } from './message.js'
import { Receiver, type ReceiverEvents } from './receiver.js'
import { Sender } from './sender.js'
import { CloseCode, isCloseCode, MAX_CONTROL_PAYLOAD, Opcode, type ControlOpcode } from './wire-format.js'

/** What an application hears of a WebSocket. */
export interface WebSocketListener {
  /** @param content text, or bytes that are the listener's own */
  onMessage(socket: WebSocketConnection, content: string | Buffer): void
  /**
   * The connection is gone. Called once, and last.
   *
   * @param code the client's; the one it was failed with; 1005 for a close frame without; 1006 where none came
   */
  onClose(socket: WebSocketConnection, code: number, reason: string): void
  /** @param payload is the listener's own */
  onPong?(socket: WebSocketConnection, payload: Uint8Array): void
  /** What was sent has left after `send` has returned false. */
  onDrain?(socket: WebSocketConnection): void
  /** What a listener has thrown; the client is told 1011. */
  onError(socket: WebSocketConnection, error: unknown): void
}

/** What a connection needs of its engine. */
export interface WebSocketHost {
  readonly limits: WebSocketLimits
  readonly clock: Pick<SweepClock, 'now'>
  forget(socket: WebSocketConnection): void
}

/** Where a WebSocket stands, as browsers number it. */
export const ReadyState = { Connecting: 0, Open: 1, Closing: 2, Closed: 3 } as const

const OWNER = Symbol('WebSocketConnection')

interface OwnedSocket extends Duplex {
  [OWNER]: WebSocketConnection
}

const NOTHING = Buffer.alloc(0)

/** One WebSocket: its state, its bounds, and the two directions of its messages (RFC 6455). */
export class WebSocketConnection implements ReceiverEvents {
  /** The subprotocol that was agreed on, or ''. */
  readonly protocol: string
  readyState: (typeof ReadyState)[keyof typeof ReadyState] = ReadyState.Open

  /** Why the server has cut the connection off: the client takes too little, is silent, or does not close. */
  cutOff: 'slow' | 'silent' | 'closing' | undefined

  private readonly output: Output
  private readonly receiver: Receiver
  private readonly sender: Sender
  private readonly deflate: Deflate | undefined
  /** Of the server's clock. */
  private heardAt: number
  private closeBy = Infinity
  private isAsked = false
  private isReading = false
  private pausedByListener = false
  private code: number = CloseCode.Abnormal
  private reason = ''
  /** The payload of the latest ping, whose pong waits for the client to take what was sent before. */
  private owedPong: Buffer | undefined
  private waiters: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] | undefined

  /**
   * @param socket after the handshake, not flowing
   * @param head what came behind the handshake
   * @param handshake what was agreed on
   * @param listener hears of what comes
   * @param host the engine
   */
  constructor(
    private readonly socket: Duplex,
    head: Uint8Array,
    handshake: Handshake,
    private readonly listener: WebSocketListener,
    private readonly host: WebSocketHost,
  ) {
    this.protocol = handshake.protocol ?? ''
    const { maxMessageSize } = host.limits
    this.deflate = handshake.deflate && new Deflate(handshake.deflate, maxMessageSize)
    this.output = new Output(socket)
    this.sender = new Sender(this.output, this.deflate)
    this.receiver = new Receiver(this, maxMessageSize, this.deflate)
    this.heardAt = host.clock.now
    const owned = socket as OwnedSocket
    owned[OWNER] = this
    borrowReads(owned, onBorrowed)
    // for sockets that cannot do that, and for what came behind the handshake
    socket.on('data', onData)
    socket.on('end', onEnd)
    socket.on('drain', onDrain)
    socket.on('error', ignoreError)
    socket.on('close', onClosed)
    // not before whoever accepts the connection has got it
    if (head.length > 0) socket.unshift(head)
  }

  /** Bytes that were sent and have not left this process. */
  get bufferedAmount(): number {
    return this.output.pending + this.sender.pending + this.socket.writableLength
  }

  /**
   * Sends a message.
   *
   * @param content text, or bytes that must not change until they are gone; a prepared message goes to many sockets for the
   *   price of one
   * @returns false if the client is slower than the sender (wait for `drained()`), or the connection is not open any more
   */
  send(content: MessageContent | PreparedMessage): boolean {
    if (this.readyState !== ReadyState.Open) return false
    if (content instanceof PreparedMessage) {
      this.sender.sendPrepared(content)
      return this.sent(content.size)
    }
    this.sender.send(content)
    // a character is three bytes at most
    return this.sent(typeof content === 'string' ? content.length * 3 : content.length)
  }

  /**
   * Asks the client whether it is there.
   *
   * @param payload at most 125 bytes, which the client sends back
   * @throws {CorbelError} CORBEL_WS_CONTROL_TOO_LONG
   */
  ping(payload: Uint8Array = NOTHING): boolean {
    return this.control(Opcode.Ping, payload)
  }

  /**
   * Says that the server is there, without having been asked.
   *
   * @throws {CorbelError} CORBEL_WS_CONTROL_TOO_LONG
   */
  pong(payload: Uint8Array = NOTHING): boolean {
    return this.control(Opcode.Pong, payload)
  }

  /** Resolves when a client that was slow has taken what was sent; rejects if the connection ends first. */
  drained(): Promise<void> {
    if (this.readyState === ReadyState.Closed) return Promise.reject(new Error('The WebSocket is closed.'))
    if (!this.output.blocked) return Promise.resolve()
    return new Promise((resolve, reject) => (this.waiters ??= []).push({ resolve, reject }))
  }

  /**
   * Closes the connection when everything sent before has left.
   *
   * @param code 1000, the default, another registered one, or 3000–4999
   * @param reason at most 123 bytes of UTF-8; the rest is left out
   * @throws {CorbelError} CORBEL_WS_CLOSE_CODE for a code that may not be sent
   * @see RFC 6455 §7.1.2
   */
  close(code: number = CloseCode.Normal, reason = ''): void {
    if (!isCloseCode(code)) throw new CloseCodeInvalid({ code })
    if (this.readyState !== ReadyState.Open) return
    this.readyState = ReadyState.Closing
    this.closeBy = this.host.clock.now + this.host.limits.closeTimeout
    this.sender.control(Opcode.Close, closePayload(code, reason))
    this.flush()
    // the answer has to be heard, whoever has paused what comes
    this.resume()
  }

  /** Cuts the connection off. */
  terminate(why?: NonNullable<WebSocketConnection['cutOff']>): void {
    if (this.readyState === ReadyState.Closed) return
    this.cutOff ??= why
    this.readyState = ReadyState.Closing
    this.receiver.stop()
    resetSocket(this.socket)
  }

  /**
   * Hears of no more messages until `resume()`: the client will be slowed down. One that is being decompressed may still come.
   * Nothing happens where the connection is not open: its end has to be heard.
   */
  pause(): void {
    if (this.readyState !== ReadyState.Open) return
    this.pausedByListener = true
    this.receiver.pause()
    this.socket.pause()
  }

  /** Hears of messages again: of those that have come already before this returns, unless it is paused again. */
  resume(): void {
    this.pausedByListener = false
    try {
      this.receiver.resume()
    } catch (error) {
      this.fail(error)
    }
    this.continueReading()
  }

  /** For the engine's clock: looks whether the client is there, and whether it closes. */
  sweep(now: number): void {
    if (now >= this.closeBy) return this.terminate('closing')
    const { heartbeatInterval } = this.host.limits
    if (heartbeatInterval === 0 || this.readyState !== ReadyState.Open || this.pausedByListener) return
    const silence = now - this.heardAt
    if (silence >= 2 * heartbeatInterval && this.isAsked) this.terminate('silent')
    else if (silence >= heartbeatInterval && !this.isAsked) {
      this.isAsked = true
      this.ping()
    }
  }

  // —— what the receiver tells ——

  onText(text: string): void {
    if (this.readyState === ReadyState.Open) this.listener.onMessage(this, text)
  }

  onBinary(bytes: Buffer): void {
    if (this.readyState === ReadyState.Open) this.listener.onMessage(this, bytes)
  }

  onPing(payload: Uint8Array): void {
    if (this.readyState !== ReadyState.Open) return
    // RFC 6455 §5.5.3: the latest of several may be answered alone
    if (this.output.blocked) this.owedPong = Buffer.from(payload)
    else this.control(Opcode.Pong, payload)
  }

  onPong(payload: Uint8Array): void {
    // the listener's own: the memory that it came in is not
    this.listener.onPong?.(this, Buffer.from(payload))
  }

  onClose(code: number, reason: string): void {
    this.code = code
    this.reason = reason
    const answers = this.readyState === ReadyState.Open
    this.finish(answers ? (code === CloseCode.NoStatus ? NOTHING : closePayload(code, '')) : undefined)
  }

  onFailure(failure: WebSocketFailure): void {
    this.code = failure.code
    this.reason = failure.message
    const tells = this.readyState === ReadyState.Open
    this.finish(tells ? closePayload(failure.code, failure.message) : undefined)
  }

  onIdle(): void {
    this.continueReading()
  }

  onError(error: unknown): void {
    this.fail(error)
  }

  // —— the socket's events ——

  receive(chunk: Buffer, size: number, isBorrowed: boolean): void {
    this.heardAt = this.host.clock.now
    this.isAsked = false
    this.isReading = true
    try {
      this.receiver.receive(chunk, size, isBorrowed)
    } catch (error) {
      this.fail(error)
    }
    this.isReading = false
    if (this.receiver.isBusy) this.socket.pause()
    this.output.flush()
  }

  ended(): void {
    // RFC 6455 §7.1.5: without a close frame it is not a clean end
    this.receiver.stop()
    if (this.readyState === ReadyState.Open) this.readyState = ReadyState.Closing
    this.socket.end()
  }

  unblocked(): void {
    this.output.blocked = false
    const { waiters, owedPong } = this
    this.waiters = this.owedPong = undefined
    if (owedPong !== undefined && this.readyState === ReadyState.Open) this.control(Opcode.Pong, owedPong)
    if (waiters !== undefined) for (const { resolve } of waiters) resolve()
    this.listener.onDrain?.(this)
  }

  closed(): void {
    this.readyState = ReadyState.Closed
    this.receiver.stop()
    this.deflate?.close()
    this.host.forget(this)
    const { waiters } = this
    this.waiters = undefined
    if (waiters !== undefined)
      for (const { reject } of waiters) reject(new Error('The WebSocket was closed.'))
    try {
      this.listener.onClose(this, this.code, this.reason)
    } catch (error) {
      this.listener.onError(this, error)
    }
  }

  /** A listener has failed: that is the server's fault, and ends this connection alone. */
  private fail(error: unknown): void {
    this.listener.onError(this, error)
    if (this.readyState === ReadyState.Open) this.close(CloseCode.InternalError, 'the server has failed')
  }

  private control(opcode: ControlOpcode, payload: Uint8Array): boolean {
    if (payload.length > MAX_CONTROL_PAYLOAD) throw new ControlTooLong({ size: payload.length })
    if (this.readyState !== ReadyState.Open) return false
    this.sender.control(opcode, payload)
    return this.sent(payload.length)
  }

  /** @param size of what was sent: it may be as large as it is, what counts is how much waited before it */
  private sent(size: number): boolean {
    if (this.isReading) this.output.flushIfLarge()
    else this.output.scheduleOrFlush()
    if (!this.output.blocked) return true
    if (this.bufferedAmount - size > this.host.limits.maxBufferedSize) this.terminate('slow')
    return false
  }

  /** Ends the connection, the client having said its last word. */
  private finish(payload: Uint8Array | undefined): void {
    this.readyState = ReadyState.Closing
    this.closeBy = this.host.clock.now + this.host.limits.closeTimeout
    if (payload !== undefined) this.sender.control(Opcode.Close, payload)
    this.sender.whenIdle(() => {
      this.output.flush()
      this.socket.end()
      // what comes still is thrown away: unread, it would reset the connection before the client has read its end
      this.socket.resume()
    })
  }

  private flush(): void {
    if (!this.isReading) this.output.flush()
  }

  private continueReading(): void {
    if (!this.pausedByListener && !this.receiver.isBusy) this.socket.resume()
  }
}

/** RFC 6455 §5.5.1; a reason that is too long is cut between two characters. */
function closePayload(code: number, reason: string): Buffer {
  let text = Buffer.from(reason)
  if (text.length > MAX_CONTROL_PAYLOAD - 2) {
    let end = MAX_CONTROL_PAYLOAD - 2
    while ((text[end]! & 0xc0) === 0x80) end--
    text = text.subarray(0, end)
  }
  const payload = Buffer.allocUnsafe(2 + text.length)
  payload.writeUInt16BE(code, 0)
  text.copy(payload, 2)
  return payload
}

// one listener for all sockets: a closure each would be most of what an idle one costs

function onData(this: OwnedSocket, chunk: Buffer): void {
  this[OWNER].receive(chunk, chunk.length, false)
}

function onBorrowed(this: OwnedSocket, size: number, buffer: Buffer): true {
  this[OWNER].receive(buffer, size, true)
  return true
}

function onEnd(this: OwnedSocket): void {
  this[OWNER].ended()
}

function onDrain(this: OwnedSocket): void {
  this[OWNER].unblocked()
}

function onClosed(this: OwnedSocket): void {
  this[OWNER].closed()
}
