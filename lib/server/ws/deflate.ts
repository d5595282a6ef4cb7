import {
  constants,
  createDeflateRaw,
  createInflateRaw,
  deflateRawSync,
  inflateRawSync,
  type DeflateRaw,
  type InflateRaw,
} from 'node:zlib'
import type { MaybePromise } from '../../common/index.js'
import type { DeflateAgreement } from './deflate-offer.js'
import { WebSocketFailure } from './errors.js'
import { CloseCode } from './wire-format.js'

/** The end of a flushed block, which is left out on the wire (RFC 7692 §7.2.1). */
const TAIL = Uint8Array.of(0x00, 0x00, 0xff, 0xff)

/** What an empty message is compressed to (RFC 7692 §7.2.3.6). */
const EMPTY = Uint8Array.of(0x00)

/**
 * Compresses one message that stands for itself.
 *
 * @param payload of the message
 * @param level 1–9
 * @param windowBits 9–15
 */
export function deflateAlone(payload: Uint8Array, level: number, windowBits: number): Uint8Array {
  if (payload.length === 0) return EMPTY
  const finishFlush = constants.Z_SYNC_FLUSH
  const compressed = deflateRawSync(payload, { level, windowBits, finishFlush })
  return compressed.subarray(0, compressed.length - TAIL.length)
}

/** permessage-deflate of one connection (RFC 7692 §7.2). */
export class Deflate {
  private deflater: Flushed<DeflateRaw> | undefined
  private inflater: Flushed<InflateRaw> | undefined

  /**
   * @param agreement of the handshake
   * @param maxSize bytes of one message after decompression
   */
  constructor(
    private readonly agreement: DeflateAgreement,
    private readonly maxSize: number,
  ) {}

  /** Whether a message that is sent stands for itself, and may be compressed once for many. */
  get isStateless(): boolean {
    return !this.agreement.serverTakeover
  }

  get level(): number {
    return this.agreement.level
  }

  get windowBits(): number {
    return this.agreement.serverWindowBits
  }

  /** Whether a message is worth it. */
  fits(size: number): boolean {
    return size >= this.agreement.threshold
  }

  /** Compresses a message that is sent; calls may not overlap. */
  deflate(payload: Uint8Array): MaybePromise<Uint8Array> {
    const { level, windowBits } = this
    if (this.isStateless) return deflateAlone(payload, level, windowBits)
    this.deflater ??= new Flushed(createDeflateRaw({ level, windowBits }), Infinity)
    return this.deflater
      .run([payload], constants.Z_SYNC_FLUSH)
      .then((bytes) => bytes.subarray(0, bytes.length - 4))
  }

  /**
   * Decompresses a message that was received; calls may not overlap.
   *
   * @throws {WebSocketFailure} 1007 if it is damaged, 1009 if it becomes too large
   */
  inflate(payload: Uint8Array): MaybePromise<Uint8Array> {
    if (!this.agreement.clientTakeover) {
      try {
        return inflateRawSync(Buffer.concat([payload, TAIL]), {
          finishFlush: constants.Z_SYNC_FLUSH,
          maxOutputLength: Math.max(this.maxSize, 1),
        })
      } catch (error) {
        throw failureOf(error)
      }
    }
    // RFC 7692 §7.2.3.4: a block may say that it is the last one, and the next message begins anew
    if (this.inflater?.hasEnded === true) this.inflater = undefined
    this.inflater ??= new Flushed(createInflateRaw(), this.maxSize)
    return this.inflater.run([payload, TAIL], constants.Z_SYNC_FLUSH)
  }

  /** Gives the memory of both directions back. */
  close(): void {
    this.deflater?.close()
    this.inflater?.close()
  }
}

/** A stream of zlib that is asked message by message, and remembers what was before. */
class Flushed<Z extends DeflateRaw | InflateRaw> {
  hasEnded = false
  private parts: Buffer[] = []
  private size = 0
  private fail: ((error: unknown) => void) | undefined

  constructor(
    private readonly stream: Z,
    private readonly maxSize: number,
  ) {
    stream.on('data', (part: Buffer) => {
      this.parts.push(part)
      this.size += part.length
      if (this.size > this.maxSize) this.stop(tooBig())
    })
    stream.on('end', () => (this.hasEnded = true))
    stream.on('error', (error) => this.stop(failureOf(error)))
  }

  run(input: readonly Uint8Array[], flush: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.fail = reject
      for (const bytes of input) this.stream.write(bytes)
      this.stream.flush(flush, () => {
        const { parts, size } = this
        this.parts = []
        this.size = 0
        resolve(parts.length === 1 ? parts[0]! : Buffer.concat(parts, size))
      })
    })
  }

  close(): void {
    this.stream.close()
  }

  private stop(error: WebSocketFailure): void {
    this.parts = []
    this.fail?.(error)
    this.stream.destroy()
  }
}

function failureOf(error: unknown): WebSocketFailure {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  if (code === 'ERR_BUFFER_TOO_LARGE') return tooBig()
  return new WebSocketFailure(CloseCode.InvalidPayload, 'a compressed message is damaged')
}

function tooBig(): WebSocketFailure {
  return new WebSocketFailure(CloseCode.MessageTooBig, 'a message is too large')
}
