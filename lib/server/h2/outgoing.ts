import type { HeaderList } from '../../http/index.js'
import { uint32 } from './frame-writer.js'
import { DEFAULT_PRIORITY, type Priority } from './priority.js'
import type { Scheduled } from './scheduler.js'

/** Who wants to know how far an answer has come. */
export interface OutgoingOwner {
  /** Everything has left. */
  sent(): void
  /** Some of what was waiting has left. */
  emptied(): void
}

/** What one stream has to send, and is allowed to. */
export class Outgoing implements Scheduled {
  /** The identifier in four characters. */
  readonly idText: string
  /** Bytes that wait. */
  queued = 0
  /** Nothing follows but trailers. */
  ends = false
  trailers: HeaderList | undefined
  /** It is the scheduler's. */
  scheduled = false
  /** Bytes that have left since someone looked. */
  progress = 0

  private parts: (string | Uint8Array)[] | undefined
  /** Where the first part goes on. */
  private offset = 0

  /**
   * @param id of the stream
   * @param window what the client takes of it
   * @param owner hears of progress
   * @param priority RFC 9218
   */
  constructor(
    readonly id: number,
    public window: number,
    private readonly owner: OutgoingOwner,
    public priority: Priority = DEFAULT_PRIORITY,
  ) {
    this.idText = uint32(id)
  }

  /** Adds a part behind what waits. */
  push(part: string | Uint8Array): void {
    if (part.length === 0) return
    ;(this.parts ??= []).push(part)
    this.queued += part.length
  }

  /** Takes the next bytes, not more than allowed. */
  take(most: number): string | Uint8Array {
    const parts = this.parts!
    const part = parts[0]!
    const left = part.length - this.offset
    if (left <= most) {
      parts.shift()
      const { offset } = this
      this.offset = 0
      this.queued -= left
      return offset === 0 ? part : slice(part, offset, part.length)
    }
    const start = this.offset
    this.offset += most
    this.queued -= most
    return slice(part, start, start + most)
  }

  /** Forgets what waits. */
  clear(): void {
    this.parts = undefined
    this.queued = this.offset = 0
  }

  /** Everything has left. */
  sent(): void {
    this.owner.sent()
  }

  /** Some has left. */
  emptied(): void {
    this.owner.emptied()
  }
}

function slice(part: string | Uint8Array, start: number, end: number): string | Uint8Array {
  return typeof part === 'string' ? part.slice(start, end) : part.subarray(start, end)
}
