import { CorbelError, isPromise, listOf, type MaybePromise } from '../../common/index.js'
import type { HeaderView } from '../../http/index.js'
import { byteSize } from '../byte-size.js'
import type { HttpContext } from '../http-context.js'
import { charsetOf, UTF_8 } from './charset.js'
import { CODINGS, codingsOf, inflateBody } from './content-coding.js'
import { isConsumed } from './consumes.js'
import { BodyCharsetUnsupported, BodyCodingUnsupported, refuseType } from './errors.js'
import { asBuffer, BASIC_FORMATS, type BodyBounds, type BodyFormat } from './format.js'
import { fitsType, mediaTypeOfField } from './media-type.js'
import type { BodyKind, BodyOptions } from './options.js'

const DEFAULT_LIMIT = 1024 * 1024
const DEFAULT_DEPTH = 100
const DEFAULT_RATIO = 100

/**
 * What a route does with the body: something may look at it (then a body of an unknown type is left unread: an interceptor
 * may read it, and `@Body()` refuses it otherwise), the handler takes it as an argument and nothing stands before (then
 * such a type is refused at once), or the handler takes its bytes (then any type will do).
 */
export type BodyNeed = 'optional' | 'value' | 'bytes'

/** A format with what the application says of it. */
interface Reading {
  readonly format: BodyFormat
  readonly limit: number
}

/** Reads and parses the bodies of requests, by content type. */
export class BodyReader {
  private readonly keepsBytes: boolean
  /** True if middleware reads what is not named. */
  private readonly leavesOthers: boolean
  private readonly limit: number
  private readonly bounds: BodyBounds
  private readonly ratio: number | undefined
  /** Media types that the application has added, before those that are known. */
  private readonly added: (readonly [pattern: string, reading: Reading])[] = []
  private readonly known: (readonly [pattern: string, reading: Reading])[] = []
  /** What nearly every client sends, found without parsing; undefined where it is read differently. */
  private readonly plainJson: Reading | undefined
  /** Whether formats can be used, as far as that was tried. */
  private readonly loaded = new Map<BodyFormat, boolean>()
  /** Why those cannot that no client has asked for yet. */
  private readonly untold = new Map<BodyFormat, unknown>()

  /**
   * @param options of the application
   * @param formats beside those that need no package
   * @param report is told, once each, of formats that a client has asked for and that are not installed
   * @throws {CorbelError} CORBEL_PACKAGE_MISSING for a kind that the application names; CORBEL_BYTE_SIZE_INVALID
   */
  constructor(
    options: BodyOptions = {},
    formats: readonly BodyFormat[] = [],
    private readonly report: (error: unknown, context: HttpContext) => void = () => undefined,
  ) {
    this.limit = byteSize(options.limit ?? DEFAULT_LIMIT)
    this.keepsBytes = options.rawBody ?? false
    this.leavesOthers = options.parse === false
    this.bounds = { depth: options.depth ?? DEFAULT_DEPTH }
    const { inflate = true } = options
    this.ratio = inflate === false ? undefined : inflate === true ? DEFAULT_RATIO : inflate.ratio
    for (const format of options.formats ?? []) this.add(this.added, format.types, format, options)
    for (const format of [...BASIC_FORMATS, ...formats]) {
      const kind = options.kinds?.[format.name as BodyKind]
      if (kind === false || (kind === undefined && (format.optIn === true || this.leavesOthers))) continue
      // what was asked for by name has to be there; what a client may ask for is looked for when one does
      if (kind !== undefined) this.ready(format)
      if (typeof kind === 'object') this.add(this.added, listOf(kind.type ?? []), format, options)
      this.add(this.known, format.types, format, options)
    }
    const [, json] = this.known.find(([type]) => type === 'application/json') ?? []
    this.plainJson = this.added.length === 0 ? json : undefined
  }

  /**
   * Reads the body into the context: `body`, and `rawBody` where it is kept.
   *
   * @param context whose exchange has the body
   * @param need what the route does with the body
   * @throws {CorbelError} CORBEL_BODY_TOO_LARGE, CORBEL_BODY_INFLATED (413), CORBEL_BODY_MALFORMED, CORBEL_BODY_TOO_DEEP
   *   (400), CORBEL_BODY_TYPE_UNSUPPORTED, CORBEL_BODY_CODING_UNSUPPORTED, CORBEL_BODY_CHARSET_UNSUPPORTED (415)
   */
  read(context: HttpContext, need: BodyNeed): MaybePromise<void> {
    const { body, headers } = context.exchange
    if (body.length === 0 || body.used) return undefined
    const consumes = context.route?.consumes
    // the step of @Consumes refuses it, once the guards have let the client in
    if (consumes !== undefined && !isConsumed(headers, consumes)) return undefined
    const type = headers.get('content-type') ?? ''
    const coding = headers.get('content-encoding')
    const codings = coding === undefined ? NO_CODINGS : this.codings(coding)
    const isPlain = this.plainJson !== undefined && type === 'application/json'
    const charset = isPlain ? UTF_8 : charsetOf(type)
    const reading = isPlain ? this.plainJson : this.find(type, charset, context)
    const isRead = reading !== undefined && codings !== undefined
    if (!isRead && need !== 'bytes') {
      if (need === 'optional' || this.leavesOthers) return undefined
      throw this.refusal(headers)
    }
    const keep = this.keepsBytes || need === 'bytes'
    const limit = context.route?.bodyLimit ?? reading?.limit ?? this.limit
    const bytes = body.bytes(limit)
    const format = isRead ? reading.format : undefined
    if (codings !== undefined && codings.length > 0)
      return this.inflate(context, bytes, codings, limit).then((whole) =>
        this.store(context, whole, format, charset, keep),
      )
    if (isPromise(bytes)) return bytes.then((whole) => this.store(context, whole, format, charset, keep))
    return this.store(context, bytes, format, charset, keep)
  }

  /**
   * Why a body was left unread.
   *
   * @param headers of its request
   * @returns the 415 with what would be read: `Accept` and `Accept-Encoding` (RFC 9110 §12.5)
   */
  refusal(headers: HeaderView): CorbelError {
    const coding = headers.get('content-encoding') ?? ''
    if (this.codings(coding) === undefined) {
      const supported = this.ratio === undefined ? ['identity'] : [...CODINGS, 'identity']
      const error = new BodyCodingUnsupported({ coding, supported: supported.join(', ') })
      return Object.assign(error, { headers: { 'accept-encoding': supported.join(', ') } })
    }
    const header = headers.get('content-type') ?? ''
    const charset = charsetOf(header)
    const type = mediaTypeOfField(header)
    const found = this.formatFor(type)?.format
    if (found?.acceptsCharset?.(charset) === false && this.isReady(found))
      return new BodyCharsetUnsupported({ charset: charset === '' ? '(malformed)' : charset, type })
    const supported = [...this.added, ...this.known].filter(
      ([pattern, { format }]) => !pattern.startsWith('+') && this.isReady(format),
    )
    return refuseType(type, [...new Set(supported.map(([pattern]) => pattern))])
  }

  private add(
    to: (readonly [pattern: string, reading: Reading])[],
    types: readonly string[],
    format: BodyFormat,
    { kinds }: BodyOptions,
  ): void {
    const kind = kinds?.[format.name as BodyKind]
    const own = typeof kind === 'object' ? kind.limit : undefined
    const limit = own === undefined ? this.limit : byteSize(own)
    for (const type of types) to.push([type.toLowerCase(), { format, limit }])
  }

  private codings(header: string): readonly string[] | undefined {
    const codings = codingsOf(header)
    return this.ratio === undefined && codings !== undefined && codings.length > 0 ? undefined : codings
  }

  private find(type: string, charset: string, context: HttpContext): Reading | undefined {
    const found = this.formatFor(mediaTypeOfField(type))
    if (found === undefined || !this.isReady(found.format, context)) return undefined
    return found.format.acceptsCharset?.(charset) === false ? undefined : found
  }

  private formatFor(media: string): Reading | undefined {
    const matches = ([pattern]: readonly [string, Reading]): boolean => fitsType(media, pattern)
    return (this.added.find(matches) ?? this.known.find(matches))?.[1]
  }

  private isReady(format: BodyFormat, context?: HttpContext): boolean {
    if (!this.loaded.has(format)) {
      try {
        this.ready(format)
      } catch (error) {
        this.loaded.set(format, false)
        this.untold.set(format, error)
      }
    }
    // a client chooses the type: what is not installed is not supported, and the log says how that is changed
    if (context !== undefined && this.untold.has(format)) {
      this.report(this.untold.get(format), context)
      this.untold.delete(format)
    }
    return this.loaded.get(format)!
  }

  private ready(format: BodyFormat): void {
    format.load?.()
    this.loaded.set(format, true)
  }

  private async inflate(
    context: HttpContext,
    bytes: MaybePromise<Uint8Array>,
    codings: readonly string[],
    limit: number,
  ): Promise<Uint8Array> {
    const whole = await bytes
    // a client that is gone needs no work done
    if (context.exchange.sink.state === 'aborted' || whole.length === 0) return whole
    return inflateBody(whole, codings, { limit, ratio: this.ratio! })
  }

  private store(
    context: HttpContext,
    bytes: Uint8Array,
    format: BodyFormat | undefined,
    charset: string,
    keep: boolean,
  ): MaybePromise<void> {
    if (keep) context.rawBody = asBuffer(bytes)
    if (bytes.length === 0 || format === undefined) return undefined
    const value = format.parse(bytes, charset, this.bounds, context)
    if (isPromise(value)) return value.then((parsed) => void (context.body = parsed))
    context.body = value
    return undefined
  }
}

const NO_CODINGS: readonly string[] = []
