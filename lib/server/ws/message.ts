import { deflateAlone } from './deflate.js'
import { frameHeader } from './frame.js'
import { Opcode, RSV1, type MessageOpcode } from './wire-format.js'

/** What is sent as a message: text, or bytes, which must not change until they are gone. */
export type MessageContent = string | Uint8Array

/** A message that goes to many sockets: it is encoded once, and compressed once. */
export class PreparedMessage {
  readonly opcode: MessageOpcode
  /** Bytes of the payload. */
  readonly size: number
  private bytes: Uint8Array | undefined
  private frame: string | undefined
  private deflated: Map<number, { readonly header: string; readonly payload: Uint8Array }> | undefined

  /** @param content of the message */
  constructor(private readonly content: MessageContent) {
    this.opcode = typeof content === 'string' ? Opcode.Text : Opcode.Binary
    this.size = typeof content === 'string' ? Buffer.byteLength(content) : content.length
  }

  /** Whether each character of the text is one byte. */
  get isAscii(): boolean {
    return this.content.length === this.size && typeof this.content === 'string'
  }

  /** The payload as bytes. */
  get payload(): Uint8Array {
    return (this.bytes ??= typeof this.content === 'string' ? Buffer.from(this.content) : this.content)
  }

  /** The header of the frame, and of a text in ASCII the whole of it, as latin1 text. */
  get head(): string {
    return (this.frame ??= frameHeader(this.opcode, this.size) + (this.isAscii ? String(this.content) : ''))
  }

  /**
   * Its compressed form, which stands for itself.
   *
   * @param level 1–9
   * @param windowBits 9–15
   */
  deflate(level: number, windowBits: number): { readonly header: string; readonly payload: Uint8Array } {
    const key = level * 16 + windowBits
    let found = this.deflated?.get(key)
    if (found === undefined) {
      const payload = deflateAlone(this.payload, level, windowBits)
      found = { header: frameHeader(this.opcode | RSV1, payload.length), payload }
      ;(this.deflated ??= new Map()).set(key, found)
    }
    return found
  }
}
