import { isUtf8 } from 'node:buffer'
import { BodyMalformed, BodyTooDeep } from '../web/index.js'

const TYPE = 'CBOR'
/** Says that what follows is CBOR, and nothing else (RFC 8949 §3.4.6). */
const SELF_DESCRIBED = 55_799
const BREAK = 0xff
/** The count of a level whose end is told by a break. */
const INDEFINITE = Infinity

/** An array or a map that is being read. */
interface Level {
  /** Values that are still to come; a map has two for each entry. */
  left: number
  readonly isMap: boolean
  /** True behind a key, whose value is to come. */
  isHalf: boolean
}

/**
 * Walks a CBOR value without building it, and refuses what must not reach the library: lengths that the body cannot have
 * (memory is taken for them), tags, text that is not UTF-8, strings in pieces, values that are too deep.
 *
 * @param bytes the body
 * @param depth levels of maps and arrays
 * @throws {CorbelError} CORBEL_BODY_MALFORMED, CORBEL_BODY_TOO_DEEP (both 400)
 * @see RFC 8949 §3 and appendix C
 */
export function scanCbor(bytes: Buffer, depth: number): void {
  const levels: Level[] = [{ left: 1, isMap: false, isHalf: false }]
  let at = 0
  const need = (count: number): void => {
    if (at + count > bytes.length) throw malformed('it ends too early.')
  }
  const argument = (info: number): number => {
    if (info < 24) return info
    const size = 1 << (info - 24)
    need(size)
    at += size
    return size === 8 ? Number(bytes.readBigUInt64BE(at - 8)) : bytes.readUIntBE(at - size, size)
  }
  const enter = (left: number, isMap: boolean): void => {
    // each value has a byte at least
    if (left !== INDEFINITE) need(left)
    levels.push({ left, isMap, isHalf: false })
    if (levels.length - 1 > depth) throw new BodyTooDeep({ limit: depth })
  }
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    if (level.left === 0) {
      levels.pop()
      continue
    }
    need(1)
    const initial = bytes[at++]!
    if (initial === BREAK) {
      if (level.left !== INDEFINITE || (level.isMap && level.isHalf))
        throw malformed('a break stands where none may.')
      level.left = 0
      continue
    }
    level.left -= 1
    level.isHalf = !level.isHalf
    const major = initial >> 5
    const info = initial & 0x1f
    const isIndefinite = info === 31
    if (info > 27 && !isIndefinite) throw malformed('a length is of a reserved form.')
    if (major === 4 || major === 5) {
      enter(isIndefinite ? INDEFINITE : argument(info) * (major - 3), major === 5)
    } else if (isIndefinite) throw malformed('strings in pieces are not read.')
    else if (major === 2 || major === 3) {
      const length = argument(info)
      need(length)
      at += length
      if (major === 3 && !isUtf8(bytes.subarray(at - length, at))) throw malformed('a string is not UTF-8.')
    } else if (major === 6) {
      if (argument(info) !== SELF_DESCRIBED || at !== 3) throw malformed('tags are not read.')
      level.left += 1
    } else if (major === 7) simple(info, argument(info))
    else argument(info)
  }
  if (at < bytes.length) throw malformed('something follows its end.')
}

/** false, true, null, undefined and floats: the other simple values mean nothing (RFC 8949 §3.3). */
function simple(info: number, value: number): void {
  const isKnown = (info >= 20 && info <= 23) || (info >= 25 && info <= 27)
  if (!isKnown) throw malformed(`the simple value ${value} means nothing.`)
}

function malformed(reason: string): Error {
  return new BodyMalformed({ type: TYPE, reason })
}
