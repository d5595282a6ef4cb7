import type { RawPart } from './busboy.js'
import type { PartHead } from './part-head.js'

/** One part of a multipart body. */
export interface Part {
  readonly head: PartHead
  readonly body: PartBody
}

/** Parts on their way from the splitter, which emits them, to the reader, who asks for one after the other. */
export class Inbox {
  /** Nobody wants more. */
  closed = false
  private readonly waiting: Part[] = []
  private failure: { readonly error: unknown } | undefined
  private ended = false
  private sleepers: (() => void)[] = []
  private release: (() => void) | undefined

  push(part: Part): void {
    this.waiting.push(part)
    this.announce()
  }

  /** There will be no more parts. */
  end(): void {
    this.ended = true
    this.announce()
  }

  /** Ends everything, also the part that is being read: its reader would take it for complete. */
  fail(error: unknown): void {
    if (this.failure !== undefined || this.closed) return
    this.failure = { error }
    this.close()
    this.announce()
  }

  close(): void {
    this.closed = true
    this.release?.()
  }

  /** The next part; undefined at the end. */
  async next(): Promise<Part | undefined> {
    for (;;) {
      this.assertWhole()
      const part = this.waiting.shift()
      if (part !== undefined || this.ended) return part
      await this.change()
    }
  }

  /** Throws what is wrong with the body, if anything is. */
  assertWhole(): void {
    if (this.failure !== undefined) throw this.failure.error
  }

  /** Waits until something has happened. */
  change(): Promise<void> {
    return new Promise((resolve) => this.sleepers.push(resolve))
  }

  /** Tells readers that there is something to look at; one that was given up may be among them. */
  readonly announce = (): void => {
    const { sleepers } = this
    this.sleepers = []
    for (const wake of sleepers) wake()
  }

  /** Waits for an event, or for the end of all interest in it. */
  until(subscribe: (go: () => void) => unknown): Promise<void> {
    return new Promise((resolve) => {
      this.release = resolve
      subscribe(resolve)
      if (this.closed) resolve()
    })
  }
}

/** The bytes of a part. May be iterated again after an iteration was given up: it goes on where that one stood. */
export class PartBody implements AsyncIterable<Uint8Array> {
  private ended = false

  constructor(
    private readonly raw: RawPart,
    private readonly inbox: Inbox,
  ) {
    raw.on('readable', inbox.announce)
    raw.on('end', () => {
      this.ended = true
      inbox.announce()
    })
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      this.inbox.assertWhole()
      const chunk = this.raw.read() as Uint8Array | null
      if (chunk !== null) yield chunk
      else if (this.ended) return
      else await this.inbox.change()
    }
  }

  /** Throws away what has not been read. */
  async skip(): Promise<void> {
    for await (const _ of this);
  }
}
