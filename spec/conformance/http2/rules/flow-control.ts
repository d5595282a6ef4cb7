import type { Http2Client } from '../client.js'
import { CODE, data, frame, SETTING, settings, TYPE, uint32, windowUpdate } from '../frames.js'
import {
  answers,
  breaks,
  get,
  hang,
  ignores,
  ok,
  open,
  post,
  resets,
  rules,
  settled,
  type Step,
} from '../rule.js'

const { PROTOCOL_ERROR, FLOW_CONTROL_ERROR, FRAME_SIZE_ERROR } = CODE
const MOST = 2 ** 31 - 1
const window = (size: number) => [[SETTING.INITIAL_WINDOW_SIZE, size]] as const

/** Waits until so many bytes have come, and shows that no more are on their way. */
const exactly =
  (bytes: number, stream = 1): Step =>
  async (client: Http2Client) => {
    await client.until(`${bytes} bytes on stream ${stream}`, () => client.stream(stream).counted >= bytes)
    await client.roundTrip()
    await client.roundTrip()
    const { counted } = client.stream(stream)
    if (counted !== bytes) throw new Error(`${counted} bytes instead of ${bytes} on stream ${stream}`)
  }

const head =
  (stream = 1): Step =>
  (client: Http2Client) =>
    client.until('the head', () => client.stream(stream).sections.length > 0)

/** Flow control (RFC 9113 §5.2, §6.9). */
export const flowControl = [
  ...rules(
    'RFC 9113 §6.9',
    breaks('WINDOW_UPDATE of 0 on the connection', PROTOCOL_ERROR, [windowUpdate(0, 0)]),
    resets('WINDOW_UPDATE of 0 on a stream', PROTOCOL_ERROR, [hang(), windowUpdate(1, 0)]),
    breaks('WINDOW_UPDATE of nothing but the reserved bit', PROTOCOL_ERROR, [windowUpdate(0, 2 ** 31)]),
    ignores('the reserved bit of WINDOW_UPDATE', [windowUpdate(0, 2 ** 31 + 1)]),
    breaks('WINDOW_UPDATE of 3 bytes', FRAME_SIZE_ERROR, [frame(TYPE.WINDOW_UPDATE, 0, 0, Buffer.alloc(3))]),
    breaks('WINDOW_UPDATE of 5 bytes', FRAME_SIZE_ERROR, [frame(TYPE.WINDOW_UPDATE, 0, 0, Buffer.alloc(5))]),
    breaks('WINDOW_UPDATE of 5 bytes on a stream', FRAME_SIZE_ERROR, [
      hang(),
      frame(TYPE.WINDOW_UPDATE, 0, 1, Buffer.alloc(5)),
    ]),
  ),
  ...rules(
    'RFC 9113 §6.9.1',
    answers(
      'a window of 1',
      [get(1, '/bytes/20'), exactly(1), windowUpdate(1, 1), exactly(2), windowUpdate(1, 18)],
      [ok(1, 'x'.repeat(20))],
      { settings: window(1) },
    ),
    answers('a window of 0', [get(1, '/bytes/5'), head(), exactly(0), windowUpdate(1, 5)], [ok(1, 'xxxxx')], {
      settings: window(0),
    }),
    answers(
      'the window of the connection',
      [get(1, '/bytes/100000'), exactly(65_535), windowUpdate(0, 34_465)],
      [ok(1, 'x'.repeat(100_000))],
      { settings: window(1_000_000) },
    ),
    answers(
      'the window of a stream, where that of the connection is larger',
      [windowUpdate(0, 1_000_000), get(1, '/bytes/100000'), exactly(65_535), windowUpdate(1, 34_465)],
      [ok(1, 'x'.repeat(100_000))],
    ),
    answers(
      'one window for all streams of a connection',
      [
        Buffer.concat([get(1, '/bytes/50000'), get(3, '/bytes/50000')]),
        async (client) => {
          const counted = () => client.stream(1).counted + client.stream(3).counted
          await client.until('a full window', () => counted() >= 65_535)
          await client.roundTrip()
          if (counted() !== 65_535) throw new Error(`${counted()} bytes`)
        },
        windowUpdate(0, 34_465),
      ],
      [ok(1, 'x'.repeat(50_000)), ok(3, 'x'.repeat(50_000))],
    ),
    answers(
      'a stream that waits for its window does not hold up another',
      [get(1, '/bytes/20'), get(3, '/bytes/5'), exactly(5, 3), windowUpdate(3, 5)],
      [ok(3, 'xxxxx')],
      { settings: window(5) },
    ),
    answers(
      'windows that open byte by byte',
      [
        get(1, '/bytes/30'),
        async (client) => {
          for (let i = 1; i < 30; i++) {
            await client.until('a byte', () => client.stream(1).counted >= i)
            client.send(windowUpdate(1, 1))
          }
        },
      ],
      [ok(1, 'x'.repeat(30))],
      { settings: window(1) },
    ),
    answers('an answer without content needs no window', [get(1, '/bytes/0')], [ok(1, '')], {
      settings: window(0),
      node: 'waits for a window',
    }),
    breaks('a window beyond 2^31 − 1 on the connection', FLOW_CONTROL_ERROR, [
      windowUpdate(0, MOST),
      windowUpdate(0, 1),
    ]),
    breaks('a window just beyond 2^31 − 1 on the connection', FLOW_CONTROL_ERROR, [
      windowUpdate(0, MOST - 65_535 + 1),
    ]),
    ignores('a window of 2^31 − 1 on the connection', [windowUpdate(0, MOST - 65_535)]),
    resets('a window beyond 2^31 − 1 on a stream', FLOW_CONTROL_ERROR, [
      hang(),
      windowUpdate(1, MOST),
      windowUpdate(1, 1),
    ]),
    resets('a window just beyond 2^31 − 1 on a stream', FLOW_CONTROL_ERROR, [
      hang(),
      windowUpdate(1, MOST - 65_535 + 1),
    ]),
    ignores('a window of 2^31 − 1 on a stream', [hang(), windowUpdate(1, MOST - 65_535)]),
    resets('more DATA than the window of the stream allows', FLOW_CONTROL_ERROR, [
      open(),
      (client) => {
        const most = client.announced.get(SETTING.MAX_FRAME_SIZE) ?? 16_384
        const size = (client.announced.get(SETTING.INITIAL_WINDOW_SIZE) ?? 65_535) + 1
        return Buffer.concat(
          Array.from({ length: Math.ceil(size / most) }, (_, i) =>
            data(1, Buffer.alloc(Math.min(most, size - i * most))),
          ),
        )
      },
    ]),
    resets('padding that the window of the stream does not allow', FLOW_CONTROL_ERROR, [
      open(),
      (client) => {
        const window = client.announced.get(SETTING.INITIAL_WINDOW_SIZE) ?? 65_535
        // without their padding and its length they would fit
        const size = 8_192 - 256
        return Buffer.concat(
          Array.from({ length: Math.floor(window / 8_192) + 1 }, () =>
            data(1, Buffer.alloc(size), { pad: 255 }),
          ),
        )
      },
    ]),
    breaks(
      'more DATA than the window of the connection allows',
      FLOW_CONTROL_ERROR,
      [
        settled,
        (client) => {
          const most = client.announced.get(SETTING.MAX_FRAME_SIZE) ?? 16_384
          const each = client.announced.get(SETTING.INITIAL_WINDOW_SIZE) ?? 65_535
          const frames: Buffer[] = []
          let stream = 1
          let room = 0
          for (let left = 65_535 + (client.updates.get(0) ?? 0) + 1; left > 0;) {
            if (room === 0) {
              room = each
              frames.push(open((stream += 2)))
            }
            const size = Math.min(left, room, most)
            frames.push(data(stream, Buffer.alloc(size)))
            left -= size
            room -= size
          }
          return Buffer.concat(frames)
        },
      ],
      { node: 'gives back what it has received at once' },
    ),
  ),
  ...rules(
    'RFC 9113 §6.9.2',
    answers(
      'an initial window that grows',
      [get(1, '/bytes/20'), exactly(3), settings(...window(20))],
      [ok(1, 'x'.repeat(20))],
      { settings: window(3) },
    ),
    answers(
      'an initial window that shrinks below what was sent',
      [
        get(1, '/bytes/20'),
        exactly(5),
        settings(...window(2)),
        settled,
        // −3, and 2 of it are given back: nothing may come
        windowUpdate(1, 2),
        exactly(5),
        windowUpdate(1, 1),
        exactly(5),
        windowUpdate(1, 2),
        exactly(7),
        windowUpdate(1, 13),
      ],
      [ok(1, 'x'.repeat(20))],
      { settings: window(5) },
    ),
    answers(
      'an initial window that shrinks and grows again',
      [
        get(1, '/bytes/20'),
        exactly(5),
        settings(...window(0)),
        settled,
        settings(...window(8)),
        exactly(8),
        settings(...window(100)),
      ],
      [ok(1, 'x'.repeat(20))],
      { settings: window(5) },
    ),
    answers(
      'the last of several values in one frame',
      [
        get(1, '/bytes/20'),
        exactly(1),
        settings([SETTING.INITIAL_WINDOW_SIZE, 15], [SETTING.INITIAL_WINDOW_SIZE, 4]),
        exactly(4),
        windowUpdate(1, 16),
      ],
      [ok(1, 'x'.repeat(20))],
      { settings: window(1) },
    ),
    answers(
      'a new initial window says nothing about the connection',
      [
        get(1, '/bytes/100000'),
        exactly(65_535),
        settings(...window(500_000)),
        exactly(65_535),
        windowUpdate(0, 40_000),
      ],
      [ok(1, 'x'.repeat(100_000))],
    ),
    breaks(
      'an initial window that lifts that of a stream beyond 2^31 − 1',
      FLOW_CONTROL_ERROR,
      [hang(), windowUpdate(1, MOST - 65_535), settings(...window(65_536))],
      { node: 'resets the stream' },
    ),
  ),
  ...rules(
    'RFC 9113 §5.2',
    answers('what padding has used of the window is given back', [uploads(40, 100, 255)], [ok(1)], {}),
    answers(
      'what a body has used of the windows is given back',
      [uploads(400, 1_000, undefined)],
      [ok(1)],
      {},
    ),
    answers(
      'what comes for a stream that was reset counts for the connection, and is given back',
      [
        async (client) => {
          const credit = new Credit(client)
          for (let stream = 1; stream < 81; stream += 2) {
            client.send(open(stream))
            await credit.send(stream, 8_000)
            await credit.send(stream, 8_000)
            client.send(frame(TYPE.RST_STREAM, 0, stream, uint32(CODE.CANCEL)))
          }
        },
        settled,
      ],
      [],
    ),
  ),
  ...rules(
    'RFC 9113 §4.2',
    answers(
      'an answer of more than one frame',
      [windowUpdate(0, 200_000), get(1, '/bytes/100000')],
      [ok(1, 'x'.repeat(100_000))],
      {
        settings: window(200_000),
      },
    ),
    answers(
      'larger frames, where the client allows them',
      [windowUpdate(0, 200_000), get(1, '/bytes/100000')],
      [ok(1, 'x'.repeat(100_000))],
      { settings: [...window(200_000), [SETTING.MAX_FRAME_SIZE, 50_000]] },
    ),
  ),
]

/** What may be sent, by what the server has announced and given. */
class Credit {
  private readonly used = new Map<number, number>()

  constructor(private readonly client: Http2Client) {}

  /** Sends DATA as soon as both windows allow it. */
  async send(stream: number, bytes: number, pad?: number, end = false): Promise<void> {
    const { client } = this
    const counted = bytes + (pad === undefined ? 0 : pad + 1)
    const initial = client.announced.get(SETTING.INITIAL_WINDOW_SIZE) ?? 65_535
    const room = (id: number, size: number) =>
      size + (client.updates.get(id) ?? 0) - (this.used.get(id) ?? 0) >= counted
    await client.until(
      `room for ${counted} bytes on stream ${stream}, of which ${this.used.get(stream) ?? 0} were sent`,
      () => room(stream, initial) && room(0, 65_535),
    )
    for (const id of [0, stream]) this.used.set(id, (this.used.get(id) ?? 0) + counted)
    client.send(data(stream, Buffer.alloc(bytes), pad === undefined ? { end } : { pad, end }))
  }
}

/** Uploads far more than a window in frames of some bytes with some padding, and counts on windows that open again. */
function uploads(bytes: number, frames: number, pad: number | undefined): Step {
  return async (client) => {
    const credit = new Credit(client)
    client.send(post(1, '/read'))
    for (let i = 0; i < frames; i++) await credit.send(1, bytes, pad, i === frames - 1)
  }
}
