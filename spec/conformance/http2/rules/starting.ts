import { CODE, FLAG, frame, ping, PREFACE, SETTING, settings, SETTINGS_ACK, TYPE } from '../frames.js'
import { answers, breaks, closes, ended, get, ok, rules, settled } from '../rule.js'

const latin1 = (text: string) => Buffer.from(text, 'latin1')
const RAW = { raw: true }

/** How a connection begins (RFC 9113 §3). */
export const starting = [
  ...rules(
    'RFC 9113 §3.4',
    closes('something that is no preface', [latin1('INVALID CONNECTION PREFACE\r\n\r\n')], RAW),
    closes('a preface with another last byte', [latin1('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\r'), settings()], RAW),
    closes('a preface of another version', [latin1('PRI * HTTP/2.1\r\n\r\nSM\r\n\r\n'), settings()], RAW),
    closes(
      'half of a preface, and then SETTINGS',
      [latin1('PRI * HTTP/2.0\r\n\r\n'), settings(), settings()],
      RAW,
    ),
    breaks('a preface twice', [CODE.PROTOCOL_ERROR, CODE.FRAME_SIZE_ERROR], [PREFACE]),
    breaks('a preface without SETTINGS: PING', CODE.PROTOCOL_ERROR, [PREFACE, ping()], RAW),
    breaks('a preface without SETTINGS: HEADERS', CODE.PROTOCOL_ERROR, [Buffer.concat([PREFACE, get()])], {
      ...RAW,
      seen: 0,
    }),
    breaks(
      'a preface without SETTINGS: an unknown frame',
      CODE.PROTOCOL_ERROR,
      [PREFACE, frame(0x16, 0, 0, 'x')],
      {
        ...RAW,
      },
    ),
    breaks(
      'a preface without SETTINGS: an acknowledgement of SETTINGS',
      CODE.PROTOCOL_ERROR,
      [PREFACE, SETTINGS_ACK],
      RAW,
    ),
    breaks(
      'a preface with SETTINGS that are wrong',
      CODE.FRAME_SIZE_ERROR,
      [PREFACE, frame(TYPE.SETTINGS, 0, 0, 'short')],
      RAW,
    ),
    answers(
      'a request behind the preface, before the server has said anything',
      [Buffer.concat([PREFACE, settings(), get()])],
      [ok(1, 'GET /')],
      RAW,
    ),
    answers(
      'a request before the acknowledgement',
      [Buffer.concat([PREFACE, settings(), get(), SETTINGS_ACK])],
      [ok(1)],
      {
        ...RAW,
      },
    ),
    answers(
      'several requests in one piece with the preface',
      [
        Buffer.concat([
          PREFACE,
          settings([SETTING.ENABLE_PUSH, 0]),
          get(1, '/a'),
          get(3, '/b'),
          get(5, '/c'),
        ]),
      ],
      [ok(1, 'GET /a'), ok(3, 'GET /b'), ok(5, 'GET /c')],
      RAW,
    ),
  ),
  ...rules(
    'RFC 9113 §5.4.1',
    closes('an invalid PING closes the connection', [frame(TYPE.PING, 0, 0, 'short')]),
    breaks(
      'GOAWAY names the last stream that was taken',
      CODE.PROTOCOL_ERROR,
      [get(1), get(5), ended(1), ended(5), frame(TYPE.SETTINGS, 0, 1)],
      {
        check: ({ goaway }) => {
          if (goaway!.last !== 5) throw new Error(`the last stream is ${goaway!.last} instead of 5`)
        },
      },
    ),
    breaks(
      'GOAWAY of a connection without streams names none',
      CODE.PROTOCOL_ERROR,
      [frame(TYPE.PING, 0, 1, 'conforms')],
      {
        check: ({ goaway }) => {
          if (goaway!.last !== 0) throw new Error(`the last stream is ${goaway!.last} instead of 0`)
        },
      },
    ),
    breaks(
      'what follows a connection error is not answered',
      CODE.PROTOCOL_ERROR,
      [Buffer.concat([frame(TYPE.SETTINGS, FLAG.ACK, 1), get()])],
      { seen: 0 },
    ),
    breaks('what was asked before a connection error in one piece', CODE.FRAME_SIZE_ERROR, [
      Buffer.concat([get(), frame(TYPE.PING, 0, 0, 'short')]),
    ]),
  ),
  ...rules(
    'RFC 9113 §6.7',
    answers('a PING in one piece with a request', [Buffer.concat([ping(), get()]), settled], [ok(1)]),
  ),
]
