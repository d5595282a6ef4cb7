import { createApp, Module, type Application, type Class } from 'corbel'
import {
  ConnectedSocket,
  LATENCY_BOUNDS,
  MessageBody,
  PlainAdapter,
  SubscribeMessage,
  WebSocketAnalytics,
  WebSocketAnalyticsModule,
  WebSocketGateway,
  WebSocketHandler,
  WebSocketServer,
  WsException,
  writeExposition,
  type EventSnapshot,
  type RawSocket,
  type Server,
  type Socket,
  type WebSocketMessageHandler,
} from 'corbel/websocket'
import { Histogram } from '../../lib/websocket/analytics/histogram.js'
import { largest } from '../../lib/websocket/analytics/largest.js'
import { SentEvents } from '../../lib/websocket/analytics/sent-events.js'
import { Tally } from '../../lib/websocket/analytics/tally.js'
import { TestClient } from './client.js'

/** For what needs as long as the machine does. */
const WAIT = { timeout: 15_000 }

let release: (() => void) | undefined
beforeEach(() => void (release = undefined))

@WebSocketGateway({ path: '/chat' })
class Chat {
  @WebSocketServer() server!: Server

  handleConnection(client: Socket) {
    if (client.handshake.query['name'] === 'nobody') throw new WsException('no')
  }
  @SubscribeMessage('join') join(@ConnectedSocket() client: Socket, @MessageBody() room: string) {
    client.join(room)
    return 'ok'
  }
  @SubscribeMessage('say') say(@MessageBody('room') room: string) {
    this.server.to(room).emit('said', 'hé')
  }
  @SubscribeMessage('slow') async slow() {
    await new Promise<void>((resolve) => (release = resolve))
    return 'done'
  }
  @SubscribeMessage('wrong') wrong(@MessageBody() how: string) {
    if (how === 'client') throw new WsException('yours')
    throw new TypeError('ours')
  }
  @SubscribeMessage('later') async later() {
    await Promise.resolve()
    throw new WsException('later')
  }
}

const apps: Application[] = []
const clients: TestClient[] = []

async function start(
  module: { readonly imports?: readonly Class[]; readonly providers: readonly Class[] },
  adapter?: PlainAdapter,
): Promise<{ app: Application; url: string; analytics: WebSocketAnalytics }> {
  class Root {}
  Module({ imports: [WebSocketAnalyticsModule], ...module })(Root)
  const app = await createApp(Root, { logger: false })
  if (adapter !== undefined) app.useWebSocketAdapter(adapter)
  apps.push(app)
  await app.listen(0, '127.0.0.1')
  const analytics = app.get(WebSocketAnalytics, { strict: false })
  return { app, url: await app.getUrl(), analytics }
}

async function connect(url: string, options = {}): Promise<TestClient> {
  const client = await TestClient.open(url, options)
  clients.push(client)
  return client
}

function eventOf(analytics: WebSocketAnalytics, name: string, gateway = 'Chat'): EventSnapshot {
  return analytics
    .snapshot()
    .gateways.find((one) => one.name === gateway)!
    .events.find(({ event }) => event === name)!
}

const placeOf = (analytics: WebSocketAnalytics) => analytics.snapshot().places[0]!

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate()
  for (const app of apps.splice(0)) await app.close()
})

describe('the numbers of gateways', () => {
  it('count connections: now, opened, refused with the reason, closed by code', async () => {
    const { url, analytics } = await start({ providers: [Chat] })
    const first = await connect(`${url}/chat`)
    await connect(`${url}/chat`)
    expect(placeOf(analytics)).toMatchObject({ adapter: 'plain', path: '/chat', port: 0, gateways: ['Chat'] })
    await expect(connect(`${url}/chat`, { origin: 'https://evil.example' })).rejects.toThrow('403')
    const third = await connect(`${url}/chat?name=nobody`)
    expect((await third.end()).code).toBe(1008)
    first.socket.close(4001)
    await first.end()
    await expect
      .poll(() => placeOf(analytics).connections, WAIT)
      .toEqual({
        now: 1,
        opened: 3,
        refused: { CORBEL_WS_ORIGIN: 1, 'not-admitted': 1 },
        closed: { 1008: 1, 4001: 1 },
        dropped: {},
      })
    expect(eventOf(analytics, 'connection')).toMatchObject({
      role: 'connection',
      messages: 3,
      errors: { client: 1, server: 0 },
    })
  })

  it('count messages and bytes both ways, by place, by event and by client', async () => {
    const { url, analytics } = await start({ providers: [Chat] })
    const client = await connect(`${url}/chat`)
    client.emit('join', 'ä', 1)
    await client.messages(1)
    client.emit('say', { room: 'ä' })
    await client.messages(2)
    const join = Buffer.byteLength(JSON.stringify({ event: 'join', data: 'ä', id: 1 }))
    const say = Buffer.byteLength(JSON.stringify({ event: 'say', data: { room: 'ä' } }))
    const out = [
      { id: 1, data: 'ok' },
      { event: 'said', data: 'hé' },
    ]
    const bytes = {
      in: join + say,
      out: out.reduce((sum, one) => sum + Buffer.byteLength(JSON.stringify(one)), 0),
    }
    const messages = { in: 2, out: 2 }
    const said = Buffer.byteLength(JSON.stringify(out[1]))
    expect(placeOf(analytics).sent).toEqual([{ event: 'said', messages: 1, bytes: said }])
    expect(placeOf(analytics)).toMatchObject({ messages, bytes, rooms: { count: 1, memberships: 1 } })
    expect(analytics.clients().items[0]).toMatchObject({ messages, bytes, rooms: 1, address: '127.0.0.1' })
    expect(eventOf(analytics, 'join')).toMatchObject({ messages: 1, bytes: join, active: 0 })
    expect(eventOf(analytics, 'say')).toMatchObject({ messages: 1, bytes: say })
    expect(eventOf(analytics, 'slow')).toMatchObject({ messages: 0, bytes: 0 })
  })

  it('count errors by whose they are, also later ones, and how long methods take', async () => {
    const { url, analytics } = await start({ providers: [Chat] })
    const client = await connect(`${url}/chat`)
    client.emit('wrong', 'client').emit('wrong', 'server').emit('wrong', 'server').emit('later').emit('slow')
    await expect.poll(() => release, WAIT).toBeDefined()
    await expect.poll(() => eventOf(analytics, 'later').errors.client, WAIT).toBe(1)
    expect(eventOf(analytics, 'wrong')).toMatchObject({
      messages: 3,
      errors: { client: 1, server: 2 },
      latency: { count: 3 },
    })
    expect(eventOf(analytics, 'slow')).toMatchObject({ messages: 1, active: 1, latency: { count: 0 } })
    release!()
    await client.messages(5)
    const { active, latency } = eventOf(analytics, 'slow')
    expect(active).toBe(0)
    expect(latency).toMatchObject({ count: 1 })
    expect(latency.max).toBeGreaterThan(0)
    expect(latency.sum).toBe(latency.max)
    expect(latency.p99).toBeLessThanOrEqual(latency.max)
  })

  it('count what cannot be read and what nobody answers, in rows that clients cannot add to', async () => {
    const { url, analytics } = await start({ providers: [Chat] })
    const client = await connect(`${url}/chat`)
    const rows = () => JSON.stringify(analytics.snapshot()).replaceAll(/[\d.]+/g, '0')
    client.socket.send('{')
    client.emit('join', 'a', 1)
    await client.messages(2)
    const before = rows()
    client.socket.send('{')
    for (let n = 0; n < 200; n++) client.emit(`unknown-${n}`)
    client.emit('join', 'a', 2)
    await client.messages(4)
    expect(placeOf(analytics).messages).toMatchObject({ in: 204, malformed: 2, unknown: 200 })
    expect(rows()).toBe(before)
    // bytes of messages that nobody has answered are not those of the next one
    expect(eventOf(analytics, 'join').bytes).toBe(
      2 * JSON.stringify({ event: 'join', data: 'a', id: 1 }).length,
    )
  })

  it('count clients that are read no more for a while', async () => {
    const { url, analytics } = await start({ providers: [Chat] }, new PlainAdapter({ maxPending: 1 }))
    const client = await connect(`${url}/chat`)
    client.emit('slow')
    await expect.poll(() => release, WAIT).toBeDefined()
    expect(placeOf(analytics).messages.throttled).toBe(1)
    release!()
    await client.messages(1)
  })

  it('count clients that are cut off for taking less than they are sent', async () => {
    const limits = { maxBufferedSize: 1024 * 1024 }
    const { url, analytics } = await start({ providers: [Chat] }, new PlainAdapter({ limits }))
    const client = await connect(`${url}/chat`, { perMessageDeflate: false })
    client.emit('join', 'a', 1)
    await client.messages(1)
    client.socket.pause()
    const { server } = apps[0]!.get(Chat, { strict: false })
    const text = 'x'.repeat(1024 * 1024)
    // what the system takes before anything waits is not ours to say
    while (server.sockets.size > 0) {
      server.to('a').emit('said', text)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await expect
      .poll(() => placeOf(analytics).connections, WAIT)
      .toMatchObject({ now: 0, closed: { 1006: 1 }, dropped: { slow: 1 } })
  })

  it('stand in app.describe() beside each method', async () => {
    const { app, url } = await start({ providers: [Chat] })
    const client = await connect(`${url}/chat`)
    client.emit('join', 'a', 1)
    await client.messages(1)
    const join = app.describe().endpoints.find(({ handler }) => handler === 'Chat.join')
    expect(join).toMatchObject({ event: 'join', traffic: { messages: 1, latency: { count: 1 } } })
  })

  it('are those of one application each, and nothing is wrapped without the module', async () => {
    const counted = await start({ providers: [Chat] })
    const other = await start({ providers: [Chat] })
    class Bare {}
    Module({ providers: [Chat] })(Bare)
    const bare = await createApp(Bare, { logger: false })
    apps.push(bare)
    await bare.listen(0, '127.0.0.1')
    for (const url of [counted.url, await bare.getUrl()]) {
      const client = await connect(`${url}/chat`)
      client.emit('join', 'a', 1)
      await client.messages(1)
    }
    expect(eventOf(counted.analytics, 'join').messages).toBe(1)
    expect(eventOf(other.analytics, 'join').messages).toBe(0)
    const join = bare.describe().endpoints.find(({ handler }) => handler === 'Chat.join')
    expect(join).not.toHaveProperty('traffic')
    const [socket] = bare.get(Chat, { strict: false }).server.clients
    expect((socket as Socket).observer).toBeUndefined()
  })

  it('keep gateways of one name apart', async () => {
    const gateway = (path: string): Class => {
      @WebSocketGateway({ path })
      class Same {
        @SubscribeMessage('ping') ping() {
          return path
        }
      }
      return Same
    }
    const { url, analytics } = await start({ providers: [gateway('/a'), gateway('/b')] })
    const client = await connect(`${url}/b`)
    client.emit('ping', undefined, 1)
    await client.messages(1)
    expect(analytics.snapshot().gateways.map(({ name }) => name)).toEqual(['Same', 'Same#2'])
    expect(eventOf(analytics, 'ping', 'Same').messages).toBe(0)
    expect(eventOf(analytics, 'ping', 'Same#2').messages).toBe(1)
  })
})

describe('other clients', () => {
  it('are known by the id that they have: who was away and came back has that of before', async () => {
    const { url, analytics } = await start({ providers: [Chat] }, new PlainAdapter({ recovery: true }))
    const first = await connect(`${url}/chat?session=`)
    const [welcome] = (await first.messages(1)) as { data: { session: string } }[]
    first.emit('join', 'a', 1)
    await first.messages(2)
    const [{ id } = { id: '' }] = analytics.clients().items
    first.socket.terminate()
    await expect.poll(() => placeOf(analytics).connections.now, WAIT).toBe(0)
    const session = encodeURIComponent(welcome!.data.session)
    const again = await connect(`${url}/chat?session=${session}&offset=0`)
    await again.messages(1)
    expect(analytics.clients({ room: 'a' })).toMatchObject({ total: 1, items: [{ id, rooms: 1 }] })
    // what is kept for those who may be away is counted when it is sent
    const { server } = apps[0]!.get(Chat, { strict: false })
    const { out } = placeOf(analytics).messages
    server.to('a').emit('said', 'hello')
    await again.messages(2)
    expect(placeOf(analytics).messages.out).toBe(out + 1)
    expect(placeOf(analytics).sent).toMatchObject([{ event: 'said', messages: 1 }])
    expect(analytics.disconnect(id)).toBe(true)
    await again.end()
    await expect.poll(() => placeOf(analytics).connections.now, WAIT).toBe(0)
  })

  it('of bare handlers are counted, too', async () => {
    @WebSocketHandler('/echo')
    class Echo implements WebSocketMessageHandler {
      onMessage(_: RawSocket, message: string | Buffer) {
        return message
      }
    }
    const { url, analytics } = await start({ providers: [Echo] })
    const client = await connect(`${url}/echo`)
    client.socket.send('"hé"')
    await client.messages(1)
    expect(placeOf(analytics)).toMatchObject({
      adapter: 'handler',
      path: '/echo',
      gateways: ['Echo'],
      connections: { now: 1, opened: 1 },
      messages: { in: 1, out: 1 },
      bytes: { in: 5, out: 5 },
    })
    expect(analytics.disconnect(analytics.clients().items[0]!.id)).toBe(true)
    await client.end()
    await expect
      .poll(() => placeOf(analytics).connections, WAIT)
      .toMatchObject({ now: 0, closed: { 1000: 1 } })
  })

  it('without a token are refused by what they lack', async () => {
    @WebSocketGateway({ path: '/closed', auth: { from: ['header'] } })
    class Closed {}
    const { url, analytics } = await start({ providers: [Closed] })
    await expect(connect(`${url}/closed`)).rejects.toThrow('401')
    expect(placeOf(analytics).connections).toMatchObject({
      opened: 0,
      refused: { CORBEL_WS_TOKEN_MISSING: 1 },
    })
  })
})

describe('lists', () => {
  it('show the largest rooms first, in parts', async () => {
    const { url, analytics } = await start({ providers: [Chat] })
    const [first, second] = [await connect(`${url}/chat`), await connect(`${url}/chat`)]
    for (const room of ['small', 'big']) first.emit('join', room, 1)
    second.emit('join', 'big', 1)
    await first.messages(2)
    await second.messages(1)
    const big = { path: '/chat', room: 'big', members: 2 }
    const small = { path: '/chat', room: 'small', members: 1 }
    expect(analytics.rooms()).toEqual({ total: 2, offset: 0, items: [big, small] })
    expect(analytics.rooms({ limit: 1, offset: 1 })).toEqual({ total: 2, offset: 1, items: [small] })
    expect(analytics.rooms({ path: '/other' })).toEqual({ total: 0, offset: 0, items: [] })
    expect(analytics.clients({ room: 'small' })).toMatchObject({ total: 1, items: [{ rooms: 2 }] })
    expect(analytics.clients({ room: 'nobody' })).toEqual({ total: 0, offset: 0, items: [] })
    const [one] = analytics.clients({ limit: 1, offset: 1 }).items
    expect(one!.id).not.toBe(analytics.clients({ limit: 1 }).items[0]!.id)
    expect(analytics.clients({ limit: 5, offset: 2 })).toEqual({ total: 2, offset: 2, items: [] })
  })

  it('disconnect a client', async () => {
    const { url, analytics } = await start({ providers: [Chat] })
    const client = await connect(`${url}/chat`)
    expect(analytics.disconnect(analytics.clients().items[0]!.id)).toBe(true)
    await client.end()
    await expect.poll(() => placeOf(analytics).connections.now, WAIT).toBe(0)
    expect(analytics.disconnect('nobody')).toBe(false)
  })
})

describe('the text format of Prometheus', () => {
  it('has help, type, counters, gauges and histograms with classes that add up', async () => {
    const { url, analytics } = await start({ providers: [Chat] })
    const client = await connect(`${url}/chat`)
    client.emit('join', 'a', 1)
    await client.messages(1)
    const text = analytics.exposition()
    const lines = text.split('\n')
    expect(lines.pop()).toBe('')
    const LINE = /^(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{(?:[a-z]+="(?:[^"\\]|\\.)*",?)+\})? [\d.e+-]+)$/
    expect(lines.filter((line) => !LINE.test(line))).toEqual([])
    expect(lines).toContain('# TYPE corbel_websocket_connections gauge')
    expect(lines).toContain('corbel_websocket_connections{adapter="plain",path="/chat"} 1')
    expect(lines).toContain('# TYPE corbel_websocket_sent_events_total counter')
    expect(lines).toContain('# TYPE corbel_websocket_events_total counter')
    expect(lines).toContain('corbel_websocket_events_total{gateway="Chat",event="join",method="join"} 1')
    const buckets = lines.filter((line) => line.includes('_bucket{gateway="Chat",event="join"'))
    expect(buckets).toHaveLength(LATENCY_BOUNDS.length + 1)
    expect(buckets[0]).toContain('le="0.0001"')
    expect(buckets.at(-1)).toMatch(/le="\+Inf"\} 1$/)
    const counts = buckets.map((line) => Number(line.split(' ').at(-1)))
    expect(counts).toEqual([...counts].sort((a, b) => a - b))
    expect(lines.some((line) => /_duration_seconds_count\{.*event="join".*\} 1$/.test(line))).toBe(true)
    // each name is declared once, and no line is there twice
    const declared = lines.filter((line) => line.startsWith('# TYPE'))
    expect(new Set(declared).size).toBe(declared.length)
    expect(new Set(lines).size).toBe(lines.length)
  })

  it('escapes labels and help', () => {
    const samples = [{ labels: { a: 'q"b\\s\nn' }, value: 1 }]
    expect(writeExposition([{ type: 'counter', name: 'x_total', help: 'a\\b\nc"', samples }])).toBe(
      '# HELP x_total a\\\\b\\nc"\n# TYPE x_total counter\nx_total{a="q\\"b\\\\s\\nn"} 1\n',
    )
    expect(writeExposition([])).toBe('')
  })
})

describe('the parts', () => {
  it('put durations into classes', () => {
    const histogram = new Histogram()
    expect(histogram.snapshot()).toMatchObject({ count: 0, p50: 0, p99: 0, max: 0 })
    for (const duration of [0.1, 0.11, 7, 20_000]) histogram.add(duration)
    const { buckets, p50, p99, max, count, sum } = histogram.snapshot()
    expect([p50, p99, max, count]).toEqual([0.25, 20_000, 20_000, 4])
    expect(sum).toBeCloseTo(20_007.21)
    expect(buckets[0]).toBe(1)
    expect(buckets[LATENCY_BOUNDS.indexOf(10)]).toBe(3)
    expect(buckets.at(-1)).toBe(3)
  })

  it('tell so many names apart, and no more', () => {
    const tally = new Tally(2)
    for (const name of ['a', 'b', 'c', 'd', 'a']) tally.add(name)
    expect(tally.snapshot()).toEqual({ a: 2, b: 1, other: 2 })
  })

  it('tell so many events apart that are sent', () => {
    const sent = new SentEvents(2)
    for (const event of ['a', 'a', 'b', 'c', 'd', 'a']) sent.add(event, 10)
    expect(sent.snapshot()).toEqual([
      { event: 'a', messages: 3, bytes: 30 },
      { event: 'b', messages: 1, bytes: 10 },
      { event: 'other', messages: 2, bytes: 20 },
    ])
  })

  it('find the largest of many as sorting all of them does', () => {
    const values = Array.from({ length: 5000 }, (_, at) => ({ at, size: (at * 7919) % 997 }))
    const sorted = [...values].sort((a, b) => b.size - a.size)
    for (const count of [0, 1, 10, 100, 6000])
      expect(largest(values, count, ({ size }) => size)).toEqual(sorted.slice(0, count))
  })
})
