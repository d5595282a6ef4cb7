/** Byte values and character classes of the HTTP/1.1 grammar, as tables: 1 where a byte belongs to the class. */

export const HTAB = 9
export const LF = 10
export const CR = 13
export const SP = 32
export const COLON = 58
export const SEMICOLON = 59

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

/** reg-name, IPv4 and IPv6 literals and the colon before a port: what can be in Host (RFC 3986 §3.2.2). */
export const HOST = table(oneOf(ALPHANUMERIC + "-._~!$&'()*+,;=%[]:"))

/** Value of a hexadecimal digit, 255 for other bytes. */
export const HEX_DIGIT = Uint8Array.from({ length: 256 }, (_, byte) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(byte).toLowerCase())
  return byte < 0x80 && digit !== -1 ? digit : 255
})
