import { isUtf8 } from 'node:buffer'
import { BodyMalformed, BodyTooDeep } from '../web/index.js'

const TYPE = 'MessagePack'

/**
 * Walks a MessagePack value without building it, and refuses what must not reach the library: lengths that the body
 * cannot have (memory is taken for them), extension types, text that is not UTF-8, values that are too deep.
 *
 * @param bytes the body
 * @param depth levels of maps and arrays
 * @throws {CorbelError} CORBEL_BODY_MALFORMED, CORBEL_BODY_TOO_DEEP (both 400)
 * @see the MessagePack specification, "Formats"
 */
export function scanMessagePack(bytes: Buffer, depth: number): void {
  /** Values that are still to come, by level. */
  const open = [1]
  let at = 0
  const need = (count: number): void => {
    if (at + count > bytes.length) throw malformed('it ends too early.')
  }
  const number = (size: 1 | 2 | 4): number => {
    need(size)
    const value = bytes.readUIntBE(at, size)
    at += size
    return value
  }
  const skip = (count: number): void => {
    need(count)
    at += count
  }
  const text = (length: number): void => {
    skip(length)
    if (!isUtf8(bytes.subarray(at - length, at))) throw malformed('a string is not UTF-8.')
  }
  const enter = (values: number): void => {
    // each value has a byte at least
    need(values)
    open.push(values)
    if (open.length - 1 > depth) throw new BodyTooDeep({ limit: depth })
  }
  while (open.length > 0) {
    if (open.at(-1) === 0) {
      open.pop()
      continue
    }
    open[open.length - 1]! -= 1
    const code = number(1)
    if (code <= 0x7f || code >= 0xe0) continue
    if (code <= 0x8f) enter(2 * (code & 0x0f))
    else if (code <= 0x9f) enter(code & 0x0f)
    else if (code <= 0xbf) text(code & 0x1f)
    else if (code === 0xc0 || code === 0xc2 || code === 0xc3) continue
    else if (code >= 0xc4 && code <= 0xc6) skip(number(SIZES[code - 0xc4]!))
    else if (code === 0xca || code === 0xcb) skip(code === 0xca ? 4 : 8)
    else if (code >= 0xcc && code <= 0xd3) skip(1 << (code & 0x03))
    else if (code >= 0xd9 && code <= 0xdb) text(number(SIZES[code - 0xd9]!))
    else if (code === 0xdc || code === 0xdd) enter(number(SIZES[code - 0xdb]!))
    else if (code === 0xde || code === 0xdf) enter(2 * number(SIZES[code - 0xdd]!))
    else if (code === 0xc1) throw malformed('the byte 0xc1 is never used.')
    else throw malformed('extension types are not read.')
  }
  if (at < bytes.length) throw malformed('something follows its end.')
}

const SIZES: readonly (1 | 2 | 4)[] = [1, 2, 4]

function malformed(reason: string): Error {
  return new BodyMalformed({ type: TYPE, reason })
}
