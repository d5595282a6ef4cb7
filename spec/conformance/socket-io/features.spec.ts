import type { Class } from 'corbel'
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
} from 'corbel/websocket'
import type { Namespace, Server, ServerOptions, Socket } from 'socket.io'
import { io, type ManagerOptions, type Socket as Client, type SocketOptions } from 'socket.io-client'
import { MemoryExchange } from '../../../lib/http/index.js'
import { HttpContext } from '../../../lib/web/index.js'
import { NodeServer } from '../../../lib/websocket/socket-io/node-server.js'
import { startGateways, type Subject } from './application.js'
import { PacketClient, PollingClient, SEPARATOR } from './clients.js'
import { eventually } from '../../support/eventually.js'

const CALM = { pingInterval: 25_000, pingTimeout: 20_000 }
const POLLING = '/socket.io/?EIO=4&transport=polling'
const WEBSOCKET = '/socket.io/?EIO=4&transport=websocket'

const told: string[] = []

@WebSocketGateway()
class Hall {
  @WebSocketServer() server: Server

  afterInit(server: Server): void {
    server.use((socket, next) => {
      if (socket.handshake.auth['token'] !== 'wrong') return next()
      next(Object.assign(new Error('Who are you?'), { data: { code: 'E_TOKEN' } }))
    })
  }
  handleConnection(client: Socket): void {
    told.push(`connect ${client.recovered}`)
  }
  handleDisconnect(_client: Socket, reason: string): void {
    told.push(`disconnect ${reason}`)
  }
  @SubscribeMessage('echo') echo(@MessageBody() data: unknown) {
    return data
  }
  @SubscribeMessage('handshake') handshake(@ConnectedSocket() { handshake }: Socket) {
    const { address, secure, url, query, headers, xdomain } = handshake
    return {
      address,
      secure,
      xdomain,
      query,
      path: url.split('?')[0],
      forwarded: headers['x-forwarded-for'],
      cookie: headers.cookie,
    }
  }
  @SubscribeMessage('join') async join(@ConnectedSocket() client: Socket, @MessageBody() room: string) {
    await client.join(room)
    return true
  }
  @SubscribeMessage('all') all(@MessageBody('room') room: string, @MessageBody('data') data: unknown) {
    this.server.to(room).emit('all', data)
    return true
  }
}

@WebSocketGateway({ namespace: /^\/tenants\/\w+$/ })
class Tenants {
  @WebSocketServer() namespace: Namespace
  handleConnection(client: Socket): void {
    told.push(`tenant ${client.nsp.name}`)
  }
  @SubscribeMessage('where') where(@ConnectedSocket() client: Socket) {
    return client.nsp.name
  }
  @SubscribeMessage('tell') tell(@ConnectedSocket() client: Socket, @MessageBody() text: string) {
    client.nsp.emit('told', text)
    return true
  }
  @SubscribeMessage('tell-everybody') everybody(@MessageBody() text: string) {
    this.namespace.emit('told', text)
    return true
  }
}

/** One tenant has more than the others. */
@WebSocketGateway({ namespace: '/tenants/first' })
class First {
  @SubscribeMessage('where') where() {
    return 'a gateway of its own'
  }
}

const clients: Client[] = []
const open: PacketClient[] = []
let subject: Subject | undefined
beforeEach(() => void told.splice(0))
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  for (const client of open.splice(0)) client.close()
  await subject?.close()
  subject = undefined
})

async function start(
  options: Partial<ServerOptions> = {},
  providers: Class[] = [Hall, Tenants, First],
): Promise<string> {
  subject = await startGateways({ ...CALM, ...options }, providers)
  return subject.url
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

describe('namespaces by a pattern', () => {
  it('are made for those who ask for them, each by itself', async () => {
    const url = await start()
    const [a, b, c] = [connect(`${url}/tenants/a`), connect(`${url}/tenants/a`), connect(`${url}/tenants/c`)]
    expect(await Promise.all([a, b, c].map((one) => ask(one, 'where')))).toEqual([
      '/tenants/a',
      '/tenants/a',
      '/tenants/c',
    ])
    const heard = next(b, 'told')
    const silent: unknown[] = []
    c.on('told', (text) => silent.push(text))
    await ask(a, 'tell', 'to a alone')
    expect(await heard).toBe('to a alone')
    await ask(c, 'where')
    expect(silent).toEqual([])
    expect(told.sort()).toEqual(['tenant /tenants/a', 'tenant /tenants/a', 'tenant /tenants/c'])
  })

  it('are told together by their server', async () => {
    const url = await start()
    const [a, c] = [connect(`${url}/tenants/a`), connect(`${url}/tenants/c`)]
    await Promise.all([ask(a, 'where'), ask(c, 'where')])
    const heard = Promise.all([next(a, 'told'), next(c, 'told')])
    await ask(a, 'tell-everybody', 'all')
    expect(await heard).toEqual(['all', 'all'])
  })

  it('leave those alone that have a name, and those that do not match', async () => {
    const url = await start()
    expect(await ask(connect(`${url}/tenants/first`), 'where')).toBe('a gateway of its own')
    const refused = (await next(connect(`${url}/tenants/no-such`), 'connect_error')) as Error
    expect(refused.message).toBe('Invalid namespace')
  })
})

describe('middleware of a server', () => {
  it('refuses a client, and says why', async () => {
    const error = (await next(connect(await start(), { auth: { token: 'wrong' } }), 'connect_error')) as Error
    expect(error).toMatchObject({ message: 'Who are you?', data: { code: 'E_TOKEN' } })
    expect(told).toEqual([])
  })
})

describe('what a client has come with', () => {
  it.each([['websocket'], ['polling']])('is told by its handshake, by %s', async (transport) => {
    const url = await start()
    const client = connect(url, {
      transports: [transport],
      query: { room: 'books' },
      extraHeaders: { 'x-forwarded-for': '203.0.113.7', cookie: 'a=b' },
    })
    expect(await ask(client, 'handshake')).toEqual({
      // whoever has connected: what proxies say is in the headers
      address: '127.0.0.1',
      secure: false,
      xdomain: false,
      query: expect.objectContaining({ room: 'books', EIO: '4', transport }) as unknown,
      path: '/socket.io/',
      forwarded: '203.0.113.7',
      cookie: 'a=b',
    })
  })
})

describe('pages of other sites', () => {
  const cors = {
    origin: 'https://a.example',
    credentials: true,
    methods: ['GET', 'POST'],
    allowedHeaders: ['x-token'],
  }

  it('are allowed as `cors` says, in a preflight', async () => {
    const url = await start({ cors })
    const response = await fetch(url + POLLING, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://a.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-token',
      },
    })
    expect(response.status).toBe(204)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': 'https://a.example',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'x-token',
    })
  })

  it('are allowed as `cors` says, in each answer', async () => {
    const url = await start({ cors })
    const headers = { origin: 'https://a.example' }
    const response = await fetch(url + POLLING, { headers })
    const { sid } = JSON.parse((await response.text()).slice(1)) as { sid: string }
    const pushed = await fetch(`${url}${POLLING}&sid=${sid}`, { method: 'POST', body: '40', headers })
    await pushed.text()
    const polled = await fetch(`${url}${POLLING}&sid=${sid}`, { headers })
    await polled.text()
    for (const one of [response, pushed, polled]) {
      expect(one.status).toBe(200)
      expect(one.headers.get('access-control-allow-origin')).toBe('https://a.example')
      expect(one.headers.get('access-control-allow-credentials')).toBe('true')
    }
  })

  it('are not allowed without it', async () => {
    const response = await fetch((await start()) + POLLING, { headers: { origin: 'https://a.example' } })
    await response.text()
    expect(response.headers.has('access-control-allow-origin')).toBe(false)
  })
})

describe('options of socket.io', () => {
  it('allowRequest refuses before anything else', async () => {
    const url = await start({
      allowRequest: (request, done) => {
        const isAllowed = request.headers['x-key'] === 'open'
        done(isAllowed ? null : 'no key', isAllowed)
      },
    })
    const response = await fetch(url + POLLING)
    expect([response.status, await response.json()]).toEqual([403, { code: 4, message: 'no key' }])
    const refused = PacketClient.to(url, WEBSOCKET)
    open.push(refused)
    expect(await refused.closed()).toEqual([])
    const client = connect(url, { extraHeaders: { 'x-key': 'open' } })
    expect(await ask(client, 'echo', 1)).toBe(1)
  })

  it('maxHttpBufferSize bounds a message', async () => {
    const client = connect(await start({ maxHttpBufferSize: 1000 }))
    expect(await ask(client, 'echo', 'a'.repeat(900))).toHaveLength(900)
    const gone = next(client, 'disconnect')
    client.emit('echo', 'a'.repeat(1100))
    expect(await gone).toBe('transport close')
  })

  it('maxHttpBufferSize may be larger than the bodies of the application', async () => {
    const client = connect(await start({ maxHttpBufferSize: 2e7 }), { transports: ['polling'] })
    expect(await ask(client, 'echo', 'a'.repeat(5_000_000))).toHaveLength(5_000_000)
  })

  it('cookie is set with the first answer', async () => {
    const response = await fetch(
      (await start({ cookie: { name: 'io', httpOnly: true, sameSite: 'strict' } })) + POLLING,
    )
    await response.text()
    expect(response.headers.get('set-cookie')).toMatch(/^io=[\w-]{20}; Path=\/; HttpOnly; SameSite=Strict$/)
  })

  it('transports leaves others out', async () => {
    const url = await start({ transports: ['websocket'] })
    expect((await fetch(url + POLLING)).status).toBe(400)
    expect(await ask(connect(url), 'echo', 1)).toBe(1)
  })

  it('allowEIO3 takes older clients', async () => {
    const url = await start({ allowEIO3: true })
    const response = await fetch(`${url}/socket.io/?EIO=3&transport=polling`)
    expect(response.status).toBe(200)
    expect(await response.text()).toMatch(/^\d+:0\{"sid"/)
  })

  it('perMessageDeflate compresses', async () => {
    const client = connect(await start({ perMessageDeflate: { threshold: 10 } }))
    const text = 'Hello '.repeat(10_000)
    expect(await ask(client, 'echo', text)).toBe(text)
  })

  it('httpCompression compresses what is polled', async () => {
    const url = await start()
    const client = await PollingClient.open(url + POLLING)
    await client.post('40')
    await client.poll()
    await client.post(`421["echo","${'a'.repeat(5000)}"]`)
    const response = await client.get()
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect(await response.text()).toBe(`431["${'a'.repeat(5000)}"]`)
  })

  it('connectionStateRecovery gives back what was missed', async () => {
    const url = await start({ connectionStateRecovery: { maxDisconnectionDuration: 60_000 } })
    const client = connect(url)
    await ask(client, 'join', 'books')
    const first = next(client, 'all')
    const other = connect(url)
    await ask(other, 'all', { room: 'books', data: 'before' })
    await first
    const { id } = client
    const missed = next(client, 'all')
    const again = next(client, 'connect')
    client.io.engine.close()
    await eventually(() => expect(told.some((one) => one.startsWith('disconnect'))).toBe(true))
    await ask(other, 'all', { room: 'books', data: 'meanwhile' })
    client.connect()
    expect(await missed).toBe('meanwhile')
    await again
    expect([client.recovered, client.id]).toEqual([true, id])
    expect(told).toContain('connect true')
  })
})

describe('the end of an application', () => {
  it('answers polls that wait, and ends WebSockets', async () => {
    const url = await start()
    const polling = await PollingClient.open(url + POLLING)
    await polling.post('40')
    await polling.poll()
    const client = connect(url)
    await ask(client, 'echo', 1)
    const gone = next(client, 'disconnect')
    const waiting = polling.get().then(async (answer) => [answer.status, await answer.text()])
    const { engine } = subject!.app.get(Hall).server
    const session = () =>
      Reflect.get(engine, 'clients')[polling.handshake.sid] as { transport: { writable: boolean } }
    await eventually(() => expect(session().transport.writable).toBe(true))
    await subject!.close()
    subject = undefined
    expect(await gone).toBe('transport close')
    const [status, text] = await waiting
    expect(status).toBe(200)
    expect(['1', `41${SEPARATOR}1`]).toContain(text)
    expect(told.filter((one) => one.startsWith('disconnect'))).toHaveLength(2)
  })
})

describe('a server that is closed', () => {
  it('takes no session any more: 503', async () => {
    const node = new NodeServer('/socket.io/')
    const heard: unknown[] = []
    node.on('request', (request: unknown) => heard.push(request))
    const exchange = (target: string) => new MemoryExchange({ method: 'GET', target, headers: [] })
    expect(node.take(new HttpContext(exchange(POLLING)))).toBe(true)
    expect(heard).toHaveLength(1)
    node.close()
    const late = exchange(POLLING)
    expect(node.take(new HttpContext(late))).toBe(true)
    expect([(await late.response).status, heard.length]).toEqual([503, 1])
    // what is not for it is not
    expect(node.take(new HttpContext(exchange('/elsewhere')))).toBe(false)
  })
})

/** A thousand, where everything is to be tried. */
const MANY = process.env['CORBEL_CUTS'] === 'every' ? 1000 : 100

describe('many clients that come and go', () => {
  it.each([['websocket'], ['polling']])(
    'leave nothing behind, by %s',
    async (transport) => {
      let server: Server | undefined
      @WebSocketGateway()
      class Counted extends Hall {
        override afterInit(io: Server): void {
          server = io
          super.afterInit(io)
        }
      }
      const url = await start({}, [Counted])
      for (let batch = 0; batch < MANY / 50; batch++) {
        const some = Array.from({ length: 50 }, () =>
          io(url, { reconnection: false, forceNew: true, transports: [transport] }),
        )
        await Promise.all(some.map((client) => ask(client, 'join', `room ${batch}`)))
        for (const client of some) client.close()
      }
      await eventually(() => {
        expect(server!.engine.clientsCount).toBe(0)
        expect(told.filter((one) => one.startsWith('disconnect'))).toHaveLength(MANY)
      })
      expect(server!.of('/').sockets.size).toBe(0)
      expect(server!.of('/').adapter.rooms.size).toBe(0)
      expect(server!.of('/').adapter.sids.size).toBe(0)
      expect(told.filter((one) => one.startsWith('connect'))).toHaveLength(MANY)
    },
    60_000,
  )
})
