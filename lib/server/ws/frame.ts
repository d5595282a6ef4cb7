import { FIN } from './wire-format.js'

/**
 * Renders the header of a frame that a server sends: whole, without a mask.
 *
 * @param opcode with RSV1 where the payload is compressed
 * @param length of the payload in bytes
 * @returns latin1 text: a character a byte
 * @see RFC 6455 §5.2
 */
export function frameHeader(opcode: number, length: number): string {
  const first = FIN | opcode
  if (length < 126) return String.fromCharCode(first, length)
  if (length <= 0xffff) return String.fromCharCode(first, 126, length >>> 8, length & 0xff)
  const high = Math.floor(length / 0x1_0000_0000)
  return String.fromCharCode(
    first,
    127,
    0,
    (high >>> 16) & 0xff,
    (high >>> 8) & 0xff,
    high & 0xff,
    (length >>> 24) & 0xff,
    (length >>> 16) & 0xff,
    (length >>> 8) & 0xff,
    length & 0xff,
  )
}
