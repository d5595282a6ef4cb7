import { constants, deflateRawSync } from 'node:zlib'
import type { Random } from '../random.js'
import type { Agreement } from './model.js'

const CONTINUED = 0
const TEXT = 1
const BINARY = 2
const CLOSE = 8
const PING = 9
const PONG = 10

const SIZES = [0, 1, 2, 5, 20, 63, 64, 65, 125, 126, 127, 300, 1_500, 4_096]
const LARGE = [65_535, 65_536, 70_000, 70_001]
const CODES = [1000, 1001, 1007, 1011, 1014, 3000, 4999]
const WRONG_CODES = [0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535]
const CHARACTERS = ['a', 'é', 'ß', '€', '✓', '퟿', '𝄞', '\u{10ffff}', '\0']
/** What no text has, at the end or anywhere. */
const NO_TEXT = ['ff', 'c080', 'eda080', 'f4908080', 'e282', '80', 'f0808080', 'f5'].map((hex) =>
  Buffer.from(hex, 'hex'),
)

/** A frame of a client. */
export function frame(opcode: number, payload: Uint8Array, random: Random, bits = 0x80): Buffer {
  const { length } = payload
  const head =
    length < 126
      ? [length]
      : length <= 0xffff
        ? [126, length >> 8, length & 255]
        : [127, 0, 0, 0, 0, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255]
  const key = Array.from({ length: 4 }, () => random.below(256))
  const masked = Buffer.from(payload).map((byte, i) => byte ^ key[i & 3]!)
  return Buffer.concat([Buffer.from([bits | opcode, 0x80 | head[0]!, ...head.slice(1), ...key]), masked])
}

function bytesOf(random: Random): Buffer {
  const size = random.below(60) === 0 ? random.pick(LARGE) : random.pick(SIZES)
  // what repeats can be compressed
  const unit = Array.from({ length: 1 + random.below(20) }, () => random.below(256))
  return Buffer.alloc(size, Buffer.from(unit))
}

function textOf(random: Random): Buffer {
  if (random.below(3) === 0) return Buffer.alloc(random.pick(SIZES), 'text ')
  const characters = Array.from({ length: random.below(40) }, () => random.pick(CHARACTERS))
  const text = Buffer.from(characters.join(''))
  if (random.below(12) > 0) return text
  const at = random.below(2) === 0 ? text.length : random.below(text.length + 1)
  return Buffer.concat([text.subarray(0, at), random.pick(NO_TEXT), text.subarray(at)])
}

/** Compresses as clients may: in any way, or not at all. */
class Compressor {
  private window = Buffer.alloc(0)

  constructor(
    private readonly takeover: boolean,
    private readonly random: Random,
  ) {}

  compress(content: Buffer): Buffer {
    const { random } = this
    switch (random.below(40)) {
      case 0:
        return Buffer.from(Array.from({ length: random.below(40) }, () => random.below(256)))
      case 1:
        // a bomb
        return this.deflate(Buffer.alloc(random.pick([70_000, 70_001, 1_000_000])))
      case 2:
        // RFC 7692 §7.2.3.4: a last block, behind which everything begins anew
        this.window = Buffer.alloc(0)
        return Buffer.concat([deflateRawSync(content), Buffer.from([0x00])])
      default:
        return this.deflate(content)
    }
  }

  private deflate(content: Buffer): Buffer {
    const { random, window } = this
    const compressed = deflateRawSync(content, {
      level: random.below(10),
      memLevel: 1 + random.below(9),
      strategy: random.pick([constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY]),
      finishFlush: random.pick([constants.Z_SYNC_FLUSH, constants.Z_FULL_FLUSH]),
      ...(this.takeover && window.length > 0 ? { dictionary: window } : {}),
    })
    if (this.takeover) this.window = Buffer.concat([window, content]).subarray(-32_768)
    return compressed.subarray(0, compressed.length - 4)
  }
}

/** A message in one frame or several, with control frames between them. */
function message(compressor: Compressor | undefined, random: Random): Buffer[] {
  const isText = random.below(2) === 0
  const content = isText ? textOf(random) : bytesOf(random)
  const isCompressed = compressor !== undefined && random.below(3) > 0
  const payload = isCompressed ? compressor.compress(content) : content
  const count = random.below(3) === 0 ? 1 + random.below(5) : 0
  const places = Array.from({ length: count }, () => random.below(payload.length + 1)).sort((a, b) => a - b)
  const bounds = [0, ...places, payload.length]
  const frames: Buffer[] = []
  for (let part = 1; part < bounds.length; part++) {
    const isFirst = part === 1
    const bits = (part === bounds.length - 1 ? 0x80 : 0) | (isFirst && isCompressed ? 0x40 : 0)
    const opcode = isFirst ? (isText ? TEXT : BINARY) : CONTINUED
    frames.push(frame(opcode, payload.subarray(bounds[part - 1], bounds[part]), random, bits))
    if (random.below(6) === 0) frames.push(controlFrame(random))
  }
  return frames
}

function controlFrame(random: Random): Buffer {
  const opcode = random.pick([PING, PING, PONG])
  return frame(opcode, Buffer.alloc(random.pick([0, 1, 4, 125]), random.below(256)), random)
}

function closeFrame(random: Random): Buffer {
  if (random.below(6) === 0) return frame(CLOSE, Buffer.alloc(random.below(2)), random)
  const code = random.below(5) === 0 ? random.pick(WRONG_CODES) : random.pick(CODES)
  const reason = random.below(2) === 0 ? Buffer.alloc(0) : textOf(random).subarray(0, 123)
  return frame(CLOSE, Buffer.concat([Buffer.from([code >> 8, code & 255]), reason]), random)
}

/**
 * What a client might say: mostly in order.
 *
 * @param agreement of its handshake
 * @param random decides
 */
export function conversation({ deflate }: Agreement, random: Random): Buffer[] {
  const compressor = deflate && new Compressor(deflate.takeover, random)
  const frames: Buffer[] = []
  for (let count = random.below(8); count > 0; count--) {
    if (random.below(5) === 0) frames.push(controlFrame(random))
    else frames.push(...message(compressor, random))
  }
  if (random.below(500) === 0) {
    const empty = frame(CONTINUED, Buffer.alloc(0), random, 0)
    frames.push(frame(TEXT, Buffer.alloc(0), random, 0))
    frames.push(...Array.from({ length: random.pick([1_022, 1_023, 1_024, 1_025]) }, () => empty))
  }
  if (random.below(3) === 0) {
    frames.push(closeFrame(random))
    // nothing is heard behind it
    if (random.below(3) === 0) frames.push(...message(compressor, random))
  }
  return frames
}

type Mutation = (bytes: Buffer, random: Random) => Buffer

/** Of one frame; its first bytes are hit more often than the others. */
const MUTATIONS: readonly Mutation[] = [
  (bytes, random) => change(bytes, random.below(Math.min(14, bytes.length)), random.below(256)),
  (bytes, random) => {
    const at = random.below(Math.min(2, bytes.length))
    return change(bytes, at, bytes[at]! ^ (1 << random.below(8)))
  },
  (bytes, random) => change(bytes, random.below(bytes.length), random.below(256)),
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => Buffer.concat([bytes, Buffer.alloc(1 + random.below(8), random.below(256))]),
  (bytes) => Buffer.concat([bytes, bytes]),
  () => Buffer.alloc(0),
  // lengths in forms that are too long, or beyond all bounds
  (bytes, random) =>
    Buffer.concat([
      bytes.subarray(0, 1),
      Buffer.from(
        random.pick([
          'fe007d',
          'fe007e',
          'fe0005',
          'ff000000000000ffff',
          'ff0000000000010000',
          'ff8000000000000000',
          'ff7fffffffffffffff',
          'ff0000000100000000',
        ]),
        'hex',
      ),
      bytes.subarray(2),
    ]),
]

/**
 * Spoils frames here and there.
 *
 * @param frames of a conversation
 * @param random decides
 */
export function mutate(frames: readonly Buffer[], random: Random): Buffer[] {
  const mutated = [...frames]
  for (let count = random.below(3); count > 0 && mutated.length > 0; count--) {
    const at = random.below(mutated.length)
    const bytes = mutated[at]!
    if (bytes.length > 0) mutated[at] = random.pick(MUTATIONS)(bytes, random)
  }
  return mutated
}

function change(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = value
  return copy
}
