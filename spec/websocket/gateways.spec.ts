import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { IsInt, Min } from 'class-validator'
import { of } from 'rxjs'
import {
  BadRequestException,
  Catch,
  createApp,
  Inject,
  Injectable,
  INQUIRER,
  Module,
  Optional,
  ParseIntPipe,
  Scope,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  APP_GUARD,
  createParamDecorator,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type Interceptor,
} from '../../lib/index.js'
import type { Application, Class } from '../../lib/index.js'
import {
  Ack,
  ConnectedSocket,
  MessageBody,
  PlainAdapter,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
  WsException,
  type Server,
  type Socket,
} from '../../lib/websocket/index.js'
import { WebSocketEngine } from '../../lib/server/index.js'
import { listenForGateways } from '../../lib/websocket/own-port.js'
import { frame } from '../server/ws/echo-server.js'
import { eventually } from '../support/eventually.js'
import { TestClient } from './client.js'

const apps: Application[] = []
const clients: TestClient[] = []

async function start(providers: readonly unknown[]): Promise<{ app: Application; url: string }> {
  class Root {}
  Module({ providers: providers as Class[] })(Root)
  const app = await createApp(Root, { logger: false })
  apps.push(app)
  await app.listen(0, '127.0.0.1')
  return { app, url: await app.getUrl() }
}

async function connect(url: string, options = {}): Promise<TestClient> {
  const client = await TestClient.open(url, options)
  clients.push(client)
  return client
}

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate()
  for (const app of apps.splice(0)) await app.close()
})

class Move {
  @IsInt() @Min(0) x!: number
}

describe('messages', () => {
  @WebSocketGateway()
  class Basics {
    @SubscribeMessage('event') event(@MessageBody() data: unknown) {
      return { event: 'answer', data }
    }
    @SubscribeMessage('value') value(@MessageBody('name') name: string) {
      return `Hello ${name}`
    }
    @SubscribeMessage('nothing') nothing() {
      return undefined
    }
    @SubscribeMessage('later') async later() {
      await Promise.resolve()
      return { event: 'later', data: 1 }
    }
    @SubscribeMessage('many') *many() {
      yield 1
    }
    @SubscribeMessage('stream') async *stream() {
      yield { event: 'part', data: 1 }
      await Promise.resolve()
      yield { event: 'part', data: 2 }
    }
    @SubscribeMessage('observable') observable() {
      return of({ event: 'part', data: 1 }, { event: 'part', data: 2 })
    }
    @SubscribeMessage('bare') bare(client: Socket, data: unknown) {
      client.emit('bare', data)
    }
    @SubscribeMessage('ack') ack(@Ack() ack: ((value: unknown) => void) | undefined) {
      ack?.({ by: 'hand' })
    }
    @SubscribeMessage('int') int(@MessageBody('n', ParseIntPipe) n: number) {
      return { event: 'int', data: n }
    }
    @SubscribeMessage('options') options(@MessageBody('n', { pipes: [ParseIntPipe] }) n: number) {
      return { event: 'int', data: n }
    }
    @SubscribeMessage('dto') dto(@MessageBody() move: Move) {
      return { event: 'dto', data: move instanceof Move && move.x }
    }
    @SubscribeMessage('both') @SubscribeMessage('second') both(@ConnectedSocket() client: Socket) {
      return { event: 'both', data: client.id.length }
    }
  }

  let url: string
  beforeEach(async () => void ({ url } = await start([Basics])))

  const ask = async (event: string, data?: unknown, id?: number, count = 1) =>
    (await (await connect(url)).emit(event, data, id).messages(count)).slice()

  it('are answered by an event', async () => {
    expect(await ask('event', { a: 1 })).toEqual([{ event: 'answer', data: { a: 1 } }])
  })
  it('are answered by a value', async () => {
    expect(await ask('value', { name: 'Ada' })).toEqual(['Hello Ada'])
  })
  it('are acknowledged where the client waits for that', async () => {
    expect(await ask('value', { name: 'Ada' }, 7)).toEqual([{ id: 7, data: 'Hello Ada' }])
    expect(await ask('ack', undefined, 8)).toEqual([{ id: 8, data: { by: 'hand' } }])
  })
  it('are answered by nothing', async () => {
    const client = await connect(url)
    expect(await client.emit('nothing').emit('event', 1).messages(1)).toEqual([{ event: 'answer', data: 1 }])
  })
  it('are answered later', async () => {
    expect(await ask('later')).toEqual([{ event: 'later', data: 1 }])
  })
  it.each(['stream', 'observable'])('are answered by each value of a %s', async (event) => {
    expect(await ask(event, undefined, undefined, 2)).toEqual([
      { event: 'part', data: 1 },
      { event: 'part', data: 2 },
    ])
  })
  it('come with their client to a method without decorators', async () => {
    expect(await ask('bare', 3)).toEqual([{ event: 'bare', data: 3 }])
  })
  it('go through pipes', async () => {
    expect(await ask('int', { n: '12' })).toEqual([{ event: 'int', data: 12 }])
    expect(await ask('options', { n: '12' })).toEqual([{ event: 'int', data: 12 }])
    expect(await ask('int', { n: 'x' })).toEqual([
      { event: 'exception', data: expect.objectContaining({ status: 'error', statusCode: 400 }) as unknown },
    ])
  })
  it('are validated by the rules of their class', async () => {
    expect(await ask('dto', { x: 3 })).toEqual([{ event: 'dto', data: 3 }])
    expect(await ask('dto', { x: -3 })).toEqual([
      { event: 'exception', data: expect.objectContaining({ status: 'error', statusCode: 400 }) as unknown },
    ])
  })
  it('of several events may have one method', async () => {
    expect(await ask('both')).toEqual([{ event: 'both', data: 36 }])
    expect(await ask('second')).toEqual([{ event: 'both', data: 36 }])
  })
  it('called ping are answered where no gateway does: clients ask so whether the server is there', async () => {
    const client = await connect(url)
    client.emit('ping').emit('ping', undefined, 1)
    expect(await client.messages(1)).toEqual([{ id: 1, data: null }])
  })
  it('that nobody answers are let pass, or refused where an answer is waited for', async () => {
    const client = await connect(url)
    client.emit('unknown').emit('unknown', 1, 'a')
    expect(await client.messages(1)).toEqual([
      { id: 'a', event: 'exception', data: { status: 'error', message: 'Nobody answers "unknown"' } },
    ])
  })
  it.each(['', 'x', '[]', '{"event":1}', 'null'])('have to have the form of one: %j', async (text) => {
    const client = await connect(url)
    client.socket.send(text)
    expect(await client.messages(1)).toEqual([
      { event: 'exception', data: expect.objectContaining({ status: 'error' }) as unknown },
    ])
  })
})

describe('errors', () => {
  const reported: unknown[] = []

  @Catch(RangeError)
  class RangeFilter implements ExceptionFilter<RangeError> {
    catch(error: RangeError, host: ArgumentsHost) {
      host.switchToWs().getClient<Socket>().emit('filtered', error.message)
    }
  }

  @WebSocketGateway()
  class Failing {
    @SubscribeMessage('text') text() {
      throw new WsException('Too late')
    }
    @SubscribeMessage('object') object() {
      throw new WsException({ message: 'Too late', code: 'LATE' })
    }
    @SubscribeMessage('http') async http() {
      await Promise.resolve()
      throw new BadRequestException('Not like that')
    }
    @SubscribeMessage('own') own() {
      throw new TypeError('the password is hunter2')
    }
    @UseFilters(RangeFilter)
    @SubscribeMessage('filter')
    filter() {
      throw new RangeError('out')
    }
    @SubscribeMessage('stream') async *stream() {
      yield { event: 'part', data: 1 }
      throw new WsException('broken')
    }
  }

  const told = async (event: string, count = 1, id?: number) => {
    class Root {}
    Module({ providers: [Failing] })(Root)
    const logger = {
      log() {},
      warn() {},
      debug() {},
      error: (...values: unknown[]) => void reported.push(...values),
    }
    const app = await createApp(Root, { logger })
    apps.push(app)
    await app.listen(0, '127.0.0.1')
    return (await connect(await app.getUrl())).emit(event, undefined, id).messages(count)
  }

  it('of a WsException are told', async () => {
    const cause = { pattern: 'text' }
    expect(await told('text')).toEqual([
      { event: 'exception', data: { status: 'error', message: 'Too late', cause } },
    ])
  })
  it('may be objects', async () => {
    expect(await told('object')).toEqual([
      {
        event: 'exception',
        data: { status: 'error', message: 'Too late', code: 'LATE', cause: { pattern: 'object' } },
      },
    ])
  })
  it('of HTTP are told as well', async () => {
    expect(await told('http')).toEqual([
      {
        event: 'exception',
        data: expect.objectContaining({
          status: 'error',
          message: 'Not like that',
          statusCode: 400,
        }) as unknown,
      },
    ])
  })
  it('of the server are logged, and not told', async () => {
    expect(await told('own')).toEqual([
      {
        event: 'exception',
        data: { status: 'error', message: 'Internal server error', cause: { pattern: 'own' } },
      },
    ])
    expect(reported).toContainEqual(expect.objectContaining({ message: 'the password is hunter2' }))
  })
  it('answer a message that waits', async () => {
    expect(await told('text', 1, 5)).toEqual([
      { id: 5, event: 'exception', data: expect.objectContaining({ message: 'Too late' }) as unknown },
    ])
  })
  it('go to filters', async () => {
    expect(await told('filter')).toEqual([{ event: 'filtered', data: 'out' }])
  })
  it('end a stream', async () => {
    expect(await told('stream', 2)).toEqual([
      { event: 'part', data: 1 },
      { event: 'exception', data: expect.objectContaining({ message: 'broken' }) as unknown },
    ])
  })
})

describe('connections', () => {
  const events: string[] = []
  beforeEach(() => void (events.length = 0))

  it('are told of with hooks and a server', async () => {
    let gone: () => void = () => undefined
    const left = new Promise<void>((resolve) => (gone = resolve))
    @WebSocketGateway({ path: '/chat' })
    class Chat {
      @WebSocketServer() server!: Server
      afterInit(server: Server) {
        events.push(`init ${server === this.server}`)
      }
      async handleConnection(client: Socket) {
        await Promise.resolve()
        client.emit('welcome', client.handshake.query['name'])
      }
      handleDisconnect() {
        events.push('gone')
        gone()
      }
      @SubscribeMessage('all') all(@MessageBody() data: unknown) {
        this.server.emit('all', data)
      }
    }
    const { url } = await start([Chat])
    const [a, b] = [await connect(`${url}/chat?name=a`), await connect(`${url}/chat/?name=b`)]
    await a.messages(1)
    expect(await b.messages(1)).toEqual([{ event: 'welcome', data: 'b' }])
    a.emit('all', 1)
    expect(await b.messages(2)).toEqual([
      { event: 'welcome', data: 'b' },
      { event: 'all', data: 1 },
    ])
    await a.close()
    await left
    expect(events).toEqual(['init true', 'gone'])
    await expect(connect(`${url}/other`)).rejects.toThrow('404')
  })

  it('hear of nothing before they are admitted', async () => {
    let admit: () => void = () => undefined
    const admitted = new Promise<void>((resolve) => (admit = resolve))
    @WebSocketGateway()
    class Slow {
      async handleConnection() {
        await admitted
        events.push('connected')
      }
      @SubscribeMessage('a') a() {
        events.push('message')
        return 'done'
      }
    }
    const { url } = await start([Slow])
    const client = await connect(url)
    client.emit('a')
    admit()
    await client.messages(1)
    expect(events).toEqual(['connected', 'message'])
  })

  it('are refused by what handleConnection throws, which nobody else suffers from', async () => {
    @WebSocketGateway()
    class Refusing {
      handleConnection() {
        throw new WsException('no')
      }
    }
    const { url } = await start([Refusing])
    const client = await connect(url)
    expect(await client.end()).toEqual({ code: 1008, reason: 'not admitted' })
    expect(client.received).toEqual([{ event: 'exception', data: { status: 'error', message: 'no' } }])
  })

  it('go through guards', async () => {
    @Injectable()
    class OnlyAda implements CanActivate {
      canActivate(context: ExecutionContext) {
        return context.switchToWs().getClient<Socket>().handshake.headers['x-user'] === 'ada'
      }
    }
    @UseGuards(OnlyAda)
    @WebSocketGateway()
    class Guarded {
      handleConnection(client: Socket) {
        client.emit('hello')
      }
    }
    const { url } = await start([Guarded])
    const ada = await connect(url, { headers: { 'x-user': 'ada' } })
    expect(await ada.messages(1)).toEqual([{ event: 'hello' }])
    const other = await connect(url)
    expect((await other.end()).code).toBe(1008)
  })

  it('of pages of other sites are refused', async () => {
    @WebSocketGateway({ origins: ['https://friend.example'] })
    class Gateway {}
    const { url } = await start([Gateway])
    await expect(connect(url, { origin: 'https://evil.example' })).rejects.toThrow('403')
    await connect(url, { origin: 'https://friend.example' })
    await connect(url, { origin: url })
  })

  it('are closed with 1001 when the application is', async () => {
    @WebSocketGateway()
    class Gateway {}
    const { app, url } = await start([Gateway])
    const client = await connect(url)
    await app.close()
    expect(await client.end()).toMatchObject({ code: 1001 })
  })

  it('come over HTTP/2 as well (RFC 8441)', async () => {
    @WebSocketGateway({ path: '/chat' })
    class Gateway {
      @SubscribeMessage('say') say(@MessageBody() data: string) {
        return `heard ${data}`
      }
    }
    const { url } = await start([Gateway])
    const session = connectHttp2(url)
    await once(session, 'remoteSettings')
    const stream = session.request(
      {
        ':method': 'CONNECT',
        ':protocol': 'websocket',
        ':path': '/chat',
        ':scheme': 'http',
        'sec-websocket-version': '13',
      },
      { endStream: false },
    )
    const [fields] = (await once(stream, 'response')) as [Record<string, unknown>]
    expect(fields[':status']).toBe(200)
    let heard = ''
    const all = new Promise<void>((resolve) => {
      stream.on('data', (data: Buffer) => {
        heard += data.toString('latin1')
        if (heard.length >= 10) resolve()
      })
    })
    stream.write(frame(1, JSON.stringify({ event: 'say', data: 'hi' })))
    await all
    expect(heard.slice(2)).toBe('heard hi')
    session.destroy()
  })

  it('reach gateways on a port of their own, where nothing else is served', async () => {
    const paths: string[] = []
    const engine = new WebSocketEngine()
    const server = await listenForGateways(
      0,
      (context) => {
        paths.push(context.target)
        if (context.target !== '/chat') return false
        engine.accept(context.exchange, {
          onMessage: (socket, text) => void socket.send(text),
          onClose() {},
          onError() {},
        })
        return true
      },
      (error) => expect.unreachable(String(error)),
    )
    const url = `http://127.0.0.1:${server.addresses[0]!.port}`
    const client = await connect(`${url}/chat`)
    client.socket.send('"a"')
    expect(await client.messages(1)).toEqual(['a'])
    await expect(connect(`${url}/other`)).rejects.toThrow('404')
    const plain = await fetch(`${url}/chat`)
    expect([plain.status, plain.headers.get('upgrade')]).toEqual([426, 'websocket'])
    expect(paths).toEqual(['/chat', '/other', '/chat'])
    await engine.close()
    await server.close()
  })

  it('come when the hooks have run, which have the server already', async () => {
    const order: string[] = []
    @WebSocketGateway({ path: '/chat' })
    class Gateway {
      @WebSocketServer() server!: Server
      onApplicationBootstrap() {
        order.push(`bootstrap ${this.server.path}`)
      }
      handleConnection() {
        order.push('connected')
      }
    }
    const adapter = new (class extends PlainAdapter {
      override listen() {
        order.push('listen')
        return super.listen()
      }
    })()
    class Root {}
    Module({ providers: [Gateway] })(Root)
    const app = await createApp(Root, { logger: false })
    apps.push(app)
    app.useWebSocketAdapter(adapter)
    await app.listen(0, '127.0.0.1')
    await connect(`${await app.getUrl()}/chat`)
    expect(order).toEqual(['bootstrap /chat', 'listen', 'connected'])
  })

  it('of several gateways on one path reach all of them', async () => {
    @WebSocketGateway()
    class First {
      @SubscribeMessage('first') first() {
        return 'first'
      }
    }
    @WebSocketGateway()
    class Second {
      @SubscribeMessage('second') second() {
        return 'second'
      }
    }
    const { url } = await start([First, Second])
    expect(await (await connect(url)).emit('first').emit('second').messages(2)).toEqual(['first', 'second'])
  })
})

describe('rooms', () => {
  @WebSocketGateway()
  class Rooms {
    @WebSocketServer() server!: Server
    @SubscribeMessage('join') join(@ConnectedSocket() client: Socket, @MessageBody() room: string) {
      client.join(room)
      return 'joined'
    }
    @SubscribeMessage('leave') leave(@ConnectedSocket() client: Socket, @MessageBody() room: string) {
      client.leave(room)
      return 'left'
    }
    @SubscribeMessage('say') say(@ConnectedSocket() client: Socket, @MessageBody() room: string) {
      client.to(room).emit('said', room)
      return 'done'
    }
  }

  it('hear what is said to them', async () => {
    const { app, url } = await start([Rooms])
    const gateway = app.get(Rooms)
    const [a, b, c] = [await connect(url), await connect(url), await connect(url)]
    for (const [client, room] of [
      [a, 'x'],
      [b, 'x'],
      [b, 'y'],
      [c, 'y'],
    ] as const) {
      const before = client.received.length
      await client.emit('join', room).messages(before + 1)
    }
    for (const client of [a, b, c]) client.received.length = 0
    a.emit('say', 'x')
    expect(await a.messages(1)).toEqual(['done'])
    expect(await b.messages(1)).toEqual([{ event: 'said', data: 'x' }])
    gateway.server.to(['x', 'y']).emit('once')
    expect(await b.messages(2)).toEqual([{ event: 'said', data: 'x' }, { event: 'once' }])
    expect(await c.messages(1)).toEqual([{ event: 'once' }])
    gateway.server.except('x').emit('rest')
    expect(await c.messages(2)).toEqual([{ event: 'once' }, { event: 'rest' }])
    expect([...gateway.server.rooms].map(([name, members]) => [name, members.size])).toEqual([
      ['x', 2],
      ['y', 2],
    ])
    await a.close()
    await b.emit('leave', 'x').messages(3)
    await eventually(() => expect([...gateway.server.rooms.keys()]).toEqual(['y']))
    expect(await gateway.server.in('y').fetchSockets()).toHaveLength(2)
    gateway.server.in('y').disconnectSockets()
    expect((await c.end()).code).toBe(1000)
  })
})

describe('the pipeline', () => {
  const trace: string[] = []
  beforeEach(() => void (trace.length = 0))

  it('is that of controllers', async () => {
    @Injectable()
    class Guard implements CanActivate {
      canActivate(context: ExecutionContext) {
        trace.push(`guard ${context.getType()} ${context.getClass().name}.${context.getHandler().name}`)
        return true
      }
    }
    @Injectable()
    class Around implements Interceptor {
      async intercept(context: ExecutionContext, next: CallHandler) {
        trace.push(`before ${context.switchToWs().getPattern()}`)
        const value: unknown = await next.handle()
        trace.push('after')
        return { event: 'wrapped', data: value }
      }
    }
    const FromClient = createParamDecorator(
      (_: unknown, context: ExecutionContext) => context.switchToWs().getClient<Socket>().connected,
    )
    @Injectable()
    class Double {
      transform(value: number) {
        return value * 2
      }
    }
    @UseInterceptors(Around)
    @WebSocketGateway()
    class Gateway {
      @UsePipes(Double)
      @SubscribeMessage('go')
      go(@MessageBody() n: number, @ConnectedSocket() client: Socket) {
        trace.push(`handler ${n} ${typeof client.id}`)
        return n
      }
      @SubscribeMessage('custom') custom(@FromClient() connected: boolean) {
        return connected
      }
    }
    const { app, url } = await start([Gateway, { provide: APP_GUARD, useClass: Guard }])
    const client = await connect(url)
    expect(await client.emit('go', 21).messages(1)).toEqual([{ event: 'wrapped', data: 42 }])
    expect(trace).toEqual(['guard ws Gateway.go', 'before go', 'handler 42 string', 'after'])
    expect(await client.emit('custom').messages(2)).toContainEqual({ event: 'wrapped', data: true })
    expect(JSON.stringify(app.describe())).toContain('"event":"go"')
  })

  it('makes request-scoped gateways for each message', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Counter {
      count = 0
    }
    @WebSocketGateway({ scope: Scope.REQUEST })
    class Gateway {
      constructor(
        @Inject(Counter) private readonly counter: Counter,
        @Optional() @Inject(INQUIRER) _inquirer?: object,
      ) {}
      @SubscribeMessage('count') count() {
        return ++this.counter.count
      }
    }
    const { url } = await start([Counter, Gateway])
    expect(await (await connect(url)).emit('count').emit('count').messages(2)).toEqual([1, 1])
  })
})

describe('mistakes', () => {
  it('are told at boot', async () => {
    @Injectable()
    class Forgotten {
      @SubscribeMessage('a') a() {}
    }
    await expect(start([Forgotten])).rejects.toThrow(
      /CORBEL_GATEWAY_MISSING[^]*Forgotten in Root has @SubscribeMessage\(\)/,
    )
  })
})
