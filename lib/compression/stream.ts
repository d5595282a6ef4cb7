import type { HeaderList, ResponseSink } from '../http/index.js'
import type { Codec, Compressor } from './codings.js'

/** A body that is compressed as it comes, as fast as its reader takes it. */
export class CompressedStream {
  private readonly compressor: Compressor
  private isFlushing = false
  private trailers: HeaderList | undefined

  /**
   * @param sink with its head sent
   * @param codec compresses
   * @param isLive true if each part is to reach the client soon, not only when there is enough to compress well
   */
  constructor(
    private readonly sink: ResponseSink,
    private readonly codec: Codec,
    private readonly isLive: boolean,
  ) {
    const compressor = (this.compressor = codec.stream())
    compressor.on('data', (chunk: Uint8Array) => {
      if (sink.state === 'aborted' || sink.write(chunk)) return
      compressor.pause()
      sink.drained().then(
        () => compressor.resume(),
        () => undefined,
      )
    })
    compressor.on('end', () => {
      if (sink.state !== 'aborted') sink.end(undefined, this.trailers)
    })
    compressor.on('error', (error: Error) => sink.abort(error))
    sink.onClose(() => compressor.destroy())
  }

  /** @returns false if the reader is slower than the writer */
  write(chunk: Uint8Array): boolean {
    if (this.compressor.destroyed) return true
    const goesOn = this.compressor.write(chunk)
    if (this.isLive) this.flushSoon()
    return goesOn
  }

  /** Resolves when there is room again; rejects when the client is gone. */
  drained(): Promise<void> {
    const { compressor, sink } = this
    if (compressor.destroyed) return sink.drained()
    if (!compressor.writableNeedDrain) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const drained = (): void => {
        compressor.off('close', closed)
        resolve()
      }
      const closed = (): void => {
        compressor.off('drain', drained)
        reject(new Error('The client is gone.'))
      }
      compressor.once('drain', drained).once('close', closed)
    })
  }

  end(last: Uint8Array | undefined, trailers: HeaderList | undefined): void {
    this.trailers = trailers
    if (this.compressor.destroyed) return
    if (last === undefined || last.length === 0) this.compressor.end()
    else this.compressor.end(last)
  }

  /** Once for all that is written in one turn. */
  private flushSoon(): void {
    if (this.isFlushing) return
    this.isFlushing = true
    setImmediate(() => {
      this.isFlushing = false
      const { compressor } = this
      if (!compressor.destroyed && !compressor.writableEnded)
        compressor.flush(this.codec.flushKind, () => undefined)
    })
  }
}
