import { close, closing, fragments, frame, OP } from '../frames.js'
import { answers, closes, CODE, fails, rules, text } from '../rule.js'

// with an accent of its own code point, U+1F79: three bytes
const KOSME = Buffer.from('κ\u1f79σμε')
const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex')
const ones = (bytes: Buffer): Buffer[] => fragments(OP.TEXT, bytes, 1)
const valid = (name: string, bytes: Buffer) => answers(name, [frame(OP.TEXT, bytes)], text(bytes))
const invalid = (name: string, bytes: Buffer) => fails(name, CODE.NOT_TEXT, [frame(OP.TEXT, bytes)])

/** The bytes of a code point, whether there may be such a one or not. */
function encode(point: number, size: number): Buffer {
  if (size === 1) return Buffer.from([point])
  const bytes = Array.from({ length: size - 1 }, (_, at) => 0x80 | ((point >> (6 * at)) & 0x3f)).reverse()
  const mark = (0xff << (8 - size)) & 0xff
  return Buffer.from([mark | (point >> (6 * (size - 1))), ...bytes])
}

/** First and last code points of each length, up to six bytes (RFC 2279 had them, RFC 3629 has not). */
const LENGTHS = [
  [1, 0x00, 0x7f],
  [2, 0x80, 0x7ff],
  [3, 0x800, 0xffff],
  [4, 0x1_0000, 0x1f_ffff],
  [5, 0x20_0000, 0x3ff_ffff],
  [6, 0x400_0000, 0x7fff_ffff],
] as const

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at)
const MIXED = Buffer.from(`κόσμε 𝄞 ${'a€'.repeat(60)}`)
const LONG = Buffer.from(`${'*'.repeat(10_000)}κόσμε 𝄞 ${'€'.repeat(30_000)}`)

/** Text is UTF-8 (RFC 6455 §8.1, RFC 3629). */
export const utf8 = [
  ...rules(
    '6.1',
    'RFC 6455 §5.6',
    answers('an empty text', [frame(OP.TEXT)], text('')),
    answers(
      'three fragments without payload',
      [frame(OP.TEXT, '', { final: false }), frame(OP.CONTINUED, '', { final: false }), frame(OP.CONTINUED)],
      text(''),
    ),
    answers(
      'an empty fragment before and behind',
      [
        frame(OP.TEXT, '', { final: false }),
        frame(OP.CONTINUED, 'middle', { final: false }),
        frame(OP.CONTINUED),
      ],
      text('middle'),
    ),
  ),
  ...rules(
    '6.2',
    'RFC 6455 §5.6',
    answers('one frame', [frame(OP.TEXT, 'Hello-µ@ßöäüàá-UTF-8!!')], text('Hello-µ@ßöäüàá-UTF-8!!')),
    answers(
      'fragments that end with a character',
      [frame(OP.TEXT, 'Hello-µ@ßöä', { final: false }), frame(OP.CONTINUED, 'üàá-UTF-8!!')],
      text('Hello-µ@ßöäüàá-UTF-8!!'),
    ),
    answers(
      'fragments of one byte',
      ones(Buffer.from('Hello-µ@ßöäüàá-UTF-8!!')),
      text('Hello-µ@ßöäüàá-UTF-8!!'),
    ),
    answers('fragments of one byte, four of them a character', ones(Buffer.from('a𝄞b')), text('a𝄞b')),
    ...[2, 3, 7].map((size) => answers(`fragments of ${size}`, fragments(OP.TEXT, MIXED, size), text(MIXED))),
    ...[1000, 65_535].map((size) =>
      answers(`a long text in fragments of ${size}`, fragments(OP.TEXT, LONG, size), text(LONG)),
    ),
    answers('a long text in one frame', [frame(OP.TEXT, LONG)], text(LONG)),
  ),
  ...rules(
    '6.3',
    'RFC 6455 §8.1',
    invalid('a surrogate within a text', Buffer.concat([KOSME, hex('eda080'), Buffer.from('edited')])),
    fails(
      'the same in fragments of one byte',
      CODE.NOT_TEXT,
      ones(Buffer.concat([KOSME, hex('eda080'), Buffer.from('edited')])),
    ),
  ),
  ...rules(
    '6.4 fail fast',
    'RFC 6455 §8.1',
    // what would make the message whole never comes
    fails('a fragment that is no text, and no last one', CODE.NOT_TEXT, [
      frame(OP.TEXT, KOSME, { final: false }),
      frame(OP.CONTINUED, hex('f490 8080'), { final: false }),
    ]),
    fails('a byte that cannot follow, in a fragment by itself', CODE.NOT_TEXT, [
      frame(OP.TEXT, Buffer.concat([KOSME, hex('f4')]), { final: false }),
      frame(OP.CONTINUED, hex('90'), { final: false }),
    ]),
    fails('a byte that cannot be, within a frame that goes on', CODE.NOT_TEXT, [
      frame(OP.TEXT, Buffer.concat([KOSME, hex('f4908080'), Buffer.from('edited')])).subarray(
        0,
        6 + KOSME.length + 4,
      ),
    ]),
    fails('a byte that cannot follow, within a frame that goes on', CODE.NOT_TEXT, [
      frame(OP.TEXT, Buffer.concat([KOSME, hex('f4908080'), Buffer.from('edited')])).subarray(
        0,
        6 + KOSME.length + 2,
      ),
    ]),
    fails('the beginning of a long text that goes on', CODE.NOT_TEXT, [
      frame(OP.TEXT, Buffer.concat([Buffer.alloc(70_000, 'a'), hex('ff')]), {
        length: [127, 0, 0, 0, 0, 0, 4, 0, 0],
      }),
    ]),
  ),
  ...rules(
    '6.5',
    'RFC 3629 §3',
    valid('a Greek word', KOSME),
    ...[2, 3].map((size) =>
      answers(`… in fragments of ${size}`, fragments(OP.TEXT, KOSME, size), text(KOSME)),
    ),
  ),
  ...rules(
    '6.6',
    'RFC 3629 §3',
    ...range(1, KOSME.length).map((size) => {
      const bytes = KOSME.subarray(0, size)
      const whole = [2, 5, 7, 9, 11].includes(size)
      return whole
        ? valid(`${size} bytes of it`, bytes)
        : invalid(`${size} bytes of it, which end within a character`, bytes)
    }),
  ),
  ...rules(
    '6.7',
    'RFC 3629 §3',
    ...LENGTHS.slice(0, 4).map(([size, from]) =>
      valid(`the first code point of ${size} bytes`, encode(from, size)),
    ),
  ),
  ...rules(
    '6.8',
    'RFC 3629 §3',
    ...LENGTHS.slice(4).map(([size, from]) =>
      invalid(`the first code point of ${size} bytes`, encode(from, size)),
    ),
  ),
  ...rules(
    '6.9',
    'RFC 3629 §3',
    ...LENGTHS.slice(0, 3).map(([size, , to]) =>
      valid(`the last code point of ${size} bytes`, encode(to, size)),
    ),
    valid('U+10FFFF', hex('f48fbfbf')),
  ),
  ...rules(
    '6.10',
    'RFC 3629 §3',
    ...LENGTHS.slice(3).map(([size, , to]) =>
      invalid(`the last code point of ${size} bytes`, encode(to, size)),
    ),
  ),
  ...rules(
    '6.11',
    'RFC 3629 §3',
    ...[0xd7ff, 0xe000, 0xfffd].map((point) => valid(`U+${point.toString(16)}`, encode(point, 3))),
    valid('U+10FFFF again', encode(0x10_ffff, 4)),
    invalid('U+110000', encode(0x11_0000, 4)),
  ),
  ...rules(
    '6.12',
    'RFC 3629 §3',
    invalid('a continuation byte, 80', hex('80')),
    invalid('a continuation byte, bf', hex('bf')),
    ...range(2, 6).map((count) =>
      invalid(
        `${count} continuation bytes`,
        Buffer.from(range(1, count).map((at) => (at % 2 === 1 ? 0x80 : 0xbf))),
      ),
    ),
    invalid('all continuation bytes', Buffer.from(range(0x80, 0xbf))),
  ),
  ...rules(
    '6.13',
    'RFC 3629 §3',
    ...(
      [
        [0xc0, 0xdf, 2],
        [0xe0, 0xef, 3],
        [0xf0, 0xf7, 4],
        [0xf8, 0xfb, 5],
        [0xfc, 0xfd, 6],
      ] as const
    ).map(([from, to, size]) =>
      invalid(
        `first bytes of ${size}, each behind by a space`,
        Buffer.from(range(from, to).flatMap((byte) => [byte, 0x20])),
      ),
    ),
  ),
  ...rules(
    '6.14',
    'RFC 3629 §3',
    ...LENGTHS.slice(1).flatMap(([size, from, to]) =>
      [from, to].map((point) =>
        invalid(
          `${size} bytes for ${point.toString(16)} without the last`,
          encode(point, size).subarray(0, size - 1),
        ),
      ),
    ),
  ),
  ...rules(
    '6.15',
    'RFC 3629 §3',
    invalid(
      'all of these one behind the other',
      Buffer.concat(
        LENGTHS.slice(1).flatMap(([size, from, to]) =>
          [from, to].map((point) => encode(point, size).subarray(0, size - 1)),
        ),
      ),
    ),
  ),
  ...rules(
    '6.16',
    'RFC 3629 §3',
    invalid('fe', hex('fe')),
    invalid('ff', hex('ff')),
    invalid('fe and ff', hex('fefeffff')),
  ),
  ...rules(
    '6.17',
    'RFC 3629 §10',
    ...range(2, 6).map((size) => invalid(`a slash in ${size} bytes`, encode(0x2f, size))),
  ),
  ...rules(
    '6.18',
    'RFC 3629 §10',
    ...LENGTHS.slice(0, 5).map(([size, , to]) =>
      invalid(`${to.toString(16)} in ${size + 1} bytes`, encode(to, size + 1)),
    ),
  ),
  ...rules(
    '6.19',
    'RFC 3629 §10',
    ...range(2, 6).map((size) => invalid(`NUL in ${size} bytes`, encode(0, size))),
  ),
  ...rules(
    '6.20',
    'RFC 3629 §3',
    ...[0xd800, 0xdb7f, 0xdb80, 0xdbff, 0xdc00, 0xdf80, 0xdfff].map((point) =>
      invalid(`the surrogate ${point.toString(16)}`, encode(point, 3)),
    ),
  ),
  ...rules(
    '6.21',
    'RFC 3629 §3',
    ...[0xd800, 0xdb7f, 0xdb80, 0xdbff].flatMap((high) =>
      [0xdc00, 0xdfff].map((low) =>
        invalid(
          `the surrogates ${high.toString(16)} and ${low.toString(16)}`,
          Buffer.concat([encode(high, 3), encode(low, 3)]),
        ),
      ),
    ),
  ),
  ...rules(
    '6.22',
    'RFC 3629 §3',
    ...range(0, 16)
      .flatMap((plane) => [0xfffe, 0xffff].map((low) => (plane << 16) | low))
      .map((point) =>
        valid(`U+${point.toString(16)}, which is no character`, encode(point, point > 0xffff ? 4 : 3)),
      ),
  ),
  ...rules(
    '6.23',
    'RFC 3629 §3',
    ...range(0xfff9, 0xfffd).map((point) => valid(`U+${point.toString(16)}`, encode(point, 3))),
    valid('a byte order mark, which stays', hex('efbbbf61')),
    valid('NUL', hex('00')),
  ),
  ...rules(
    '6.24',
    'RFC 6455 §8.1',
    answers('bytes need not be text', [frame(OP.BINARY, hex('ff'))], {
      opcode: OP.BINARY,
      payload: hex('ff'),
    }),
    closes(
      'a close frame behind the beginning of a character',
      [frame(OP.TEXT, hex('e282'), { final: false }), close(1000)],
      closing(1000),
    ),
  ),
]
