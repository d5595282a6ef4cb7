import { Readable } from 'node:stream'
import type { HttpResponse } from '../http/index.js'

/** What goes with a streamed file. */
export interface StreamableFileOptions {
  /** Content type; `application/octet-stream` by default. */
  readonly type?: string
  /** `Content-Disposition`: one value, or several lines. */
  readonly disposition?: string | readonly string[]
  /** Bytes, if known. */
  readonly length?: number
}

/** Answers by itself where a file cannot be read. */
export type FileErrorHandler = (error: Error, response: HttpResponse) => void

/** A file as a result: bytes, or a stream of them that is read as fast as the client takes it. */
export class StreamableFile {
  readonly options: StreamableFileOptions
  private handler: FileErrorHandler | undefined

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

  /** The file as a stream, whatever it was made of. */
  getStream(): Readable {
    const { source } = this
    if (source instanceof Readable) return source
    return Readable.from(source instanceof Uint8Array ? [source] : source, { objectMode: false })
  }

  /**
   * Answers where the source fails before its first byte, as for a file that is not there. Without it that is a 400.
   *
   * @param handler gets the error and the response
   */
  setErrorHandler(handler: FileErrorHandler): this {
    this.handler = handler
    return this
  }

  get errorHandler(): FileErrorHandler | undefined {
    return this.handler
  }

  getHeaders(): StreamableFileOptions {
    return { type: 'application/octet-stream', ...this.options }
  }
}
