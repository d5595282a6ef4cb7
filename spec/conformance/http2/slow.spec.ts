import { HeaderList, type Exchange } from '../../../lib/http/index.js'
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../../../lib/server/index.js'
import { heldTime } from '../../support/held-time.js'
import { localhost } from '../../server/tls/identities.js'
import { Http2Client, type Beginning } from './client.js'
import {
  CODE,
  continuation,
  data,
  headers,
  PREFACE,
  SETTING,
  settings,
  SETTINGS_ACK,
  windowUpdate,
} from './frames.js'
import { get, post, requestBlock } from './rule.js'

/** The server's: it passes only where a spec says so. */
const time = heldTime()
const servers: HttpServer[] = []
const clients: Http2Client[] = []

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function handle({ target, body, sink }: Exchange): Promise<void> {
  await body.bytes(1 << 20)
  const size = Number(/\d+$/.exec(target)?.[0] ?? 4)
  sink.head(200, HeaderList.from({}), size)
  sink.end(Buffer.alloc(size, 'x'))
}

async function talk(options: HttpServerOptions, beginning: Beginning = {}): Promise<Http2Client> {
  const server = createHttpServer({
    sweepInterval: 5,
    ...(beginning.tls && { tls: { key: localhost.key, cert: localhost.cert } }),
    ...options,
  })
  servers.push(server)
  server.handle(handle)
  const [address] = await server.listen({ host: '127.0.0.1' })
  const client = await Http2Client.open(address!.port, beginning)
  clients.push(client)
  return client
}

/** Waits until the server has given up a stream, or the connection. */
const givenUp = (client: Http2Client, stream: number) =>
  client.until(
    'an end',
    ({ gone, goaway }) => gone || goaway !== undefined || client.stream(stream).reset !== undefined,
  )
const gone = (client: Http2Client) => client.until('the end', (now) => now.gone)

// each of these ends because the server acts; its time passes where the test lets it
describe('a client that is slow on purpose (RFC 9113 §10.5)', () => {
  it('that does not open its window is cut off (CVE-2019-9517)', async () => {
    const client = await talk({ writeTimeout: 60 }, { settings: [[SETTING.INITIAL_WINDOW_SIZE, 0]] })
    await client.send(get(1, '/100000')).roundTrip()
    await time.pass(50)
    await client.roundTrip()
    expect(client.stream(1).reset).toBe(undefined)
    await time.passUntil(givenUp(client, 1))
  })

  it('that stalls many streams at a time is cut off', async () => {
    const client = await talk({ writeTimeout: 60 }, { settings: [[SETTING.INITIAL_WINDOW_SIZE, 0]] })
    client.send(...Array.from({ length: 50 }, (_, i) => get(2 * i + 1, '/100000')))
    for (let i = 0; i < 50; i++) await time.passUntil(givenUp(client, 2 * i + 1))
    expect(time.now).toBeGreaterThanOrEqual(60)
  })

  it('that uses up the window of the connection and opens it no more is cut off', async () => {
    const client = await talk({ writeTimeout: 60 }, { settings: [[SETTING.INITIAL_WINDOW_SIZE, 1_000_000]] })
    await time.passUntil(givenUp(client.send(get(1, '/200000')), 1))
    expect(time.now).toBeGreaterThanOrEqual(60)
  })

  it('that opens its window byte by byte is cut off (CVE-2019-9511)', async () => {
    const client = await talk(
      { writeTimeout: 60, minWriteRate: 10_000 },
      { settings: [[SETTING.INITIAL_WINDOW_SIZE, 1]] },
    )
    client.send(get(1, '/100000'))
    let before = 0
    const over = () => client.gone || client.goaway !== undefined || client.stream(1).reset !== undefined
    while (!over()) {
      await client.until('a byte, or the end', () => over() || client.stream(1).counted > before)
      before = client.stream(1).counted
      client.send(windowUpdate(1, 1))
      await time.pass(5)
    }
    expect(client.stream(1).ended).toBe(false)
  })

  it('that reads nothing at all is cut off', async () => {
    const client = await talk(
      { writeTimeout: 60 },
      { settings: [[SETTING.INITIAL_WINDOW_SIZE, 2 ** 31 - 1]] },
    )
    client.socket.pause()
    client.send(windowUpdate(0, 2 ** 30), ...Array.from({ length: 60 }, (_, i) => get(2 * i + 1, '/1000000')))
    const closed = new Promise<void>((resolve) => client.socket.once('close', () => resolve()))
    // a reset shows only where something is written
    await time.passUntil(
      closed,
      () => client.socket.write(Buffer.alloc(0)) && client.send(windowUpdate(0, 1)),
    )
    expect(time.now).toBeGreaterThanOrEqual(60)
  })

  it('that is steady is not cut off', async () => {
    const client = await talk({ writeTimeout: 60 }, { settings: [[SETTING.INITIAL_WINDOW_SIZE, 5_000]] })
    client.send(get(1, '/200000'))
    for (let seen = 5_000; seen <= 200_000; seen += 5_000) {
      await client.until('the next part', () => client.stream(1).counted >= seen)
      await time.pass(45)
      client.send(windowUpdate(0, 5_000), windowUpdate(1, 5_000))
    }
    await client.until('the end', () => client.stream(1).ended)
  })

  it('that does not finish its fields is cut off', async () => {
    const client = await talk({ headersTimeout: 60 })
    client.send(headers(1, requestBlock(), { whole: false }))
    await time.passUntil(gone(client))
    expect(time.now).toBeGreaterThanOrEqual(60)
    const other = await talk({ headersTimeout: 60 })
    other.send(headers(1, requestBlock(), { whole: false }), continuation(1, Buffer.alloc(0), false))
    await time.passUntil(gone(other))
  })

  it('that does not finish a frame is cut off', async () => {
    const client = await talk({ headersTimeout: 60, keepAliveTimeout: 60 })
    client.send(get(1).subarray(0, 20))
    await time.passUntil(gone(client))
  })

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['half a preface', PREFACE.subarray(0, 15)],
    ['a preface alone', PREFACE],
  ])('that begins with %s and says no more is cut off', async (_, bytes) => {
    for (const tls of [false, true]) {
      const client = await talk({ headersTimeout: 60, keepAliveTimeout: 60 }, { raw: true, tls })
      await time.passUntil(gone(client.send(bytes)))
    }
  })

  it('that does not acknowledge SETTINGS is told so (RFC 9113 §6.5.3)', async () => {
    const client = await talk({ http2: { settingsTimeout: 60 } }, { raw: true })
    client.send(PREFACE, settings())
    await time.passUntil(gone(client))
    expect(time.now).toBeGreaterThanOrEqual(60)
    expect(client.goaway?.code).toBe(CODE.SETTINGS_TIMEOUT)
    const other = await talk({ http2: { settingsTimeout: 60 }, keepAliveTimeout: 200 }, { raw: true })
    await other.send(PREFACE, settings(), SETTINGS_ACK).roundTrip()
    await time.passUntil(gone(other))
    expect(other.goaway?.code).toBe(CODE.NO_ERROR)
  })

  it('that stops within a body loses its stream, and nothing else', async () => {
    const client = await talk({ bodyTimeout: 60 })
    await client.send(post(1), data(1, 'part')).roundTrip()
    await time.pass(50)
    await client.roundTrip()
    const over = () => client.stream(1).ended || client.stream(1).reset !== undefined
    expect(over()).toBe(false)
    await time.passUntil(client.until('the end of the stream', over))
    if (client.stream(1).reset === undefined) expect(client.status(1)).toBe(408)
    client.send(get(3))
    await client.until('another answer', () => client.stream(3).ended)
  })

  it('that sends its body drop by drop is bounded by requestTimeout', async () => {
    const client = await talk({ bodyTimeout: 1_000, requestTimeout: 100 })
    client.send(post(1))
    const over = () => client.stream(1).ended || client.stream(1).reset !== undefined
    while (!over()) {
      client.send(data(1, 'x'))
      await client.roundTrip()
      await time.pass(15)
    }
    expect(time.now).toBeGreaterThanOrEqual(100)
    if (client.stream(1).reset === undefined) expect(client.status(1)).toBe(408)
  })

  it('that is idle is told that the connection ends (RFC 9113 §6.8)', async () => {
    const client = await talk({ keepAliveTimeout: 60 })
    await client.send(get(1)).until('an answer', () => client.stream(1).ended)
    await time.passUntil(gone(client))
    expect(time.now).toBeGreaterThanOrEqual(60)
    expect(client.goaway).toMatchObject({ code: CODE.NO_ERROR, last: 1 })
  })

  it('that keeps an idle connection open by PING does so for a while at most', async () => {
    const client = await talk({ keepAliveTimeout: 100 })
    while (!client.gone && client.goaway === undefined) {
      await client.roundTrip().catch(() => undefined)
      await time.pass(10)
    }
    expect(time.now).toBeLessThan(1_000)
    expect(client.goaway?.code ?? CODE.NO_ERROR).toBe(CODE.NO_ERROR)
  })

  it('that works on is not taken for idle', async () => {
    const client = await talk({ keepAliveTimeout: 80 })
    client.send(post(1))
    for (let i = 0; i < 15; i++) {
      client.send(data(1, 'x'))
      await client.roundTrip()
      await time.pass(30)
    }
    client.send(data(1, '', { end: true }))
    await client.until('the answer', () => client.stream(1).ended)
    expect(client.status(1)).toBe(200)
  })
})
