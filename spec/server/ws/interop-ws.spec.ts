import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { WebSocket, type ClientOptions } from 'ws'
import type { DeflateOptions } from '../../../lib/server/ws/index.js'
import { echoServer, type EchoServer } from './echo-server.js'

const servers: EchoServer[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

async function start(...given: Parameters<typeof echoServer>): Promise<EchoServer> {
  const server = await echoServer(...given)
  servers.push(server)
  return server
}

async function open(port: number, options: ClientOptions = {}, protocols: string[] = []): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, protocols, options)
  await once(socket, 'open')
  return socket
}

/** Sends messages all at once, and gives back what comes. */
async function exchange(
  socket: WebSocket,
  messages: readonly (string | Buffer)[],
): Promise<(string | Buffer)[]> {
  const received: (string | Buffer)[] = []
  const all = new Promise<void>((resolve, reject) => {
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      received.push(isBinary ? data : data.toString())
      if (received.length === messages.length) resolve()
    })
    socket.on('close', (code, reason) => reject(new Error(`closed: ${code} ${reason.toString()}`)))
    socket.on('error', reject)
  })
  for (const message of messages) socket.send(message)
  await all
  return received
}

/** From nothing to 100,000 bytes, more of them where the form of a frame changes. */
const SIZES = [0, 1, 2, 3, 63, 64, 65, 124, 125, 126, 127, 128, 1_023, 1_024, 1_025, 4_095, 4_096, 4_097]
const LARGE = [16_383, 16_384, 32_768, 65_534, 65_535, 65_536, 65_537, 70_001, 99_999, 100_000]
const WORDS = 'all that is said is sent back, € and 𝄞 as well; '

const MESSAGES = [...SIZES, ...LARGE].flatMap((size, i) => [
  Buffer.alloc(size, i + 1),
  'ascii only '.repeat(size).slice(0, size),
  // no half of a character at the end
  WORDS.repeat(Math.ceil(size / WORDS.length)),
])

/** Of what kind each is, and what it says; so large ones are compared quickly. */
function digests(messages: readonly (string | Buffer)[]): string[] {
  return messages.map((one) => `${typeof one} ${createHash('sha1').update(one).digest('hex')}`)
}

const DIGESTS = digests(MESSAGES)

const OFFERS: readonly (readonly [string, ClientOptions['perMessageDeflate']])[] = [
  ['as ws offers it', { threshold: 0 }],
  ['server_no_context_takeover', { threshold: 0, serverNoContextTakeover: true }],
  ['client_no_context_takeover', { threshold: 0, clientNoContextTakeover: true }],
  ['both', { threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true }],
  ['server_max_window_bits=9', { threshold: 0, serverMaxWindowBits: 9 }],
  ['server_max_window_bits=15', { threshold: 0, serverMaxWindowBits: 15 }],
  ['client_max_window_bits=9', { threshold: 0, clientMaxWindowBits: 9 }],
  [
    'everything at once',
    {
      threshold: 0,
      serverNoContextTakeover: true,
      clientNoContextTakeover: true,
      serverMaxWindowBits: 10,
      clientMaxWindowBits: 10,
    },
  ],
]

const WISHES: readonly (readonly [string, DeflateOptions])[] = [
  ['each message for itself', { threshold: 0 }],
  ['the server remembers', { threshold: 0, contextTakeover: true }],
  ['the client may remember', { threshold: 0, clientContextTakeover: true }],
  ['both remember', { threshold: 0, contextTakeover: true, clientContextTakeover: true, level: 1 }],
]

describe('the client of the package ws', () => {
  it('gets back what it sends, of every size, without compression', async () => {
    const { port, errors } = await start({ deflate: false })
    const socket = await open(port)
    expect(socket.extensions).toBe('')
    expect(digests(await exchange(socket, MESSAGES))).toEqual(DIGESTS)
    expect(errors).toEqual([])
  })

  describe.each(WISHES)('with permessage-deflate, %s', (_, deflate) => {
    it.each(OFFERS)('and an offer of %s, gets back what it sends', async (_name, perMessageDeflate) => {
      const { port, errors } = await start({ deflate })
      const socket = await open(port, { perMessageDeflate: perMessageDeflate! })
      expect(socket.extensions).toBe('permessage-deflate')
      expect(digests(await exchange(socket, MESSAGES))).toEqual(DIGESTS)
      expect(errors).toEqual([])
    })
  })

  it('sends fragments, with pings between them, with and without compression', async () => {
    const { port } = await start({ deflate: { threshold: 0, clientContextTakeover: true } })
    for (const perMessageDeflate of [false, { threshold: 0 }]) {
      const socket = await open(port, { perMessageDeflate })
      const pong = once(socket, 'pong')
      const answer = once(socket, 'message')
      socket.send('one €'.slice(0, 4), { fin: false })
      socket.ping('still there?')
      socket.send('', { fin: false })
      socket.send('€ two', { fin: true })
      expect(String(await pong)).toBe('still there?')
      const [data, isBinary] = (await answer) as [Buffer, boolean]
      expect([data.toString(), isBinary]).toEqual(['one € two', false])
    }
  })

  it('answers pings, and its pongs are heard', async () => {
    const server = await start()
    const socket = await open(server.port)
    const ping = once(socket, 'ping')
    const pong = server.pong()
    server.sockets[0]!.ping(Buffer.from('hello'))
    expect(String(await ping)).toBe('hello')
    expect(await pong).toBe('hello')
  })

  it.each([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013, 1014, 3000, 4999])(
    'closes, and is closed, with %i',
    async (code) => {
      const server = await start()
      const socket = await open(server.port)
      const end = once(socket, 'close')
      socket.close(code, 'wird geschlossen: ü')
      expect((await end)[0]).toBe(code)
      await server.closed(code, 'wird geschlossen: ü')

      const other = await open(server.port)
      const ended = once(other, 'close')
      server.sockets[1]!.close(code, 'the server goes')
      const [heard, reason] = (await ended) as [number, Buffer]
      expect([heard, reason.toString()]).toEqual([code, 'the server goes'])
      // it answers with the same
      await server.closed(code, 'the server goes')
    },
  )

  it('is told 1005 for a close frame without a code, and the server 1006 for none at all', async () => {
    const server = await start()
    const first = await open(server.port)
    first.close()
    await server.closed(1005, '')
    const second = await open(server.port)
    second.terminate()
    await server.closed(1006, '')
  })

  it('agrees on a subprotocol, and takes what is answered without one', async () => {
    const { port } = await start({ protocols: ['chat.v2', 'chat.v1'] })
    const socket = await open(port, {}, ['chat.v1', 'chat.v2'])
    expect(socket.protocol).toBe('chat.v1')
    const plain = await open(port)
    expect(plain.protocol).toBe('')
  })
})
