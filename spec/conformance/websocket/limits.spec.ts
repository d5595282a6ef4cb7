import type { WebSocketOptions } from '../../../lib/server/index.js'
import { startEcho, type Echo } from './echo.js'
import { close, fragments, frame, OP } from './frames.js'
import type { Peer } from './peer.js'
import { createWires, open, overHttp1, type Wire } from './wires.js'
import { eventually } from '../../support/eventually.js'

/** Everything, or what stands for the rest. */
const WHOLE = process.env['CORBEL_CUTS'] === 'every'
const KIB = 1024
const MIB = 1024 * KIB
const pick = (all: readonly number[], some: readonly number[]): readonly number[] => (WHOLE ? all : some)
const TIMEOUT = WHOLE ? 300_000 : 60_000

const content = (opcode: number, size: number): Buffer =>
  opcode === OP.TEXT
    ? Buffer.alloc(size, 'κόσμε ')
    : Buffer.alloc(size, Uint8Array.of(0, 0xff, 0x80, 7, 0xfe))
// cut between two characters: the word is 11 bytes with its space
const whole = (opcode: number, size: number): Buffer => {
  const bytes = content(opcode, size)
  if (opcode === OP.TEXT) bytes.fill('*', size - (size % 11))
  return bytes
}

const KINDS = [
  ['text', OP.TEXT],
  ['bytes', OP.BINARY],
] as const

/** Waits for one message, and looks whether it is the one. */
async function expectMessage(peer: Peer, opcode: number, sent: Buffer): Promise<void> {
  await peer.heard(1)
  const [found] = peer.frames.splice(0)
  expect([found!.opcode, found!.final, found!.payload.length]).toEqual([opcode, true, sent.length])
  expect(found!.payload.equals(sent)).toBe(true)
}

async function goodbye(peer: Peer): Promise<void> {
  peer.write(close(1000))
  await peer.end()
  expect(peer.frames).toMatchObject([{ opcode: OP.CLOSE }])
  peer.leave()
}

describe.each(createWires().map((wire) => [wire.name, wire] as const))(
  'large and many messages over %s',
  (_, wire: Wire) => {
    let echo: Echo
    // nothing is configured: this is what the defaults allow
    beforeAll(async () => void (echo = await startEcho(wire.tls)))
    afterAll(async () => {
      expect(echo.errors).toEqual([])
      wire.close()
      await echo.close()
    })

    describe.each(KINDS)('9: %s', (_kind, opcode) => {
      it.each(pick([64 * KIB, 256 * KIB, MIB, 4 * MIB, 8 * MIB, 16 * MIB], [64 * KIB, 16 * MIB]))(
        '9.1, 9.2: %i bytes in one frame',
        async (size) => {
          const sent = whole(opcode, size)
          const peer = await open(wire, echo.port)
          peer.write(frame(opcode, sent))
          await expectMessage(peer, opcode, sent)
          await goodbye(peer)
        },
        TIMEOUT,
      )

      it.each(pick([64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB], [256, 64 * KIB]))(
        '9.3, 9.4: 4 MiB in fragments of %i bytes',
        async (size) => {
          const sent = whole(opcode, 4 * MIB)
          const peer = await open(wire, echo.port)
          for (const one of fragments(opcode, sent, size)) peer.write(one)
          await expectMessage(peer, opcode, sent)
          await goodbye(peer)
        },
        TIMEOUT,
      )

      it.each(pick([128, 256, 512, 1024, 2048, 4096], [1024]))(
        '9.5, 9.6: 1 MiB in pieces of %i bytes',
        async (size) => {
          const sent = whole(opcode, MIB)
          const peer = await open(wire, echo.port)
          await peer.writeOctets(frame(opcode, sent), size)
          await expectMessage(peer, opcode, sent)
          await goodbye(peer)
        },
        TIMEOUT,
      )

      it.each([0, 16, 64, 256, 1024, 4096])(
        '9.7, 9.8: messages of %i bytes to and fro',
        async (size) => {
          const sent = whole(opcode, size)
          const peer = await open(wire, echo.port)
          for (let count = 0; count < (WHOLE ? 1000 : 100); count++) {
            peer.write(frame(opcode, sent))
            await expectMessage(peer, opcode, sent)
          }
          await goodbye(peer)
        },
        TIMEOUT,
      )
    })
  },
)

describe('the limit of a message', () => {
  let echo: Echo
  afterEach(() => echo.close())
  const talk = async (options: WebSocketOptions, ...frames: Buffer[]): Promise<Peer> => {
    echo = await startEcho(false, options)
    const peer = await open(overHttp1(false), echo.port)
    for (const one of frames) peer.write(one)
    return peer
  }

  it('is 16 MiB: with a byte more it is refused by its head, 1009', async () => {
    const size = [127, 0, 0, 0, 0, 1, 0, 0, 1]
    const peer = await talk({}, frame(OP.BINARY, 'the beginning', { length: size }))
    await peer.end()
    expect(peer.frames[0]!.payload.readUInt16BE(0)).toBe(1009)
    peer.leave()
    await eventually(() => expect(echo.closes).toEqual([[1009, 'a message is too large']]))
  })

  it('counts all fragments', async () => {
    const half = Buffer.alloc(600)
    const parts = [frame(OP.BINARY, half, { final: false }), frame(OP.CONTINUED, half, { final: false })]
    const peer = await talk({ limits: { maxMessageSize: 1000 } }, ...parts)
    await peer.end()
    expect(peer.frames[0]!.payload.readUInt16BE(0)).toBe(1009)
    peer.leave()
  })

  it('can be raised', async () => {
    const sent = Buffer.alloc(20 * MIB, 7)
    const peer = await talk({ limits: { maxMessageSize: 32 * MIB } }, frame(OP.BINARY, sent))
    await expectMessage(peer, OP.BINARY, sent)
    await goodbye(peer)
  })

  it('is beside that of what waits: a client that reads nothing is cut off', async () => {
    const peer = await talk({ limits: { maxBufferedSize: MIB } })
    peer.wire.pause()
    const message = frame(OP.BINARY, Buffer.alloc(MIB))
    const closed = new Promise<void>((resolve) => peer.wire.once('close', resolve))
    // what the kernel takes is not ours to say: more and more, until the server has had enough
    const push = (): void => {
      if (!peer.wire.destroyed) peer.wire.write(message, () => setImmediate(push))
    }
    push()
    await closed
    await eventually(() => expect(echo.closes).toEqual([[1006, '']]))
  })

  it('does not hold for one message that waits alone, whatever its size', async () => {
    const sent = Buffer.alloc(12 * MIB, 'κόσμε ')
    sent.fill('*', sent.length - (sent.length % 11))
    const peer = await talk({ limits: { maxBufferedSize: 1000 } }, frame(OP.TEXT, sent))
    await expectMessage(peer, OP.TEXT, sent)
    await goodbye(peer)
  })
})
