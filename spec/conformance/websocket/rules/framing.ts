import { frame, fragments, OP, RSV } from '../frames.js'
import { answers, bytes, CODE, fails, rules, text } from '../rule.js'

const SIZES = [0, 125, 126, 127, 128, 65_535, 65_536]
const octets = (size: number): Buffer => Buffer.alloc(size, 0xfe)
const HELLO = frame(OP.TEXT, 'Hello, world!')

/** Frames as such: lengths, masks, reserved bits, opcodes (RFC 6455 §5.1, §5.2, §5.6). */
export const framing = [
  ...rules(
    '1.1',
    'RFC 6455 §5.6',
    ...SIZES.map((size) =>
      answers(`a text of ${size} bytes`, [frame(OP.TEXT, '*'.repeat(size))], text('*'.repeat(size))),
    ),
    answers(
      'a text of 65,536 bytes in pieces of 997',
      cut(frame(OP.TEXT, '*'.repeat(65_536)), 997),
      text('*'.repeat(65_536)),
    ),
  ),
  ...rules(
    '1.2',
    'RFC 6455 §5.6',
    ...SIZES.map((size) => answers(`${size} bytes`, [frame(OP.BINARY, octets(size))], bytes(octets(size)))),
    answers(
      '65,536 bytes in pieces of 997',
      cut(frame(OP.BINARY, octets(65_536)), 997),
      bytes(octets(65_536)),
    ),
    answers(
      'bytes that are no text',
      [frame(OP.BINARY, Buffer.from([0, 0xff, 0xc0, 0x80]))],
      bytes(Buffer.from([0, 0xff, 0xc0, 0x80])),
    ),
    answers(
      'a text and bytes, each as what it is',
      [HELLO, frame(OP.BINARY, 'Hello')],
      text('Hello, world!'),
      bytes('Hello'),
    ),
  ),
  ...rules(
    '1.3',
    'RFC 6455 §5.1',
    fails('a text that is not masked', CODE.PROTOCOL, [frame(OP.TEXT, 'Hello', { masked: false })]),
    fails('bytes that are not masked', CODE.PROTOCOL, [frame(OP.BINARY, 'Hello', { masked: false })]),
    fails('a ping that is not masked', CODE.PROTOCOL, [frame(OP.PING, '', { masked: false })]),
    fails('a close frame that is not masked', CODE.PROTOCOL, [frame(OP.CLOSE, '', { masked: false })]),
    fails('a continuation that is not masked', CODE.PROTOCOL, [
      frame(OP.TEXT, 'a', { final: false }),
      frame(OP.CONTINUED, 'b', { masked: false }),
    ]),
  ),
  ...rules(
    '1.4',
    'RFC 6455 §5.3',
    answers('a key of zeros', [frame(OP.TEXT, 'Hello', { key: Buffer.alloc(4) })], text('Hello')),
    answers('a key of ones', [frame(OP.TEXT, 'Hello', { key: Buffer.alloc(4, 0xff) })], text('Hello')),
    answers(
      'a key a frame',
      [
        frame(OP.TEXT, 'Hel', { final: false, key: Buffer.from([1, 2, 3, 4]) }),
        frame(OP.CONTINUED, 'lo, w', { final: false, key: Buffer.from([0x80, 0x7f, 0, 0xff]) }),
        frame(OP.CONTINUED, 'orld', { key: Buffer.from([9, 8, 7, 6]) }),
      ],
      text('Hello, world'),
    ),
    ...[1, 2, 3, 5, 6, 7].map((size) =>
      answers(
        `${size} bytes, which are no multiple of the key`,
        [frame(OP.BINARY, octets(size))],
        bytes(octets(size)),
      ),
    ),
  ),
  ...rules(
    '1.5',
    'RFC 6455 §5.2',
    fails('5 bytes with a length of two', CODE.PROTOCOL, [frame(OP.TEXT, 'Hello', { length: [126, 0, 5] })]),
    fails('125 bytes with a length of two', CODE.PROTOCOL, [
      frame(OP.BINARY, octets(125), { length: [126, 0, 125] }),
    ]),
    fails('5 bytes with a length of eight', CODE.PROTOCOL, [
      frame(OP.TEXT, 'Hello', { length: [127, 0, 0, 0, 0, 0, 0, 0, 5] }),
    ]),
    fails('65,535 bytes with a length of eight', CODE.PROTOCOL, [
      frame(OP.BINARY, octets(65_535), { length: [127, 0, 0, 0, 0, 0, 0, 255, 255] }),
    ]),
    fails('a length with its highest bit set', CODE.PROTOCOL, [
      frame(OP.BINARY, '', { length: [127, 128, 0, 0, 0, 0, 0, 0, 0] }),
    ]),
  ),
  ...rules(
    '3',
    'RFC 6455 §5.2',
    fails('RSV3 of a text', CODE.PROTOCOL, [frame(OP.TEXT, 'Hello', { rsv: RSV.RSV3 })]),
    fails(
      'RSV2 behind a text',
      CODE.PROTOCOL,
      [HELLO, frame(OP.TEXT, 'a', { rsv: RSV.RSV2 }), frame(OP.PING)],
      text('Hello, world!'),
    ),
    fails(
      'RSV2 and RSV3 behind a text',
      CODE.PROTOCOL,
      [HELLO, frame(OP.TEXT, 'a', { rsv: 0x30 }), frame(OP.PING)],
      text('Hello, world!'),
    ),
    fails(
      'RSV1 without an extension',
      CODE.PROTOCOL,
      [HELLO, frame(OP.TEXT, 'a', { rsv: RSV.RSV1 }), frame(OP.PING)],
      text('Hello, world!'),
    ),
    fails('RSV1 and RSV3 of bytes', CODE.PROTOCOL, [frame(OP.BINARY, octets(20), { rsv: 0x50 })]),
    fails('RSV1 and RSV2 of a ping', CODE.PROTOCOL, [frame(OP.PING, 'a', { rsv: 0x60 })]),
    fails('all of them of a close frame', CODE.PROTOCOL, [frame(OP.CLOSE, '', { rsv: 0x70 })]),
    fails('RSV1 of a pong', CODE.PROTOCOL, [frame(OP.PONG, '', { rsv: RSV.RSV1 })]),
    fails('RSV1 of a continuation', CODE.PROTOCOL, [
      frame(OP.TEXT, 'a', { final: false }),
      frame(OP.CONTINUED, 'b', { rsv: RSV.RSV1 }),
    ]),
  ),
  ...[['4.1', [3, 4, 5, 6, 7]] as const, ['4.2', [11, 12, 13, 14, 15]] as const].flatMap(([group, opcodes]) =>
    rules(
      group,
      'RFC 6455 §5.2',
      ...opcodes.flatMap((opcode) => [
        fails(`opcode ${opcode}`, CODE.PROTOCOL, [frame(opcode)]),
        fails(`opcode ${opcode} with a payload`, CODE.PROTOCOL, [frame(opcode, 'reserved')]),
        fails(
          `opcode ${opcode} between a text and a ping`,
          CODE.PROTOCOL,
          [HELLO, frame(opcode, 'x'), frame(OP.PING)],
          text('Hello, world!'),
        ),
        fails(`opcode ${opcode} without an end`, CODE.PROTOCOL, [frame(opcode, 'x', { final: false })]),
      ]),
    ),
  ),
  ...rules(
    '10',
    'RFC 6455 §5.4',
    answers(
      '65,536 bytes in frames of 1,300',
      fragments(OP.TEXT, '*'.repeat(65_536), 1300),
      text('*'.repeat(65_536)),
    ),
    answers(
      'as many bytes in one write',
      [Buffer.concat(fragments(OP.BINARY, octets(65_536), 1300))],
      bytes(octets(65_536)),
    ),
  ),
]

function cut(whole: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, at) =>
    whole.subarray(at * size, (at + 1) * size),
  )
}
