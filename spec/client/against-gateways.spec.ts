import { SignJWT } from 'jose'
import { WebSocket as UndiciWebSocket } from 'undici'
import { WebSocket } from 'ws'
import { AuthModule, BearerStrategy, CurrentUser, JwtModule, JwtService } from '../../lib/auth/index.js'
import { connect, type ClientOptions, type ClientSocket, type Lifecycle } from '../../lib/client/index.js'
import {
  ConnectedSocket,
  MessageBody,
  MessageStream,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
  WsException,
  type Server,
  type Socket,
} from '../../lib/websocket/index.js'
import { Bench, signal, type Served } from '../websocket/serve.js'
import { eventually } from '../support/eventually.js'
import { holdTime, letTimeGo, passTime } from '../support/held-clock.js'
import { stablePort } from '../support/stable-port.js'

const bench = new Bench()
const sockets: ClientSocket[] = []

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close()
  await bench.end()
})

@WebSocketGateway({ path: '/chat' })
class Chat {
  @WebSocketServer() server!: Server
  @SubscribeMessage('join') join(@ConnectedSocket() client: Socket, @MessageBody() room: string) {
    client.join(room)
    return [...client.rooms]
  }
  @SubscribeMessage('say') say(@MessageBody() { room, text }: { room: string; text: string }) {
    this.server.to(room).emit('said', text)
  }
  @SubscribeMessage('sum') async sum(
    @MessageBody() from: number,
    @MessageStream() numbers: AsyncIterable<number>,
  ) {
    let sum = from
    for await (const number of numbers) sum += number
    return sum
  }
  @SubscribeMessage('first') async first(@MessageStream() values: AsyncIterable<unknown>) {
    for await (const value of values) return value
    return undefined
  }
  @SubscribeMessage('double') async *double(@MessageStream() numbers: AsyncIterable<number>) {
    for await (const number of numbers) yield number * 2
  }
  @SubscribeMessage('fail') fail() {
    throw new WsException({ message: 'Not now', code: 'LATER' })
  }
}

interface ChatEvents {
  receive: { said: string }
  send: { say: { room: string; text: string } }
  requests: {
    join(room: string): string[]
    fail(): never
    nothing(): never
    sum(from: number, value: number): number
    first(data: undefined, value: string): string
  }
  streams: { double(data: undefined, value: number): number }
}

function open(url: string, options: ClientOptions = {}): ClientSocket<ChatEvents> {
  const reconnect = { minDelay: 1 }
  const socket = connect<ChatEvents>(`${url}/chat`, { WebSocket, reconnect, ...options })
  sockets.push(socket as unknown as ClientSocket)
  return socket
}

const next = <Name extends keyof Lifecycle>(socket: ClientSocket<ChatEvents>, event: Name) =>
  new Promise<unknown>((resolve) => void socket.once(event, resolve as never)) as Promise<Lifecycle[Name]>

/** Cuts connections off as a network does. */
function cutOff(served: Served): void {
  for (const client of served.app.get(Chat).server.clients) (client as Socket).terminate()
}

describe.each<[string, ClientOptions]>([
  ['ws', { WebSocket }],
  ['undici', { WebSocket: UndiciWebSocket }],
])('a client on the WebSocket of %s', (_, options) => {
  it('speaks with gateways', async () => {
    const { url } = await bench.serve([Chat])
    const socket = open(url, options)
    const said = new Promise((resolve) => socket.on('said', resolve))
    expect(await socket.request('join', 'red')).toEqual(['red'])
    socket.emit('say', { room: 'red', text: 'hello' })
    expect(await said).toBe('hello')
    await expect(socket.request('fail')).rejects.toMatchObject({
      code: 'exception',
      message: 'Not now',
      data: { code: 'LATER' },
    })
    await expect(socket.request('nothing')).rejects.toMatchObject({ message: 'Nobody answers "nothing"' })
  })

  it('sends values one by one, and more of them than fit on the way', async () => {
    const { url } = await bench.serve([Chat])
    const socket = open(url, options)
    function* numbers() {
      for (let number = 0; number < 2000; number += 1) yield number
    }
    expect(await socket.request('sum', 1, { input: numbers() })).toBe(1_999_001)
    const doubled: number[] = []
    for await (const number of socket.stream('double', undefined, { input: [1, 2, 3] })) doubled.push(number)
    expect(doubled).toEqual([2, 4, 6])
    const seen = { sent: 0, isClosed: false }
    async function* endless() {
      try {
        for (;;) yield 'x'.repeat((seen.sent += 1) && 10_000)
      } finally {
        seen.isClosed = true
      }
    }
    expect(await socket.request('first', undefined, { input: endless() })).toHaveLength(10_000)
    await eventually(() => expect(seen.isClosed).toBe(true))
    // the connection is as good as before
    expect(await socket.request('join', 'red')).toEqual(['red'])
  })

  it('comes back, and joins again, when the connection is cut off', async () => {
    const served = await bench.serve([Chat])
    const socket = open(served.url, options)
    const joined: unknown[] = []
    const twice = signal()
    const join = async ({ recovered }: Lifecycle['connect']) => {
      joined.push([recovered, await socket.request('join', 'red')])
      if (joined.length === 2) twice.resolve()
    }
    socket.on('connect', (info) => void join(info))
    await next(socket, 'connect')
    await socket.request('join', 'blue')
    cutOff(served)
    expect(await next(socket, 'disconnect')).toMatchObject({ willReconnect: true })
    await twice.promise
    expect(joined.at(-1)).toEqual([false, ['red']])
  })

  it('gets what it has missed where the server keeps it', async () => {
    const served = await bench.serve([Chat], { adapter: { recovery: true } })
    const socket = open(served.url, options)
    const heard: string[] = []
    const all = signal()
    socket.on('said', (text) => heard.push(text) === 4 && all.resolve())
    await socket.request('join', 'red')
    const { server } = served.app.get(Chat)
    server.to('red').emit('said', '1')
    await socket.request('join', 'red')
    cutOff(served)
    // told while the client may or may not know yet that it is cut off
    server.to('red').emit('said', '2')
    await next(socket, 'disconnect')
    server.to('red').emit('said', '3')
    expect(await next(socket, 'connect')).toEqual({ recovered: true })
    server.to('red').emit('said', '4')
    await all.promise
    expect(heard).toEqual(['1', '2', '3', '4'])
    expect(await socket.request('join', 'blue')).toEqual(['red', 'blue'])
  })

  it('stays away where the server disconnects it', async () => {
    const served = await bench.serve([Chat])
    const socket = open(served.url, options)
    await socket.request('join', 'red')
    served.app.get(Chat).server.in('red').disconnectSockets()
    expect(await next(socket, 'disconnect')).toMatchObject({ code: 1000, willReconnect: false })
  })

  it('tries again where nobody listens, until somebody does', async () => {
    const socket = open(`http://127.0.0.1:${await stablePort()}`, options)
    await next(socket, 'reconnecting')
    await next(socket, 'reconnecting')
    expect(socket.state).toBe('waiting')
    socket.close()
  })

  it('closes while it connects without an error that nobody handles', async () => {
    const { url } = await bench.serve([Chat])
    const socket = open(url, options)
    await Promise.resolve().then(() => undefined)
    expect(socket.state).toBe('connecting')
    socket.close()
    const other = open(url, options)
    expect(await other.request('join', 'red')).toEqual(['red'])
  })
})

describe('a client with a token', () => {
  const secret = 'a secret of the spec that is long enough'
  const auth = AuthModule.forRootAsync({
    imports: [JwtModule.register({ secret })],
    inject: [JwtService],
    useFactory: (tokens: JwtService) => ({ strategies: [new BearerStrategy({ tokens })] }),
  })
  const tokenFor = (sub: string, expires: string): Promise<string> =>
    new SignJWT({ sub })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime(expires)
      .sign(Buffer.from(secret))

  @WebSocketGateway({ path: '/chat', auth: { from: ['message', 'query'] } })
  class Private {
    @WebSocketServer() server!: Server
    @SubscribeMessage('join') join(
      @ConnectedSocket() client: Socket,
      @MessageBody() room: string,
      @CurrentUser('id') id: string,
    ) {
      client.join(room)
      return [id, ...client.rooms]
    }
  }
  const serve = () => bench.serve([Private], { imports: [auth], adapter: { recovery: true } })

  it.each(['message', 'query'] as const)('is who it says, by %s', async (tokenIn) => {
    const { url } = await serve()
    const socket = open(url, { tokenIn, token: () => tokenFor('ada', '5m') })
    expect(await socket.request('join', 'red')).toEqual(['ada', 'red'])
  })

  it('comes back with another one when it expires, as who it was', async () => {
    const { url } = await serve()
    holdTime()
    try {
      let asked = 0
      const token = () => tokenFor('ada', asked++ === 0 ? '3s' : '5m')
      const socket = open(url, { token, heartbeat: false })
      // what begins to connect does so behind a timeout of no time
      await passTime(0)
      expect(await socket.request('join', 'red')).toEqual(['ada', 'red'])
      const gone = next(socket, 'disconnect')
      const back = next(socket, 'connect')
      await passTime(3000)
      expect(await gone).toEqual({ code: 4401, reason: 'the token has expired', willReconnect: true })
      // the first delay
      await passTime(1000)
      expect(await back).toEqual({ recovered: true })
      expect(await socket.request('join', 'blue')).toEqual(['ada', 'red', 'blue'])
    } finally {
      letTimeGo()
    }
  })

  it('that is not good is told so, and stays away', async () => {
    const { url } = await serve()
    const socket = open(url, { token: 'x.y.z' })
    expect(await next(socket, 'disconnect')).toMatchObject({ code: 4401, willReconnect: false })
  })
})

describe('a live query', () => {
  interface Subscribe {
    readonly url: string
    readonly version?: string
  }

  /** Speaks what live endpoints speak. */
  @WebSocketGateway({ path: '/chat' })
  class Live {
    readonly subscribed: Subscribe[] = []
    version = 1
    @SubscribeMessage('subscribe') subscribe(@MessageBody() query: Subscribe) {
      this.subscribed.push(query)
      const version = `v${this.version}`
      return query.version === version
        ? { version, unchanged: true }
        : { version, result: { n: this.version } }
    }
    @SubscribeMessage('cut') cut(@ConnectedSocket() client: Socket) {
      client.terminate()
    }
    @SubscribeMessage('change') change(@ConnectedSocket() client: Socket, @MessageBody() id: number) {
      this.version++
      const patch = [{ op: 'replace', path: '/n', value: this.version }]
      client.emit('live', { id, version: `v${this.version}`, patch })
    }
  }

  it('goes on where it was after a lost connection', async () => {
    const { app, url } = await bench.serve([Live])
    const socket = connect(`${url}/chat`, { WebSocket, reconnect: { minDelay: 1 } })
    sockets.push(socket)
    const results: unknown[] = []
    let heard = signal()
    socket.live('/articles', (result) => {
      results.push(result)
      heard.resolve()
    })
    const result = async () => {
      await heard.promise
      heard = signal()
    }
    await result()
    socket.emit('change', 1)
    await result()
    socket.emit('cut')
    await new Promise<void>((resolve) => void socket.once('connect', () => resolve()))
    while (app.get(Live).subscribed.length < 2) await socket.request('nobody').catch(() => undefined)
    socket.emit('change', 2)
    // whatever id the new subscription has, the answer to the old one is not taken for it
    expect(app.get(Live).subscribed).toEqual([{ url: '/articles' }, { url: '/articles', version: 'v2' }])
    expect(results).toEqual([{ n: 1 }, { n: 2 }])
  })
})
