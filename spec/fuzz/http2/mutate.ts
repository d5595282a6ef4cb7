import type { Random } from '../random.js'
import { other, type Sequence } from './sequences.js'

type Mutation = (frames: Buffer[], random: Random, corpus: readonly Sequence[]) => void

/** Writes over some bytes of one frame; the preface is mostly left alone, as nothing behind a wrong one is looked at. */
const within = (change: (bytes: Buffer, random: Random) => Buffer): Mutation => {
  return (frames, random) => {
    const at = frames.length > 1 && random.below(20) > 0 ? 1 + random.below(frames.length - 1) : 0
    const frame = frames[at]
    if (frame !== undefined && frame.length > 0) frames[at] = change(Buffer.from(frame), random)
  }
}

const place = (frames: readonly Buffer[], random: Random) => 1 + random.below(Math.max(1, frames.length))

const lengthen = (bytes: Buffer): Buffer => {
  // the length in front says what is there
  if (bytes.length >= 9) bytes.writeUIntBE(bytes.length - 9, 0, 3)
  return bytes
}

const MUTATIONS: readonly Mutation[] = [
  // any byte, and any bit
  within((bytes, random) => {
    bytes[random.below(bytes.length)] = random.below(256)
    return bytes
  }),
  within((bytes, random) => {
    const at = random.below(bytes.length)
    bytes[at] = bytes[at]! ^ (1 << random.below(8))
    return bytes
  }),
  // the payload alone
  within((bytes, random) => {
    if (bytes.length > 9) bytes[9 + random.below(bytes.length - 9)] = random.below(256)
    return bytes
  }),
  // length, type, flags, stream
  within((bytes, random) => {
    bytes[random.pick([0, 1, 2])] = random.pick([0, 1, 0x40, 0xff])
    return bytes
  }),
  within((bytes, random) => {
    if (bytes.length > 3) bytes[3] = random.below(17)
    return bytes
  }),
  within((bytes, random) => {
    if (bytes.length > 4) bytes[4] = bytes[4]! ^ random.pick([0x1, 0x4, 0x8, 0x20])
    return bytes
  }),
  within((bytes, random) => {
    if (bytes.length > 8) bytes[8] = random.below(12)
    return bytes
  }),
  // shorter and longer, told and untold
  within((bytes, random) => lengthen(Buffer.from(bytes.subarray(0, random.below(bytes.length + 1))))),
  within((bytes, random) => bytes.subarray(0, random.below(bytes.length + 1))),
  within((bytes, random) =>
    lengthen(Buffer.concat([bytes, Buffer.alloc(random.below(20), random.below(256))])),
  ),
  // frames that are dropped, doubled, moved, put in, repeated
  (frames, random) => void frames.splice(place(frames, random), 1),
  (frames, random) => {
    const frame = frames[place(frames, random)]
    if (frame !== undefined) frames.splice(place(frames, random), 0, frame)
  },
  (frames, random) => {
    const [frame] = frames.splice(place(frames, random), 1)
    if (frame !== undefined) frames.splice(place(frames, random), 0, frame)
  },
  (frames, random) => void frames.splice(place(frames, random), 0, other(random.below(9), random)),
  (frames, random) => {
    const at = place(frames, random)
    const frame = frames[at]
    if (frame === undefined || frame.length > 500) return
    frames.splice(at, 0, ...Array.from({ length: 1 + random.below(40) }, () => frame))
  },
  // the end of another conversation
  (frames, random, corpus) => {
    const from = random.pick(corpus)
    frames.splice(place(frames, random), frames.length, ...from.slice(random.below(from.length + 1)))
  },
  (frames, random, corpus) => void frames.push(...random.pick(corpus).slice(1)),
]

/**
 * Makes one sequence out of others.
 *
 * @param base what to begin with
 * @param corpus what to take parts of
 * @param random decides
 */
export function mutate(base: Sequence, corpus: readonly Sequence[], random: Random): Buffer[] {
  const frames = [...base]
  for (let count = random.below(4); count > 0; count--) random.pick(MUTATIONS)(frames, random, corpus)
  return frames
}
