import { randomBytes } from 'node:crypto'
import { constants, deflateRawSync } from 'node:zlib'
import { CloseCode, PreparedMessage } from '../../../lib/server/ws/index.js'
import { heldTime } from '../../support/held-time.js'
import { closeFrame, echoServer, frame, RawClient, type EchoServer } from './echo-server.js'

// the clock of the server stands still: what is asked of it is told by the spec
heldTime()

const TEXT = 1
const BINARY = 2
const CONTINUED = 0
const PING = 9
const PONG = 10

/** What a server sends for a message or a control frame. */
function answer(opcode: number, payload: Uint8Array | string = ''): Buffer {
  return frame(opcode, payload, { masked: false })
}

const euro = Buffer.from('€')

describe.each([
  ['whole', false],
  ['byte by byte', true],
])('frames that come %s', (_, piecewise) => {
  let server: EchoServer
  beforeAll(async () => void (server = await echoServer({ limits: { maxMessageSize: 100_000 } })))
  afterAll(() => server.close())

  const talk = async (...frames: Buffer[]): Promise<RawClient> => {
    const client = await RawClient.open(server.port)
    await client.handshake()
    await client.send(Buffer.concat(frames), piecewise)
    return client
  }

  it.each<[string, Buffer[], Buffer]>([
    ['an empty text', [frame(TEXT)], answer(TEXT)],
    ['a text', [frame(TEXT, 'Hello')], answer(TEXT, 'Hello')],
    ['a text outside ASCII', [frame(TEXT, 'κόσμε 𝄞')], answer(TEXT, 'κόσμε 𝄞')],
    ['bytes', [frame(BINARY, Buffer.from([0, 255, 128]))], answer(BINARY, Buffer.from([0, 255, 128]))],
    ['125 bytes', [frame(TEXT, 'x'.repeat(125))], answer(TEXT, 'x'.repeat(125))],
    ['126 bytes', [frame(TEXT, 'x'.repeat(126))], answer(TEXT, 'x'.repeat(126))],
    ['65,535 bytes', [frame(BINARY, Buffer.alloc(65_535, 7))], answer(BINARY, Buffer.alloc(65_535, 7))],
    ['65,536 bytes', [frame(BINARY, Buffer.alloc(65_536, 7))], answer(BINARY, Buffer.alloc(65_536, 7))],
    [
      'two in a row',
      [frame(TEXT, 'a'), frame(TEXT, 'b')],
      Buffer.concat([answer(TEXT, 'a'), answer(TEXT, 'b')]),
    ],
    [
      'fragments',
      [frame(TEXT, 'a', { final: false }), frame(CONTINUED, 'b', { final: false }), frame(CONTINUED, 'c')],
      answer(TEXT, 'abc'),
    ],
    [
      'a character in two fragments',
      [frame(TEXT, euro.subarray(0, 1), { final: false }), frame(CONTINUED, euro.subarray(1))],
      answer(TEXT, '€'),
    ],
    [
      'a ping between fragments',
      [frame(TEXT, 'a', { final: false }), frame(PING, 'p'), frame(CONTINUED, 'b')],
      Buffer.concat([answer(PONG, 'p'), answer(TEXT, 'ab')]),
    ],
    ['an empty ping', [frame(PING)], answer(PONG)],
    ['a ping of 125 bytes', [frame(PING, Buffer.alloc(125, 254))], answer(PONG, Buffer.alloc(125, 254))],
    ['a pong that nobody has asked for', [frame(PONG, 'x'), frame(TEXT, 'a')], answer(TEXT, 'a')],
  ])('are understood: %s', async (_name, frames, expected) => {
    const client = await talk(...frames)
    expect((await client.bytes(expected.length)).equals(expected)).toBe(true)
    client.socket.destroy()
  })

  it.each<[string, Buffer[], number]>([
    ['no mask (RFC 6455 §5.1)', [frame(TEXT, 'a', { masked: false })], CloseCode.ProtocolError],
    ['RSV1 without compression (§5.2)', [frame(TEXT, 'a', { rsv: 0x40 })], CloseCode.ProtocolError],
    ['RSV2', [frame(TEXT, 'a', { rsv: 0x20 })], CloseCode.ProtocolError],
    ['RSV3', [frame(PING, 'a', { rsv: 0x10 })], CloseCode.ProtocolError],
    ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode): [string, Buffer[], number] => [
      `opcode ${opcode}`,
      [frame(opcode, 'a')],
      CloseCode.ProtocolError,
    ]),
    [
      'a length of 126 that is 5 (§5.2)',
      [frame(TEXT, 'Hello', { length: [126, 0, 5] })],
      CloseCode.ProtocolError,
    ],
    [
      'a length of 127 that is 5',
      [frame(TEXT, 'Hello', { length: [127, 0, 0, 0, 0, 0, 0, 0, 5] })],
      CloseCode.ProtocolError,
    ],
    [
      'a length with its highest bit set',
      [frame(TEXT, '', { length: [127, 128, 0, 0, 0, 0, 0, 0, 0] })],
      CloseCode.ProtocolError,
    ],
    ['a continuation of nothing (§5.4)', [frame(CONTINUED, 'a')], CloseCode.ProtocolError],
    ['a text within a text', [frame(TEXT, 'a', { final: false }), frame(TEXT, 'b')], CloseCode.ProtocolError],
    ['a fragmented ping (§5.5)', [frame(PING, 'a', { final: false })], CloseCode.ProtocolError],
    ['a ping of 126 bytes', [frame(PING, Buffer.alloc(126))], CloseCode.ProtocolError],
    ['a close frame of one byte (§5.5.1)', [frame(8, 'x')], CloseCode.ProtocolError],
    ...[0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535].map((code): [string, Buffer[], number] => [
      `the close code ${code} (§7.4)`,
      [closeFrame(code)],
      CloseCode.ProtocolError,
    ]),
    ['a reason that is not UTF-8', [closeFrame(1000, Buffer.from([0xff]))], CloseCode.InvalidPayload],
    [
      'a text that is not UTF-8 (§8.1)',
      [frame(TEXT, Buffer.from([0xce, 0xba, 0xe1]))],
      CloseCode.InvalidPayload,
    ],
    ['a surrogate', [frame(TEXT, Buffer.from([0xed, 0xa0, 0x80]))], CloseCode.InvalidPayload],
    ['an overlong form', [frame(TEXT, Buffer.from([0xc0, 0x80]))], CloseCode.InvalidPayload],
    [
      'a code point above U+10FFFF',
      [frame(TEXT, Buffer.from([0xf4, 0x90, 0x80, 0x80]))],
      CloseCode.InvalidPayload,
    ],
    [
      'a fragment that can become no text',
      [frame(TEXT, Buffer.from([0xf4, 0x90]), { final: false })],
      CloseCode.InvalidPayload,
    ],
    ['a message that is too large', [frame(BINARY, Buffer.alloc(100_001))], CloseCode.MessageTooBig],
    [
      'fragments that are too large',
      [frame(BINARY, Buffer.alloc(60_000), { final: false }), frame(CONTINUED, Buffer.alloc(60_000))],
      CloseCode.MessageTooBig,
    ],
    [
      'a length that is never sent',
      [frame(BINARY, '', { length: [127, 0, 0, 0, 1, 0, 0, 0, 0] })],
      CloseCode.MessageTooBig,
    ],
    [
      'a flood of empty fragments',
      [
        frame(TEXT, '', { final: false }),
        ...Array.from({ length: 1_100 }, () => frame(CONTINUED, '', { final: false })),
      ],
      CloseCode.PolicyViolation,
    ],
  ])('end the connection: %s', async (_name, frames, code) => {
    const client = await talk(...frames)
    const said = await client.end()
    expect(said[0]).toBe(0x88)
    expect(said.readUInt16BE(2)).toBe(code)
    // the reason is text, and the frame the last one
    expect(said.length).toBe(2 + said[1]!)
    expect(server.errors).toEqual([])
  })

  it.each([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999])(
    'close with %i, which is answered by the same',
    async (code) => {
      const client = await talk(closeFrame(code, 'bye'))
      expect((await client.end()).equals(answer(8, Buffer.from([code >> 8, code & 0xff])))).toBe(true)
      await server.closed(code, 'bye')
    },
  )

  it('close without a code, and nothing is heard behind it', async () => {
    const client = await talk(frame(8), frame(TEXT, 'late'))
    expect((await client.end()).equals(answer(8))).toBe(true)
    await server.closed(1005, '')
  })
})

describe('a socket', () => {
  it('refuses what may not be sent', async () => {
    const server = await echoServer()
    const client = await RawClient.open(server.port)
    await client.handshake()
    const [socket] = server.sockets
    expect(() => socket!.close(1005)).toThrow(expect.objectContaining({ code: 'CORBEL_WS_CLOSE_CODE' }))
    expect(() => socket!.ping(Buffer.alloc(126))).toThrow(
      expect.objectContaining({ code: 'CORBEL_WS_CONTROL_TOO_LONG' }),
    )
    socket!.close(4001, '€'.repeat(60))
    expect(socket!.send('late')).toBe(false)
    const said = await client.bytes(125)
    expect(said.readUInt16BE(2)).toBe(4001)
    // cut between two characters: 41 of three bytes
    expect(said[1]).toBe(125)
    client.socket.write(closeFrame(4001))
    await client.end()
    await server.close()
  })

  it('gives each listener bytes of its own, whoever else the server reads from', async () => {
    const kept: Buffer[] = []
    const server = await echoServer({}, (socket, content) => {
      kept.push(content as Buffer)
      socket.send('got')
    })
    const contents = [10, 3_000, 40_000, 60_000].map((size, i) => Buffer.alloc(size, i + 1))
    for (const content of contents) {
      const client = await RawClient.open(server.port)
      await client.handshake()
      await client.send(frame(BINARY, content))
      await client.bytes(5)
      client.socket.destroy()
    }
    expect(kept.map((bytes, i) => bytes.equals(contents[i]!))).toEqual([true, true, true, true])
    await server.close()
  })

  it('hears nothing while it is paused, and everything afterwards', async () => {
    const heard: (string | Buffer)[] = []
    const server = await echoServer({}, (socket, content) => {
      heard.push(content)
      socket.send('got')
    })
    const client = await RawClient.open(server.port)
    await client.handshake()
    const [socket] = server.sockets
    socket!.pause()
    await client.send(frame(TEXT, 'late'))
    // an answer on another connection says that the server has been reading meanwhile
    const other = await RawClient.open(server.port)
    await other.handshake()
    await other.send(frame(TEXT, 'early'))
    await other.bytes(5)
    expect(heard).toEqual(['early'])
    socket!.resume()
    await client.bytes(5)
    expect(heard).toEqual(['early', 'late'])
    client.socket.destroy()
    other.socket.destroy()
    await server.close()
  })

  it('hears nothing while it is paused of what has come together with the message before', async () => {
    const heard: string[] = []
    const early: string[] = []
    let isPaused = false
    const heardAll = new Set<() => void>()
    const server = await echoServer({}, (socket, content) => {
      heard.push(String(content))
      if (isPaused) early.push(String(content))
      if (String(content) === 'last') heardAll.forEach((call) => call())
      if (heard.length % 10 === 0) {
        isPaused = true
        socket.pause()
        setImmediate(() => {
          isPaused = false
          socket.resume()
        })
      } else {
        // at once, nothing happens
        socket.pause()
        socket.resume()
      }
    })
    const client = await RawClient.open(server.port)
    await client.handshake()
    const done = new Promise<void>((resolve) => heardAll.add(resolve))
    const numbers = Array.from({ length: 1005 }, (_, i) => String(i))
    await client.send(Buffer.concat([...numbers, 'last'].map((text) => frame(TEXT, text))))
    await done
    expect(heard).toEqual([...numbers, 'last'])
    expect(early).toEqual([])
    client.socket.destroy()
    expect(server.errors).toEqual([])
    await server.close()
  })

  it('is closed while it is paused with messages that nobody has heard of', async () => {
    const heard: string[] = []
    const server = await echoServer({}, (socket, content) => {
      heard.push(String(content))
      socket.pause()
    })
    const client = await RawClient.open(server.port)
    await client.handshake()
    await client.send(Buffer.concat([frame(TEXT, 'a'), frame(TEXT, 'b'), closeFrame(1000, '')]))
    while (heard.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const [socket] = server.sockets
    socket!.close(1000, 'enough')
    // too late: the end has to be heard
    socket!.pause()
    await server.closed(1000, '')
    expect(heard).toEqual(['a'])
    client.socket.destroy()
    await server.close()
  })

  it('ends by itself when a listener fails while it is resumed', async () => {
    const server = await echoServer({}, (socket, content) => {
      if (String(content) === 'bad') throw new TypeError('broken')
      socket.pause()
    })
    const client = await RawClient.open(server.port)
    await client.handshake()
    await client.send(Buffer.concat([frame(TEXT, 'a'), frame(TEXT, 'bad')]))
    const [socket] = server.sockets
    while (socket!.bufferedAmount === 0 && server.errors.length === 0) {
      await new Promise((resolve) => setImmediate(resolve))
      socket!.resume()
    }
    expect((await client.bytes(4)).readUInt16BE(2)).toBe(CloseCode.InternalError)
    expect(server.errors).toEqual([new TypeError('broken')])
    client.socket.destroy()
    await server.close()
  })

  it('ends by itself when a listener fails with a message that took long to decompress', async () => {
    const server = await echoServer({ deflate: { clientContextTakeover: true } }, () => {
      throw new TypeError('broken')
    })
    const client = await RawClient.open(server.port)
    await client.handshake({ 'sec-websocket-extensions': 'permessage-deflate' })
    const payload = deflateRawSync(Buffer.from(randomBytes(200_000).toString('hex')), {
      finishFlush: constants.Z_SYNC_FLUSH,
    })
    await client.send(frame(TEXT, payload.subarray(0, -4), { rsv: 0x40 }))
    expect((await client.bytes(4)).readUInt16BE(2)).toBe(CloseCode.InternalError)
    expect(server.errors).toEqual([new TypeError('broken')])
    client.socket.destroy()
    await server.close()
  })

  it('ends by itself when a listener fails', async () => {
    const server = await echoServer({}, () => {
      throw new TypeError('broken')
    })
    const client = await RawClient.open(server.port)
    await client.handshake()
    await client.send(frame(TEXT, 'a'))
    expect((await client.bytes(4)).readUInt16BE(2)).toBe(CloseCode.InternalError)
    expect(server.errors).toEqual([new TypeError('broken')])
    client.socket.destroy()
    await server.close()
  })

  it('is asked whether it is there, and cut off if it stays silent', async () => {
    const server = await echoServer({ limits: { heartbeatInterval: 30_000 } })
    const client = await RawClient.open(server.port)
    await client.handshake()
    const [socket] = server.sockets
    const begin = server.engine.clock.now
    socket!.sweep(begin + 29_999)
    socket!.sweep(begin + 30_000)
    socket!.sweep(begin + 30_001)
    expect((await client.bytes(2)).equals(answer(PING))).toBe(true)
    // any sign of life will do
    await client.send(frame(TEXT, 'a'))
    await client.bytes(5)
    socket!.sweep(server.engine.clock.now + 30_000)
    expect(
      (await client.bytes(7)).equals(Buffer.concat([answer(PING), answer(TEXT, 'a'), answer(PING)])),
    ).toBe(true)
    socket!.sweep(server.engine.clock.now + 60_000)
    await server.closed(1006, '')
    await server.close()
  })

  it('does not wait for ever for the answer to its close frame', async () => {
    const server = await echoServer({ limits: { closeTimeout: 5_000 } })
    const client = await RawClient.open(server.port)
    await client.handshake()
    const [socket] = server.sockets
    const begin = server.engine.clock.now
    socket!.close(1000)
    await client.bytes(4)
    socket!.sweep(begin + 4_999)
    expect(socket!.readyState).toBe(2)
    socket!.sweep(server.engine.clock.now + 5_000)
    await server.closed(1006, '')
    await server.close()
  })

  it('that is cut off is told as 1006', async () => {
    const server = await echoServer()
    const client = await RawClient.open(server.port)
    await client.handshake()
    client.socket.destroy()
    await server.closed(1006, '')
    expect(server.closes).toEqual([[1006, '']])
    expect(server.engine.sockets.size).toBe(0)
    await server.close()
  })

  it('is cut off if it takes too little of what it is sent', async () => {
    const server = await echoServer({ limits: { maxBufferedSize: 1 << 20 } })
    const client = await RawClient.open(server.port)
    await client.handshake()
    client.socket.pause()
    const [socket] = server.sockets
    const message = new PreparedMessage(Buffer.alloc(1 << 20))
    for (let i = 0; i < 64 && socket!.readyState === 1; i++) {
      socket!.send(message)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await server.closed(1006, '')
    expect(server.closes).toEqual([[1006, '']])
    client.socket.destroy()
    await server.close()
  })
})
