import type { MaybePromise } from '../../common/index.js'
import { InjectionToken } from '../../di/index.js'
import { parseNestedQuery, type HttpRequest } from '../../http/index.js'
import { decodeText, isKnownCharset, isUnicode, UTF_8 } from './charset.js'
import { parseJson } from './json.js'

/** What bounds every parser. */
export interface BodyBounds {
  /** Levels of objects and lists. */
  readonly depth: number
}

/** Whose body it is. */
export interface BodyCall {
  /** Made when it is first asked for. */
  readonly request: HttpRequest
}

/** A form that bodies have, and what reads it. */
export interface BodyFormat {
  /** By which `useBodyParser` and `body.kinds` know it: `'xml'`. */
  readonly name: string
  /** True if it is read only where the application names it. Default false. */
  readonly optIn?: boolean
  /** Media types in lower case; `+xml` for those that end so (RFC 6839), `text/*` for any subtype. */
  readonly types: readonly string[]
  /** Tells whether its text may be in a charset; left out where bytes have none. */
  acceptsCharset?(charset: string): boolean
  /**
   * Loads what it needs: with the first body of its type, and at boot where the application names the format.
   *
   * @throws {CorbelError} CORBEL_PACKAGE_MISSING with the install line
   */
  load?(): void
  /**
   * Reads a body.
   *
   * @param bytes the whole body, not empty, content codings taken off
   * @param charset in lower case; one that it accepts
   * @param bounds of the application
   * @param call gives the request, for formats that want it
   * @throws {CorbelError} CORBEL_BODY_MALFORMED, CORBEL_BODY_TOO_DEEP (both 400)
   */
  parse(bytes: Uint8Array, charset: string, bounds: BodyBounds, call: BodyCall): MaybePromise<unknown>
}

/** Formats that features and modules bring, beside those that every application has. */
export const BODY_FORMATS = new InjectionToken<readonly BodyFormat[]>('BODY_FORMATS', { multi: true })

/**
 * Reads a body of the application's own media type.
 *
 * @param bytes the whole body
 * @param request for headers that matter
 * @returns what `@Body()` gives; may be a promise
 */
export type BodyParser = (bytes: Buffer, request: HttpRequest) => unknown

const FORM_PARAMETERS = 1000

/** JSON (RFC 8259). */
const json: BodyFormat = {
  name: 'json',
  types: ['application/json', '+json'],
  acceptsCharset: isUnicode,
  parse: (bytes, charset, { depth }) => parseJson(bytes, charset, depth),
}

/** Forms, which are UTF-8 (WHATWG URL §5.1). */
const urlencoded: BodyFormat = {
  name: 'urlencoded',
  types: ['application/x-www-form-urlencoded'],
  acceptsCharset: (charset) => charset === UTF_8,
  parse: (bytes, charset) =>
    parseNestedQuery(decodeText(bytes, charset, 'form data'), FORM_PARAMETERS, 'form'),
}

const text: BodyFormat = {
  name: 'text',
  types: ['text/plain'],
  acceptsCharset: isKnownCharset,
  parse: (bytes, charset) => decodeText(bytes, charset, 'text'),
}

const raw: BodyFormat = { name: 'raw', types: ['application/octet-stream'], parse: asBuffer }

/** The formats that need no package. */
export const BASIC_FORMATS: readonly BodyFormat[] = [json, urlencoded, text, raw]

/** A format of the application's own. */
export function formatOf(types: readonly string[], parser: BodyParser): BodyFormat {
  return {
    name: types.join(', '),
    types: types.map((type) => type.toLowerCase()),
    parse: (bytes, _charset, _bounds, { request }) => parser(asBuffer(bytes), request),
  }
}

/** What Node's users expect of bytes (`toString('utf8')`), without a copy. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
