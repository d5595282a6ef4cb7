import { close, closing, frame, OP } from '../frames.js'
import { closes, CODE, fails, rules, text } from '../rule.js'

const NORMAL = closing(1000)
/** RFC 6455 §7.4.1, IANA's registry, and the ends of the ranges of §7.4.2. */
const VALID = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999]
const INVALID = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535]

/** The closing handshake (RFC 6455 §5.5.1, §7). */
export const closingRules = [
  ...rules(
    '7.1',
    'RFC 6455 §5.5.1',
    closes('behind a message', [frame(OP.TEXT, 'Hello'), close(1000)], NORMAL, text('Hello')),
    closes('twice', [Buffer.concat([close(1000), close(1000)])], NORMAL),
    closes('with a ping behind it', [Buffer.concat([close(1000), frame(OP.PING)])], NORMAL),
    closes('with a message behind it', [Buffer.concat([close(1000), frame(OP.TEXT, 'late')])], NORMAL),
    closes(
      'within a message',
      [Buffer.concat([frame(OP.TEXT, 'a', { final: false }), close(1000), frame(OP.CONTINUED, 'b')])],
      NORMAL,
    ),
    closes(
      'behind much',
      [frame(OP.TEXT, 'B'.repeat(262_144)), frame(OP.TEXT, 'Hello'), close(1000), frame(OP.PING)],
      NORMAL,
      text('B'.repeat(262_144)),
      text('Hello'),
    ),
    closes(
      'with what would break the protocol behind it',
      [Buffer.concat([close(1000), frame(3), Buffer.alloc(20, 0xff)])],
      NORMAL,
    ),
  ),
  ...rules(
    '7.3',
    'RFC 6455 §5.5.1',
    closes('without payload', [close()], closing()),
    fails('with one byte', CODE.PROTOCOL, [frame(OP.CLOSE, 'a')]),
    closes('with a code', [close(1000)], NORMAL),
    closes('with a reason', [close(1000, 'Hello, world!')], NORMAL),
    closes('with a reason of 123 bytes', [close(1000, '*'.repeat(123))], NORMAL),
    fails('with a reason of 124 bytes', CODE.PROTOCOL, [close(1000, '*'.repeat(124))]),
    closes('with a reason outside ASCII', [close(1000, 'κόσμε 𝄞')], NORMAL),
  ),
  ...rules(
    '7.5',
    'RFC 6455 §5.5.1, §8.1',
    fails('with a reason that is not UTF-8', CODE.NOT_TEXT, [
      close(1000, Buffer.from('cebae1bdb9cf83cebcceb5eda080656469746564', 'hex')),
    ]),
    fails('with a reason that ends within a character', CODE.NOT_TEXT, [
      close(1000, Buffer.from([0xe2, 0x82])),
    ]),
  ),
  ...rules(
    '7.7',
    'RFC 6455 §7.4',
    ...VALID.map((code) => closes(`with ${code}`, [close(code)], closing(code))),
  ),
  ...rules(
    '7.7.b',
    'RFC 6455 §7.4',
    ...VALID.map((code) => closes(`with ${code} and a reason`, [close(code, 'bye')], closing(code))),
  ),
  ...rules(
    '7.9',
    'RFC 6455 §7.4',
    ...INVALID.map((code) => fails(`with ${code}`, CODE.PROTOCOL, [close(code)])),
  ),
  ...rules(
    '7.9.b',
    'RFC 6455 §7.4',
    ...INVALID.map((code) => fails(`with ${code} and a reason`, CODE.PROTOCOL, [close(code, 'bye')])),
  ),
]
