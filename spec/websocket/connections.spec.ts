import {
  Body,
  Cookies,
  createParamDecorator,
  Headers,
  Injectable,
  Ip,
  Param,
  ParseIntPipe,
  Query,
  Req,
  Res,
  Scope,
  UseGuards,
  APP_GUARD,
  APP_INTERCEPTOR,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type HttpRequest,
  type Interceptor,
} from '../../lib/index.js'
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
  WsException,
  type Server,
  type Socket,
} from '../../lib/websocket/index.js'
import { Bench, signal } from './serve.js'

const bench = new Bench()
afterEach(() => bench.end())

describe('the path of a gateway', () => {
  @WebSocketGateway({ path: '/rooms/:room', namespace: ':id(\\d+)' })
  class Rooms {
    @WebSocketServer() server!: Server
    handleConnection(
      @ConnectedSocket() client: Socket,
      @Param('room') room: string,
      @Param('id', ParseIntPipe) id: number,
    ) {
      client.emit('welcome', [room, id, client.handshake.params])
    }
    @SubscribeMessage('where') where(@Param() params: object, @MessageBody() data: unknown) {
      return { event: 'here', data: [params, data] }
    }
    @SubscribeMessage('all') all() {
      this.server.emit('all')
    }
  }

  it('has parameters, for connections and messages, decoded as those of routes', async () => {
    const { url } = await bench.serve([Rooms])
    const client = await bench.connect(`${url}/rooms/caf%C3%A9/7/?x=1`)
    expect(await client.emit('where', 1).messages(2)).toEqual([
      { event: 'welcome', data: ['café', 7, { room: 'café', id: '7' }] },
      { event: 'here', data: [{ room: 'café', id: '7' }, 1] },
    ])
    for (const path of ['/rooms/a', '/rooms/a/x', '/rooms/a/7/8', '/rooms/%zz/7'])
      await expect(bench.connect(url + path), path).rejects.toThrow(/40[04]/)
  })

  it('is one path, with one server, whatever the parameters', async () => {
    const { url } = await bench.serve([Rooms])
    const [a, b] = [await bench.connect(`${url}/rooms/a/1`), await bench.connect(`${url}/rooms/b/2`)]
    await b.messages(1)
    a.emit('all')
    expect((await b.messages(2))[1]).toEqual({ event: 'all' })
  })

  it('gives way to one without parameters', async () => {
    @WebSocketGateway({ path: '/:any' })
    class Any {
      @SubscribeMessage('who') who() {
        return 'any'
      }
    }
    @WebSocketGateway({ path: '/chat' })
    class Chat {
      @SubscribeMessage('who') who() {
        return 'chat'
      }
    }
    const { url } = await bench.serve([Any, Chat])
    expect(await (await bench.connect(`${url}/chat`)).emit('who').messages(1)).toEqual(['chat'])
    expect(await (await bench.connect(`${url}/other`)).emit('who').messages(1)).toEqual(['any'])
  })
})

describe('a client', () => {
  const kept: Socket[] = []

  @WebSocketGateway()
  class Keeping {
    handleConnection(client: Socket) {
      kept.push(client)
      client.data['name'] = 'Ada'
    }
    @SubscribeMessage('who') who(@ConnectedSocket() client: Socket) {
      const { request, handshake, data, id } = client
      return [
        data,
        id,
        request.url,
        request.headers['x-key'],
        request.ip,
        handshake.address,
        handshake.secure,
      ]
    }
    @SubscribeMessage('rename') rename(@ConnectedSocket() client: Socket) {
      client.data = { name: 'Grace' }
      return client.data
    }
  }

  it('has an id, data of its own, and its request for as long as it is there', async () => {
    const { url } = await bench.serve([Keeping])
    const first = await bench.connect(`${url}/?a=1`, { headers: { 'x-key': 'k' } })
    const second = await bench.connect(url)
    const [[data, id, ...request]] = (await first.emit('who').messages(1)) as [unknown[]]
    expect(data).toEqual({ name: 'Ada' })
    expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
    expect(request).toEqual(['/?a=1', 'k', '127.0.0.1', '127.0.0.1', false])
    expect(await first.emit('rename').messages(2)).toContainEqual({ name: 'Grace' })
    const [[others]] = (await second.emit('who').messages(1)) as [unknown[]]
    expect(others).toEqual({ name: 'Ada' })
    expect(kept[0]!.id).not.toBe(kept[1]!.id)
    await first.close()
    expect(kept[0]!.request.headers['x-key']).toBe('k')
  })
})

describe('parameters of a gateway', () => {
  const Agent = createParamDecorator(
    (_: unknown, context: ExecutionContext) =>
      context.switchToWs().getClient<Socket>().handshake.headers['user-agent'],
  )

  @WebSocketGateway()
  class Reading {
    handleConnection(
      @ConnectedSocket() client: Socket,
      @Query('page', ParseIntPipe) page: number,
      @Query() query: object,
      @Headers('X-Key') key: string,
      @Headers() headers: Record<string, string>,
      @Cookies('taste') taste: string,
      @Ip() ip: string,
      @Req() request: HttpRequest,
      @Agent() agent: string,
    ) {
      client.emit('read', [page, query, key, headers['x-key'], taste, ip, request.path, agent])
    }
  }

  it('read the request by which the client has connected', async () => {
    const { url } = await bench.serve([Reading])
    const headers = { 'x-key': 'k', cookie: 'a=1; taste=sweet%21', 'user-agent': 'spec' }
    const client = await bench.connect(`${url}/?page=3&q=x`, { headers })
    expect(await client.messages(1)).toEqual([
      { event: 'read', data: [3, { page: '3', q: 'x' }, 'k', 'k', 'sweet!', '127.0.0.1', '/', 'spec'] },
    ])
  })

  it('that a pipe refuses, refuse the connection', async () => {
    const { url } = await bench.serve([Reading])
    const client = await bench.connect(`${url}/?page=x`)
    expect((await client.end()).code).toBe(1008)
    expect(client.received).toEqual([
      { event: 'exception', data: expect.objectContaining({ statusCode: 400 }) as unknown },
    ])
  })

  it('that only HTTP has are told at boot', async () => {
    @WebSocketGateway()
    class Wrong {
      @SubscribeMessage('a') a(@Body() body: unknown, @Res() response: unknown) {
        return [body, response]
      }
    }
    await expect(bench.serve([Wrong])).rejects.toThrow(
      /CORBEL_GATEWAY_PARAM[^]*Wrong\.a[^]*@Res\(\)[^]*@Body\(\)[^]*@MessageBody/,
    )
  })
})

describe('a gateway that is made for each call', () => {
  it('has its server, too', async () => {
    @WebSocketGateway({ scope: Scope.REQUEST })
    class Scoped {
      @WebSocketServer() server!: Server
      handleConnection(client: Socket) {
        client.emit('clients', this.server.clients.size)
      }
      @SubscribeMessage('path') path() {
        return this.server.path
      }
    }
    const { url } = await bench.serve([Scoped])
    const client = await bench.connect(url)
    expect(await client.emit('path', 0, 1).messages(2)).toEqual([
      { event: 'clients', data: 1 },
      { id: 1, data: '/' },
    ])
  })

  it('has its server where it is transient', async () => {
    @WebSocketGateway({ scope: Scope.TRANSIENT })
    class Transient {
      @WebSocketServer() server!: Server
      @SubscribeMessage('path') path() {
        return this.server.path
      }
    }
    const { url } = await bench.serve([Transient])
    expect(await (await bench.connect(url)).emit('path', 0, 1).messages(1)).toEqual([{ id: 1, data: '/' }])
  })
})

describe('a gateway that extends another one', () => {
  it('has its messages, its hooks and its server', async () => {
    abstract class Base {
      @WebSocketServer() server!: Server
      handleConnection(client: Socket) {
        client.emit('hello', this.name())
      }
      protected abstract name(): string
      @SubscribeMessage('inherited') inherited() {
        return this.name()
      }
      @SubscribeMessage('overridden') overridden() {
        return 'base'
      }
    }
    @WebSocketGateway()
    class Derived extends Base {
      protected name() {
        return this.server.path
      }
      @SubscribeMessage('overridden') override overridden() {
        return 'derived'
      }
    }
    const { url } = await bench.serve([Derived])
    const client = await bench.connect(url)
    expect(await client.emit('inherited').emit('overridden').messages(3)).toEqual([
      { event: 'hello', data: '/' },
      '/',
      'derived',
    ])
  })
})

describe('what refuses connections', () => {
  it.each<[string, () => unknown]>([
    [
      'an error',
      () => {
        throw new WsException('no')
      },
    ],
    ['a rejection', () => Promise.reject(new WsException('no'))],
    [
      'undefined that is thrown',
      () => {
        // eslint-disable-next-line typescript/only-throw-error -- what users may do
        throw undefined
      },
    ],
    // eslint-disable-next-line typescript/prefer-promise-reject-errors -- what users may do
    ['a text that is rejected', () => Promise.reject('text')],
  ])('is %s in handleConnection, and takes nobody else along', async (_, fails) => {
    const events: string[] = []
    @WebSocketGateway()
    class Refusing {
      handleConnection(client: Socket) {
        events.push('asked')
        return client.handshake.query['good'] === undefined ? fails() : undefined
      }
      @SubscribeMessage('a') a() {
        events.push('message')
        return 'a'
      }
    }
    const { url } = await bench.serve([Refusing])
    const bad = await bench.connect(url)
    bad.emit('a')
    expect(await bad.end()).toEqual({ code: 1008, reason: 'not admitted' })
    const good = await bench.connect(`${url}/?good`)
    expect(await good.emit('a').messages(1)).toEqual(['a'])
    expect(events).toEqual(['asked', 'asked', 'message'])
  })

  it('is an error of handleDisconnect not, nor does it harm', async () => {
    const gone = signal()
    @WebSocketGateway()
    class Failing {
      handleDisconnect() {
        gone.resolve()
        throw new Error('of handleDisconnect')
      }
      @SubscribeMessage('a') a() {
        return 'a'
      }
    }
    const { url, errors } = await bench.serve([Failing])
    await (await bench.connect(url)).close()
    await gone.promise
    expect(await (await bench.connect(url)).emit('a').messages(1)).toEqual(['a'])
    expect(errors).toContainEqual(expect.objectContaining({ message: 'of handleDisconnect' }))
  })

  it('lets nobody hear of what others are told before he is let in', async () => {
    const asked = signal()
    const decided = signal<boolean>()
    @Injectable()
    class Slow implements CanActivate {
      canActivate() {
        asked.resolve()
        return decided.promise
      }
    }
    @UseGuards(Slow)
    @WebSocketGateway()
    class Secret {
      @WebSocketServer() server!: Server
      handleConnection(client: Socket) {
        client.emit('members', this.server.clients.size)
      }
    }
    const { app, url } = await bench.serve([Secret])
    const client = await bench.connect(url)
    await asked.promise
    const { server } = app.get(Secret)
    expect(server.clients.size).toBe(0)
    server.emit('secret')
    decided.resolve(true)
    expect(await client.messages(1)).toEqual([{ event: 'members', data: 1 }])
    server.emit('told')
    expect((await client.messages(2))[1]).toEqual({ event: 'told' })
  })

  it('is asked of global guards and interceptors, too', async () => {
    const trace: string[] = []
    @Injectable()
    class Everywhere implements CanActivate, Interceptor {
      canActivate(context: ExecutionContext) {
        trace.push(`guard ${context.getHandler().name}`)
        return true
      }
      intercept(context: ExecutionContext, next: CallHandler) {
        trace.push(`interceptor ${context.getHandler().name}`)
        return next.handle()
      }
    }
    @WebSocketGateway()
    class Gateway {
      handleConnection(client: Socket) {
        client.emit('in')
      }
    }
    const { url } = await bench.serve([
      Gateway,
      { provide: APP_GUARD, useClass: Everywhere },
      { provide: APP_INTERCEPTOR, useClass: Everywhere },
    ])
    await (await bench.connect(url)).messages(1)
    expect(trace).toEqual(['guard handleConnection', 'interceptor handleConnection'])
  })

  it('is the first gateway of several on a path that says no', async () => {
    const heard: string[] = []
    @WebSocketGateway({ path: '/both' })
    class First {
      async handleConnection(client: Socket) {
        await Promise.resolve()
        heard.push('first')
        if (client.handshake.query['no'] !== undefined) throw new WsException('no')
      }
    }
    @WebSocketGateway({ path: 'both/' })
    class Second {
      handleConnection(client: Socket) {
        heard.push('second')
        client.emit('in')
      }
    }
    const { url } = await bench.serve([First, Second])
    await (await bench.connect(`${url}/both`)).messages(1)
    expect((await (await bench.connect(`${url}/both?no`)).end()).code).toBe(1008)
    expect(heard).toEqual(['first', 'second', 'first'])
  })
})
