import { isPromise, type MaybePromise } from '../common/index.js'
import type { BodySize, HeaderList, ResponseSink, SinkState } from '../http/index.js'

/** What happens before a head leaves. */
export interface BeforeHead {
  /**
   * @param headers of the answer
   * @returns the headers that leave
   */
  save(headers: HeaderList): MaybePromise<HeaderList>
  /** Answers that it has failed. */
  fail(error: unknown): void
}

/** Holds an answer back until something is done: headers and what comes of the body wait for it. */
export class SavingSink implements ResponseSink {
  private step: 'before' | 'saving' | 'through' = 'before'
  private readonly waiting: (() => void)[] = []
  private saved: Promise<void> | undefined
  private isEnding = false

  /**
   * @param inner where the answer goes
   * @param before what is done first
   */
  constructor(
    private readonly inner: ResponseSink,
    private readonly before: BeforeHead,
  ) {}

  get state(): SinkState {
    const { state } = this.inner
    if (this.step !== 'saving' || state !== 'idle') return state
    return this.isEnding ? 'ended' : 'body'
  }

  get length(): number | undefined {
    return this.inner.length
  }

  head(status: number, headers: HeaderList, body: BodySize): void {
    if (this.step === 'through') return this.inner.head(status, headers, body)
    if (this.step === 'saving') return
    this.step = 'saving'
    const go = (complete: HeaderList): void => {
      this.step = 'through'
      if (this.inner.state === 'idle') this.inner.head(status, complete, body)
    }
    try {
      const done = this.before.save(headers)
      if (!isPromise<HeaderList>(done)) return go(done)
      this.saved = done.then(
        (complete) => {
          go(complete)
          if (this.inner.state !== 'aborted') for (const run of this.waiting.splice(0)) run()
        },
        (error: unknown) => this.refuse(error),
      )
    } catch (error) {
      this.refuse(error)
    }
  }

  write(chunk: Uint8Array): boolean {
    if (this.step === 'saving') this.waiting.push(() => void this.inner.write(chunk))
    return this.step === 'through' && this.isOpen() && this.inner.write(chunk)
  }

  async drained(): Promise<void> {
    await this.saved
    return this.inner.drained()
  }

  end(last?: Uint8Array | string, trailers?: HeaderList): void {
    if (this.step === 'saving') {
      // somebody may answer a second time meanwhile: his time is over, say
      if (this.isEnding) return
      this.isEnding = true
      this.waiting.push(() => this.inner.end(last, trailers))
    } else if (this.isOpen()) this.inner.end(last, trailers)
  }

  abort(error: Error): void {
    this.inner.abort(error)
  }

  onClose(listener: (state: 'ended' | 'aborted') => void): void {
    this.inner.onClose(listener)
  }

  /** After a failure, the rest of the answer that is not sent comes here. */
  private isOpen(): boolean {
    return this.inner.state !== 'ended'
  }

  private refuse(error: unknown): void {
    this.step = 'through'
    this.waiting.length = 0
    this.before.fail(error)
  }
}
