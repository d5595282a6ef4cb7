import { frame, OP } from '../frames.js'
import { answers, CODE, fails, pong, rules, text } from '../rule.js'

const BINARY = Buffer.from([0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0x00, 0xff])
const LONGEST = Buffer.alloc(125, 0xfe)
const TEN = Array.from({ length: 10 }, (_, at) => `payload-${at}`)

/** Pings and pongs (RFC 6455 §5.5). */
export const control = [
  ...rules(
    '2',
    'RFC 6455 §5.5.2, §5.5.3',
    answers('a ping without payload', [frame(OP.PING)], pong()),
    answers('a ping with text', [frame(OP.PING, 'Hello, world!')], pong('Hello, world!')),
    answers('a ping with bytes that are no text', [frame(OP.PING, BINARY)], pong(BINARY)),
    answers('a ping of 125 bytes', [frame(OP.PING, LONGEST)], pong(LONGEST)),
    fails('a ping of 126 bytes', CODE.PROTOCOL, [frame(OP.PING, Buffer.alloc(126, 0xfe))]),
    answers(
      'a ping, octet by octet',
      [...frame(OP.PING, LONGEST)].map((octet) => Buffer.from([octet])),
      pong(LONGEST),
    ),
    answers('a pong that nobody has asked for', [frame(OP.PONG)]),
    answers('a pong with a payload that nobody has asked for', [frame(OP.PONG, 'unsolicited')]),
    answers(
      'a pong that nobody has asked for, and a ping',
      [frame(OP.PONG, 'unsolicited'), frame(OP.PING, 'ping')],
      pong('ping'),
    ),
    answers(
      'ten pings',
      TEN.map((one) => frame(OP.PING, one)),
      ...TEN.map((one) => pong(one)),
    ),
    answers(
      'ten pings in one write',
      [Buffer.concat(TEN.map((one) => frame(OP.PING, one)))],
      ...TEN.map((one) => pong(one)),
    ),
    answers(
      'pings between texts',
      [frame(OP.TEXT, 'a'), frame(OP.PING, 'b'), frame(OP.TEXT, 'c')],
      text('a'),
      pong('b'),
      text('c'),
    ),
  ),
  ...rules(
    '2.b',
    'RFC 6455 §5.5',
    fails('a pong of 126 bytes', CODE.PROTOCOL, [frame(OP.PONG, Buffer.alloc(126))]),
    fails('a close frame of 126 bytes', CODE.PROTOCOL, [frame(OP.CLOSE, Buffer.alloc(126, 'a'))]),
    fails('a ping of 65,536 bytes', CODE.PROTOCOL, [frame(OP.PING, Buffer.alloc(65_536))]),
    fails('a close frame in two fragments', CODE.PROTOCOL, [
      frame(OP.CLOSE, Buffer.from([3]), { final: false }),
    ]),
  ),
]
