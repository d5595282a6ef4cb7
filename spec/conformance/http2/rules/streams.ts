import type { Http2Client } from '../client.js'
import {
  CODE,
  continuation,
  data,
  frame,
  headers,
  reset,
  SETTING,
  TYPE,
  uint32,
  windowUpdate,
} from '../frames.js'
import { block, indexed, literal } from '../hpack.js'
import {
  answers,
  breaks,
  ended,
  get,
  hang,
  ignores,
  ok,
  open,
  post,
  requestBlock,
  resets,
  resetsStream,
  rules,
  settled,
  type Step,
} from '../rule.js'

const { PROTOCOL_ERROR, STREAM_CLOSED, REFUSED_STREAM } = CODE
const MOST = 2 ** 31 - 1
const TRAILERS = block(['x-trailer', '1'])
const done: Step[] = [get(), ended()]
const DISCARDS = 'discards it, as RFC 9113 §5.1 allows'
const CLOSED_MAY = 'RFC 7540 §5.1 (RFC 9113 §5.1: MAY)'

/** A request that the server has to reset, and that goes on. */
const refused = headers(1, requestBlock({ Upper: 'x' }), { end: false })
const wasReset: Step = (client) => client.until('the reset', () => client.stream(1).reset !== undefined)
const spared = (client: Http2Client): void => {
  if (client.goaway !== undefined) throw new Error('the connection did not survive')
}
/** A request for what the first entry of the dynamic table says. */
const USES_TABLE = Buffer.concat([requestBlock({ ':path': '/x' }), indexed(62)])

/** Opens one stream more than the server has allowed, each with a body to come. */
const tooMany: Step[] = [
  ({ announced }) => {
    const allowed = announced.get(SETTING.MAX_CONCURRENT_STREAMS)
    if (allowed === undefined) throw new Error('the server allows any number of streams')
    return Buffer.concat(Array.from({ length: allowed + 1 }, (_, i) => open(2 * i + 1)))
  },
]

/** Streams, their states and their numbers (RFC 9113 §5). */
export const streams = [
  ...rules(
    'RFC 9113 §5.1 idle',
    breaks('DATA', PROTOCOL_ERROR, [data(1, 'x', { end: true })]),
    breaks('DATA of a higher stream than any', PROTOCOL_ERROR, [...done, data(3, 'x')]),
    breaks('RST_STREAM', PROTOCOL_ERROR, [reset(1)]),
    breaks('RST_STREAM of a stream of the server', PROTOCOL_ERROR, [reset(2)]),
    breaks('WINDOW_UPDATE', PROTOCOL_ERROR, [windowUpdate(1, 100)]),
    breaks('WINDOW_UPDATE of a stream of the server', PROTOCOL_ERROR, [windowUpdate(2, 100)]),
    breaks('CONTINUATION', PROTOCOL_ERROR, [continuation(1, requestBlock())], { seen: 0 }),
    breaks('DATA of a stream of the server', PROTOCOL_ERROR, [data(2, 'x')]),
  ),
  ...rules(
    'RFC 9113 §5.1 half-closed (remote)',
    resets('DATA', STREAM_CLOSED, [hang(), data(1, 'x', { end: true })]),
    resets('DATA without content', STREAM_CLOSED, [hang(), data(1, '')]),
    resets('HEADERS', STREAM_CLOSED, [hang(), headers(1, requestBlock())]),
    resets('trailers', STREAM_CLOSED, [hang(), headers(1, TRAILERS)]),
    breaks('CONTINUATION', [PROTOCOL_ERROR, STREAM_CLOSED], [hang(), continuation(1, requestBlock())]),
    ignores('WINDOW_UPDATE', [hang(), windowUpdate(1, 100)]),
    ignores('RST_STREAM', [hang(), reset(1), get(3)]),
    resets('DATA behind the end of a body', STREAM_CLOSED, [
      open(),
      data(1, 'x', { end: true }),
      data(1, 'y'),
    ]),
  ),
  ...rules(
    CLOSED_MAY,
    resets('DATA behind RST_STREAM', STREAM_CLOSED, [open(), reset(1), data(1, 'x', { end: true })], {
      node: DISCARDS,
    }),
    resets('HEADERS behind RST_STREAM', STREAM_CLOSED, [open(), reset(1), headers(1, requestBlock())], {
      node: DISCARDS,
    }),
    breaks(
      'CONTINUATION behind RST_STREAM',
      [STREAM_CLOSED, PROTOCOL_ERROR],
      [open(), reset(1), continuation(1, requestBlock())],
    ),
    resets('DATA behind both ends', STREAM_CLOSED, [...done, data(1, 'x', { end: true })], {
      node: DISCARDS,
    }),
    breaks('HEADERS behind both ends', STREAM_CLOSED, [...done, headers(1, requestBlock())], {
      node: DISCARDS,
    }),
    breaks(
      'CONTINUATION behind both ends',
      [STREAM_CLOSED, PROTOCOL_ERROR],
      [...done, continuation(1, requestBlock())],
    ),
  ),
  ...rules(
    'RFC 9113 §5.1 closed',
    ignores('WINDOW_UPDATE behind both ends', [...done, windowUpdate(1, 100)]),
    ignores('RST_STREAM behind both ends', [...done, reset(1)]),
    ignores('WINDOW_UPDATE behind our own RST_STREAM', [open(), reset(1), windowUpdate(1, 100)]),
    ignores('RST_STREAM twice', [open(), reset(1), reset(1)]),
    // what the peer may have sent before it has seen the reset is read, counted and discarded
    ...[
      ['DATA', [data(1, 'xxxx'), data(1, 'xxxx', { end: true })]],
      ['RST_STREAM', [wasReset, reset(1)]],
      ['WINDOW_UPDATE', [wasReset, windowUpdate(1, 1)]],
    ].map(([frames, steps]) =>
      resets(
        `${String(frames)} behind the reset of the server`,
        PROTOCOL_ERROR,
        [refused, ...(steps as Step[])],
        {
          check: spared,
        },
      ),
    ),
    answers(
      'trailers behind the reset of the server belong to the compression of what follows',
      [refused, headers(1, literal('x', 'from the trailers', 'indexed')), headers(3, USES_TABLE)],
      [ok(3, 'from the trailers')],
      {
        check: (client) => {
          if (client.stream(1).reset !== PROTOCOL_ERROR) throw new Error('stream 1 was not reset')
        },
      },
    ),
  ),
  ...rules(
    'RFC 9113 §5.1.1',
    breaks('an even stream', PROTOCOL_ERROR, [get(2)], { seen: 0 }),
    breaks('a lower stream than one that was opened', PROTOCOL_ERROR, [get(5), ended(5), get(3)], {
      seen: 1,
      node: DISCARDS,
    }),
    breaks('HEADERS on stream 0', PROTOCOL_ERROR, [get(0)], { seen: 0 }),
    answers('streams with numbers between them', [get(1), get(101), get(1001)], [ok(1), ok(101), ok(1001)]),
    {
      name: 'the last stream that there is',
      steps: [get(MOST, '/a'), ended(MOST), settled],
      expected: { kind: 'checked' },
      check: (client) => {
        if (client.stream(MOST).body !== 'GET /a') throw new Error(`the body is ${client.stream(MOST).body}`)
        spared(client)
      },
    },
    answers('a first stream that is not 1', [get(7, '/a')], [ok(7, 'GET /a')]),
    resetsStream(
      'DATA of a stream that was skipped',
      3,
      [STREAM_CLOSED, PROTOCOL_ERROR],
      [get(5), ended(5), data(3, 'x')],
      {
        node: DISCARDS,
      },
    ),
  ),
  ...rules(
    'RFC 9113 §5.1.2',
    {
      name: 'one stream more than allowed',
      steps: [
        ...tooMany,
        (client) => {
          const last = 2 * client.announced.get(SETTING.MAX_CONCURRENT_STREAMS)! + 1
          return client.until('the refusal of the last one', ({ goaway }) => {
            const code = client.stream(last).reset ?? goaway?.code
            if (code !== undefined && ![REFUSED_STREAM, PROTOCOL_ERROR].includes(code as never)) {
              throw new Error(`code ${code}`)
            }
            return code !== undefined
          })
        },
        // there is room again
        (client) =>
          Buffer.concat(Array.from({ length: client.announced.get(3)! }, (_, i) => reset(2 * i + 1))),
        settled,
      ],
      expected: { kind: 'answers', answers: [] },
      node: 'says INTERNAL_ERROR',
    },
    {
      name: 'one stream more than allowed, where the others wait for their window',
      settings: [[SETTING.INITIAL_WINDOW_SIZE, 0]],
      steps: [
        (client) => {
          const allowed = client.announced.get(SETTING.MAX_CONCURRENT_STREAMS)!
          return Buffer.concat(Array.from({ length: allowed + 1 }, (_, i) => get(2 * i + 1, '/bytes/9')))
        },
        (client) => {
          const last = 2 * client.announced.get(SETTING.MAX_CONCURRENT_STREAMS)! + 1
          return client.until('the refusal of the last one', () => client.stream(last).reset !== undefined)
        },
        windowUpdate(1, 9),
        ended(1),
      ],
      expected: { kind: 'answers', answers: [ok(1, 'xxxxxxxxx')] },
      check: (client) => {
        const last = 2 * client.announced.get(SETTING.MAX_CONCURRENT_STREAMS)! + 1
        const code = client.stream(last).reset
        if (code !== REFUSED_STREAM && code !== PROTOCOL_ERROR) throw new Error(`code ${code}`)
      },
      node: 'says INTERNAL_ERROR',
    },
    answers(
      'streams one after the other, more than allowed at a time',
      [
        async (client) => {
          for (let i = 0; i < 250; i++) {
            client.send(get(2 * i + 1))
            await client.until('its end', () => client.stream(2 * i + 1).ended)
          }
        },
      ],
      [ok(499)],
    ),
  ),
  ...rules(
    'RFC 9113 §6.4',
    breaks('RST_STREAM on stream 0', PROTOCOL_ERROR, [reset(0)]),
    breaks('RST_STREAM of 3 bytes', CODE.FRAME_SIZE_ERROR, [
      open(),
      frame(TYPE.RST_STREAM, 0, 1, Buffer.alloc(3)),
    ]),
    breaks('RST_STREAM of 5 bytes', CODE.FRAME_SIZE_ERROR, [
      open(),
      frame(TYPE.RST_STREAM, 0, 1, Buffer.alloc(5)),
    ]),
    ignores('RST_STREAM of an open stream', [open(), reset(1)]),
    ignores('RST_STREAM with NO_ERROR', [open(), frame(TYPE.RST_STREAM, 0, 1, uint32(0))]),
  ),
  ...rules(
    'RFC 9113 §6.6',
    breaks('PUSH_PROMISE', PROTOCOL_ERROR, [
      open(),
      frame(TYPE.PUSH_PROMISE, 0x4, 1, Buffer.concat([uint32(2), requestBlock()])),
    ]),
    breaks('PUSH_PROMISE on stream 0', PROTOCOL_ERROR, [
      frame(TYPE.PUSH_PROMISE, 0x4, 0, Buffer.concat([uint32(2), requestBlock()])),
    ]),
  ),
  ...rules(
    'RFC 9113 §8.1',
    resetsStream('a second HEADERS that does not end the stream', 1, PROTOCOL_ERROR, [
      post(),
      headers(1, TRAILERS, { end: false }),
    ]),
    answers('trailers', [post(), data(1, 'body'), headers(1, TRAILERS)], [ok(1, 'body')]),
    answers('trailers behind no DATA', [post(), headers(1, TRAILERS)], [ok(1, '')]),
    answers(
      'trailers in several frames',
      [
        post(),
        data(1, 'body'),
        headers(1, TRAILERS.subarray(0, 4), { whole: false }),
        continuation(1, TRAILERS.subarray(4)),
      ],
      [ok(1, 'body')],
    ),
    resets('DATA behind trailers', STREAM_CLOSED, [post(1, '/hang'), headers(1, TRAILERS), data(1, 'x')]),
  ),
]
