import {
  CODE,
  data,
  FLAG,
  frame,
  goaway,
  headers,
  ping,
  priorityUpdate,
  SETTING,
  settings,
  SETTINGS_ACK,
  TYPE,
  uint32,
} from '../frames.js'
import { answers, breaks, get, hang, ignores, ok, post, requestBlock, rules, settled } from '../rule.js'

const { PROTOCOL_ERROR, FRAME_SIZE_ERROR, FLOW_CONTROL_ERROR } = CODE
const OPEN = post()

/** SETTINGS, PING, GOAWAY, PRIORITY_UPDATE: the frames of the connection; and padding (RFC 9113 §6). */
export const connection = [
  ...rules(
    'RFC 9113 §6.1',
    breaks('DATA on stream 0', PROTOCOL_ERROR, [data(0, 'x')]),
    breaks('padding as long as the payload', PROTOCOL_ERROR, [
      OPEN,
      frame(TYPE.DATA, FLAG.PADDED | 1, 1, '\x04abc'),
    ]),
    breaks('padding longer than the payload', PROTOCOL_ERROR, [
      OPEN,
      frame(TYPE.DATA, FLAG.PADDED | 1, 1, '\xffabc'),
    ]),
    breaks(
      'padding whose length is missing',
      [FRAME_SIZE_ERROR, PROTOCOL_ERROR],
      [OPEN, frame(TYPE.DATA, FLAG.PADDED | 1, 1)],
      {},
    ),
    answers('DATA with padding', [OPEN, data(1, 'body', { pad: 7, end: true })], [ok(1, 'body')]),
    answers('DATA with padding of no bytes', [OPEN, data(1, 'body', { pad: 0, end: true })], [ok(1, 'body')]),
    answers(
      'DATA of nothing but padding',
      [OPEN, data(1, '', { pad: 255 }), data(1, 'body', { end: true })],
      [ok(1, 'body')],
    ),
    answers(
      'DATA without content',
      [OPEN, data(1, ''), data(1, 'body'), data(1, '', { end: true })],
      [ok(1, 'body')],
    ),
    answers(
      'DATA in three frames',
      [OPEN, data(1, 'a'), data(1, 'b'), data(1, 'c', { end: true })],
      [ok(1, 'abc')],
    ),
  ),
  ...rules(
    'RFC 9113 §6.2',
    breaks(
      'HEADERS with padding as long as the payload',
      PROTOCOL_ERROR,
      [
        frame(
          TYPE.HEADERS,
          0x5 | FLAG.PADDED,
          1,
          Buffer.concat([Buffer.from([requestBlock().length + 1]), requestBlock()]),
        ),
      ],
      { seen: 0 },
    ),
    breaks(
      'HEADERS with padding that begins within the priority',
      PROTOCOL_ERROR,
      [frame(TYPE.HEADERS, 0x5 | FLAG.PADDED | FLAG.PRIORITY, 1, Buffer.from([3, 0, 0, 0, 0, 15, 0, 0]))],
      { seen: 0 },
    ),
    breaks(
      'HEADERS whose priority is missing',
      [FRAME_SIZE_ERROR, PROTOCOL_ERROR],
      [frame(TYPE.HEADERS, 0x5 | FLAG.PRIORITY, 1, Buffer.alloc(4))],
      { seen: 0 },
    ),
    breaks(
      'HEADERS whose length of padding is missing',
      [FRAME_SIZE_ERROR, PROTOCOL_ERROR],
      [frame(TYPE.HEADERS, 0x5 | FLAG.PADDED, 1)],
      { seen: 0 },
    ),
    answers('HEADERS with padding', [headers(1, requestBlock(), { pad: 9 })], [ok(1, 'GET /')]),
    answers('HEADERS with padding of no bytes', [headers(1, requestBlock(), { pad: 0 })], [ok(1, 'GET /')]),
    answers('HEADERS with priority', [headers(1, requestBlock(), { dependsOn: 0 })], [ok(1, 'GET /')]),
    answers(
      'HEADERS with exclusive priority',
      [headers(1, requestBlock(), { dependsOn: 0x8000_0000 })],
      [ok(1, 'GET /')],
    ),
    answers(
      'HEADERS with priority that depends on an unknown stream',
      [headers(1, requestBlock(), { dependsOn: 77 })],
      [ok(1, 'GET /')],
    ),
    answers(
      'HEADERS with priority and padding',
      [headers(1, requestBlock(), { dependsOn: 0, pad: 255 })],
      [ok(1, 'GET /')],
    ),
  ),
  ...rules(
    'RFC 9113 §6.5',
    breaks('an acknowledgement with payload', FRAME_SIZE_ERROR, [
      frame(TYPE.SETTINGS, FLAG.ACK, 0, Buffer.alloc(6)),
    ]),
    breaks('an acknowledgement with one byte', FRAME_SIZE_ERROR, [frame(TYPE.SETTINGS, FLAG.ACK, 0, 'x')]),
    breaks('SETTINGS on a stream', PROTOCOL_ERROR, [OPEN, frame(TYPE.SETTINGS, 0, 1)]),
    breaks('an acknowledgement on a stream', PROTOCOL_ERROR, [OPEN, frame(TYPE.SETTINGS, FLAG.ACK, 1)]),
    breaks('SETTINGS of 5 bytes', FRAME_SIZE_ERROR, [frame(TYPE.SETTINGS, 0, 0, Buffer.alloc(5))]),
    breaks('SETTINGS of 7 bytes', FRAME_SIZE_ERROR, [frame(TYPE.SETTINGS, 0, 0, Buffer.alloc(7))]),
    ignores('an acknowledgement of nothing', [SETTINGS_ACK], { node: 'gives up the connection' }),
    ...[0, 1].map((value) => ignores(`ENABLE_PUSH ${value}`, [settings([SETTING.ENABLE_PUSH, value])])),
  ),
  ...rules(
    'RFC 9113 §6.5.2',
    breaks('ENABLE_PUSH 2', PROTOCOL_ERROR, [settings([SETTING.ENABLE_PUSH, 2])]),
    breaks('ENABLE_PUSH 4294967295', PROTOCOL_ERROR, [settings([SETTING.ENABLE_PUSH, 0xffff_ffff])]),
    breaks('INITIAL_WINDOW_SIZE 2^31', FLOW_CONTROL_ERROR, [
      settings([SETTING.INITIAL_WINDOW_SIZE, 2 ** 31]),
    ]),
    breaks('INITIAL_WINDOW_SIZE 2^32 − 1', FLOW_CONTROL_ERROR, [
      settings([SETTING.INITIAL_WINDOW_SIZE, 2 ** 32 - 1]),
    ]),
    ignores('INITIAL_WINDOW_SIZE 2^31 − 1', [settings([SETTING.INITIAL_WINDOW_SIZE, 2 ** 31 - 1]), get()]),
    breaks('MAX_FRAME_SIZE 16,383', PROTOCOL_ERROR, [settings([SETTING.MAX_FRAME_SIZE, 16_383])]),
    breaks('MAX_FRAME_SIZE 0', PROTOCOL_ERROR, [settings([SETTING.MAX_FRAME_SIZE, 0])]),
    breaks('MAX_FRAME_SIZE 2^24', PROTOCOL_ERROR, [settings([SETTING.MAX_FRAME_SIZE, 2 ** 24])]),
    ignores('MAX_FRAME_SIZE 2^24 − 1', [settings([SETTING.MAX_FRAME_SIZE, 2 ** 24 - 1])]),
    ignores('MAX_CONCURRENT_STREAMS 0', [settings([SETTING.MAX_CONCURRENT_STREAMS, 0]), get()]),
    ignores('HEADER_TABLE_SIZE 2^32 − 1', [settings([SETTING.HEADER_TABLE_SIZE, 2 ** 32 - 1]), get()]),
    ignores('an unknown parameter', [settings([0xff, 1])]),
    ignores('many parameters, known and unknown', [
      settings(...Array.from({ length: 20 }, (_, i) => [0x1000 + i, i] as const), [SETTING.ENABLE_PUSH, 0]),
    ]),
    breaks('a wrong parameter behind right ones', PROTOCOL_ERROR, [
      settings([SETTING.HEADER_TABLE_SIZE, 4096], [0xff, 1], [SETTING.ENABLE_PUSH, 2]),
    ]),
  ),
  ...rules(
    'RFC 9113 §6.5.3',
    ignores('SETTINGS are acknowledged', [
      settings(),
      (client) => client.until('the acknowledgement', ({ acknowledged }) => acknowledged === 2),
    ]),
    ignores('each SETTINGS is acknowledged', [
      Buffer.concat([settings(), settings([SETTING.ENABLE_PUSH, 0]), settings()]),
      (client) => client.until('the acknowledgements', ({ acknowledged }) => acknowledged === 4),
    ]),
  ),
  ...rules(
    'RFC 8441 §3',
    ignores('ENABLE_CONNECT_PROTOCOL, which says nothing to a server', [
      settings([SETTING.ENABLE_CONNECT_PROTOCOL, 1]),
    ]),
    breaks('ENABLE_CONNECT_PROTOCOL 2', PROTOCOL_ERROR, [settings([SETTING.ENABLE_CONNECT_PROTOCOL, 2])]),
  ),
  ...rules(
    'RFC 9218 §2.1',
    breaks('NO_RFC7540_PRIORITIES 2', PROTOCOL_ERROR, [settings([SETTING.NO_RFC7540_PRIORITIES, 2])]),
    ignores('NO_RFC7540_PRIORITIES 1', [get()], { settings: [[SETTING.NO_RFC7540_PRIORITIES, 1]] }),
  ),
  ...rules(
    'RFC 9218 §7.1',
    ignores('PRIORITY_UPDATE of an idle stream', [priorityUpdate(1, 'u=1, i'), get()]),
    answers(
      'PRIORITY_UPDATE of an open stream',
      [OPEN, priorityUpdate(1, 'u=7'), data(1, 'b', { end: true })],
      [ok(1, 'b')],
    ),
    ignores('PRIORITY_UPDATE without a value', [priorityUpdate(1, '')]),
    ignores('PRIORITY_UPDATE with a value that is none', [hang(), priorityUpdate(1, '=;,,"\xff')]),
    ignores('PRIORITY_UPDATE with an urgency out of range', [hang(), priorityUpdate(1, 'u=8')]),
    breaks('PRIORITY_UPDATE of stream 0', PROTOCOL_ERROR, [priorityUpdate(0, 'u=1')], {
      node: 'does not know it',
    }),
    breaks('PRIORITY_UPDATE of a pushed stream that is idle', PROTOCOL_ERROR, [priorityUpdate(2, 'u=1')], {
      node: 'does not know it',
    }),
    breaks(
      'PRIORITY_UPDATE on a stream',
      PROTOCOL_ERROR,
      [OPEN, frame(TYPE.PRIORITY_UPDATE, 0, 1, Buffer.concat([uint32(1), Buffer.from('u=1')]))],
      { node: 'does not know it' },
    ),
    breaks(
      'PRIORITY_UPDATE of more idle streams than may be opened',
      PROTOCOL_ERROR,
      [
        ({ announced }) =>
          Buffer.concat(
            Array.from({ length: announced.get(SETTING.MAX_CONCURRENT_STREAMS)! + 1 }, (_, i) =>
              priorityUpdate(2 * i + 1, 'u=1'),
            ),
          ),
      ],
      { node: 'does not know it' },
    ),
    breaks(
      'PRIORITY_UPDATE of one stream more than may be opened, where one is open',
      PROTOCOL_ERROR,
      [
        hang(),
        ({ announced }) =>
          Buffer.concat(
            Array.from({ length: announced.get(SETTING.MAX_CONCURRENT_STREAMS)! }, (_, i) =>
              priorityUpdate(2 * i + 3, 'u=1'),
            ),
          ),
      ],
      { node: 'does not know it' },
    ),
    answers(
      'PRIORITY_UPDATE of as many idle streams as may be opened, twice, and again when they were skipped',
      [
        async (client) => {
          const allowed = client.announced.get(SETTING.MAX_CONCURRENT_STREAMS)!
          const updates = (from: number) =>
            Array.from({ length: allowed }, (_, i) => priorityUpdate(from + 2 * i, 'u=1'))
          const next = 2 * allowed + 1
          client.send(...updates(1), ...updates(1), get(next))
          await client.until('the answer', () => client.stream(next).ended)
          client.send(...updates(next + 2))
        },
      ],
      [],
      { node: 'does not know it' },
    ),
    ignores('PRIORITY_UPDATE of a closed stream', [get(), settled, priorityUpdate(1, 'u=1')]),
    breaks('PRIORITY_UPDATE of 3 bytes', FRAME_SIZE_ERROR, [frame(TYPE.PRIORITY_UPDATE, 0, 0, 'abc')], {
      node: 'does not know it',
    }),
  ),
  ...rules(
    'RFC 9113 §6.7',
    ignores('PING', [
      ping('12345678'),
      (client) => client.until('the same', ({ pongs }) => pongs.includes('12345678')),
    ]),
    ignores('PING of any bytes', [
      ping('\0\xff\r\n\x80\x7f  '),
      (client) => client.until('the same', ({ pongs }) => pongs.includes('\0\xff\r\n\x80\x7f  ')),
    ]),
    ignores('an answer to no PING', [ping('unasked!', FLAG.ACK), settled], {
      node: 'gives up the connection',
      check: ({ pongs }) => {
        if (pongs.includes('unasked!')) throw new Error('the answer was answered')
      },
    }),
    breaks('PING on a stream', PROTOCOL_ERROR, [OPEN, frame(TYPE.PING, 0, 1, 'conforms')]),
    breaks('PING of 7 bytes', FRAME_SIZE_ERROR, [frame(TYPE.PING, 0, 0, '1234567')]),
    breaks('PING of 9 bytes', FRAME_SIZE_ERROR, [frame(TYPE.PING, 0, 0, '123456789')]),
    breaks('PING without payload', FRAME_SIZE_ERROR, [frame(TYPE.PING, 0, 0)]),
    breaks('an answer to PING of 7 bytes', FRAME_SIZE_ERROR, [frame(TYPE.PING, FLAG.ACK, 0, '1234567')]),
  ),
  ...rules(
    'RFC 9113 §6.8',
    breaks('GOAWAY on a stream', PROTOCOL_ERROR, [frame(TYPE.GOAWAY, 0, 1, Buffer.alloc(8))]),
    breaks('GOAWAY of 7 bytes', FRAME_SIZE_ERROR, [frame(TYPE.GOAWAY, 0, 0, Buffer.alloc(7))]),
    {
      name: 'streams before GOAWAY are still answered',
      steps: [
        OPEN,
        goaway(0, CODE.NO_ERROR, 'bye'),
        data(1, 'late', { end: true }),
        (client) => client.until('the answer', () => client.stream(1).ended),
      ],
      expected: { kind: 'checked' },
      check: (client) => {
        if (client.stream(1).body !== 'late') throw new Error(`the body is ${client.stream(1).body}`)
        if (client.goaway !== undefined && client.goaway.code !== CODE.NO_ERROR) throw new Error('an error')
      },
    },
  ),
  ...rules('RFC 9113 §7', {
    name: 'GOAWAY with an unknown code: the connection ends, or goes on',
    steps: [
      goaway(0, 0xff),
      ping('goingon?'),
      (client) =>
        client.until('an answer or the end', ({ pongs, gone }) => gone || pongs.includes('goingon?')),
    ],
    expected: { kind: 'checked' },
    check: ({ goaway }) => {
      if (goaway !== undefined && goaway.code !== CODE.NO_ERROR) throw new Error('an error')
    },
  }),
  ...rules(
    'RFC 9113 §8.1.1',
    answers(
      'a stream error leaves other streams alone',
      [
        OPEN,
        headers(3, requestBlock({ Upper: 'x' })),
        (client) => client.until('the reset', () => client.stream(3).reset === PROTOCOL_ERROR),
        data(1, 'body', { end: true }),
      ],
      [ok(1, 'body')],
    ),
  ),
]
