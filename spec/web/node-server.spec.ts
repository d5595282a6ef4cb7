import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { Controller, createApp, Get, Module, Post, Body, type Application } from 'corbel'
import { SubscribeMessage, WebSocketGateway } from 'corbel/websocket'
import { Server as SocketServer } from 'socket.io'
import { io, type Socket } from 'socket.io-client'
import { RawClient } from '../support/raw-http.js'
import { TestClient } from '../websocket/client.js'
import { eventually } from '../support/eventually.js'

@Controller()
class Answers {
  @Get('plain') plain() {
    return 'plain'
  }
  @Post('echo') echo(@Body() body: unknown) {
    return body
  }
}
@Module({ controllers: [Answers] })
class AppModule {}

let app: Application
const clients: Socket[] = []
beforeEach(async () => {
  app = await createApp(AppModule, { logger: false, shutdownSignals: false, shutdown: { deadline: 600_000 } })
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await app.close()
})
const listen = async () => {
  await app.listen(0, '127.0.0.1')
  return app.getUrl()
}
const events = (): HttpServer => app.getHttpServer<HttpServer>()

describe('socket.io on getHttpServer()', () => {
  const chat = (): SocketServer => {
    const server = new SocketServer(events(), { cors: { origin: 'https://a.example' } })
    server.on('connection', (socket) => {
      socket.emit('hello', socket.handshake.address, socket.conn.transport.name)
      socket.on('ask', (text: string, answer: (text: string) => void) => answer(text.toUpperCase()))
      socket.on('bytes', (bytes: Buffer, answer: (size: number) => void) => answer(bytes.length))
    })
    return server
  }
  const connect = (url: string, transports: string[]): Socket => {
    const client = io(url, { transports, reconnection: false, forceNew: true })
    clients.push(client)
    return client
  }

  it.each([
    ['polling', ['polling']],
    ['websocket', ['websocket']],
    ['polling, then websocket', ['polling', 'websocket']],
  ])('speaks by %s', async (_name, transports) => {
    const server = chat()
    const url = await listen()
    const client = connect(url, transports)
    const [address] = await new Promise<string[]>((resolve, reject) => {
      client.on('hello', (...values: string[]) => resolve(values))
      client.on('connect_error', reject)
    })
    expect(address).toMatch(/127\.0\.0\.1$/)
    expect(await client.timeout(30_000).emitWithAck('ask', 'loud')).toBe('LOUD')
    expect(await client.timeout(30_000).emitWithAck('bytes', Buffer.alloc(100_000))).toBe(100_000)
    if (transports.length === 2) {
      await eventually(() => expect(client.io.engine.transport.name).toBe('websocket'))
      expect(await client.timeout(30_000).emitWithAck('ask', 'still')).toBe('STILL')
    }
    // the routes are there as before
    expect(await (await fetch(`${url}/plain`)).text()).toBe('plain')
    const posted = await fetch(`${url}/echo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    })
    expect(await posted.json()).toEqual({ a: 1 })
    expect((await fetch(`${url}/nowhere`)).status).toBe(404)
    void server.close()
  })

  it('attaches also when the application listens already, and serves its client', async () => {
    const url = await listen()
    expect((await fetch(`${url}/plain`)).status).toBe(200)
    const server = chat()
    const client = connect(url, ['websocket'])
    expect(await client.timeout(30_000).emitWithAck('ask', 'late')).toBe('LATE')
    const script = await fetch(`${url}/socket.io/socket.io.js`)
    expect([script.status, script.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('javascript'),
    ])
    expect((await script.text()).length).toBeGreaterThan(10_000)
    void server.close()
  })

  it('has its own CORS, and refuses what is none of its handshakes', async () => {
    const server = chat()
    const url = await listen()
    const answer = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, {
      headers: { origin: 'https://a.example' },
    })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([
      200,
      'https://a.example',
    ])
    await answer.text()
    expect((await fetch(`${url}/socket.io/?EIO=4&transport=nonsense`)).status).toBe(400)
    void server.close()
  })

  it('does not keep the application from closing', async () => {
    chat()
    const url = await listen()
    const client = connect(url, ['websocket'])
    await client.timeout(30_000).emitWithAck('ask', 'x')
    const gone = new Promise((resolve) => client.on('disconnect', resolve))
    client.close()
    // it would take ten minutes, were it the deadline that ends this
    await app.close()
    await gone
  })
})

describe('listeners of the server', () => {
  it('for request see each of them, and the application answers', async () => {
    const seen: string[] = []
    events().on('request', (request: IncomingMessage, response: ServerResponse) => {
      seen.push(`${request.method} ${request.url}`)
      response.on('finish', () => seen.push(String(response.statusCode)))
    })
    const url = await listen()
    expect(await (await fetch(`${url}/plain`)).text()).toBe('plain')
    await eventually(() => expect(seen).toEqual(['GET /plain', '200']))
  })

  it('may take the place of the application, and call it', async () => {
    const server = events()
    const before = server.listeners('request') as ((...args: unknown[]) => void)[]
    server.removeAllListeners('request')
    server.on('request', (request, response) => {
      if (request.url === '/own') response.writeHead(202, { 'x-own': '1' }).end('own')
      else for (const listener of before) listener.call(server, request, response)
    })
    const url = await listen()
    const own = await fetch(`${url}/own`)
    expect([own.status, own.headers.get('x-own'), await own.text()]).toEqual([202, '1', 'own'])
    expect(await (await fetch(`${url}/plain`)).text()).toBe('plain')
    // what a listener throws is an error of its request
    server.removeAllListeners('request')
    server.on('request', () => {
      throw new Error('failed')
    })
    expect((await fetch(`${url}/plain`)).status).toBe(500)
  })

  it('for upgrade get the socket, and what came behind the request', async () => {
    events().on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: ${request.headers.upgrade}\r\n\r\n`,
      )
      socket.write(head)
      let more = ''
      socket.on('data', (data: Buffer) => {
        socket.write(data)
        more += data.toString()
        if (more.endsWith(' later')) socket.end()
      })
    })
    const url = await listen()
    const client = await RawClient.open(Number(new URL(url).port))
    client.send('GET /x HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\nearly')
    await client.until(({ received }) => received.endsWith('early'))
    client.send(' later')
    await client.until(({ received }) => received.endsWith('early later'))
    expect(client.received).toContain('101 Switching Protocols')
    client.destroy()
    // without such a wish it is a request like others
    expect(await (await fetch(`${url}/plain`)).text()).toBe('plain')
  })

  it('for upgrade leave the gateways what is theirs, and get the rest', async () => {
    @WebSocketGateway({ path: '/live' })
    class Live {
      @SubscribeMessage('ask') ask() {
        return { event: 'answer', data: 'gateway' }
      }
    }
    @Module({ controllers: [Answers], providers: [Live] })
    class LiveModule {}
    await app.close()
    app = await createApp(LiveModule, { logger: false, shutdownSignals: false })
    const seen: string[] = []
    events().on('upgrade', (request: IncomingMessage, socket: Duplex) => {
      seen.push(request.url!)
      socket.end('HTTP/1.1 418 I am a teapot\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
    })
    const url = await listen()
    const client = await TestClient.open(`${url}/live`)
    expect(await client.emit('ask').messages(1)).toEqual([{ event: 'answer', data: 'gateway' }])
    await client.close()
    await expect(TestClient.open(`${url}/other`)).rejects.toThrow('418')
    expect(seen).toEqual(['/other'])
  })
})
