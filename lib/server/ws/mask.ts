/** Payloads from this size on are worth a view of whole words. */
const WORDS_FROM = 64

/** The words of typed arrays have the order of the processor; a key is kept with its first byte lowest. */
const IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

/**
 * Reads a masking key.
 *
 * @param bytes a frame's header
 * @param at the first of the key's four bytes
 * @returns the key, its first byte lowest
 */
export function maskingKey(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

/**
 * Takes the mask off, in place.
 *
 * @param bytes hold a part of a payload
 * @param start its first byte
 * @param end behind its last one
 * @param key as `maskingKey` reads it
 * @param offset of the part in the payload
 * @returns whether the part is ASCII
 * @see RFC 6455 §5.3
 */
export function unmask(bytes: Uint8Array, start: number, end: number, key: number, offset: number): boolean {
  let at = start
  let rest = rotate(key, offset & 3)
  let seen = 0
  if (end - start >= WORDS_FROM && IS_LITTLE_ENDIAN) {
    for (; ((bytes.byteOffset + at) & 3) !== 0; at++) {
      seen |= bytes[at]! ^= rest & 0xff
      rest = rotate(rest, 1)
    }
    const count = (end - at) >> 2
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, count)
    let high = 0
    for (let i = 0; i < count; i++) high |= words[i]! ^= rest
    if ((high & 0x80808080) !== 0) seen |= 0x80
    at += count << 2
  }
  for (; at < end; at++) {
    seen |= bytes[at]! ^= rest & 0xff
    rest = rotate(rest, 1)
  }
  return seen < 0x80
}

/** Turns a key so that another of its bytes comes first. */
function rotate(key: number, bytes: number): number {
  const bits = bytes << 3
  return bits === 0 ? key : (key >>> bits) | (key << (32 - bits))
}
