import { Controller, createApp, Module, Req, Signal, Sse, type Application, type HttpRequest } from 'corbel'
import {
  ConnectedSocket,
  GatewayServers,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
  type Server,
  type Socket,
} from 'corbel/websocket'
import { overProtocols, fetchOver } from '../support/protocols.js'
import { EventReader } from '../live/event-reader.js'
import { TestClient } from './client.js'
import { eventually } from '../support/eventually.js'

const apps: Application[] = []
const clients: TestClient[] = []

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate()
  for (const app of apps.splice(0)) await app.close()
})

@WebSocketGateway({ path: '/chat' })
class Chat {
  @WebSocketServer() server: Server

  @SubscribeMessage('say') say(@ConnectedSocket() client: Socket, @MessageBody() text: string) {
    client.join('news')
    client.to('news').emit('said', { text })
    return true
  }
}

@Controller()
class News {
  constructor(private readonly servers: GatewayServers) {}

  @Sse('news') news(@Req() request: HttpRequest, @Signal() signal: AbortSignal) {
    return this.servers.at<Server>('/chat').stream('news', { request, signal, data: { by: 'sse' } })
  }

  @Sse('nowhere') nowhere() {
    return this.servers.at<Server>('/nowhere').stream('a')
  }
}

async function start() {
  @Module({ controllers: [News], providers: [Chat] })
  class AppModule {}
  const app = await createApp(AppModule, { logger: false, shutdownSignals: false })
  apps.push(app)
  await app.listen(0, '127.0.0.1')
  const url = await app.getUrl()
  const { server } = app.get(Chat)
  const events = async (path: string) =>
    new EventReader(await fetchOver(url + path, { headers: { accept: 'text/event-stream' } }))
  return { app, url, server, events }
}

overProtocols('a stream of events in rooms', () => {
  it('hears what the rooms are told, by WebSockets and by the server', async () => {
    const { url, server, events } = await start()
    const stream = await events('/news')
    await eventually(() => expect(server.rooms.get('news')?.size).toBe(1))
    const client = await TestClient.open(`${url}/chat`)
    clients.push(client)
    await client.emit('say', 'hello', 1).messages(1)
    expect(await stream.next()).toEqual({ type: 'said', id: undefined, data: { text: 'hello' } })
    server.to('other').emit('said', 'not here')
    server.to('news').send('no event')
    server.to('news').emit('bare')
    expect(await stream.next()).toMatchObject({ type: 'bare', data: null })
    server.to('news').except('news').emit('nobody')
    server.emit('all', [1])
    expect(await stream.next()).toMatchObject({ type: 'all', data: [1] })
    await stream.cancel()
  })

  it('is found, let into rooms, told something, and ended as a WebSocket is', async () => {
    const { server, events } = await start()
    const stream = await events('/news')
    await eventually(() => expect(server.rooms.get('news')?.size).toBe(1))
    const [member] = await server.in('news').fetchSockets()
    expect(member!.data).toEqual({ by: 'sse' })
    expect(member!.handshake).toMatchObject({ url: '/news', address: '127.0.0.1', secure: false })
    expect(member!.handshake.headers['accept']).toBe('text/event-stream')
    server.in('news').socketsJoin('more')
    server.to('more').emit('in more')
    expect(await stream.next()).toMatchObject({ type: 'in more' })
    member!.leave('more')
    server.to('more').emit('not any more')
    member!.emit('alone', 1)
    expect(await stream.next()).toMatchObject({ type: 'alone', data: 1 })
    server.in('news').disconnectSockets()
    expect(await stream.next()).toBeUndefined()
    expect(server.rooms.size).toBe(0)
  })

  it('leaves the rooms with the client', async () => {
    const { server, events } = await start()
    const stream = await events('/news')
    await eventually(() => expect(server.sockets.size).toBe(1))
    await stream.cancel()
    await eventually(() => expect(server.sockets.size).toBe(0))
    expect(server.rooms.size).toBe(0)
  })
})

describe('a stream of events of rooms', () => {
  it('ends where too much waits to be read', async () => {
    const { server } = await start()
    const stream = server.stream('a', { maxQueue: 2 })
    const iterator = stream[Symbol.asyncIterator]()
    for (let count = 1; count <= 3; count += 1) server.to('a').emit('count', count)
    expect(await iterator.next()).toMatchObject({ value: { type: 'count', data: '1' } })
    expect(await iterator.next()).toMatchObject({ value: { data: '2' } })
    await expect(iterator.next()).rejects.toMatchObject({ code: 'CORBEL_EVENTS_OVERFLOW' })
    expect(server.sockets.size).toBe(0)
  })

  it('ends with its signal, and is in no room before it is read', async () => {
    const { server } = await start()
    const aborting = new AbortController()
    const stream = server.stream('a', { signal: aborting.signal })
    expect(server.sockets.size).toBe(0)
    const next = stream[Symbol.asyncIterator]().next()
    expect(server.rooms.get('a')?.has(stream)).toBe(true)
    aborting.abort()
    expect(await next).toEqual({ done: true, value: undefined })
    const late = server.stream('a', { signal: aborting.signal })
    expect(await late[Symbol.asyncIterator]().next()).toMatchObject({ done: true })
    expect(server.sockets.size).toBe(0)
  })

  it('needs a gateway', async () => {
    const { events, app } = await start()
    const { response } = await events('/nowhere')
    expect(response.status).toBe(500)
    expect(() => app.get(GatewayServers).at('/nowhere')).toThrow('there is /chat')
    expect(() => new GatewayServers().at('/chat')).toThrow(
      expect.objectContaining({ code: 'CORBEL_GATEWAY_SERVER' }),
    )
  })
})
