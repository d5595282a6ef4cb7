import { concatBytes, defineError, NO_BYTES, type MaybePromise } from '../common/index.js'

/** A request body that is larger than its reader allows. */
export const BodyTooLarge = defineError<{ limit: number }>(
  'CORBEL_BODY_TOO_LARGE',
  'The request body is larger than {limit} bytes.',
  { status: 413 },
)

/** A request body that was read before; it comes over the wire only once. */
export const BodyAlreadyRead = defineError<Record<never, never>>(
  'CORBEL_BODY_ALREADY_READ',
  'The request body was read already. Keep the first result, or declare @RawBody() to have the bytes.',
)

/** A client that went away before its request was complete. */
export const ClientGone = defineError<Record<never, never>>(
  'CORBEL_CLIENT_GONE',
  'The client closed the connection before the exchange was complete.',
  { status: 400 },
)

/** A request body: nothing is taken from the wire before someone asks for it. */
export interface BodySource extends AsyncIterable<Uint8Array> {
  /** Bytes announced; 0 without a body; undefined where only the end will tell (chunked). */
  readonly length: number | undefined
  /** True once someone has begun to read. */
  readonly used: boolean
  /**
   * The whole body.
   *
   * @param limit bytes; more than that is refused, before reading where the length is announced
   * @returns the bytes, at once if they are here already
   * @throws {CorbelError} CORBEL_BODY_TOO_LARGE (413), CORBEL_BODY_ALREADY_READ, CORBEL_CLIENT_GONE
   */
  bytes(limit: number): MaybePromise<Uint8Array>
}

/** A body that is in memory already. */
export class BufferedBody implements BodySource {
  used = false

  constructor(private readonly content: Uint8Array) {}

  get length(): number {
    return this.content.length
  }

  bytes(limit: number): Uint8Array {
    this.take()
    if (this.content.length > limit) throw new BodyTooLarge({ limit })
    return this.content
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    this.take()
    if (this.content.length > 0) yield this.content
  }

  private take(): void {
    if (this.used && this.content.length > 0) throw new BodyAlreadyRead({})
    this.used = true
  }
}

/** A body that is read from an iterable, when someone asks for it. */
export class StreamedBody implements BodySource {
  used = false

  /**
   * @param chunks where the bytes come from
   * @param length bytes, if they are announced
   */
  constructor(
    private readonly chunks: AsyncIterable<Uint8Array>,
    readonly length: number | undefined,
  ) {}

  async bytes(limit: number): Promise<Uint8Array> {
    if (this.length !== undefined && this.length > limit) throw new BodyTooLarge({ limit })
    return collectBytes(this, limit)
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    if (this.used) throw new BodyAlreadyRead({})
    this.used = true
    return this.chunks[Symbol.asyncIterator]()
  }
}

/** A request without a body. */
export const EMPTY_BODY: BodySource = {
  length: 0,
  used: false,
  bytes: () => NO_BYTES,
  // eslint-disable-next-line no-empty-function -- an iteration without a step
  async *[Symbol.asyncIterator]() {},
}

/**
 * Reads a body chunk by chunk into one array: what a `BodySource` of unknown length does for `bytes`.
 *
 * @param chunks the body
 * @param limit bytes
 * @throws {CorbelError} CORBEL_BODY_TOO_LARGE (413) as soon as the limit is passed
 */
export async function collectBytes(chunks: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    length += chunk.length
    if (length > limit) throw new BodyTooLarge({ limit })
    parts.push(chunk)
  }
  return concatBytes(parts, length)
}
