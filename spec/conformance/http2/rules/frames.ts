import {
  CODE,
  continuation,
  data,
  dependency,
  frame,
  headers,
  ping,
  priority,
  settings,
  TYPE,
  uint32,
  windowUpdate,
} from '../frames.js'
import { literal } from '../hpack.js'
import {
  answers,
  breaks,
  ended,
  get,
  hang,
  ignores,
  ok,
  post,
  requestBlock,
  resets,
  rules,
  settled,
  type Step,
} from '../rule.js'

const { PROTOCOL_ERROR, FRAME_SIZE_ERROR, COMPRESSION_ERROR } = CODE
const RESERVED = 0x8000_0000
const whole = requestBlock()
const begun = (stream = 1, end = true) => headers(stream, whole.subarray(0, 10), { whole: false, end })
const rest = whole.subarray(10)
const ponged =
  (content: string): Step =>
  (client) =>
    client.until(`PING ${content} to come back`, ({ pongs }) => pongs.includes(content))

/** Frames, whatever their type (RFC 9113 §4). */
export const framing = [
  ...rules(
    'RFC 9113 §4.1',
    ignores('an unknown type on the connection', [frame(0x16, 0, 0, 'xxxxxxxx')]),
    ignores('an unknown type with every flag', [frame(0xff, 0xff, 0, 'xxxxxxxx')]),
    ignores('an unknown type without payload', [frame(0x16, 0, 0)]),
    ignores('an unknown type on an idle stream', [frame(0x16, 0, 1, 'x'), get(1)]),
    answers(
      'an unknown type on an open stream',
      [post(), frame(0x16, 0, 1, 'x'), data(1, 'b', { end: true })],
      [ok(1, 'b')],
    ),
    ignores('an unknown type on a half-closed stream', [hang(), frame(0x16, 0, 1, 'x')]),
    answers('an unknown type on a closed stream', [get(), ended(), frame(0x16, 0, 1, 'x')], [ok(1)]),
    ignores('an unknown type on a stream of the server', [frame(0x16, 0, 2, 'x')]),
    ignores('flags that are not defined for PING', [ping('flagging', 0x16), ponged('flagging')]),
    answers(
      'flags that are not defined for DATA',
      [post(), frame(TYPE.DATA, 0x1 | 0x16, 1, 'b')],
      [ok(1, 'b')],
    ),
    answers('flags that are not defined for HEADERS', [frame(TYPE.HEADERS, 0x5 | 0xd2, 1, whole)], [ok(1)]),
    ignores('flags that are not defined for SETTINGS', [frame(TYPE.SETTINGS, 0xfe, 0)]),
    ignores('flags that are not defined for WINDOW_UPDATE', [frame(TYPE.WINDOW_UPDATE, 0xff, 0, uint32(1))]),
    ignores('the reserved bit of PING', [frame(TYPE.PING, 0, RESERVED, 'reserved'), ponged('reserved')]),
    answers('the reserved bit of HEADERS', [frame(TYPE.HEADERS, 0x5, RESERVED + 1, whole)], [ok(1)]),
    answers('the reserved bit of DATA', [post(), frame(TYPE.DATA, 0x1, RESERVED + 1, 'b')], [ok(1, 'b')]),
  ),
  ...rules(
    'RFC 9113 §4.2',
    answers(
      'DATA of 16,384 bytes',
      [post(), data(1, 'x'.repeat(16_384), { end: true })],
      [ok(1, 'x'.repeat(16_384))],
    ),
    answers('HEADERS of 16,384 bytes', [headers(1, filled(16_384)), ended()], [], {
      check: (client) => {
        // it may be too much for a server, but not for HTTP/2
        const status = client.status(1)!
        if (status !== 200 && status !== 431) throw new Error(`answered ${status}`)
      },
    }),
    resets('DATA of 16,385 bytes', FRAME_SIZE_ERROR, [
      post(),
      ({ announced }) => data(1, 'x'.repeat((announced.get(5) ?? 16_384) + 1), { end: true }),
    ]),
    breaks('HEADERS of 16,385 bytes', FRAME_SIZE_ERROR, [
      ({ announced }) => headers(1, filled((announced.get(5) ?? 16_384) + 1)),
    ]),
    breaks('SETTINGS that are too large', FRAME_SIZE_ERROR, [
      ({ announced }) =>
        frame(TYPE.SETTINGS, 0, 0, Buffer.alloc(6 * Math.ceil(((announced.get(5) ?? 16_384) + 1) / 6))),
    ]),
    breaks(
      'a CONTINUATION that is too large',
      FRAME_SIZE_ERROR,
      [
        headers(1, whole, { whole: false }),
        ({ announced }) => continuation(1, Buffer.alloc((announced.get(5) ?? 16_384) + 1)),
      ],
      { node: 'decodes the beginning of it' },
    ),
    breaks('an unknown frame that is too large', FRAME_SIZE_ERROR, [
      ({ announced }) => frame(0x16, 0, 0, Buffer.alloc((announced.get(5) ?? 16_384) + 1)),
    ]),
    breaks('a frame that says it has 16 MB', FRAME_SIZE_ERROR, [
      Buffer.from([0xff, 0xff, 0xff, TYPE.HEADERS, 0x5, 0, 0, 0, 1]),
    ]),
  ),
  ...rules(
    'RFC 9113 §4.3',
    breaks('a field block that cannot be decoded', COMPRESSION_ERROR, [headers(1, Buffer.from([0x80]))], {
      seen: 0,
    }),
    breaks('a field block that ends within a field', COMPRESSION_ERROR, [headers(1, whole.subarray(0, 20))], {
      seen: 0,
    }),
    breaks(
      'PRIORITY within a field block',
      PROTOCOL_ERROR,
      [begun(), priority(1, 0), continuation(1, rest)],
      { seen: 0 },
    ),
    breaks(
      'DATA within a field block',
      PROTOCOL_ERROR,
      [begun(1, false), data(1, 'x'), continuation(1, rest)],
      { seen: 0 },
    ),
    breaks('PING within a field block', PROTOCOL_ERROR, [begun(), ping(), continuation(1, rest)], {
      seen: 0,
    }),
    breaks('SETTINGS within a field block', PROTOCOL_ERROR, [begun(), settings(), continuation(1, rest)], {
      seen: 0,
    }),
    breaks(
      'WINDOW_UPDATE within a field block',
      PROTOCOL_ERROR,
      [begun(), windowUpdate(0, 1), continuation(1, rest)],
      {
        seen: 0,
      },
    ),
    breaks('RST_STREAM within a field block', PROTOCOL_ERROR, [
      begun(),
      frame(TYPE.RST_STREAM, 0, 1, uint32(8)),
      continuation(1, rest),
    ]),
    breaks(
      'HEADERS of another stream within a field block',
      PROTOCOL_ERROR,
      [begun(), get(3), continuation(1, rest)],
      {
        seen: 0,
      },
    ),
    breaks('HEADERS of the same stream within a field block', PROTOCOL_ERROR, [begun(), get(1)], { seen: 0 }),
    breaks(
      'a CONTINUATION of another stream within a field block',
      PROTOCOL_ERROR,
      [begun(), continuation(3, rest)],
      {
        seen: 0,
      },
    ),
  ),
  ...rules(
    'RFC 9113 §5.5',
    breaks(
      'an unknown type within a field block',
      PROTOCOL_ERROR,
      [begun(), frame(0x16, 0, 0, 'x'), continuation(1, rest)],
      {
        seen: 0,
      },
    ),
    ignores('ORIGIN, which servers alone send', [frame(0xc, 0, 0, '\0\x08https://a')]),
    ignores('ALTSVC, which servers alone send', [frame(0xa, 0, 0, '\0\x01ax')]),
  ),
  ...rules(
    'RFC 9113 §6.3',
    ignores('PRIORITY of an idle stream', [priority(3, 0), get(1)]),
    ignores('PRIORITY of an idle stream, of which a request is made then', [priority(1, 0), get(1), ended()]),
    answers(
      'PRIORITY of an open stream',
      [post(), priority(1, 0), data(1, 'b', { end: true })],
      [ok(1, 'b')],
    ),
    ignores('PRIORITY of a half-closed stream', [hang(), priority(1, 0)]),
    answers('PRIORITY of a closed stream', [get(), ended(), priority(1, 0)], [ok(1)]),
    ignores('PRIORITY of a stream of the server', [priority(2, 0)]),
    ...[0, 255].map((weight) =>
      answers(
        `PRIORITY of weight ${weight + 1}`,
        [frame(TYPE.PRIORITY, 0, 1, dependency(0, weight)), get(1)],
        [ok(1)],
      ),
    ),
    answers('exclusive PRIORITY', [priority(1, 0x8000_0000), get(1)], [ok(1)]),
    answers('PRIORITY that depends on an idle stream', [priority(1, 99), get(1)], [ok(1)]),
    answers('PRIORITY of an idle stream, and a request on a lower one', [priority(9, 0), get(1)], [ok(1)]),
    answers('PRIORITY in a circle', [priority(1, 3), priority(3, 5), priority(5, 1), get(1)], [ok(1)]),
    breaks('PRIORITY of stream 0', PROTOCOL_ERROR, [priority(0, 1)]),
    resets('PRIORITY of 4 bytes', FRAME_SIZE_ERROR, [post(), frame(TYPE.PRIORITY, 0, 1, Buffer.alloc(4))]),
    resets('PRIORITY of 6 bytes', FRAME_SIZE_ERROR, [post(), frame(TYPE.PRIORITY, 0, 1, Buffer.alloc(6))]),
    resets('PRIORITY without payload', FRAME_SIZE_ERROR, [post(), frame(TYPE.PRIORITY, 0, 1)]),
  ),
  ...rules('RFC 9113 §6.4', {
    name: 'PRIORITY of 4 bytes of an idle stream, which cannot be reset',
    steps: [
      frame(TYPE.PRIORITY, 0, 1, Buffer.alloc(4)),
      (client) =>
        client.send(get(1)).until('an answer or the end', ({ gone }) => gone || client.stream(1).ended),
    ],
    expected: { kind: 'checked' },
    check: (client) => {
      if (client.stream(1).reset !== undefined) throw new Error('RST_STREAM of an idle stream')
      const code = client.goaway?.code ?? FRAME_SIZE_ERROR
      if (code !== FRAME_SIZE_ERROR) throw new Error(`GOAWAY with ${code}`)
    },
    node: 'says INTERNAL_ERROR',
  }),
  ...rules(
    'RFC 7540 §5.3.1',
    resets(
      'HEADERS of a stream that depends on itself',
      PROTOCOL_ERROR,
      [headers(1, whole, { dependsOn: 1 })],
      {},
    ),
    resets(
      'PRIORITY of a stream that depends on itself',
      PROTOCOL_ERROR,
      [post(), frame(TYPE.PRIORITY, 0, 1, dependency(1))],
      {},
    ),
    // such streams cannot be reset
    ...[1, 2].map((stream) =>
      breaks(`PRIORITY of the idle stream ${stream} that depends on itself`, PROTOCOL_ERROR, [
        frame(TYPE.PRIORITY, 0, stream, dependency(stream)),
      ]),
    ),
  ),
  ...rules(
    'RFC 9113 §7',
    answers(
      'RST_STREAM with an unknown code',
      [open(), frame(TYPE.RST_STREAM, 0, 1, uint32(0xff)), get(3)],
      [ok(3)],
    ),
    answers(
      'a GET in one piece with its frames',
      [Buffer.concat([get(1), get(3, '/b'), get(5, '/c')])],
      [ok(1, 'GET /'), ok(3, 'GET /b'), ok(5, 'GET /c')],
    ),
    ignores('much padding without content', [
      post(),
      ...Array.from({ length: 20 }, () => data(1, '', { pad: 255 })),
      settled,
    ]),
  ),
]

/** A field block of exactly so many bytes, of fields that are not too long by themselves. */
function filled(size: number): Buffer {
  const parts = [whole]
  let left = size - whole.length
  // a literal with a name of one letter and such a value has six bytes more than the value
  for (; left >= 1_300; left -= 1_000) parts.push(literal('x', 'y'.repeat(994)))
  parts.push(literal('x', 'y'.repeat(left - 6)))
  return Buffer.concat(parts)
}

function open(): Buffer {
  return post(1, '/hang')
}
