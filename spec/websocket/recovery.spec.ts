import { vi } from 'vitest'
import { MemoryPubSub } from '../../lib/core/index.js'
import { Injectable, UseGuards, type CanActivate, type ExecutionContext } from '../../lib/index.js'
import {
  MessageBody,
  PreparedBroadcast,
  Server,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
  type RecoveryOptions,
  type Socket,
} from '../../lib/websocket/index.js'
import { Recovery } from '../../lib/websocket/plain/recovery/recovery.js'
import type { RecoverableSession } from '../../lib/websocket/plain/recovery/session.js'
import type { TestClient } from './client.js'
import { Bench, signal, type Served } from './serve.js'

const bench = new Bench()
afterEach(() => bench.end())

/** Tells specs of clients that have gone. */
let leaves: { readonly id: string; readonly reason: string }[] = []
let left: (() => void) | undefined

@Injectable()
class NamedByQuery implements CanActivate {
  canActivate(context: ExecutionContext) {
    const client = context.switchToWs().getClient<Socket>()
    const { as } = client.handshake.query
    if (typeof as === 'string') client.user = { id: as }
    return as !== 'nobody'
  }
}

@UseGuards(NamedByQuery)
@WebSocketGateway({ path: '/chat' })
class Chat {
  @WebSocketServer() server!: Server
  handleConnection(client: Socket) {
    client.emit('hello', {
      id: client.id,
      recovered: client.recovered,
      rooms: [...client.rooms],
      data: client.data,
    })
  }
  handleDisconnect({ id }: Socket, reason: string) {
    leaves.push({ id, reason })
    left?.()
  }
  @SubscribeMessage('join') join(client: Socket, room: string) {
    client.join(room)
    client.data['joined'] = room
    return 'joined'
  }
  @SubscribeMessage('echo') echo(@MessageBody() data: unknown) {
    return { event: 'echo', data }
  }
}

interface Frame {
  readonly id?: number
  readonly event?: string
  readonly data?: unknown
  readonly offset?: string
}

interface Hello {
  readonly id: string
  readonly recovered: boolean
  readonly rooms: readonly string[]
  readonly data: Record<string, unknown>
}

const frames = (client: TestClient): Frame[] => client.received as Frame[]

async function gone(count: number): Promise<void> {
  while (leaves.length < count) await new Promise<void>((resolve) => (left = resolve))
}

async function serve(recovery: RecoveryOptions | boolean = true): Promise<Served & { server: Server }> {
  leaves = []
  const served = await bench.serve([NamedByQuery, Chat], { adapter: { recovery } })
  return { ...served, server: served.app.get(Chat).server }
}

/** Connects, and waits until the gateway has said hello. */
async function connect(url: string, query: string) {
  const client = await bench.connect(`${url}/chat?${query}`)
  await client.until(() => frames(client).some(({ event }) => event === 'hello'))
  const [first] = frames(client)
  const { session, recovered } = (first!.event === 'session' ? first!.data : {}) as {
    session?: string
    recovered?: boolean
  }
  const hello = frames(client).find(({ event }) => event === 'hello')!
  return { client, session, recovered, hello: hello.data as Hello, offset: hello.offset }
}

const back = (session: string | undefined, offset: string | undefined) =>
  `session=${session}&offset=${offset}`

/** Everything but what begins a connection. */
const events = (client: TestClient) =>
  frames(client)
    .filter(({ event }) => event !== 'session' && event !== 'hello')
    .map(({ event, data }) => [event, data])

describe('recovery', () => {
  it('gives back who was lost what he was, and what he has missed, once', async () => {
    const { url, server } = await serve()
    const a = await connect(url, 'session=')
    expect(frames(a.client)[0]).toEqual({
      event: 'session',
      data: { session: expect.stringMatching(/^[\w-]{32}$/) as string, recovered: false },
    })
    await a.client.emit('join', 'red', 1).messages(3)
    server.to('red').emit('news', 1)
    await a.client.messages(4)
    const { offset } = frames(a.client).at(-1)!
    a.client.socket.terminate()
    await gone(1)
    expect(server.clients.size).toBe(0)
    expect(await server.fetchSockets()).toEqual([])
    server.to('red').emit('news', 2)
    server.to('blue').emit('news', 'of others')
    server.emit('news', 3)
    server.to(a.hello.id).emit('news', 'to him')
    server.except('red').emit('news', 'to others')

    const b = await connect(url, back(a.session, offset))
    expect(b.recovered).toBe(true)
    expect(b.session).not.toBe(a.session)
    expect(b.hello).toEqual({ id: a.hello.id, recovered: true, rooms: ['red'], data: { joined: 'red' } })
    expect(events(b.client)).toEqual([
      ['news', 2],
      ['news', 3],
      ['news', 'to him'],
    ])
    // the first frame is the session, then what was missed, then what the gateway says
    expect(frames(b.client).map(({ event }) => event)).toEqual(['session', 'news', 'news', 'news', 'hello'])
    server.to('red').emit('news', 4)
    await b.client.until(() => events(b.client).length === 4)
    expect(server.clients.size).toBe(1)
    expect(server.sockets.get(a.hello.id)).toBeDefined()
  })

  it('keeps what other processes say meanwhile, and what they do with rooms', async () => {
    leaves = []
    const pubSub = new MemoryPubSub()
    const adapter = { recovery: true, cluster: { pubSub, discoveryTime: 0 } }
    const one = await bench.serve([NamedByQuery, Chat], { adapter })
    const two = await bench.serve([NamedByQuery, Chat], { adapter })
    const [here, there] = [one.app.get(Chat).server, two.app.get(Chat).server]
    /** When what the other process has said so far has come here. */
    const heard = async (): Promise<void> => {
      const { promise, resolve } = signal<unknown>()
      here.on('mark', resolve)
      there.serverSideEmit('mark')
      await promise
      here.off('mark', resolve)
    }
    const a = await connect(one.url, 'session=')
    await a.client.emit('join', 'red', 1).messages(3)
    there.to('red').emit('news', 1)
    await a.client.messages(4)
    const { offset } = frames(a.client).at(-1)!
    a.client.socket.terminate()
    await gone(1)
    // nobody else is there: an order for nobody is not even decoded
    expect(here.clients.size).toBe(0)
    there.to('red').emit('news', 2)
    there.to('blue').emit('news', 'of others')
    there.in('red').socketsJoin('green')
    there.to('green').emit('news', 3)
    there.to(a.hello.id).emit('news', 'to him')
    await heard()
    const b = await connect(one.url, back(a.session, offset))
    expect(b.hello).toMatchObject({ id: a.hello.id, recovered: true, rooms: ['red', 'green'] })
    there.to(a.hello.id).emit('news', 4)
    await b.client.until(() => events(b.client).length === 4)
    expect(events(b.client).map(([, data]) => data)).toEqual([2, 3, 'to him', 4])

    // who comes back elsewhere begins anew
    const offsetOfB = frames(b.client).at(-1)!.offset
    b.client.socket.terminate()
    await gone(2)
    const c = await connect(two.url, back(b.session, offsetOfB))
    expect(c.hello).toMatchObject({ recovered: false, rooms: [] })
    // who is told to go while he is away does not come back
    there.in(a.hello.id).disconnectSockets()
    await heard()
    expect((await connect(one.url, back(b.session, offsetOfB))).recovered).toBe(false)
  })

  it('sends again what was on its way when the connection was lost', async () => {
    const { url, server } = await serve()
    const a = await connect(url, 'session=')
    for (let i = 1; i <= 100; i++) server.emit('news', i)
    await a.client.until(() => events(a.client).length === 100)
    // the client says that it has got no more than 97
    const { offset } = frames(a.client).find(({ data }) => data === 97)!
    a.client.socket.terminate()
    await gone(1)
    const b = await connect(url, back(a.session, offset))
    // every 32nd of them is proved by a pong: 98 to 100 are not
    expect(b.recovered).toBe(true)
    expect(events(b.client).map(([, n]) => n)).toEqual([98, 99, 100])
  })

  it('is only for those who ask for it, and encodes broadcasts once for each kind', async () => {
    const { url, server } = await serve()
    const [a, b, c] = [await connect(url, 'session='), await connect(url, 'session='), await connect(url, '')]
    expect(c.session).toBeUndefined()
    expect(c.offset).toBeUndefined()
    const encoded = vi.spyOn(PreparedBroadcast.prototype, 'withOffset')
    server.emit('news', 1)
    for (const { client } of [a, b, c]) await client.until(() => events(client).length === 1)
    expect(encoded).toHaveBeenCalledTimes(1)
    encoded.mockRestore()
    const told = [a, b, c].map(({ client }) => frames(client).at(-1)!)
    expect(told[0]).toEqual({ event: 'news', data: 1, offset: told[1]!.offset })
    expect(Number(told[0]!.offset)).toBeGreaterThan(Number(b.offset))
    expect(told[2]).toEqual({ event: 'news', data: 1 })
    expect(frames(a.client).at(-1)!.offset).toMatch(/^\d+$/)
  })

  it('is off by default', async () => {
    leaves = []
    const { url } = await bench.serve([NamedByQuery, Chat])
    const { client, session } = await connect(url, 'session=')
    expect(session).toBeUndefined()
    expect(frames(client).map(({ event }) => event)).toEqual(['hello'])
  })

  it.each([
    ['an unknown secret', () => back('x'.repeat(32), '1')],
    ['an offset that is none', (secret: string) => back(secret, 'x')],
    ['an offset of the future', (secret: string) => back(secret, '999999')],
  ])('is refused by %s: the client begins anew', async (_, query) => {
    const { url } = await serve()
    const a = await connect(url, 'session=')
    a.client.socket.terminate()
    await gone(1)
    const b = await connect(url, query(a.session!))
    expect(b.recovered).toBe(false)
    expect(b.hello).toMatchObject({ recovered: false, rooms: [] })
    expect(b.hello.id).not.toBe(a.hello.id)
  })

  it('works by a secret once', async () => {
    const { url } = await serve()
    const a = await connect(url, 'session=')
    a.client.socket.terminate()
    await gone(1)
    expect((await connect(url, back(a.session, a.offset))).recovered).toBe(true)
    expect((await connect(url, back(a.session, a.offset))).recovered).toBe(false)
  })

  it('is for the same user only, and a wrong one spoils it', async () => {
    const { url } = await serve()
    const a = await connect(url, 'as=ada&session=')
    a.client.socket.terminate()
    await gone(1)
    const eve = await connect(url, `as=eve&${back(a.session, a.offset)}`)
    expect([eve.recovered, eve.hello.rooms]).toEqual([false, []])
    expect((await connect(url, `as=ada&${back(a.session, a.offset)}`)).recovered).toBe(false)
    const c = await connect(url, 'as=ada&session=')
    c.client.socket.terminate()
    await gone(2)
    expect((await connect(url, `as=ada&${back(c.session, c.offset)}`)).recovered).toBe(true)
  })

  it('does not pass by guards', async () => {
    const { url } = await serve()
    const a = await connect(url, 'session=')
    a.client.socket.terminate()
    await gone(1)
    const refused = await bench.connect(`${url}/chat?as=nobody&${back(a.session, a.offset)}`)
    expect((await refused.end()).code).toBe(1008)
    expect(frames(refused).map(({ event }) => event)).toEqual(['exception'])
  })

  it('takes the place of a connection that nobody knew to be dead', async () => {
    const { url, server } = await serve()
    const a = await connect(url, 'session=')
    await a.client.emit('join', 'red', 1).messages(3)
    const b = await connect(url, back(a.session, a.offset))
    expect([b.recovered, b.hello.id, b.hello.rooms]).toEqual([true, a.hello.id, ['red']])
    expect((await a.client.end()).code).toBe(1006)
    expect(leaves).toEqual([{ id: a.hello.id, reason: 'superseded' }])
    expect(server.clients.size).toBe(1)
    server.to('red').emit('news', 1)
    await b.client.until(() => events(b.client).length === 1)
  })

  it('ends where the client, or the server, has closed on purpose', async () => {
    const { url, server } = await serve()
    const a = await connect(url, 'session=')
    await a.client.close()
    await gone(1)
    expect((await connect(url, back(a.session, a.offset))).recovered).toBe(false)
    const b = await connect(url, 'session=')
    server.in(b.hello.id).disconnectSockets()
    await b.client.end()
    await gone(2)
    expect((await connect(url, back(b.session, b.offset))).recovered).toBe(false)
  })

  it('obeys what is decided about those who are away', async () => {
    const { url, server } = await serve()
    const a = await connect(url, 'session=')
    const b = await connect(url, 'session=')
    for (const { client } of [a, b]) {
      await client.emit('join', 'red', 1).messages(3)
      client.socket.terminate()
    }
    await gone(2)
    server.in('red').socketsJoin(['green', 'blue'])
    server.in('red').socketsLeave('red')
    server.in(b.hello.id).disconnectSockets()
    server.to('red').emit('secret')
    server.to('green').emit('news', 1)
    const again = await connect(url, back(a.session, a.offset))
    expect([again.recovered, again.hello.rooms]).toEqual([true, ['green', 'blue']])
    expect(events(again.client)).toEqual([['news', 1]])
    expect((await connect(url, back(b.session, b.offset))).recovered).toBe(false)
  })

  it('hides the secret from whatever may come into a log', async () => {
    const { url, app } = await serve()
    const { hello, session } = await connect(url, 'a=1&session=')
    const again = await connect(url, `a=1&${back(session, '1')}`)
    expect(again.hello.id).toBe(hello.id)
    const { handshake, request } = app.get(Chat).server.sockets.get(hello.id) as Socket
    expect([handshake.url, handshake.query, request.originalUrl]).toEqual([
      '/chat?a=1&offset=1',
      { a: '1', offset: '1' },
      '/chat?a=1&offset=1',
    ])
  })
})

describe('what is kept of those who are away', () => {
  /** A client as a session needs it. */
  class FakeSocket {
    id = 'own'
    user: unknown
    data: Record<string, unknown> = {}
    readonly rooms = new Set<string>()
    readonly handshake = {}
    readonly sent: unknown[] = []
    readonly probes: string[] = []
    recovered = false
    session: RecoverableSession | undefined
    write(message: { readonly payload: Buffer } | string) {
      this.sent.push(JSON.parse(typeof message === 'string' ? message : String(message.payload)))
      return true
    }
    send(text: string) {
      return this.write(text)
    }
    probe(payload: Uint8Array) {
      this.probes.push(Buffer.from(payload).toString())
    }
    resume(session: RecoverableSession, data: object | undefined) {
      this.session = session
      this.recovered = data !== undefined
    }
    deliver() {
      // sessions do
    }
  }

  const recoveryWith = (options: RecoveryOptions) => new Recovery(new Server('/'), options)
  const enter = (recovery: Recovery, secret = '', offset?: string) => {
    const socket = new FakeSocket()
    const session = recovery.enter(socket as never, secret, offset, () => undefined)
    return { socket, session }
  }

  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('is there as long as it may be', () => {
    const recovery = recoveryWith({ maxDisconnection: 1000 })
    const first = enter(recovery)
    recovery.gone(first.session, 1006)
    vi.advanceTimersByTime(999)
    const second = enter(recovery, first.session.secret)
    expect(second.socket.recovered).toBe(true)
    recovery.gone(second.session, 1006)
    vi.advanceTimersByTime(1000)
    expect(recovery.size).toBe(0)
    expect(enter(recovery, second.session.secret).socket.recovered).toBe(false)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is two minutes and a thousand messages by default', () => {
    const recovery = recoveryWith({})
    const [a, b] = [enter(recovery), enter(recovery)]
    recovery.gone(a.session, 1006)
    vi.advanceTimersByTime(119_999)
    for (let i = 0; i < 1000; i++) a.session.deliver(PreparedBroadcast.event('news', i))
    const again = enter(recovery, a.session.secret)
    expect([again.socket.recovered, again.socket.sent.length]).toEqual([true, 1001])
    recovery.gone(b.session, 1006)
    for (let i = 0; i < 1001; i++) b.session.deliver(PreparedBroadcast.event('news', i))
    expect(enter(recovery, b.session.secret).socket.recovered).toBe(false)
    recovery.close()
  })

  it('is no more than so many characters, however few the messages are', () => {
    const text = 'x'.repeat(1000)
    const frame = JSON.stringify({ event: 'news', data: text })
    const recovery = recoveryWith({ maxSize: 10 * frame.length })
    const [a, b, c] = [enter(recovery), enter(recovery), enter(recovery)]
    for (let i = 0; i < 10; i++) a.session.emit(frame)
    for (let i = 0; i < 11; i++) b.session.deliver(PreparedBroadcast.event('news', text))
    // what it has got for certain does not count
    for (let i = 0; i < 100; i++) {
      c.session.emit(frame)
      c.session.acknowledge(recovery.offset)
    }
    for (let i = 0; i < 10; i++) c.session.emit(frame)
    const offsetOfC = String(recovery.offset - 5)
    for (const { session } of [a, b, c]) recovery.gone(session, 1006)
    expect(enter(recovery, a.session.secret, '0').socket.recovered).toBe(true)
    expect(enter(recovery, b.session.secret, '0').socket.recovered).toBe(false)
    const again = enter(recovery, c.session.secret, offsetOfC)
    expect([again.socket.recovered, again.socket.sent.length]).toEqual([true, 6])
    // what was kept of before counts
    for (let i = 0; i < 5; i++) again.session.emit(frame)
    expect(again.session.covers(Number(offsetOfC))).toBe(true)
    again.session.emit(frame)
    expect(again.session.covers(Number(offsetOfC))).toBe(false)
    // one that is too large for itself
    again.session.emit(JSON.stringify({ event: 'news', data: 'x'.repeat(10 * frame.length) }))
    expect(again.session.covers(recovery.offset - 1)).toBe(false)
    expect(again.session.covers(recovery.offset)).toBe(true)
    recovery.close()
  })

  it('is not what the client has got for certain', () => {
    const recovery = recoveryWith({ maxMessages: 40 })
    const { socket, session } = enter(recovery)
    for (let i = 1; i <= 32; i++) session.emit(JSON.stringify({ event: 'news', data: i }))
    expect(socket.probes).toEqual(['32'])
    for (const offset of [Number.NaN, -1, 33, 1.5e9]) session.acknowledge(offset)
    expect(session.covers(0)).toBe(true)
    session.acknowledge(32)
    expect([session.covers(31), session.covers(32)]).toEqual([false, true])
    for (let i = 33; i <= 72; i++) session.emit(JSON.stringify({ event: 'news', data: i }))
    recovery.gone(session, 1006)
    const again = enter(recovery, session.secret, '32')
    expect(again.socket.recovered).toBe(true)
    expect(again.socket.sent).toHaveLength(41)
    recovery.close()
  })

  it('is that of so many clients at a time: the one that is away longest is forgotten', () => {
    const recovery = recoveryWith({ maxSessions: 2 })
    const all = [enter(recovery), enter(recovery), enter(recovery)]
    for (const { session } of all) recovery.gone(session, 1006)
    expect(recovery.size).toBe(2)
    expect(all.map(({ session }) => enter(recovery, session.secret).socket.recovered)).toEqual([
      false,
      true,
      true,
    ])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is nothing any more when the application has closed', () => {
    const recovery = recoveryWith({})
    const { session } = enter(recovery)
    recovery.gone(session, 1006)
    expect(recovery.size).toBe(1)
    recovery.close()
    expect([recovery.size, vi.getTimerCount()]).toEqual([0, 0])
  })

  it('is not bytes and texts that are no events: they have no place for an offset', () => {
    const recovery = recoveryWith({})
    const { socket, session } = enter(recovery)
    session.deliver(new PreparedBroadcast('"text"', false))
    expect(socket.sent.at(-1)).toBe('text')
    recovery.gone(session, 1006)
    session.deliver(new PreparedBroadcast('"text"', false))
    expect(enter(recovery, session.secret).socket.sent).toHaveLength(1)
    recovery.close()
  })
})
