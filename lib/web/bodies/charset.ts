import { decodeUtf8 } from '../../common/index.js'
import { BodyMalformed } from './errors.js'

const CHARSET = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;"]*))/i

/** What bodies are in that do not say: also the charset of ASCII, which is a part of it. */
export const UTF_8 = 'utf-8'

/**
 * The charset that a content type names.
 *
 * @param type the value of `Content-Type`
 * @returns in lower case; UTF-8 where none is named
 */
export function charsetOf(type: string): string {
  const [, quoted, token] = CHARSET.exec(type) ?? []
  const charset = (quoted ?? token ?? UTF_8).trim().toLowerCase()
  return charset === 'utf8' || charset === 'us-ascii' || charset === 'ascii' ? UTF_8 : charset
}

/** Charsets of JSON: always Unicode (RFC 8259 §8.1; older clients send UTF-16). */
export function isUnicode(charset: string): boolean {
  return charset === UTF_8 || charset === 'utf-16' || charset === 'utf-16le' || charset === 'utf-16be'
}

/** Any charset of the Encoding Standard that Node knows, by any of its labels. */
export function isKnownCharset(charset: string): boolean {
  if (isUnicode(charset)) return true
  try {
    return new TextDecoder(charset).encoding !== 'replacement'
  } catch {
    return false
  }
}

/**
 * Decodes a body of text.
 *
 * @param bytes the whole body
 * @param charset one that is known; of `utf-16`, a byte order mark decides, and little endian otherwise (RFC 2781 §4.3)
 * @param type what it is, for messages
 * @returns the text, without a byte order mark
 * @throws {CorbelError} CORBEL_BODY_MALFORMED (400) for bytes that the charset does not have
 */
export function decodeText(bytes: Uint8Array, charset: string, type: string): string {
  try {
    if (charset === UTF_8) return decodeUtf8(bytes)
    const isBigEndian = charset === 'utf-16' && bytes[0] === 0xfe && bytes[1] === 0xff
    return new TextDecoder(isBigEndian ? 'utf-16be' : charset, { fatal: true }).decode(bytes)
  } catch {
    throw new BodyMalformed({ type, reason: `it is not ${charset.toUpperCase()}.` })
  }
}
