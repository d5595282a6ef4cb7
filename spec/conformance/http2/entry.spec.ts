import { HeaderList, type Exchange } from '../../../lib/http/index.js'
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../../../lib/server/index.js'
import { localhost } from '../../server/tls/identities.js'
import { RawClient } from '../../support/raw-http.js'
import { Http2Client } from './client.js'
import { data, PREFACE, SETTING, settings, SETTINGS_ACK } from './frames.js'
import { Reading } from './reading.js'
import { get, post } from './rule.js'

const servers: HttpServer[] = []
const clients: { destroy(): void }[] = []

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

/** Answers with protocol, method, target and body; `/bytes` with 20 bytes; `/later` when it is told to. */
let later: (() => void)[] = []
async function handle({ protocol, method, target, body, sink }: Exchange): Promise<void> {
  if (target === '/later') await new Promise<void>((resolve) => later.push(resolve))
  const content = Buffer.from(await body.bytes(1 << 20)).toString('latin1')
  const text = target === '/bytes' ? 'x'.repeat(20) : `${protocol} ${method} ${target} ${content}`
  sink.head(200, HeaderList.from({ 'content-type': 'text/plain' }), text.length)
  sink.end(text)
}

async function start(options: HttpServerOptions = {}): Promise<{ port: number; server: HttpServer }> {
  const server = createHttpServer(options)
  servers.push(server)
  server.handle(handle)
  const [address] = await server.listen({ host: '127.0.0.1' })
  return { port: address!.port, server }
}

async function open<T extends { destroy(): void }>(client: Promise<T>): Promise<T> {
  const opened = await client
  clients.push(opened)
  return opened
}

const TLS = { tls: { key: localhost.key, cert: localhost.cert } }
const REQUEST = 'GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'

async function answerOn(client: Http2Client, stream: number): Promise<string> {
  await client.until(`the answer on stream ${stream}`, () => client.stream(stream).ended)
  return client.stream(stream).body
}

describe('one port for both protocols', () => {
  it('tells HTTP/2 by its preface (RFC 9113 §3.3)', async () => {
    const { port } = await start()
    const client = await open(Http2Client.open(port))
    expect(await answerOn(client.send(get(1, '/a')), 1)).toBe('h2 GET /a ')
    const other = await open(RawClient.open(port))
    expect((await other.send(REQUEST).allResponses())[0]!.body).toBe('http/1.1 GET /a ')
  })

  it('tells it wherever the preface is cut', async () => {
    const { port } = await start()
    for (let at = 1; at < PREFACE.length; at++) {
      const client = await open(Http2Client.open(port, { raw: true }))
      client.send(PREFACE.subarray(0, at))
      await new Promise((resolve) => setImmediate(resolve))
      client.send(PREFACE.subarray(at), settings(), get(1, '/cut'))
      expect(await answerOn(client, 1)).toBe('h2 GET /cut ')
      client.destroy()
    }
  })

  it.each([1, 2, 3, 4])('is not misled by what begins like the preface for %d bytes', async (count) => {
    const { port } = await start()
    const client = await open(RawClient.open(port))
    client.send(PREFACE.subarray(0, count))
    await new Promise((resolve) => setImmediate(resolve))
    client.send('X /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    const [answer] = await client.allResponses()
    // PX is a method like any other
    if (count < 4) expect(answer!.body).toBe(`http/1.1 ${'PRI'.slice(0, count)}X /a `)
    else expect(answer!.status).toBeGreaterThanOrEqual(400)
  })

  it('speaks what was agreed on by ALPN (RFC 9113 §3.2)', async () => {
    const { port } = await start(TLS)
    const client = await open(Http2Client.open(port, { tls: true }))
    expect(await answerOn(client.send(get(1, '/a')), 1)).toBe('h2 GET /a ')
    for (const ALPNProtocols of [['http/1.1'], undefined]) {
      const other = await open(RawClient.openTls(port, ALPNProtocols && { ALPNProtocols }))
      expect((await other.send(REQUEST).allResponses())[0]!.body).toBe('http/1.1 GET /a ')
    }
    const both = await open(RawClient.openTls(port, { ALPNProtocols: ['http/1.1', 'h2'] }))
    expect(both.socket.alpnProtocol).toBe('h2')
  })

  it('refuses clients that speak neither (RFC 7301 §3.2)', async () => {
    const { port } = await start(TLS)
    await expect(RawClient.openTls(port, { ALPNProtocols: ['spdy/3'] })).rejects.toThrow()
  })

  it('does not take a preface for HTTP/2 where HTTP/1.1 was agreed on', async () => {
    const { port } = await start(TLS)
    const client = await open(RawClient.openTls(port, { ALPNProtocols: ['http/1.1'] }))
    client.send(PREFACE).send(settings())
    const [answer] = await client.allResponses()
    expect(answer!.status).toBeGreaterThanOrEqual(400)
  })

  it('closes on a client that has agreed on h2 and speaks HTTP/1.1', async () => {
    const { port } = await start(TLS)
    const client = await open(RawClient.openTls(port, { ALPNProtocols: ['h2'] }))
    client.send(REQUEST)
    expect(await client.serverEnd()).not.toContain('200 OK')
  })

  it('speaks HTTP/1.1 alone where HTTP/2 is turned off', async () => {
    const { port } = await start({ http2: false })
    const client = await open(Http2Client.open(port, { raw: true }))
    client.send(PREFACE, settings())
    await client.until('the end', ({ gone }) => gone)
    expect(client.other).toMatch(/^HTTP\/1\.1 (4|5)\d\d /)
  })
})

describe('an upgrade from HTTP/1.1 (RFC 7540 §3.2)', () => {
  const SETTINGS = settings([SETTING.INITIAL_WINDOW_SIZE, 5]).subarray(9).toString('base64url')
  const upgrade = (path: string, fields: readonly string[], line = 'GET') =>
    [`${line} ${path} HTTP/1.1`, 'Host: a', ...fields, '', ''].join('\r\n')
  const USUAL = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', `HTTP2-Settings: ${SETTINGS}`]
  const UPGRADE = { http2: { upgrade: true } }

  /** Reads what comes behind 101. */
  async function upgraded(
    client: RawClient,
  ): Promise<(until: (reading: Reading) => boolean) => Promise<Reading>> {
    await client.until(({ received }) => received.includes('\r\n\r\n'))
    expect(client.received).toMatch(/^HTTP\/1\.1 101 [^\r]*\r\n/)
    expect(client.received.toLowerCase()).toContain('upgrade: h2c')
    let at = client.received.indexOf('\r\n\r\n') + 4
    const reading = new Reading(undefined, () => client.send(SETTINGS_ACK))
    return async (until) => {
      await client.until(({ received }) => {
        const more = received.slice(at)
        at = received.length
        reading.receive(Buffer.from(more, 'latin1'))
        return until(reading)
      })
      return reading
    }
  }

  it('is answered on stream 1, and takes requests from 3 on', async () => {
    const { port } = await start(UPGRADE)
    const client = await open(RawClient.open(port))
    const wait = await upgraded(client.send(upgrade('/bytes', USUAL)))
    client
      .send(PREFACE)
      .send(settings([SETTING.INITIAL_WINDOW_SIZE, 5]))
      .send(get(3, '/b'))
    // the window that HTTP2-Settings has told is in force
    let reading = await wait((log) => log.stream(1).counted >= 5 && log.stream(3).counted >= 5)
    expect(reading.status(1)).toBe(200)
    expect(reading.stream(1)).toMatchObject({ body: 'xxxxx', ended: false })
    client.send(settings([SETTING.INITIAL_WINDOW_SIZE, 100]))
    reading = await wait((log) => log.stream(1).ended && log.stream(3).ended)
    expect(reading.stream(1).body).toBe('x'.repeat(20))
    expect(reading.stream(3).body).toBe('h2 GET /b ')
  })

  it('hands over a body that came with it', async () => {
    const { port } = await start(UPGRADE)
    const client = await open(RawClient.open(port))
    const fields = [
      'Connection: Upgrade, HTTP2-Settings',
      'Upgrade: h2c',
      'HTTP2-Settings: ',
      'Content-Length: 4',
    ]
    client.send(upgrade('/b', fields, 'POST')).send('body')
    await client.until(({ received }) => received.includes('\r\n\r\n'))
    if (client.received.startsWith('HTTP/1.1 200')) {
      // an upgrade may be ignored
      expect((await client.response()).body).toBe('http/1.1 POST /b body')
      return
    }
    const wait = await upgraded(client)
    client.send(PREFACE).send(settings())
    const reading = await wait((log) => log.stream(1).ended)
    expect(reading.stream(1).body).toContain('POST /b body')
  })

  it('leaves stream 1 half-closed', async () => {
    const { port } = await start(UPGRADE)
    const client = await open(RawClient.open(port))
    const wait = await upgraded(client.send(upgrade('/later', USUAL)))
    client.send(PREFACE).send(settings()).send(data(1, 'x'))
    const reading = await wait((log) => log.stream(1).reset !== undefined || log.goaway !== undefined)
    expect(reading.stream(1).reset ?? reading.goaway!.code).toBe(5)
  })

  it.each([
    ['no HTTP2-Settings', ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c']],
    ['HTTP2-Settings twice', [...USUAL, `HTTP2-Settings: ${SETTINGS}`]],
    [
      'h2, which is for TLS',
      ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2', `HTTP2-Settings: ${SETTINGS}`],
    ],
    [
      'HTTP2-Settings that are not named by Connection',
      ['Connection: Upgrade', 'Upgrade: h2c', `HTTP2-Settings: ${SETTINGS}`],
    ],
    [
      'Upgrade that is not named by Connection',
      ['Connection: HTTP2-Settings', 'Upgrade: h2c', `HTTP2-Settings: ${SETTINGS}`],
    ],
  ])('is ignored with %s', async (_, fields) => {
    const { port } = await start(UPGRADE)
    const client = await open(RawClient.open(port))
    const answer = await client.send(upgrade('/a', fields)).response()
    expect(answer).toMatchObject({ status: 200, body: 'http/1.1 GET /a ' })
  })

  it.each(['!!!', 'AAMAAAB', 'AAMAAABk='])('is refused or ignored with HTTP2-Settings %j', async (value) => {
    const { port } = await start(UPGRADE)
    const client = await open(RawClient.open(port))
    const fields = [...USUAL.slice(0, 2), `HTTP2-Settings: ${value}`]
    const answer = await client.send(upgrade('/a', fields)).response()
    expect([200, 400]).toContain(answer.status)
  })

  it('is ignored unless it is asked for, and over TLS', async () => {
    const plain = await start()
    const client = await open(RawClient.open(plain.port))
    expect((await client.send(upgrade('/a', USUAL)).response()).body).toBe('http/1.1 GET /a ')
    const secure = await start({ ...UPGRADE, ...TLS })
    const other = await open(RawClient.openTls(secure.port))
    expect((await other.send(upgrade('/a', USUAL)).response()).body).toBe('http/1.1 GET /a ')
  })
})

describe('a server that stops', () => {
  beforeEach(() => void (later = []))

  it('answers what it has taken, and says which stream was the last (RFC 9113 §6.8)', async () => {
    const { port, server } = await start()
    const client = await open(Http2Client.open(port))
    client.send(get(1, '/later'), post(3, '/echo'))
    await client.roundTrip()
    const drained = server.drain(50_000)
    await client.until('GOAWAY', ({ goaway }) => goaway !== undefined)
    expect(client.goaway!.code).toBe(0)
    client.send(data(3, 'body', { end: true }))
    expect(await answerOn(client, 3)).toBe('h2 POST /echo body')
    for (const resolve of later) resolve()
    expect(await answerOn(client, 1)).toBe('h2 GET /later ')
    await client.until('the end', ({ gone }) => gone)
    client.destroy()
    expect(await drained).toEqual({ cut: 0 })
    expect(client.goaway!.last).toBe(3)
  })

  it('loses no request of clients that go on while it stops', async () => {
    const { port, server } = await start()
    const all = await Promise.all(Array.from({ length: 5 }, () => open(Http2Client.open(port))))
    const answered = all.map(async (client) => {
      let asked = 1
      for (; client.goaway === undefined && !client.gone; asked += 2) {
        client.send(get(asked, '/a'))
        await client
          .until('an answer', ({ goaway }) => client.stream(asked).ended || goaway !== undefined)
          .catch(() => undefined)
      }
      // each stream up to the one that GOAWAY names has its answer
      await client.until('the end', ({ gone }) => gone)
      const last = client.goaway!.last
      for (let id = 1; id <= Math.min(last, asked - 2); id += 2) {
        expect(client.stream(id), `stream ${id} of ${last}`).toMatchObject({ ended: true })
      }
      client.destroy()
      return asked
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(await server.drain(50_000)).toEqual({ cut: 0 })
    await Promise.all(answered)
  })
})
