import { isPromise } from '../../common/index.js'
import type { Output } from '../wire/output.js'
import type { Deflate } from './deflate.js'
import { frameHeader } from './frame.js'
import { PreparedMessage, type MessageContent } from './message.js'
import { Opcode, RSV1, type ControlOpcode } from './wire-format.js'

/** Payloads of so many bytes are joined to their header; smaller ones become text, as the output does it. */
const JOIN_FROM = 4096
const JOIN_TO = 256 * 1024

/**
 * Puts frames on the wire in the order in which they were given, also while one before them is being compressed.
 *
 * @see RFC 6455 §5, RFC 7692 §7.2.1
 */
export class Sender {
  /** What waits for a message to be compressed; undefined while nothing does. */
  private queue: (() => void | Promise<void>)[] | undefined
  private queued = 0

  /**
   * @param output of the connection
   * @param deflate of the connection, if messages may be compressed
   */
  constructor(
    private readonly output: Output,
    private readonly deflate: Deflate | undefined,
  ) {}

  /** Bytes that wait for a message to be compressed. */
  get pending(): number {
    return this.queued
  }

  /** Sends a message to this client alone. */
  send(content: MessageContent): void {
    const { deflate } = this
    if (this.queue !== undefined || (deflate !== undefined && deflate.fits(content.length))) {
      return this.sendPrepared(new PreparedMessage(content))
    }
    if (typeof content !== 'string') return this.put(frameHeader(Opcode.Binary, content.length), content)
    const size = Buffer.byteLength(content)
    const header = frameHeader(Opcode.Text, size)
    if (size === content.length) this.output.addText(header + content)
    else this.put(header, Buffer.from(content))
  }

  /** Sends a message that others get, too. */
  sendPrepared(message: PreparedMessage): void {
    if (this.queue === undefined) {
      const pending = this.write(message)
      if (isPromise(pending)) this.wait(pending)
    } else this.enqueue(() => this.write(message), message.size)
  }

  /** Sends a control frame. */
  control(opcode: ControlOpcode, payload: Uint8Array): void {
    const copy = Buffer.from(payload)
    if (this.queue === undefined) this.put(frameHeader(opcode, copy.length), copy)
    else this.enqueue(() => this.put(frameHeader(opcode, copy.length), copy), copy.length)
  }

  /** Calls back when everything that was sent so far has reached the output. */
  whenIdle(call: () => void): void {
    if (this.queue === undefined) call()
    else this.queue.push(call)
  }

  private write(message: PreparedMessage): void | Promise<void> {
    const { deflate } = this
    if (deflate === undefined || !deflate.fits(message.size)) {
      if (message.isAscii) this.output.addText(message.head)
      else this.put(message.head, message.payload)
      return undefined
    }
    if (deflate.isStateless) {
      const { header, payload } = message.deflate(deflate.level, deflate.windowBits)
      this.put(header, payload)
      return undefined
    }
    const deflated = deflate.deflate(message.payload)
    const first = message.opcode | RSV1
    if (!isPromise(deflated)) return this.put(frameHeader(first, deflated.length), deflated)
    return deflated.then((bytes) => this.put(frameHeader(first, bytes.length), bytes))
  }

  private put(header: string, payload: Uint8Array): void {
    const { length } = payload
    if (length >= JOIN_FROM && length <= JOIN_TO) {
      // a copy costs less than a vectored write
      const frame = Buffer.allocUnsafe(header.length + length)
      frame.write(header, 0, 'latin1')
      frame.set(payload, header.length)
      this.output.addBytes(frame)
      return
    }
    this.output.addText(header)
    if (length > 0) this.output.addBytes(payload)
  }

  private enqueue(task: () => void | Promise<void>, size: number): void {
    this.queued += size
    this.queue!.push(() => {
      this.queued -= size
      return task()
    })
  }

  private wait(pending: Promise<void>): void {
    this.queue ??= []
    // a connection that was cut off gives its streams back: nothing is sent any more
    pending.then(
      () => this.goOn(),
      () => undefined,
    )
  }

  private goOn(): void {
    const { queue = [] } = this
    for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
      const pending = task()
      if (isPromise(pending)) return this.wait(pending)
    }
    this.queue = undefined
    this.output.scheduleOrFlush()
  }
}
