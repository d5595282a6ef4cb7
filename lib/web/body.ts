import { decodeUtf8, defineError, isPromise, type MaybePromise } from '../common/index.js'
import { parseQuery } from '../http/index.js'
import { byteSize } from './byte-size.js'
import type { HttpContext } from './http-context.js'

/** A body that is not what its content type says. */
export const BodyMalformed = defineError<{ type: string; reason: string }>(
  'CORBEL_BODY_MALFORMED',
  'The request body is not valid {type}: {reason}',
  { status: 400 },
)

/** A body of a type that nothing reads. */
export const BodyTypeUnsupported = defineError<{ type: string; supported: string }>(
  'CORBEL_BODY_TYPE_UNSUPPORTED',
  'The content type {type} is not supported here. Send one of: {supported}.',
  { status: 415 },
)

/** A body that is compressed: read as it is, its bytes would be taken for something else (RFC 9110 §8.4). */
export const BodyCodingUnsupported = defineError<{ coding: string }>(
  'CORBEL_BODY_CODING_UNSUPPORTED',
  'The content coding {coding} is not supported here. Send the body uncompressed.',
  { status: 415 },
)

/** How bodies are read. */
export interface BodyOptions {
  /** Bytes, or text such as `'10mb'`; larger ones are refused with 413. Default 1 MiB. */
  readonly limit?: number | string
  /** Keeps the bytes of every body that is read, for `request.rawBody` and `@RawBody()`. Default false. */
  readonly rawBody?: boolean
}

const DEFAULT_LIMIT = 1024 * 1024
const FORM_PARAMETERS = 1000

/**
 * What a route does with the body: something may look at it (then a body of an unknown type is left unread), the
 * handler takes it as an argument (then such a type is refused), or the handler takes its bytes (then any type will do).
 */
export type BodyNeed = 'optional' | 'value' | 'bytes'

/** Reads and parses the bodies of requests, by content type. */
export class BodyReader {
  private readonly limit: number
  private readonly keepsBytes: boolean

  constructor(options: BodyOptions = {}) {
    this.limit = byteSize(options.limit ?? DEFAULT_LIMIT)
    this.keepsBytes = options.rawBody ?? false
  }

  /**
   * Reads the body into the context: `body`, and `rawBody` where it is kept.
   *
   * @param context whose exchange has the body
   * @param need what the route does with the body
   * @throws {CorbelError} CORBEL_BODY_TOO_LARGE (413), CORBEL_BODY_MALFORMED (400), CORBEL_BODY_TYPE_UNSUPPORTED (415)
   */
  read(context: HttpContext, need: BodyNeed): MaybePromise<void> {
    const { body, headers } = context.exchange
    if (body.length === 0 || body.used) return undefined
    const type = headers.get('content-type') ?? ''
    const coding = headers.get('content-encoding')?.toLowerCase() ?? 'identity'
    const parse = coding === 'identity' ? parserFor(type) : undefined
    if (parse === undefined && need !== 'bytes') {
      if (need === 'optional') return undefined
      if (coding !== 'identity') throw new BodyCodingUnsupported({ coding: headers.get('content-encoding')! })
      throw new BodyTypeUnsupported({ type: mediaType(type) || '(none)', supported: SUPPORTED })
    }
    const keep = this.keepsBytes || need === 'bytes'
    const bytes = body.bytes(this.limit)
    if (isPromise(bytes)) return bytes.then((whole) => store(context, whole, parse, keep))
    store(context, bytes, parse, keep)
    return undefined
  }
}

function store(context: HttpContext, bytes: Uint8Array, parse: Parser | undefined, keep: boolean): void {
  if (keep) context.rawBody = asBuffer(bytes)
  if (bytes.length > 0) context.body = parse?.(bytes)
}

/** What Node's users expect of bytes (`toString('utf8')`), without a copy. */
function asBuffer(bytes: Uint8Array): Uint8Array {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

type Parser = (bytes: Uint8Array) => unknown

const SUPPORTED = 'application/json, application/x-www-form-urlencoded, text/plain, application/octet-stream'

function parserFor(type: string): Parser | undefined {
  // the exact form that nearly every client sends, before any parsing
  if (type === 'application/json') return parseJson
  const media = mediaType(type)
  if (media === 'application/json' || media.endsWith('+json'))
    return charsetIsUtf8(type) ? parseJson : undefined
  if (media === 'application/x-www-form-urlencoded') return parseForm
  if (media === 'text/plain') return parseText
  return media === 'application/octet-stream' ? asBuffer : undefined
}

function mediaType(type: string): string {
  const end = type.indexOf(';')
  return (end === -1 ? type : type.slice(0, end)).trim().toLowerCase()
}

/** JSON is UTF-8 (RFC 8259 §8.1); another charset would be read as something else than was meant. */
function charsetIsUtf8(type: string): boolean {
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(type)?.[1]?.toLowerCase()
  return charset === undefined || charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii'
}

function text(bytes: Uint8Array, type: string): string {
  try {
    return decodeUtf8(bytes)
  } catch {
    throw new BodyMalformed({ type, reason: 'it is not UTF-8.' })
  }
}

function parseText(bytes: Uint8Array): string {
  return text(bytes, 'text')
}

function parseForm(bytes: Uint8Array): unknown {
  return parseQuery(text(bytes, 'form data'), FORM_PARAMETERS, 'form')
}

/**
 * Parses JSON, and refuses keys that would reach a prototype when the object is copied by assignment.
 *
 * @param bytes UTF-8
 */
export function parseJson(bytes: Uint8Array): unknown {
  const source = text(bytes, 'JSON')
  let value: unknown
  try {
    value = JSON.parse(source)
  } catch (error) {
    throw new BodyMalformed({ type: 'JSON', reason: jsonReason(error as SyntaxError) })
  }
  // such a key needs either its name or an escape in the text: all other bodies pay for two searches only
  if ((source.includes('__proto__') || source.includes('\\u')) && hasPrototypeKey(value)) {
    throw new BodyMalformed({ type: 'JSON', reason: 'the key "__proto__" is not allowed.' })
  }
  return value
}

/** Where it broke, without quoting the client's data back. */
function jsonReason(error: SyntaxError): string {
  const position = /at position (\d+)/.exec(error.message)?.[1]
  return position === undefined ? 'it ends too early.' : `unexpected character at position ${position}.`
}

function hasPrototypeKey(root: unknown): boolean {
  const pending: unknown[] = [root]
  for (let next = pending.pop(); pending.length > 0 || next !== undefined; next = pending.pop()) {
    if (typeof next !== 'object' || next === null) continue
    if (Object.hasOwn(next, '__proto__')) return true
    // one by one: as arguments of a call, a long list would not fit on the stack
    for (const value of Object.values(next)) pending.push(value)
  }
  return false
}
