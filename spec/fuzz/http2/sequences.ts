import {
  continuation,
  data,
  frame,
  goaway,
  headers,
  ping,
  PREFACE,
  priority,
  priorityUpdate,
  reset,
  SETTING,
  settings,
  SETTINGS_ACK,
  uint32,
  windowUpdate,
} from '../../conformance/http2/frames.js'
import { indexed, literal, sizeUpdate } from '../../conformance/http2/hpack.js'
import { requestBlock } from '../../conformance/http2/rule.js'
import { http2Rules } from '../../conformance/http2/rules/index.js'
import type { Random } from '../random.js'

/** What a client sends: frames, of which the first is the preface. */
export type Sequence = readonly Buffer[]

const PATHS = [
  '/',
  '/hang',
  '/echo',
  '/read',
  '/x',
  '/cookies',
  '/bytes/0',
  '/bytes/1',
  '/bytes/70000',
  '/bytes/300000',
]
const METHODS = ['GET', 'POST', 'HEAD']
const VALUES = ['', 'v', 'some value', 'y'.repeat(300), 'z'.repeat(4_070), 'ümlaut', '{"a":1}', '\x01']
const NAMES = [
  'x',
  'cookie',
  'te',
  'content-length',
  'host',
  'expect',
  'priority',
  'Upper',
  'connection',
  ':path',
  ':protocol',
]
const NUMBERS = [0, 1, 2, 5, 100, 4_096, 16_384, 65_535, 65_536, 2 ** 24, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]

// written once: Huffman coding takes longer than everything else
const HEADS = METHODS.flatMap((method) =>
  PATHS.map((path) => requestBlock({ ':method': method, ':path': path })),
)
const FIELDS = [0, 1, 2, 3, 4].flatMap((name) =>
  VALUES.slice(0, 5).flatMap((value) => [
    literal(`x${name}`, value, 'indexed'),
    literal(`x${name}`, value, 'indexed', true),
  ]),
)
const ODD_FIELDS = NAMES.flatMap((name) =>
  VALUES.flatMap((value) =>
    (['indexed', 'plain', 'never'] as const).map((kind) => literal(name, value, kind)),
  ),
)

/** The bytes of all rules that do not depend on what a server has said. */
export const CORPUS: readonly Sequence[] = Object.values(http2Rules)
  .flat()
  .map(({ raw, settings: announced = [], steps }) => [
    ...(raw ? [] : [PREFACE, settings(...announced), SETTINGS_ACK]),
    ...steps.filter((step) => Buffer.isBuffer(step)),
  ])
  .filter((sequence) => sequence.reduce((sum, { length }) => sum + length, 0) < 20_000)

/** A conversation that is mostly in order. */
export function conversation(random: Random): Buffer[] {
  const frames = [PREFACE, settings(...parameters(random)), SETTINGS_ACK]
  const open: number[] = []
  let next = 1
  for (let count = 1 + random.below(12); count > 0; count--) {
    const choice = random.below(16)
    if (choice < 6 || open.length === 0) {
      next += 2 * random.below(2)
      const ends = random.below(3) > 0
      frames.push(...request(next, ends, random))
      if (!ends) open.push(next)
      next += 2
    } else if (choice < 11) {
      const id = random.pick(open)
      const end = random.below(3) === 0
      if (end) open.splice(open.indexOf(id), 1)
      const content = Buffer.alloc(random.pick([0, 1, 10, 10, 1_000, 1_000, 16_384]), 'x')
      const pad = random.below(4) === 0 ? { pad: random.below(content.length < 16_000 ? 256 : 1) } : {}
      frames.push(
        content.length === 16_384 && 'pad' in pad
          ? data(id, 'x', { end, ...pad })
          : data(id, content, { end, ...pad }),
      )
    } else frames.push(other(random.below(8) === 0 ? random.below(9) : random.pick([0, ...open]), random))
  }
  return frames
}

function request(stream: number, end: boolean, random: Random): Buffer[] {
  const bytes = fieldBlock(random)
  const options = {
    end,
    ...(random.below(6) === 0 && { pad: random.below(40) }),
    ...(random.below(6) === 0 && { dependsOn: random.below(9) }),
  }
  if (random.below(5) > 0) return [headers(stream, bytes, options)]
  const at = random.below(bytes.length + 1)
  const middle = at + random.below(bytes.length - at + 1)
  return [
    headers(stream, bytes.subarray(0, at), { ...options, whole: false }),
    continuation(stream, bytes.subarray(at, middle), false),
    continuation(stream, bytes.subarray(middle)),
  ]
}

function fieldBlock(random: Random): Buffer {
  const parts = [random.pick(HEADS)]
  if (random.below(8) === 0) parts.unshift(sizeUpdate(random.pick([0, 100, 4_096])))
  for (let count = random.below(5); count > 0; count--) {
    const choice = random.below(20)
    if (choice === 0) parts.push(indexed(random.below(70)))
    else parts.push(random.pick(choice < 3 ? ODD_FIELDS : FIELDS))
  }
  return Buffer.concat(parts)
}

function parameters(random: Random): (readonly [number, number])[] {
  return Array.from({ length: random.below(3) }, () =>
    random.pick([
      [SETTING.HEADER_TABLE_SIZE, random.pick(NUMBERS)],
      [SETTING.ENABLE_PUSH, random.below(2)],
      [SETTING.MAX_CONCURRENT_STREAMS, random.pick(NUMBERS)],
      [SETTING.INITIAL_WINDOW_SIZE, random.pick(NUMBERS.slice(0, 11))],
      [SETTING.MAX_FRAME_SIZE, random.pick([16_384, 20_000, 2 ** 24 - 1])],
      [SETTING.MAX_HEADER_LIST_SIZE, random.pick(NUMBERS)],
      [SETTING.ENABLE_CONNECT_PROTOCOL, 1],
      [SETTING.NO_RFC7540_PRIORITIES, random.below(2)],
      [random.below(0x10000), random.pick(NUMBERS)],
    ] as const),
  )
}

/** Any frame but a request and its body. */
export function other(stream: number, random: Random): Buffer {
  switch (random.below(11)) {
    case 0:
      return reset(stream, random.below(16))
    case 1:
      return settings(...parameters(random))
    case 2:
      return ping('\0'.repeat(8), random.below(2))
    case 3:
      return windowUpdate(stream, random.pick(NUMBERS))
    case 4:
      return windowUpdate(0, random.pick([1, 100_000]))
    case 5:
      return priority(stream, random.below(9))
    case 6:
      return priorityUpdate(stream, random.pick(['u=0', 'u=7, i', 'u=9', '(((', '']))
    case 7:
      return goaway(random.below(9), random.below(16))
    case 8:
      return headers(stream, literal('x-trailer', random.pick(VALUES)))
    case 9:
      return frame(random.below(256), random.below(256), stream, uint32(random.pick(NUMBERS)))
    default:
      return SETTINGS_ACK
  }
}
