import {
  Catch,
  Controller,
  createApp,
  Get,
  Injectable,
  Module,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  ValidationPipe,
  type Application,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type Class,
  type ExceptionFilter,
  type ExecutionContext,
  type Interceptor,
} from 'corbel'
import {
  Ack,
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
  WsException,
} from 'corbel/websocket'
import { SocketIoAdapter } from 'corbel/websocket/socket-io'
import { IsInt, IsString } from 'class-validator'
import { map } from 'rxjs'
import type { Namespace, Server, ServerOptions, Socket } from 'socket.io'
import { io, type Socket as Client, type ManagerOptions, type SocketOptions } from 'socket.io-client'
import { loadSocketIo } from '../../lib/websocket/socket-io/package.js'
import { eventually } from '../support/eventually.js'

class Order {
  @IsString() product: string
  @IsInt() count: number
}

@Injectable()
class HasToken implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToWs().getClient<Socket>().handshake.auth['token'] === 'secret'
  }
}

class Doubled implements Interceptor {
  intercept(_: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(map((value: unknown) => [value, value]))
  }
}

@Catch(RangeError)
class OutOfRange implements ExceptionFilter {
  catch(error: RangeError, host: ArgumentsHost): void {
    host.switchToWs().getClient<Socket>().emit('out-of-range', error.message)
  }
}

/** What the gateway of the present test has seen: those of before may still say goodbye. */
let seen: string[] = []

@WebSocketGateway({ cors: { origin: 'https://a.example' } })
class Shop {
  @WebSocketServer() server: Server
  private readonly seen = seen

  afterInit(server: Server): void {
    this.seen.push(`init ${server === this.server}`)
  }
  async handleConnection(client: Socket): Promise<void> {
    // what is sent meanwhile waits
    await new Promise((resolve) => setImmediate(resolve))
    if (client.handshake.auth['token'] === 'wrong') throw new WsException('Who are you?')
    this.seen.push('connected')
  }
  handleDisconnect(client: Socket): void {
    this.seen.push(`gone ${client.id.length > 0}`)
  }

  @SubscribeMessage('echo') echo(@MessageBody() data: unknown) {
    return data
  }
  @SubscribeMessage('event') event(@MessageBody('name') name: string) {
    return { event: 'named', data: name.toUpperCase() }
  }
  @SubscribeMessage('many') *many() {
    yield { event: 'one', data: 1 }
    yield { event: 'two', data: 2 }
  }
  @SubscribeMessage('stream') async *stream() {
    yield { event: 'part', data: 1 }
    yield { event: 'part', data: 2 }
  }
  @SubscribeMessage('own') own(@MessageBody() data: string, @Ack() answer: (...values: unknown[]) => void) {
    answer(data, 'twice')
  }
  @SubscribeMessage('join') async join(@ConnectedSocket() client: Socket, @MessageBody() room: string) {
    await client.join(room)
    this.server.to(room).emit('joined', room)
    return (await this.server.in(room).fetchSockets()).length
  }
  @SubscribeMessage('bytes') bytes(@MessageBody() data: Buffer) {
    return Buffer.from(data.map((byte) => byte + 1))
  }
  @UsePipes(new ValidationPipe({ transform: true }))
  @SubscribeMessage('order')
  order(@MessageBody() order: Order) {
    return order instanceof Order
  }
  @UseGuards(HasToken) @SubscribeMessage('guarded') guarded() {
    return 'let in'
  }
  @UseInterceptors(Doubled) @SubscribeMessage('doubled') doubled(@MessageBody() data: number) {
    return data
  }
  @UseFilters(OutOfRange) @SubscribeMessage('range') range() {
    throw new RangeError('too far')
  }
  @SubscribeMessage('fail') fail() {
    throw new Error('a secret of the server')
  }
}

@WebSocketGateway({ namespace: 'news' })
class News {
  @WebSocketServer() namespace: Namespace
  @SubscribeMessage('name') name() {
    return this.namespace.name
  }
}

@WebSocketGateway({ path: '/own/socket' })
class Elsewhere {
  @SubscribeMessage('where') where() {
    return 'elsewhere'
  }
}

@Controller()
class Pages {
  @Get('socket.io-is-near') near() {
    return 'a page'
  }
}

const clients: Client[] = []
let app: Application

async function start(
  providers: Class[] = [Shop, News, Elsewhere, HasToken],
  options: Partial<ServerOptions> = {},
): Promise<string> {
  @Module({ providers, controllers: [Pages] })
  class AppModule {}
  app = await createApp(AppModule, { logger: false, shutdownSignals: false })
  app.useWebSocketAdapter(new SocketIoAdapter(options))
  await app.listen(0, '127.0.0.1')
  return app.getUrl()
}

function connect(url: string, options: Partial<ManagerOptions & SocketOptions> = {}): Client {
  const client = io(url, { reconnection: false, forceNew: true, transports: ['websocket'], ...options })
  clients.push(client)
  return client
}
const ask = (client: Client, event: string, ...values: unknown[]): Promise<unknown> =>
  client.timeout(50_000).emitWithAck(event, ...values) as Promise<unknown>
const next = (client: Client, event: string): Promise<unknown> =>
  new Promise((resolve) => client.once(event, resolve))

beforeEach(() => void (seen = []))
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await app.close()
})

describe.each([[['websocket']], [['polling']], [['polling', 'websocket']]])(
  'gateways over socket.io, by %j',
  (transports) => {
    it('answer events, lists, bytes, and acknowledge in their own way', async () => {
      const client = connect(await start(), { transports })
      expect(await ask(client, 'echo', { a: [1, null, 'ä'] })).toEqual({ a: [1, null, 'ä'] })
      expect(await ask(client, 'echo', 1, 2)).toEqual([1, 2])
      expect(await ask(client, 'own', 'answer')).toBe('answer')
      expect(Buffer.from((await ask(client, 'bytes', Buffer.from([1, 2]))) as Uint8Array)).toEqual(
        Buffer.from([2, 3]),
      )
      const named = next(client, 'named')
      client.emit('event', { name: 'ada' })
      expect(await named).toBe('ADA')
      const parts: unknown[] = []
      const both = new Promise<void>((resolve) =>
        client.on('part', (part) => void (parts.push(part) === 2 && resolve())),
      )
      client.emit('stream')
      await both
      expect(parts).toEqual([1, 2])
    })

    it('keep rooms and namespaces, and tell who comes and goes', async () => {
      const url = await start()
      const [one, two, news] = [
        connect(url, { transports }),
        connect(url, { transports }),
        connect(`${url}/news`, { transports }),
      ]
      expect(await ask(one, 'join', 'books')).toBe(1)
      const told = next(one, 'joined')
      expect(await ask(two, 'join', 'books')).toBe(2)
      expect(await told).toBe('books')
      expect(await ask(news, 'name')).toBe('/news')
      expect(seen).toEqual(['init true', 'connected', 'connected'])
      one.close()
      await eventually(() => expect(seen).toContain('gone true'))
    })
  },
)

describe('gateways over socket.io', () => {
  it('run guards, pipes, interceptors and filters', async () => {
    const url = await start()
    const client = connect(url, { auth: { token: 'secret' } })
    expect(await ask(client, 'guarded')).toBe('let in')
    expect(await ask(client, 'doubled', 4)).toEqual([4, 4])
    expect(await ask(client, 'order', { product: 'book', count: 1 })).toBe(true)
    const invalid = next(client, 'exception')
    client.emit('order', { product: 'book' })
    expect(await invalid).toMatchObject({ status: 'error', message: expect.anything() as unknown })
    const range = next(client, 'out-of-range')
    client.emit('range')
    expect(await range).toBe('too far')
    const failed = next(client, 'exception')
    client.emit('fail')
    expect(await failed).toEqual({
      status: 'error',
      message: 'Internal server error',
      cause: { pattern: 'fail' },
    })
    const stranger = connect(url)
    const refused = next(stranger, 'exception')
    stranger.emit('guarded')
    expect(await refused).toMatchObject({ status: 'error', message: 'Forbidden resource' })
  })

  it('do not admit whom handleConnection refuses, and answer nothing of what they have sent', async () => {
    const client = connect(await start(), { auth: { token: 'wrong' } })
    const told = next(client, 'exception')
    const gone = next(client, 'disconnect')
    const answer = ask(client, 'echo', 1)
    expect(await told).toMatchObject({ message: 'Who are you?' })
    await gone
    await expect(answer).rejects.toThrow()
  })

  it('stand at paths of their own, beside routes, with a script for browsers', async () => {
    const url = await start()
    expect(await ask(connect(url, { path: '/own/socket' }), 'where')).toBe('elsewhere')
    expect(await (await fetch(`${url}/socket.io-is-near`)).text()).toBe('a page')
    const script = await fetch(`${url}/socket.io/socket.io.js`)
    expect([script.status, script.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('javascript'),
    ])
    await script.arrayBuffer()
    expect((await fetch(`${url}/socket.io/?EIO=4&transport=nonsense`)).status).toBe(400)
    expect((await fetch(`${url}/nothing`)).status).toBe(404)
    const answer = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, {
      headers: { origin: 'https://a.example' },
    })
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://a.example')
    await answer.text()
  })

  it('take the options of socket.io: recovery of a connection, for instance', async () => {
    const url = await start(undefined, { connectionStateRecovery: { maxDisconnectionDuration: 60_000 } })
    const client = connect(url)
    await ask(client, 'join', 'books')
    const { id } = client
    client.io.engine.close()
    // who comes back before the server knows that he was away is somebody new
    await eventually(() => expect(seen).toContain('gone true'))
    const again = next(client, 'connect')
    client.connect()
    await again
    expect([client.recovered, client.id]).toEqual([true, id])
  })

  it('close with the application, whoever is connected', async () => {
    const client = connect(await start())
    await ask(client, 'echo', 1)
    const gone = next(client, 'disconnect')
    await app.close()
    expect(await gone).toBe('transport close')
  })

  it('say which package is missing', async () => {
    await start()
    const missing = Object.assign(new Error("Cannot find package 'socket.io'"), {
      code: 'ERR_MODULE_NOT_FOUND',
    })
    await expect(loadSocketIo(() => Promise.reject(missing))).rejects.toMatchObject({
      code: 'CORBEL_PACKAGE_MISSING',
    })
  })
})
