import { Readable } from 'node:stream'
import type { ByteRange, HttpResponse } from '../http/index.js'

/** What goes with a streamed file. */
export interface StreamableFileOptions {
  /** Content type; `application/octet-stream` by default. */
  readonly type?: string
  /** `Content-Disposition`: one value, or several lines. */
  readonly disposition?: string | readonly string[]
  /** Bytes, if known: then parts may be asked for. */
  readonly length?: number
  /** The entity tag, with its quotes: it answers conditions of requests. */
  readonly etag?: string
  /** When it was changed last: it answers conditions of requests. */
  readonly lastModified?: Date
  /** False if it is sent as a whole only. Default true. */
  readonly acceptRanges?: boolean
}

/** What a file is read from. */
export type FileContent = Uint8Array | Readable | AsyncIterable<Uint8Array>

/**
 * Opens a file anew each time that it is called.
 *
 * @param range the part that is wanted; undefined for all
 */
export type FileOpener = (range?: ByteRange) => Readable | AsyncIterable<Uint8Array>

/** Answers by itself where a file cannot be read. */
export type FileErrorHandler = (error: Error, response: HttpResponse) => void

/** A file as a result: bytes, or a stream of them that is read as fast as the client takes it. */
export class StreamableFile {
  readonly options: StreamableFileOptions
  readonly source: FileContent
  /** Gives parts of it; undefined where it can be read only once, from its beginning. */
  readonly opener: FileOpener | undefined
  private handler: FileErrorHandler | undefined

  /**
   * @param source bytes, a Node stream, anything that yields bytes, or a function that opens the part that is asked for.
   *   Of what can be read only once, the bytes before a part are read for nobody, and several parts are not sent
   * @param options type, disposition, length, and what conditions are answered by
   */
  constructor(source: FileContent | FileOpener, options: StreamableFileOptions = {}) {
    this.opener = typeof source === 'function' ? source : undefined
    this.source = typeof source === 'function' ? openLater(source) : source
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

/** All of it, opened when it is read. */
function openLater(open: FileOpener): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => open()[Symbol.asyncIterator]() }
}
