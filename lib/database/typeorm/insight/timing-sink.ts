import { HeaderList, type BodySize, type ResponseSink, type SinkState } from '../../../http/index.js'

/** Adds to the head of an answer how long the databases took: `Server-Timing` (Server Timing, W3C). */
export class TimingSink implements ResponseSink {
  /**
   * @param inner where the answer goes
   * @param metric the value of the field, asked when the head leaves; undefined if nothing was asked
   */
  constructor(
    private readonly inner: ResponseSink,
    private readonly metric: () => string | undefined,
  ) {}

  get state(): SinkState {
    return this.inner.state
  }

  get length(): number | undefined {
    return this.inner.length
  }

  head(status: number, headers: HeaderList, body: BodySize): void {
    const value = this.metric()
    if (value === undefined) return this.inner.head(status, headers, body)
    const own = headers.clone()
    own.append('server-timing', value)
    this.inner.head(status, own, body)
  }

  write(chunk: Uint8Array): boolean {
    return this.inner.write(chunk)
  }

  drained(): Promise<void> {
    return this.inner.drained()
  }

  end(last?: Uint8Array | string, trailers?: HeaderList): void {
    this.inner.end(last, trailers)
  }

  abort(error: Error): void {
    this.inner.abort(error)
  }

  onClose(listener: (state: 'ended' | 'aborted') => void): void {
    this.inner.onClose(listener)
  }
}
