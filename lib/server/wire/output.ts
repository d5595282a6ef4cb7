import type { Duplex } from 'node:stream'
import { latin1 } from './latin1.js'

/** Smaller pieces are joined to the text around them: copying them costs less than a vectored write. */
const JOIN_BELOW = 4096

/** What is gathered before it is written without waiting for the end of the batch. */
const FLUSH_ABOVE = 64 * 1024

/** The same where much of it are bytes, which are there anyway: the fewer the writes, the less time they take. */
const FLUSH_BYTES_ABOVE = 256 * 1024

/** No parts, for all: it stays empty. */
const NOTHING: Uint8Array[] = []

/**
 * What a connection has to say, gathered so that it leaves in as few writes as possible. Text is latin1: one character is
 * one byte, whatever the bytes mean.
 */
export class Output {
  /** True while the client takes less than it is given; ends with the socket's `drain`. */
  blocked = false

  private text = ''
  private parts = NOTHING
  private partsSize = 0
  private scheduled = false

  constructor(private readonly socket: Duplex) {}

  /** Bytes that were not given to the socket yet. */
  get pending(): number {
    return this.text.length + this.partsSize
  }

  /** Adds characters below U+0100. */
  addText(text: string): void {
    this.text += text
  }

  /** Adds bytes, which must not change any more. */
  addBytes(bytes: Uint8Array): void {
    if (bytes.length < JOIN_BELOW) {
      this.text += latin1(bytes, 0, bytes.length)
      return
    }
    if (this.text !== '') this.moveText()
    this.addPart(bytes)
  }

  /** Adds whichever it is. */
  add(part: string | Uint8Array): void {
    if (typeof part === 'string') this.addText(part)
    else this.addBytes(part)
  }

  /** Writes if much has come together. */
  flushIfLarge(): void {
    if (this.text.length >= FLUSH_ABOVE || this.pending >= FLUSH_BYTES_ABOVE) this.flush()
  }

  /** Writes at the end of this turn of the event loop, so that answers which get ready together leave together. */
  schedule(): void {
    if (this.scheduled) return
    this.scheduled = true
    if (waiting.push(this) === 1) process.nextTick(flushWaiting)
  }

  /** Writes now if much has come together, else at the end of the turn. */
  scheduleOrFlush(): void {
    if (this.pending >= FLUSH_ABOVE) this.flush()
    else this.schedule()
  }

  /** Gives everything to the socket. */
  flush(): void {
    this.scheduled = false
    if (this.parts.length === 0) {
      if (this.text === '') return
      const { text, socket } = this
      this.text = ''
      // false alone says only that much was written; most often it is with the kernel already
      if (!socket.write(text, 'latin1')) this.blocked = socket.writableLength > 0
      return
    }
    this.flushParts()
  }

  private flushParts(): void {
    const { parts, socket } = this
    if (this.text !== '') this.moveText()
    this.parts = NOTHING
    this.partsSize = 0
    if (parts.length > 1) socket.cork()
    for (const part of parts) socket.write(part)
    if (parts.length > 1) socket.uncork()
    this.blocked = socket.writableNeedDrain && socket.writableLength > 0
  }

  private moveText(): void {
    // as bytes: a vectored write of nothing but bytes is handed to the system as it is
    this.addPart(Buffer.from(this.text, 'latin1'))
    this.text = ''
  }

  private addPart(part: Uint8Array): void {
    // most connections never have one
    if (this.parts === NOTHING) this.parts = [part]
    else this.parts.push(part)
    this.partsSize += part.length
  }
}

/** A broadcast schedules thousands of them: one tick for all is cheaper than one for each. */
let waiting: Output[] = []

function flushWaiting(): void {
  const outputs = waiting
  waiting = []
  for (const output of outputs) output.flush()
}
