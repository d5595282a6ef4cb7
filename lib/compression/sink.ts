import { encodeUtf8 } from '../common/index.js'
import { addVary, type BodySize, type HeaderList, type ResponseSink, type SinkState } from '../http/index.js'
import type { HttpContext } from '../web/index.js'
import type { Codec } from './codings.js'
import { CodingNotAcceptable } from './errors.js'
import type { CompressionSettings } from './options.js'
import { CompressedStream } from './stream.js'

/**
 * Complete bodies up to this size are compressed at once. Handing 16 KiB to another thread takes as long again as the work
 * itself (100 µs); of 64 KiB, the other requests of the process would feel it.
 */
const AT_ONCE = 16 * 1_024

/** Finds the settings of a call; undefined for none. */
export type SettingsOf = (context: HttpContext) => CompressionSettings | undefined

/** Compresses what is worth it, and passes the rest on untouched. */
export class CompressingSink implements ResponseSink {
  /** The head of a body that comes as a whole: it leaves once its new length is known. */
  private held: { readonly status: number; readonly headers: HeaderList; readonly size: BodySize } | undefined
  private codec: Codec | undefined
  private stream: CompressedStream | undefined
  private isEnded = false
  /** Nothing of a body is sent to HEAD. */
  private isSilent = false

  /**
   * @param inner where answers go
   * @param context of the call
   * @param settingsOf asked when the head is known
   */
  constructor(
    private readonly inner: ResponseSink,
    private readonly context: HttpContext,
    private readonly settingsOf: SettingsOf,
  ) {}

  get state(): SinkState {
    const { state } = this.inner
    if (state === 'aborted') return state
    if (this.isEnded) return 'ended'
    return this.held !== undefined && state === 'idle' ? 'head' : state
  }

  get length(): number | undefined {
    return this.inner.length
  }

  head(status: number, headers: HeaderList, size: BodySize): void {
    const settings = this.held === undefined ? this.settingsOf(this.context) : undefined
    if (settings === undefined || this.inner.state !== 'idle') return this.inner.head(status, headers, size)
    if (status === 304) return this.inner.head(status, varied(headers), size)
    const codec = this.choose(settings, status, headers, size)
    if (codec === undefined) return this.inner.head(status, headers, size)
    const own = varied(headers)
    if (codec === 'identity') return this.inner.head(status, own, size)
    this.codec = codec
    if (this.context.exchange.method === 'HEAD') {
      this.isSilent = true
      return this.inner.head(status, encoded(own, codec.coding), 'stream')
    }
    this.held = { status, headers: own, size }
    if (size === 'stream') this.begin(codec, true)
  }

  write(chunk: Uint8Array): boolean {
    if (this.isSilent || this.codec === undefined) return this.isSilent || this.inner.write(chunk)
    return (this.stream ?? this.begin(this.codec, false)).write(chunk)
  }

  drained(): Promise<void> {
    return this.stream?.drained() ?? this.inner.drained()
  }

  end(last?: Uint8Array | string, trailers?: HeaderList): void {
    const { codec, held } = this
    if (codec === undefined || held === undefined || this.isEnded)
      return this.inner.end(this.isSilent ? undefined : last, trailers)
    this.isEnded = true
    const body = typeof last === 'string' ? encodeUtf8(last) : last
    if (this.stream !== undefined) return this.stream.end(body, trailers)
    if (body === undefined || body.length <= AT_ONCE)
      return this.endWhole(body, body === undefined ? undefined : codec.now(body), trailers)
    codec.later(body, (error, result) => {
      if (this.inner.state !== 'idle') return
      if (error === null) this.endWhole(body, result, trailers)
      else this.inner.abort(error)
    })
  }

  abort(error: Error): void {
    this.inner.abort(error)
  }

  onClose(listener: (state: 'ended' | 'aborted') => void): void {
    this.inner.onClose(listener)
  }

  /** @returns undefined where compression has nothing to do with the answer */
  private choose(
    settings: CompressionSettings,
    status: number,
    headers: HeaderList,
    size: BodySize,
  ): Codec | 'identity' | undefined {
    if (size === 'none' || size === 0 || status === 206 || status === 204) return undefined
    if (headers.has('content-encoding') || headers.has('content-range')) return undefined
    const accept = this.context.exchange.headers.get('accept-encoding')
    const isWanted = isWorthIt(settings, headers, size)
    // most answers that are not compressed end here
    if (!isWanted && accept?.includes('=0') !== true) return undefined
    const chosen = accept === undefined ? 'identity' : settings.choose(accept)
    if (chosen !== undefined) {
      const refusesPlain = chosen !== 'identity' && !isWanted && refusesIdentity(accept!)
      return isWanted || refusesPlain ? chosen : undefined
    }
    // an error is told all the same
    if (status >= 400) return isWanted ? 'identity' : undefined
    const error = new CodingNotAcceptable({
      accept: accept!.slice(0, 200),
      available: [...settings.codings, 'identity'].join(', '),
    })
    throw Object.assign(error, { headers: { vary: 'Accept-Encoding' } })
  }

  private begin(codec: Codec, isLive: boolean): CompressedStream {
    const { status, headers } = this.held!
    this.inner.head(status, encoded(headers, codec.coding), 'stream')
    return (this.stream = new CompressedStream(this.inner, codec, isLive))
  }

  private endWhole(
    body: Uint8Array | undefined,
    compressed: Uint8Array | undefined,
    trailers: HeaderList | undefined,
  ): void {
    const { status, headers, size } = this.held!
    if (body !== undefined && compressed !== undefined && compressed.length < body.length) {
      this.inner.head(status, encoded(headers, this.codec!.coding), compressed.length)
      return this.inner.end(compressed, trailers)
    }
    this.inner.head(status, headers, size)
    this.inner.end(body, trailers)
  }
}

function isWorthIt(settings: CompressionSettings, headers: HeaderList, size: BodySize): boolean {
  const type = headers.get('content-type')?.split(';', 1)[0]!.trim().toLowerCase()
  if (type === undefined) return false
  // they say no-transform for the sake of proxies
  if (type === 'text/event-stream') return settings.events
  if (typeof size === 'number' && size < settings.threshold) return false
  return (
    settings.suits(type) && !/(?:^|[\s,])no-transform(?:$|[\s,])/i.test(headers.get('cache-control') ?? '')
  )
}

/** RFC 9110 §12.5.3: `identity;q=0`, or `*;q=0` without a word on identity. */
function refusesIdentity(accept: string): boolean {
  const quality = (name: string): string | undefined =>
    new RegExp(`(?:^|,)\\s*${name}\\s*;\\s*q\\s*=\\s*([\\d.]+)\\s*(?:,|$)`, 'i').exec(accept)?.[1]
  const own = quality('identity')
  if (own !== undefined) return Number(own) === 0
  return !/(?:^|,)\s*identity\s*(?:,|$)/i.test(accept) && Number(quality('\\*') ?? 1) === 0
}

function varied(headers: HeaderList): HeaderList {
  const own = headers.clone()
  addVary(own, 'Accept-Encoding')
  return own
}

function encoded(headers: HeaderList, coding: string): HeaderList {
  headers.set('content-encoding', coding)
  // about the bytes as they were; parts of the compressed ones are not offered
  for (const name of ['content-length', 'accept-ranges', 'content-md5', 'content-digest'])
    headers.delete(name)
  const etag = headers.get('etag')
  // the same for a reader, but not byte by byte (RFC 9110 §8.8.1)
  if (etag !== undefined && !etag.startsWith('W/')) headers.set('etag', `W/${etag}`)
  return headers
}
