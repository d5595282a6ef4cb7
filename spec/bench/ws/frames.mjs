import { randomBytes } from 'node:crypto'
import { deflateRawSync, constants } from 'node:zlib'

/** RFC 6455 §5.2: a frame of a client, final, with a mask. */
export function clientFrame(opcode, content, { compress = false } = {}) {
  let payload = Buffer.from(content)
  if (compress) {
    const flushed = deflateRawSync(payload, { finishFlush: constants.Z_SYNC_FLUSH })
    payload = flushed.subarray(0, flushed.length - 4)
  }
  const { length } = payload
  const size = length < 126 ? [length] : length < 65_536 ? [126, length >> 8, length & 255] : undefined
  if (size === undefined) throw new RangeError('at most 65,535 bytes')
  const key = randomBytes(4)
  const first = 0x80 | (compress ? 0x40 : 0) | opcode
  return Buffer.concat([
    Buffer.from([first, 0x80 | size[0], ...size.slice(1)]),
    key,
    payload.map((byte, i) => byte ^ key[i & 3]),
  ])
}

/**
 * Reads the frame of a server at the beginning of some bytes.
 *
 * @returns {{ size: number, opcode: number, compressed: boolean, payload: Buffer } | undefined} undefined if it is not complete
 */
export function serverFrame(bytes) {
  if (bytes.length < 2) return undefined
  let length = bytes[1] & 0x7f
  let head = 2
  if (length === 126) {
    if (bytes.length < 4) return undefined
    length = bytes.readUInt16BE(2)
    head = 4
  } else if (length === 127) {
    if (bytes.length < 10) return undefined
    length = Number(bytes.readBigUInt64BE(2))
    head = 10
  }
  const size = head + length
  if (bytes.length < size) return undefined
  return {
    size,
    opcode: bytes[0] & 0x0f,
    compressed: (bytes[0] & 0x40) !== 0,
    payload: bytes.subarray(head, size),
  }
}
