import type { Readable } from 'node:stream'

/** What goes with a streamed file. */
export interface StreamableFileOptions {
  /** Content type; `application/octet-stream` by default. */
  readonly type?: string
  /** `Content-Disposition`: one value, or several lines. */
  readonly disposition?: string | readonly string[]
  /** Bytes, if known. */
  readonly length?: number
}

/** A file as a result: bytes, or a stream of them that is read as fast as the client takes it. */
export class StreamableFile {
  readonly options: StreamableFileOptions

  /**
   * @param source bytes, a Node stream, or anything that yields bytes
   * @param options type, disposition and length
   */
  constructor(
    readonly source: Uint8Array | Readable | AsyncIterable<Uint8Array>,
    options: StreamableFileOptions = {},
  ) {
    const length = source instanceof Uint8Array ? source.length : options.length
    this.options = length === undefined ? options : { ...options, length }
  }

  getStream(): Uint8Array | Readable | AsyncIterable<Uint8Array> {
    return this.source
  }

  getHeaders(): StreamableFileOptions {
    return { type: 'application/octet-stream', ...this.options }
  }
}
