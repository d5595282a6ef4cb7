import { constants, deflateRawSync } from 'node:zlib'
import type { DeflateOptions, WebSocketOptions } from '../../../lib/server/index.js'
import { ClientDeflate, readAgreement } from './deflating.js'
import { widestDistance } from './distances.js'
import { startEcho, type Echo } from './echo.js'
import { close, fragments, frame, OP, RSV } from './frames.js'
import type { Peer } from './peer.js'
import { createWires, open, overHttp1, type Wire } from './wires.js'

/** All sizes, and a thousand messages of each, where everything is to be tried. */
const WHOLE = process.env['CORBEL_CUTS'] === 'every'
const COUNT = WHOLE ? 1000 : 2

/** Size of the messages, and of their fragments. */
const SIZES: readonly (readonly [size: number, fragment: number])[] = [
  ...[16, 64, 256, 1024, 4096, 8192, 16_384, 32_768, 65_536, 131_072].map(
    (size) => [size, Infinity] as const,
  ),
  ...[8192, 16_384, 32_768, 65_536, 131_072].map((size) => [size, 256] as const),
  ...[1024, 4096, 32_768].map((fragment) => [131_072, fragment] as const),
]

/** What clients offer, and how many bits the server may then use (RFC 7692 §7.1). */
const OFFERS: Readonly<Record<string, readonly [offer: string, bits: number]>> = {
  '13.1': ['permessage-deflate; client_no_context_takeover; client_max_window_bits', 15],
  '13.2': [
    'permessage-deflate; client_no_context_takeover; client_max_window_bits; server_no_context_takeover',
    15,
  ],
  '13.3': [
    'permessage-deflate; client_no_context_takeover; client_max_window_bits; server_max_window_bits=9',
    9,
  ],
  '13.3 with 8': [
    'permessage-deflate; client_no_context_takeover; client_max_window_bits; server_max_window_bits=8',
    8,
  ],
  '13.4': [
    'permessage-deflate; client_no_context_takeover; client_max_window_bits; server_max_window_bits=15',
    15,
  ],
  '13.5': [
    'permessage-deflate; client_max_window_bits; server_no_context_takeover; server_max_window_bits=9',
    9,
  ],
  '13.5 with 8': [
    'permessage-deflate; client_max_window_bits; server_no_context_takeover; server_max_window_bits=8',
    8,
  ],
  '13.6': [
    'permessage-deflate; client_max_window_bits; server_no_context_takeover; server_max_window_bits=15',
    15,
  ],
  '13.7': [
    'permessage-deflate; server_no_context_takeover; server_max_window_bits=9, permessage-deflate; server_no_context_takeover, permessage-deflate',
    9,
  ],
  ...Object.fromEntries(
    [8, 10, 11, 12, 13, 14].map((bits) => [
      `${bits} bits`,
      [`permessage-deflate; server_max_window_bits=${bits}`, bits],
    ]),
  ),
  'without parameters': ['permessage-deflate', 15],
  'client window of 8': ['permessage-deflate; client_max_window_bits=8', 15],
}

const SERVERS: readonly (readonly [name: string, deflate: DeflateOptions | undefined])[] = [
  ['as it is by default', undefined],
  ['that compresses all', { threshold: 0 }],
  ['that remembers what was before', { threshold: 0, contextTakeover: true, clientContextTakeover: true }],
]

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz {}":,0123456789'

/** Text that is as good as random, with some that comes again: near, and as far as a window is wide. */
function content(size: number, seed: number): Buffer {
  const bytes = Buffer.alloc(size)
  let state = (seed * 2_654_435_761 + 1) >>> 0
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const again = [240, 256, 500, 5_000, 32_000][(state >>> 8) % 5]!
    const repeats = state >>> 28 < 9 && at >= again
    bytes[at] = repeats ? bytes[at - again]! : ALPHABET.charCodeAt((state >>> 16) % ALPHABET.length)
  }
  return bytes
}

let server: Echo | undefined
async function start(options: WebSocketOptions = {}): Promise<Echo> {
  return (server = await startEcho(false, options))
}
afterEach(async () => {
  expect(server?.errors ?? []).toEqual([])
  await server?.close()
  server = undefined
})

/** Sends messages one by one, and looks at what comes back. */
async function converse(
  peer: Peer,
  opcodes: readonly number[],
  sizes: typeof SIZES,
  count: number,
): Promise<number> {
  const deflate = new ClientDeflate(readAgreement(peer.headers.get('sec-websocket-extensions')))
  let compressed = 0
  for (const [size, fragment] of sizes) {
    for (let at = 0; at < count; at++) {
      const opcode = opcodes[at % opcodes.length]!
      const sent = content(size, at + 1)
      for (const one of await deflate.message(opcode, sent, fragment)) peer.write(one)
      await peer.until('an answer', () => peer.frames.at(-1)?.final === true)
      const frames = peer.frames.splice(0)
      expect(frames[0]!.opcode).toBe(opcode)
      if (frames[0]!.rsv !== 0) compressed++
      if (!(await deflate.content(frames)).equals(sent))
        throw new Error(`another message than the one of ${size} bytes`)
    }
  }
  return compressed
}

const wire = overHttp1(false)

describe.each(SERVERS)('permessage-deflate (RFC 7692), of a server %s', (_, deflate) => {
  it.each(Object.entries(OFFERS))(
    'gives everything back, offered as in %s',
    async (_id, [offer, bits]) => {
      const { port } = await start(deflate === undefined ? {} : { deflate })
      const peer = await open(wire, port, { 'sec-websocket-extensions': offer })
      const agreed = readAgreement(peer.headers.get('sec-websocket-extensions'))
      expect(agreed.serverBits).toBe(bits)
      const [first] = offer.split(',')
      if (first!.includes('server_no_context_takeover')) expect(agreed.serverTakeover).toBe(false)
      // RFC 7692 §7.1.2.2: a client that has not said so cannot be asked for less
      if (!first!.includes('client_max_window_bits')) expect(agreed.clientBits).toBe(15)
      const compressed = await converse(peer, [OP.TEXT, OP.BINARY], SIZES, COUNT)
      expect(compressed).toBe(
        (deflate === undefined ? SIZES.filter(([size]) => size >= 1024) : SIZES).length * COUNT,
      )
      peer.write(close(1000))
      await peer.end()
      expect(peer.frames).toMatchObject([{ opcode: OP.CLOSE, rsv: 0 }])
      peer.leave()
    },
    WHOLE ? 600_000 : 60_000,
  )

  it('gives back text outside ASCII, empty messages, and messages that are not compressed', async () => {
    const { port } = await start(deflate === undefined ? {} : { deflate })
    const peer = await open(wire, port, { 'sec-websocket-extensions': 'permessage-deflate' })
    const client = new ClientDeflate(readAgreement(peer.headers.get('sec-websocket-extensions')))
    const talk = async (frames: readonly Buffer[], expected: Buffer): Promise<void> => {
      for (const one of frames) peer.write(one)
      await peer.until('an answer', () => peer.frames.at(-1)?.final === true)
      expect((await client.content(peer.frames.splice(0))).equals(expected)).toBe(true)
    }
    const greek = Buffer.from('κόσμε 𝄞 '.repeat(500))
    await talk(await client.message(OP.TEXT, greek), greek)
    await talk(await client.message(OP.TEXT, greek, 1), greek)
    await talk(await client.message(OP.TEXT, Buffer.alloc(0)), Buffer.alloc(0))
    await talk(await client.message(OP.BINARY, Buffer.alloc(0)), Buffer.alloc(0))
    // RFC 7692 §6: each message may be compressed or not
    await talk([frame(OP.TEXT, greek)], greek)
    await talk(fragments(OP.TEXT, greek, 100), greek)
    await talk(await client.message(OP.TEXT, greek), greek)
    peer.leave()
  })
})

describe.each(createWires().map((one) => [one.name, one] as const))(
  'permessage-deflate over %s',
  (_, one: Wire) => {
    it('gives back what was sent', async () => {
      const echo = (server = await startEcho(one.tls, { deflate: { threshold: 0, contextTakeover: true } }))
      const peer = await open(one, echo.port, { 'sec-websocket-extensions': OFFERS['13.3']![0] })
      await converse(peer, [OP.TEXT, OP.BINARY], SIZES.slice(0, 8), 3)
      peer.leave()
      one.close()
    })
  },
)

describe('a compressed message', () => {
  const talk = async (options: WebSocketOptions, ...frames: Buffer[]): Promise<Peer> => {
    const { port } = await start(options)
    const peer = await open(wire, port, { 'sec-websocket-extensions': 'permessage-deflate' })
    for (const one of frames) peer.write(one)
    return peer
  }
  const sync = (text: string | Buffer): Buffer =>
    deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
  const compressed = (payload: Uint8Array, opcode: number = OP.TEXT): Buffer =>
    frame(opcode, payload, { rsv: RSV.RSV1 })
  const both = (options: Partial<DeflateOptions> = {}) =>
    [false, true].map((takeover) => ({ deflate: { ...options, clientContextTakeover: takeover } }))

  it.each(both())('is that of RFC 7692 §7.2.3.1 (%j)', async (options) => {
    const peer = await talk(options, compressed(Buffer.from('f248cdc9c90700', 'hex')))
    await peer.heard(1)
    expect(peer.frames[0]!.payload.toString()).toBe('Hello')
    peer.leave()
  })

  it.each(both())('may come in fragments (§7.2.3.1, %j)', async (options) => {
    const whole = Buffer.from('f248cdc9c90700', 'hex')
    const parts = [
      frame(OP.TEXT, whole.subarray(0, 3), { rsv: RSV.RSV1, final: false }),
      frame(OP.PING, 'between'),
    ]
    const peer = await talk(options, ...parts, frame(OP.CONTINUED, whole.subarray(3)))
    await peer.heard(2)
    expect(peer.frames.map(({ payload }) => payload.toString())).toEqual(['between', 'Hello'])
    peer.leave()
  })

  it('may refer to the one before (§7.2.3.2)', async () => {
    const frames = ['f248cdc9c90700', 'f200110000'].map((hex) => compressed(Buffer.from(hex, 'hex')))
    const peer = await talk({ deflate: { clientContextTakeover: true } }, ...frames)
    await peer.heard(2)
    expect(peer.frames.map(({ payload }) => payload.toString())).toEqual(['Hello', 'Hello'])
    peer.leave()
  })

  it('may not, where that was ruled out: 1007', async () => {
    const frames = ['f248cdc9c90700', 'f200110000'].map((hex) => compressed(Buffer.from(hex, 'hex')))
    const peer = await talk({}, ...frames)
    await peer.end()
    expect(peer.frames[1]!.payload.readUInt16BE(0)).toBe(1007)
    peer.leave()
  })

  it.each(both())('may have a block without compression (§7.2.3.3, %j)', async (options) => {
    const peer = await talk(options, compressed(Buffer.from('000500faff48656c6c6f00', 'hex')))
    await peer.heard(1)
    expect(peer.frames[0]!.payload.toString()).toBe('Hello')
    peer.leave()
  })

  it.each(both())('may have a last block, and others behind it (§7.2.3.4, %j)', async (options) => {
    const last = compressed(Buffer.from('f348cdc9c9070000', 'hex'))
    const peer = await talk(options, last, compressed(Buffer.from('f248cdc9c90700', 'hex')), last)
    await peer.heard(3)
    expect(peer.frames.map(({ payload }) => payload.toString())).toEqual(['Hello', 'Hello', 'Hello'])
    peer.leave()
  })

  it.each(both())('may have several blocks (§7.2.3.5, %j)', async (options) => {
    const peer = await talk(options, compressed(Buffer.from('f24805000000ffffcac9c90700', 'hex')))
    await peer.heard(1)
    expect(peer.frames[0]!.payload.toString()).toBe('Hello')
    peer.leave()
  })

  it.each(both())('may be empty (§7.2.3.6, %j)', async (options) => {
    const peer = await talk(options, compressed(Buffer.from([0])), compressed(sync('more')))
    await peer.heard(2)
    expect(peer.frames.map(({ payload }) => payload.toString())).toEqual(['', 'more'])
    peer.leave()
  })

  it.each(both())('may be so at any level (%j)', async (options) => {
    const text = content(50_000, 3)
    const frames: Buffer[] = []
    for (const level of [0, 1, 6, 9])
      frames.push(
        compressed(deflateRawSync(text, { level, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)),
      )
    const peer = await talk({ ...options, limits: { maxMessageSize: 50_000 } }, ...frames)
    const client = new ClientDeflate(readAgreement(peer.headers.get('sec-websocket-extensions')))
    await peer.heard(4)
    for (const one of peer.frames) expect((await client.content([one])).equals(text)).toBe(true)
    peer.leave()
  })

  it.each(both())('that is damaged fails with 1007 (%j)', async (options) => {
    const peer = await talk(options, compressed(Buffer.from([0xff, 0xff, 0xff, 0xff])))
    await peer.end()
    expect(peer.frames[0]!.payload.readUInt16BE(0)).toBe(1007)
    peer.leave()
  })

  it.each(both())('that is no UTF-8 fails with 1007 (%j)', async (options) => {
    const peer = await talk(options, compressed(sync(Buffer.from([0xce, 0xba, 0xe1]))))
    await peer.end()
    expect(peer.frames[0]!.payload.readUInt16BE(0)).toBe(1007)
    peer.leave()
  })

  it.each(both())('that grows beyond the limit fails with 1009 (%j)', async (options) => {
    const bomb = compressed(sync(Buffer.alloc(5_000_000)), OP.BINARY)
    const peer = await talk({ ...options, limits: { maxMessageSize: 100_000 } }, bomb)
    await peer.end()
    expect(peer.frames[0]!.payload.readUInt16BE(0)).toBe(1009)
    peer.leave()
  })

  it.each([
    [
      'a continuation with RSV1 (§6.1)',
      [
        frame(OP.TEXT, sync('a'), { rsv: RSV.RSV1, final: false }),
        frame(OP.CONTINUED, 'b', { rsv: RSV.RSV1 }),
      ],
    ],
    ['a ping with RSV1 (§5)', [frame(OP.PING, 'a', { rsv: RSV.RSV1 })]],
    ['a close frame with RSV1 (§5)', [frame(OP.CLOSE, '', { rsv: RSV.RSV1 })]],
    ['RSV2 beside RSV1', [frame(OP.TEXT, sync('a'), { rsv: 0x60 })]],
  ])('does not allow %s: 1002', async (_, frames) => {
    const peer = await talk({}, ...frames)
    await peer.end()
    expect(peer.frames.at(-1)!.payload.readUInt16BE(0)).toBe(1002)
    peer.leave()
  })

  it('keeps the order of what comes and goes while it is worked on', async () => {
    const deflate = { threshold: 0, contextTakeover: true, clientContextTakeover: true }
    const { port } = await start({ deflate })
    const peer = await open(wire, port, { 'sec-websocket-extensions': 'permessage-deflate' })
    const client = new ClientDeflate(readAgreement(peer.headers.get('sec-websocket-extensions')))
    const sent = Array.from({ length: 20 }, (_, at) => content(at % 2 === 0 ? 30_000 : 3, at))
    const frames: Buffer[] = []
    for (const [at, one] of sent.entries()) {
      frames.push(...(await client.message(OP.BINARY, one)), frame(OP.PING, `${at}`))
    }
    peer.write(Buffer.concat([...frames, close(1000)]))
    await peer.end()
    const got: Buffer[] = []
    for (const one of peer.frames) if (one.opcode === OP.BINARY) got.push(await client.content([one]))
    expect(got.map((one) => one.length)).toEqual(sent.map((one) => one.length))
    expect(got.every((one, at) => one.equals(sent[at]!))).toBe(true)
    const pongs = peer.frames.filter(({ opcode }) => opcode === OP.PONG)
    expect(pongs.map(({ payload }) => payload.toString())).toEqual(sent.map((_, at) => `${at}`))
    expect(peer.frames.at(-1)).toMatchObject({ opcode: OP.CLOSE })
    peer.leave()
  })
})

describe('the check of windows', () => {
  it.each([9, 10, 12, 15])('sees how far %i bits reach', (windowBits) => {
    const repeated = Buffer.concat(Array<Buffer>(4).fill(content(2 ** windowBits - 300, 1)))
    const options = { windowBits, finishFlush: constants.Z_SYNC_FLUSH }
    const { size, widest } = widestDistance(deflateRawSync(repeated, options))
    expect(size).toBe(repeated.length)
    expect(widest).toBeGreaterThan(windowBits === 9 ? 200 : 2 ** (windowBits - 1))
    expect(widest).toBeLessThanOrEqual(2 ** windowBits)
  })
})
