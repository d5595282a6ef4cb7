import { isPolled, startAttached, startGateways, startOnNode, type Subject } from './application.js'
import { PacketClient, PollingClient, SEPARATOR, type Handshake } from './clients.js'

const HTTP = '?EIO=4&transport=polling'
const WS = '?EIO=4&transport=websocket'

/** The intervals of the protocol's own suite. */
const SUITE = { pingInterval: 300, pingTimeout: 200, maxHttpBufferSize: 1e6, cors: { origin: '*' } }
/** No machine is too slow for these. */
const CALM = { pingInterval: 25_000, pingTimeout: 20_000 }

type Start = (options: object) => Promise<Omit<Subject, 'app'>>
const SUBJECTS: readonly (readonly [name: string, start: Start, path: string, echoes: boolean])[] = [
  ['gateways of socket.io', (options) => startGateways(options), '/socket.io/', false],
  ['a gateway of packets', (options) => startGateways(options), '/engine.io/', true],
  ['an attached server', (options) => startAttached(options), '/engine.io/', true],
  ['the server of Node', (options) => startOnNode(options), '/engine.io/', true],
]

const open: PacketClient[] = []
let subject: Omit<Subject, 'app'> | undefined
afterEach(async () => {
  for (const client of open.splice(0)) client.close()
  await subject?.close()
  subject = undefined
})

function connect(path: string): PacketClient {
  const client = PacketClient.to(subject!.url, path)
  open.push(client)
  return client
}

describe.each(SUBJECTS)('Engine.IO 4 on %s', (_, start, path, echoes) => {
  const begin = async (options: object = CALM): Promise<string> => {
    subject = await start(options)
    return subject.url + path
  }
  const session = async (options: object = CALM): Promise<PollingClient> =>
    PollingClient.open((await begin(options)) + HTTP)

  describe('the handshake', () => {
    it('by polling opens a session', async () => {
      const url = await begin(SUITE)
      const response = await fetch(url + HTTP)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toMatch(/^text\/plain; *charset=utf-8$/i)
      const packet = await response.text()
      expect(packet[0]).toBe('0')
      const { sid, ...rest } = JSON.parse(packet.slice(1)) as Handshake
      expect(sid).toMatch(/^[\w-]{20}$/)
      expect(rest).toEqual({
        upgrades: ['websocket'],
        pingInterval: 300,
        pingTimeout: 200,
        maxPayload: 1_000_000,
      })
    })

    it('by WebSocket opens a session without upgrades', async () => {
      await begin(SUITE)
      const packet = (await connect(path + WS).next()) as string
      expect(packet[0]).toBe('0')
      const { sid, ...rest } = JSON.parse(packet.slice(1)) as Handshake
      expect(sid).toMatch(/^[\w-]{20}$/)
      expect(rest).toEqual({ upgrades: [], pingInterval: 300, pingTimeout: 200, maxPayload: 1_000_000 })
    })

    it.each([
      ['no version', 'transport=polling', 'GET'],
      ['a version that is none', 'EIO=abc&transport=polling', 'GET'],
      ['version 3', 'EIO=3&transport=polling', 'GET'],
      ['no transport', 'EIO=4', 'GET'],
      ['a transport that is none', 'EIO=4&transport=abc', 'GET'],
      ['a WebSocket without upgrade', 'EIO=4&transport=websocket', 'GET'],
      ['a session that is none', 'EIO=4&transport=polling&sid=abc', 'GET'],
      ['the name of a member', 'EIO=4&transport=polling&sid=constructor', 'GET'],
      ['POST', 'EIO=4&transport=polling', 'POST'],
      ['PUT', 'EIO=4&transport=polling', 'PUT'],
      ['DELETE', 'EIO=4&transport=polling', 'DELETE'],
    ])('by polling refuses %s', async (_name, query, method) => {
      const response = await fetch(`${await begin()}?${query}`, { method })
      expect(response.status).toBe(400)
      await response.text()
    })

    it.each([
      ['no version', 'transport=websocket'],
      ['a version that is none', 'EIO=abc&transport=websocket'],
      ['no transport', 'EIO=4'],
      ['a transport that is none', 'EIO=4&transport=abc'],
      ['polling', 'EIO=4&transport=polling'],
      ['a session that is none', 'EIO=4&transport=websocket&sid=abc'],
    ])('by WebSocket refuses %s', async (_name, query) => {
      await begin()
      expect(await connect(`${path}?${query}`).closed()).toEqual([])
    })
  })

  describe.runIf(echoes)('messages', () => {
    it('by polling come one or several at a time', async () => {
      const client = await session()
      const pushed = await client.post(`4test1${SEPARATOR}4test2${SEPARATOR}4test3`)
      expect([pushed.status, await pushed.text()]).toEqual([200, 'ok'])
      expect(await client.poll()).toBe(`4test1${SEPARATOR}4test2${SEPARATOR}4test3`)
    })

    it('by polling may be text of any kind', async () => {
      const client = await session()
      await client.post('4κόσμε 𝄞 {"a":"\\n"}\n')
      expect(await client.poll()).toBe('4κόσμε 𝄞 {"a":"\\n"}\n')
    })

    it('by polling may be bytes, in base64', async () => {
      const client = await session()
      const pushed = await client.post(`4test${SEPARATOR}bAQIDBA==`)
      expect([pushed.status, await pushed.text()]).toEqual([200, 'ok'])
      expect(await client.poll()).toBe(`4test${SEPARATOR}bAQIDBA==`)
    })

    it('by polling wait for those who do not ask, and those who ask wait for them', async () => {
      const client = await session()
      const polled = client.poll()
      await isPolled(subject!, client.handshake.sid)
      await client.post('4first')
      expect(await polled).toBe('4first')
      await client.post('4second')
      await client.post('4third')
      expect(await client.poll()).toBe(`4second${SEPARATOR}4third`)
    })

    it('by WebSocket are text or bytes', async () => {
      await begin()
      const client = connect(path + WS)
      await client.next()
      client.send('4test')
      expect(await client.next()).toBe('4test')
      client.send(Uint8Array.of(1, 2, 3, 4))
      expect(await client.next()).toEqual(Buffer.from([1, 2, 3, 4]))
    })

    it('are no longer than maxPayload, by polling', async () => {
      const client = await session({ ...CALM, maxHttpBufferSize: 1000 })
      expect(client.handshake.maxPayload).toBe(1000)
      const largest = `4${'a'.repeat(999)}`
      expect((await client.post(largest)).status).toBe(200)
      expect(await client.poll()).toBe(largest)
      expect((await client.post(`${largest}b`)).status).toBe(413)
    })

    it('are no longer than maxPayload, by WebSocket', async () => {
      await begin({ ...CALM, maxHttpBufferSize: 1000 })
      const client = connect(path + WS)
      await client.next()
      client.send(`4${'a'.repeat(999)}`)
      expect(await client.next()).toHaveLength(1000)
      client.send(`4${'a'.repeat(1000)}`)
      await client.closed()
    })
  })

  describe('a session', () => {
    it('by polling ends with a packet that is none', async () => {
      const client = await session()
      const pushed = await client.post('abc')
      expect([pushed.status, await pushed.text()]).toEqual([200, 'ok'])
      expect(await client.gone()).toEqual([])
    })

    it('by WebSocket ends with a packet that is none', async () => {
      await begin()
      const client = connect(path + WS)
      await client.next()
      client.send('abc')
      await client.closed()
    })

    it('ends when it polls twice at a time', async () => {
      const client = await session()
      const [first, second] = await Promise.all([client.get(), client.get()])
      const statuses = [first.status, second.status].sort((a, b) => a - b)
      expect(statuses).toEqual([200, 400])
      const waiting = first.status === 200 ? first : second
      // close, or nothing in particular
      expect(await waiting.text()).toMatch(/^[16]$/)
      expect((await client.get()).status).toBe(400)
    })

    it('refuses bytes that are not base64', async () => {
      const client = await session()
      const pushed = await client.post(Uint8Array.of(1, 2), { 'content-type': 'application/octet-stream' })
      expect(pushed.status).toBe(400)
      await client.gone()
    })

    it('by polling is ended by the client', async () => {
      const client = await session()
      const waiting = client.get()
      await isPolled(subject!, client.handshake.sid)
      const pushed = await client.post('1')
      const polled = await waiting
      expect([polled.status, pushed.status]).toEqual([200, 200])
      expect(await polled.text()).toBe('6')
      expect((await client.get()).status).toBe(400)
    })

    it('by WebSocket is ended by the client', async () => {
      // it is the heartbeat that ends it
      await begin(SUITE)
      const client = connect(path + WS)
      await client.next()
      client.send('1')
      await client.closed()
    })
  })

  describe('the heartbeat', () => {
    const OFTEN = { pingInterval: 30, pingTimeout: 20_000 }

    it('by polling is answered again and again', async () => {
      const client = await session(OFTEN)
      for (let count = 0; count < 3; count++) {
        expect(await client.poll()).toBe('2')
        expect((await client.post('3')).status).toBe(200)
      }
    })

    it('by WebSocket is answered again and again', async () => {
      await begin(OFTEN)
      const client = connect(path + WS)
      await client.next()
      for (let count = 0; count < 3; count++) {
        expect(await client.next()).toBe('2')
        client.send('3')
      }
    })

    it('by polling ends a session that does not answer', async () => {
      const client = await session(SUITE)
      const heard = await client.gone()
      // whoever asks for packets is told before
      expect(heard.join('').replaceAll(SEPARATOR, '')).toMatch(/^2?[16]?$/)
    })

    it('by WebSocket ends a session that does not answer', async () => {
      await begin(SUITE)
      const client = connect(path + WS)
      await client.next()
      expect(await client.closed()).toEqual(['2'])
    })
  })

  describe('the upgrade', () => {
    const upgrade = async (client: PollingClient): Promise<PacketClient> => {
      const socket = connect(`${path + WS}&sid=${client.handshake.sid}`)
      await new Promise((resolve) => socket.socket.once('open', resolve))
      socket.send('2probe')
      expect(await socket.next()).toBe('3probe')
      socket.send('5')
      return socket
    }

    it('goes on with a WebSocket', async () => {
      const socket = await upgrade(await session())
      if (echoes) {
        socket.send('4hello')
        expect(await socket.next()).toBe('4hello')
      } else {
        socket.send('40')
        expect(await socket.next()).toMatch(/^40\{"sid":/)
      }
    })

    it('lets a poll that waits go', async () => {
      const client = await session()
      const polled = client.poll()
      await isPolled(subject!, client.handshake.sid)
      const socket = await upgrade(client)
      expect(await polled).toMatch(/^[16]$/)
      socket.close()
    })

    it.runIf(echoes)('takes what was not polled along', async () => {
      const client = await session()
      await client.post('4before')
      const socket = await upgrade(client)
      expect(await socket.next()).toBe('4before')
    })

    it('leaves nothing to poll', async () => {
      const client = await session()
      const socket = await upgrade(client)
      socket.send(echoes ? '4hello' : '40')
      await socket.next()
      expect((await client.get()).status).toBe(400)
    })

    it('happens once', async () => {
      const client = await session()
      const socket = await upgrade(client)
      socket.send(echoes ? '4hello' : '40')
      await socket.next()
      await connect(`${path + WS}&sid=${client.handshake.sid}`).closed()
      socket.send(echoes ? '4again' : '41')
      if (echoes) expect(await socket.next()).toBe('4again')
    })

    it('does not happen without a probe', async () => {
      const client = await session()
      const socket = connect(`${path + WS}&sid=${client.handshake.sid}`)
      await new Promise((resolve) => socket.socket.once('open', resolve))
      socket.send('4early')
      await socket.closed()
      const polled = client.get()
      await isPolled(subject!, client.handshake.sid)
      await client.post('1')
      expect((await polled).status).toBe(200)
    })
  })
})
