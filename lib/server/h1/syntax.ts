/** Byte values and character classes of the HTTP/1.1 grammar, as tables: 1 where a byte belongs to the class. */

export const HTAB = 9
export const LF = 10
export const CR = 13
export const SP = 32
export const DQUOTE = 34
export const COLON = 58
export const SEMICOLON = 59
export const EQUALS = 61

function table(belongs: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (belongs(byte) ? 1 : 0))
}

function oneOf(characters: string): (byte: number) => boolean {
  return (byte) => characters.includes(String.fromCharCode(byte))
}

const ALPHANUMERIC = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** tchar: methods and field names (RFC 9110 §5.6.2). */
export const TOKEN = table(oneOf(ALPHANUMERIC + "!#$%&'*+-.^_`|~"))

/** field-content with its white space: no controls but HTAB; obs-text is let through (RFC 9110 §5.5). */
export const FIELD_VALUE = table((byte) => byte === HTAB || (byte >= SP && byte !== 0x7f))

/**
 * What a request target may hold: visible ASCII without `#` (RFC 9112 §3.2). Wider than RFC 3986, because browsers send
 * some of `"<>\^`{|}` unescaped; none of them can end a line or a field.
 */
export const TARGET = table((byte) => byte > SP && byte < 0x7f && byte !== 0x23)

/** reg-name and IPv4 addresses: what can be in Host before the port; IPv6 literals have a check of their own (RFC 3986 §3.2.2). */
export const HOST = table(oneOf(ALPHANUMERIC + "-._~!$&'()*+,;=%"))

/** Value of a hexadecimal digit, 255 for other bytes. */
export const HEX_DIGIT = Uint8Array.from({ length: 256 }, (_, byte) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(byte).toLowerCase())
  return byte < 0x80 && digit !== -1 ? digit : 255
})

/**
 * Takes the optional white space off both ends. Not `trim()`: that takes U+00A0, too, which is obs-text here.
 *
 * @see RFC 9110 §5.6.3
 */
export function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

/** True for SP and HTAB. */
export function isBlank(code: number): boolean {
  return code === SP || code === HTAB
}
