import { createApp, Module, type Application } from 'corbel'
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketAnalytics,
  WebSocketAnalyticsModule,
  WebSocketGateway,
  WsException,
} from 'corbel/websocket'
import { SocketIoAdapter } from 'corbel/websocket/socket-io'
import type { Socket } from 'socket.io'
import { io, type Socket as Client } from 'socket.io-client'

/** For what needs as long as the machine does. */
const WAIT = { timeout: 15_000 }

@WebSocketGateway({ namespace: 'rooms' })
class Rooms {
  handleConnection(client: Socket) {
    if (client.handshake.auth['token'] === 'wrong') throw new WsException('no')
  }
  @SubscribeMessage('join') async join(@ConnectedSocket() client: Socket, @MessageBody() room: string) {
    await client.join(room)
    client.nsp.to(room).emit('joined')
    return client.id
  }
}

@WebSocketGateway()
class Main {
  @SubscribeMessage('ping') ping() {
    return 'pong'
  }
}

@Module({ imports: [WebSocketAnalyticsModule], providers: [Rooms, Main] })
class Root {}

describe('the numbers of gateways on socket.io', () => {
  let app: Application
  let url: string
  let analytics: WebSocketAnalytics
  const clients: Client[] = []

  beforeEach(async () => {
    app = await createApp(Root, { logger: false })
    app.useWebSocketAdapter(new SocketIoAdapter())
    await app.listen(0, '127.0.0.1')
    url = await app.getUrl()
    analytics = app.get(WebSocketAnalytics, { strict: false })
  })

  afterEach(async () => {
    for (const client of clients.splice(0)) client.disconnect()
    await app.close()
  })

  const connect = (path: string, auth: object = {}): Client => {
    const client = io(url + path, { transports: ['websocket'], forceNew: true, reconnection: false, auth })
    clients.push(client)
    return client
  }
  const placeOf = (path: string) => analytics.snapshot().places.find((one) => one.path === path)!

  it('count connections, rooms, messages, events and reasons, as far as socket.io tells', async () => {
    const client = connect('/rooms')
    const id = (await client.emitWithAck('join', 'a')) as string
    client.emit('nobody answers this')
    await expect.poll(() => placeOf('/socket.io#/rooms').messages.unknown, WAIT).toBe(1)
    expect(placeOf('/socket.io#/rooms')).toMatchObject({
      adapter: 'socket.io',
      gateways: ['Rooms'],
      connections: { now: 1, opened: 1 },
      // the room in which everybody is alone is none
      rooms: { count: 1, memberships: 1 },
      messages: { in: 2, out: 1 },
      bytes: { in: 0, out: 0 },
    })
    expect(placeOf('/socket.io').connections.now).toBe(0)
    expect(analytics.rooms().items).toEqual([{ path: '/socket.io#/rooms', room: 'a', members: 1 }])
    expect(analytics.clients({ room: 'a' }).items).toMatchObject([{ id, address: '127.0.0.1', rooms: 2 }])
    const [rooms] = analytics.snapshot().gateways
    expect(rooms!.events.find(({ event }) => event === 'join')).toMatchObject({
      messages: 1,
      latency: { count: 1 },
    })
    client.disconnect()
    await expect
      .poll(() => placeOf('/socket.io#/rooms').connections, WAIT)
      .toMatchObject({ now: 0, closed: { 'client namespace disconnect': 1 } })
  })

  it('count who is refused, by gateways and by the engine, and disconnect a client', async () => {
    connect('/rooms', { token: 'wrong' })
    await expect
      .poll(() => placeOf('/socket.io#/rooms').connections.refused, WAIT)
      .toEqual({ 'not-admitted': 1 })
    expect((await fetch(`${url}/socket.io/?EIO=4&transport=carrier-pigeon`)).status).toBe(400)
    expect(placeOf('/socket.io').connections.refused).toEqual({ 'engine-0': 1 })
    const client = connect('/')
    expect(await client.emitWithAck('ping')).toBe('pong')
    const gone = new Promise((resolve) => client.on('disconnect', resolve))
    expect(analytics.disconnect(client.id!)).toBe(true)
    await gone
    expect(placeOf('/socket.io').connections.now).toBe(0)
  })
})
