import type { Socket as NetSocket } from 'node:net'
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { SignJWT } from 'jose'
import {
  Controller,
  Get,
  Injectable,
  Module,
  Session,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '../../lib/index.js'
import {
  AuthModule,
  BearerStrategy,
  CurrentUser,
  JwtGuard,
  JwtModule,
  JwtService,
  Public,
  SessionStrategy,
  type Principal,
} from '../../lib/auth/index.js'
import {
  ConnectedSocket,
  RawSocket,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketHandler,
  WebSocketServer,
  type ConnectionAuth,
  type Server,
  type Socket,
} from '../../lib/websocket/index.js'
import { HttpSession, SessionModule, Sessions } from '../../lib/sessions/index.js'
import { Bench } from './serve.js'
import { eventually } from '../support/eventually.js'
import { holdTime, letTimeGo, passTime } from '../support/held-clock.js'

const bench = new Bench()
afterEach(() => bench.end())

const secret = 'a secret of the spec that is long enough'

const good = (sub = 'ada', expiresIn = '5m'): Promise<string> =>
  new SignJWT({ sub })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(expiresIn)
    .sign(Buffer.from(secret))

const auth = AuthModule.forRootAsync({
  imports: [JwtModule.register({ secret })],
  inject: [JwtService],
  useFactory: (tokens: JwtService) => ({ strategies: [new BearerStrategy({ tokens })] }),
})

function gatewayWith(options: ConnectionAuth | undefined) {
  @WebSocketGateway({ path: '/chat', ...(options !== undefined && { auth: options }) })
  class Chat {
    @WebSocketServer() server!: Server
    handleConnection(@ConnectedSocket() client: Socket, @CurrentUser() user: Principal | undefined) {
      client.emit('hello', user?.id)
    }
    @SubscribeMessage('who') who(@CurrentUser('id') id: string) {
      return { event: 'you', data: id }
    }
  }
  return Chat
}

const serve = (options?: ConnectionAuth) => bench.serve([gatewayWith(options)], { imports: [auth] })

const MESSAGE: ConnectionAuth = { from: ['message'] }

describe('a client shows who it is', () => {
  it('by its first message, and however much comes right behind it waits', async () => {
    const { url } = await serve(MESSAGE)
    const client = await bench.connect(`${url}/chat`)
    const { _socket } = client.socket as unknown as { readonly _socket: NetSocket }
    _socket.cork()
    client.emit('auth', { token: await good() })
    for (let n = 0; n < 200; n++) client.emit('who')
    _socket.uncork()
    expect(await client.messages(201)).toEqual([
      { event: 'hello', data: 'ada' },
      ...Array.from({ length: 200 }, () => ({ event: 'you', data: 'ada' })),
    ])
  })

  it.each<[string, ConnectionAuth, (token: string) => { query?: string; headers?: Record<string, string> }]>([
    ['by a header', { from: ['header'] }, (token) => ({ headers: { authorization: `bearer ${token}` } })],
    ['by the query', { from: ['query'] }, (token) => ({ query: `?a=1&token=${token}` })],
    [
      'by a parameter of another name',
      { from: ['query'], name: 'jwt' },
      (token) => ({ query: `?jwt=${token}` }),
    ],
    ['by a cookie', { from: ['cookie'] }, (token) => ({ headers: { cookie: `a=1; token=${token}` } })],
    [
      'by one of several places',
      { from: ['header', 'cookie'] },
      (token) => ({ headers: { cookie: `token=${token}` } }),
    ],
    ['by a header, by default', {}, (token) => ({ headers: { authorization: `Bearer ${token}` } })],
  ])('%s, and is known from the first moment', async (_, options, place) => {
    const { url } = await serve(options)
    const { query = '', headers = {} } = place(await good())
    const client = await bench.connect(`${url}/chat${query}`, { headers })
    expect(await client.emit('who').messages(2)).toEqual([
      { event: 'hello', data: 'ada' },
      { event: 'you', data: 'ada' },
    ])
  })

  it('by its first message, which is answered before anything else', async () => {
    const { url } = await serve(MESSAGE)
    const client = await bench.connect(`${url}/chat`)
    // what is sent in one go with it waits
    client
      .emit('auth', { token: await good() }, 0)
      .emit('who')
      .emit('who')
    expect(await client.messages(4)).toEqual([
      { id: 0, data: null },
      { event: 'hello', data: 'ada' },
      { event: 'you', data: 'ada' },
      { event: 'you', data: 'ada' },
    ])
  })

  it('with guards of the class, where there is no module for all', async () => {
    @UseGuards(JwtGuard)
    @WebSocketGateway({ auth: MESSAGE })
    class Guarded {
      @SubscribeMessage('who') who(@CurrentUser('sub') id: string) {
        return { event: 'you', data: id }
      }
    }
    const { url } = await bench.serve([Guarded, JwtGuard], { imports: [JwtModule.register({ secret })] })
    const client = await bench.connect(url)
    client.emit('auth', { token: await good() }).emit('who')
    expect(await client.messages(1)).toEqual([{ event: 'you', data: 'ada' }])
    const wrong = await bench.connect(url)
    wrong.emit('auth', { token: 'x.y.z' })
    expect((await wrong.end()).code).toBe(4401)
  })

  it('to a handler of bare WebSockets, too', async () => {
    @WebSocketHandler('/raw', { auth: {} })
    class Raw {
      onMessage(socket: RawSocket, message: string | Buffer) {
        socket.send(`"${(socket.user as Principal).id} ${String(message)}"`)
      }
    }
    const { url } = await bench.serve([Raw], { imports: [auth] })
    const client = await bench.connect(`${url}/raw`)
    client.emit('auth', { token: await good() }).socket.send('hi')
    expect(await client.messages(1)).toEqual(['ada hi'])
    const other = await bench.connect(`${url}/raw`, {
      headers: { authorization: `Bearer ${await good('eve')}` },
    })
    other.socket.send('hi')
    expect(await other.messages(1)).toEqual(['eve hi'])
    const wrong = await bench.connect(`${url}/raw`)
    wrong.socket.send('hi')
    expect(await wrong.end()).toEqual({ code: 4401, reason: 'no token' })
  })

  it('by the cookie of a session, without the option', async () => {
    const strategy = new SessionStrategy({
      read: (source) => (source.cookie('sid') === 'good' ? { subject: 'ada' } : undefined),
    })
    const sessions = AuthModule.forRoot({ strategies: [strategy] })
    const { url } = await bench.serve([gatewayWith(undefined)], { imports: [sessions] })
    const client = await bench.connect(`${url}/chat`, { headers: { cookie: 'sid=good' } })
    expect(await client.messages(1)).toEqual([{ event: 'hello', data: 'ada' }])
    expect((await (await bench.connect(`${url}/chat`)).end()).code).toBe(1008)
    // browsers send cookies along with what pages of other sites ask for
    const options = { headers: { cookie: 'sid=good' }, origin: 'https://evil.example' }
    await expect(bench.connect(`${url}/chat`, options)).rejects.toThrow('403')
  })
})

describe('a client with a session', () => {
  @Controller('session')
  class Logins {
    @Public() @Get('login') login(@Session() session: HttpSession) {
      session.login('ada')
      return 'in'
    }
    @Public() @Get('logout') async logout(@Session() session: HttpSession) {
      await session.destroy()
      return 'out'
    }
  }

  @Module({
    imports: [
      AuthModule.forRootAsync({
        imports: [SessionModule.forRoot({ cookie: { secure: false } })],
        inject: [Sessions],
        useFactory: (sessions: Sessions) => ({
          strategies: [new SessionStrategy({ read: ({ context }) => sessions.of(context) })],
        }),
      }),
      SessionModule.forRoot({ cookie: { secure: false } }),
    ],
    controllers: [Logins],
  })
  class SessionsModule {}

  it('is known as long as that lasts, and no longer', async () => {
    const { url } = await bench.serve([gatewayWith(undefined)], { imports: [SessionsModule] })
    const login = await fetch(`${url}/session/login`)
    const headers = { cookie: login.headers.getSetCookie()[0]!.split(';', 1)[0]! }
    const client = await bench.connect(`${url}/chat`, { headers })
    expect(await client.emit('who').messages(2)).toEqual([
      { event: 'hello', data: 'ada' },
      { event: 'you', data: 'ada' },
    ])
    expect(await (await fetch(`${url}/session/logout`, { headers })).text()).toBe('out')
    expect((await client.emit('who').messages(3))[2]).toEqual({
      event: 'exception',
      data: expect.objectContaining({ statusCode: 401 }) as unknown,
    })
    expect((await (await bench.connect(`${url}/chat`, { headers })).end()).code).toBe(1008)
  })
})

describe('a client is refused', () => {
  it('at the handshake, where no token can come any more', async () => {
    const { url } = await serve({ from: ['header', 'query'] })
    await expect(bench.connect(`${url}/chat`)).rejects.toThrow('401')
    const headers = {
      upgrade: 'websocket',
      connection: 'Upgrade',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    }
    const [response] = (await once(request(`${url}/chat`, { headers }).end(), 'response')) as [
      IncomingMessage,
    ]
    expect(await text(response)).toContain('CORBEL_WS_TOKEN_MISSING')
  })

  it('with 4401, where its token is not good', async () => {
    const { url } = await serve({ from: ['query'] })
    const client = await bench.connect(`${url}/chat?token=x.y.z`)
    expect(await client.end()).toEqual({ code: 4401, reason: 'not admitted' })
    expect(client.received).toEqual([
      { event: 'exception', data: expect.objectContaining({ statusCode: 401 }) as unknown },
    ])
  })

  it('where its token stands in another place than it may', async () => {
    const { url } = await serve(MESSAGE)
    const headers = { authorization: `Bearer ${await good()}` }
    const client = await bench.connect(`${url}/chat`, { headers })
    client.emit('who')
    expect(await client.end()).toEqual({ code: 4401, reason: 'no token' })
    const query = await serve({ from: ['query'] })
    await expect(bench.connect(`${query.url}/chat`, { headers })).rejects.toThrow('401')
  })

  it.each(['{"event":"auth"}', '{"event":"auth","data":{"token":1}}', 'x', '{"event":"who"}'])(
    'where its first message has no token: %s',
    async (content) => {
      const { url } = await serve(MESSAGE)
      const client = await bench.connect(`${url}/chat`)
      client.socket.send(content)
      expect((await client.end()).code).toBe(4401)
      expect(client.received).toEqual([])
    },
  )

  it('where its first message is too long', async () => {
    const { url } = await serve(MESSAGE)
    const client = await bench.connect(`${url}/chat`)
    client.emit('auth', { token: 'x'.repeat(20_000) })
    expect((await client.end()).code).toBe(4401)
  })

  it('where its first message does not come in time', async () => {
    const { url } = await serve({ from: ['message'], timeout: 50 })
    const client = await bench.connect(`${url}/chat`)
    expect(await client.end()).toEqual({ code: 4401, reason: 'no token in time' })
  })

  it('where no guard looks at tokens', async () => {
    @WebSocketGateway({ auth: {} })
    class Unguarded {}
    const { url, errors } = await bench.serve([Unguarded])
    const client = await bench.connect(url, { headers: { authorization: 'Bearer whatever' } })
    expect(await client.end()).toEqual({ code: 4401, reason: 'not admitted' })
    expect(client.received).toEqual([
      { event: 'exception', data: expect.objectContaining({ code: 'CORBEL_WS_UNRECOGNISED' }) as unknown },
    ])
    expect(errors).toEqual([])
  })

  it('with 1008, where it is known, and may not', async () => {
    @Injectable()
    class Never implements CanActivate {
      canActivate() {
        return false
      }
    }
    @UseGuards(Never)
    @WebSocketGateway({ auth: {} })
    class Forbidden {}
    const { url } = await bench.serve([Never, Forbidden], { imports: [auth] })
    const client = await bench.connect(url, { headers: { authorization: `Bearer ${await good()}` } })
    expect((await client.end()).code).toBe(1008)
  })

  it('before it hears of anything that others are told', async () => {
    const Chat = gatewayWith(MESSAGE)
    const { app, url } = await bench.serve([Chat], { imports: [auth] })
    const client = await bench.connect(`${url}/chat`)
    const { server } = app.get(Chat)
    expect(server.clients.size).toBe(0)
    server.emit('secret')
    client.emit('auth', { token: await good() })
    expect(await client.messages(1)).toEqual([{ event: 'hello', data: 'ada' }])
    expect(server.clients.size).toBe(1)
  })
})

describe('nobody has to show who he is', () => {
  it.each<[string, ConnectionAuth]>([
    ['by a message', { from: ['message'], optional: true }],
    ['by the query', { from: ['query'], optional: true }],
  ])('where that is optional: %s', async (_, options) => {
    @Public()
    @WebSocketGateway({ auth: options })
    class Open {
      handleConnection(client: Socket) {
        client.emit('hello', client.user === undefined)
      }
      @SubscribeMessage('a') a() {
        return 'a'
      }
    }
    const { url } = await bench.serve([Open], { imports: [auth] })
    const client = await bench.connect(url)
    expect(await client.emit('a').messages(2)).toEqual([{ event: 'hello', data: true }, 'a'])
  })

  it('nor to send a message where it waits for one: after a while, he is let in', async () => {
    @Public()
    @WebSocketGateway({ auth: { from: ['message'], optional: true, timeout: 20 } })
    class Open {
      handleConnection(client: Socket) {
        client.emit('hello')
      }
    }
    const { url } = await bench.serve([Open], { imports: [auth] })
    expect(await (await bench.connect(url)).messages(1)).toEqual([{ event: 'hello' }])
  })
})

describe('a token that expires', () => {
  beforeEach(holdTime)
  afterEach(letTimeGo)

  it('ends the connection with 4401', async () => {
    const { url } = await serve(MESSAGE)
    const client = await bench.connect(`${url}/chat`)
    client.emit('auth', { token: await good('ada', '3s') })
    expect(await client.messages(1)).toEqual([{ event: 'hello', data: 'ada' }])
    await passTime(2999)
    expect((await client.emit('who').messages(2))[1]).toEqual({ event: 'you', data: 'ada' })
    await passTime(1)
    expect(await client.end()).toEqual({ code: 4401, reason: 'the token has expired' })
  })

  it('does so where JwtGuard has recognised the client, too', async () => {
    @UseGuards(JwtGuard)
    @WebSocketGateway({ auth: MESSAGE })
    class Guarded {}
    const { url } = await bench.serve([Guarded, JwtGuard], { imports: [JwtModule.register({ secret })] })
    const client = await bench.connect(url)
    await client.emit('auth', { token: await good('ada', '3s') }, 0).messages(1)
    await passTime(3000)
    expect(await client.end()).toEqual({ code: 4401, reason: 'the token has expired' })
  })

  it('lets the connection be where that is said; its messages are refused', async () => {
    const { url } = await serve({ from: ['message'], expires: false })
    const client = await bench.connect(`${url}/chat`)
    client.emit('auth', { token: await good('ada', '3s') })
    await client.messages(1)
    await passTime(4000)
    expect((await client.emit('who').messages(2))[1]).toEqual({
      event: 'exception',
      data: expect.objectContaining({ statusCode: 401 }) as unknown,
    })
    expect(client.closed).toBeUndefined()
  })
})

describe('a token in the query', () => {
  it('is in nothing that might come into a log', async () => {
    const seen: unknown[] = []
    @Injectable()
    class Look implements CanActivate {
      canActivate(context: ExecutionContext) {
        const { handshake, request } = context.switchToWs().getClient<Socket>()
        seen.push([handshake.url, handshake.query, request.url, request.originalUrl])
        return true
      }
    }
    @UseGuards(Look)
    @WebSocketGateway({ path: '/chat', auth: { from: ['query'] } })
    class Chat {}
    @Public()
    @UseGuards(Look)
    @WebSocketGateway({ path: '/open', auth: { from: ['query'], optional: true } })
    class Open {}
    @Module({ imports: [auth] })
    class Logins {}
    const { url, errors } = await bench.serve([Look, Chat, Open], { imports: [Logins] })
    const odd = await bench.connect(`${url}/open?token=secret&a=1&token=secret&token[]=secret`)
    await eventually(() => expect(seen).toEqual([['/open?a=1', { a: '1' }, '/open?a=1', '/open?a=1']]))
    await odd.close()
    seen.length = 0
    const client = await bench.connect(`${url}/chat?a=1&%74oken=${await good()}&b=2`)
    const bad = await bench.connect(`${url}/chat?token=secret.of.ada`)
    expect((await bad.end()).code).toBe(4401)
    await eventually(() => expect(seen).toHaveLength(1))
    await client.close()
    expect(seen).toEqual([['/chat?a=1&b=2', { a: '1', b: '2' }, '/chat?a=1&b=2', '/chat?a=1&b=2']])
    expect(JSON.stringify(errors)).not.toContain('secret')
  })
})
