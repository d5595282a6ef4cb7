import { encodeUtf8 } from '../common/index.js'
import type { BodySize } from './exchange.js'
import type { HeaderList } from './header-list.js'
import { MemoryExchange, type MemoryRequest } from './memory.js'

/** An answer whose body is still coming. */
export interface StreamedResponse {
  readonly status: number
  readonly headers: HeaderList
  /** Undefined where there is no body. */
  readonly body: ReadableStream<Uint8Array> | undefined
}

/** An exchange in memory whose answer can be read while it is written: for runtimes that speak Fetch. */
export class StreamExchange extends MemoryExchange {
  /** Resolves as soon as the head is known; rejects if the exchange is aborted before. */
  readonly answer: Promise<StreamedResponse>
  private controller: ReadableStreamDefaultController<Uint8Array> | undefined
  private answered!: (response: StreamedResponse) => void
  private refused!: (error: Error) => void
  private wake: (() => void) | undefined

  constructor(request: MemoryRequest) {
    super(request)
    this.answer = new Promise((resolve, reject) => {
      this.answered = resolve
      this.refused = reject
    })
    this.answer.catch(() => undefined)
  }

  override head(status: number, headers: HeaderList, size: BodySize): void {
    super.head(status, headers, size)
    const fields = headers.clone()
    if (typeof size === 'number') fields.set('content-length', String(size))
    const hasBody = size !== 'none' && this.method !== 'HEAD'
    this.answered({ status, headers: fields, body: hasBody ? this.open() : undefined })
  }

  override write(chunk: Uint8Array): boolean {
    if (this.isOver) return true
    this.state = 'body'
    this.controller?.enqueue(chunk.slice())
    return (this.controller?.desiredSize ?? 1) > 0
  }

  /** Resolves when the reader asks for more. */
  override drained(): Promise<void> {
    if (this.isOver || (this.controller?.desiredSize ?? 1) > 0) return Promise.resolve()
    return new Promise((resolve) => (this.wake = resolve))
  }

  override end(last?: Uint8Array | string): void {
    if (this.isOver) return
    if (last !== undefined && last.length > 0) {
      this.controller?.enqueue(typeof last === 'string' ? encodeUtf8(last) : last.slice())
    }
    this.controller?.close()
    super.end()
  }

  override abort(error: Error): void {
    if (this.isOver) return
    this.controller?.error(error)
    this.refused(error)
    super.abort(error)
    this.wake?.()
  }

  private get isOver(): boolean {
    return this.state === 'ended' || this.state === 'aborted'
  }

  private open(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>({
      start: (controller) => void (this.controller = controller),
      pull: () => {
        this.wake?.()
        this.wake = undefined
      },
      cancel: () => this.disconnect(),
    })
  }
}
