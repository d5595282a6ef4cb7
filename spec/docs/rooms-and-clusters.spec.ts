import { randomBytes } from 'node:crypto'
import { createAdapter } from '@socket.io/redis-streams-adapter'
import { createApp, Module, type Application } from 'corbel'
import { PUB_SUB } from 'corbel/core'
import { RedisModule, RedisPubSub } from 'corbel/redis'
import {
  ConnectedSocket,
  MessageBody,
  PlainAdapter,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
  type Server,
  type Socket,
} from 'corbel/websocket'
import { SocketIoAdapter } from 'corbel/websocket/socket-io'
import { Cluster, Redis } from 'ioredis'
import type { Server as SocketIoServer, Socket as SocketIoSocket } from 'socket.io'
import { io } from 'socket.io-client'
import { isRedisMissing, REDIS_URL } from '../support/redis.js'
import { TestClient } from '../websocket/client.js'

// a name that no other run has
const shop = `corbel-spec-${randomBytes(6).toString('hex')}`
const redisOptions = { url: REDIS_URL, keyPrefix: `${shop}:` }

// #region cluster
@WebSocketGateway({ path: '/chat' })
class ChatGateway {
  @WebSocketServer() server!: Server

  @SubscribeMessage('join')
  async join(@ConnectedSocket() client: Socket, @MessageBody() room: string) {
    client.join(room)
    this.server.to(room).emit('joined', client.id) // wherever they are connected
    return { members: await this.server.in(room).count() } // of all processes
  }
}

@Module({
  imports: [RedisModule.forRoot(redisOptions)],
  providers: [ChatGateway],
})
class ChatModule {}

async function startProcess(): Promise<Application> {
  const app = await createApp(ChatModule, { logger: false })
  app.useWebSocketAdapter(new PlainAdapter({ cluster: true }))
  await app.listen(0)
  return app
}
// #endregion

// #region redis-cluster
const nodes = ['redis://10.0.0.1:6379', 'redis://10.0.0.2:6379']

@Module({
  providers: [
    {
      provide: PUB_SUB,
      useFactory: () => {
        const cluster = new Cluster(nodes, { shardedSubscribers: true, lazyConnect: true })
        return new RedisPubSub(cluster, 'shop:', { sharded: true })
      },
    },
  ],
})
class ShardedModule {}
// #endregion

@WebSocketGateway()
class RoomsGateway {
  @WebSocketServer() server!: SocketIoServer

  @SubscribeMessage('join')
  async join(@ConnectedSocket() client: SocketIoSocket, @MessageBody() room: string) {
    await client.join(room)
    // a process that does not answer in time is asked again
    return (
      await this.server
        .in(room)
        .fetchSockets()
        .catch(() => [])
    ).length
  }
  @SubscribeMessage('say') say(@MessageBody() { room, text }: { room: string; text: string }) {
    this.server.to(room).emit('said', text)
  }
}

@Module({ providers: [RoomsGateway] })
class RoomsModule {}

// #region socket-io
async function startOnSocketIo(): Promise<Application> {
  const redis = new Redis(redisOptions.url, { enableReadyCheck: false })
  const app = await createApp(RoomsModule, { logger: false })
  app.useWebSocketAdapter(
    new SocketIoAdapter({ adapter: createAdapter(redis, { streamName: shop, channelPrefix: shop }) }),
  )
  await app.listen(0)
  return app
}
// #endregion

const portOf = async (app: Application): Promise<string> => new URL(await app.getUrl()).port

describe.skipIf(await isRedisMissing())('docs/rooms-and-clusters.md', () => {
  it('is one chat in two processes', async () => {
    const apps = [await startProcess(), await startProcess()]
    const clients: TestClient[] = []
    for (const app of apps) clients.push(await TestClient.open(`http://127.0.0.1:${await portOf(app)}/chat`))
    const [one, two] = clients as [TestClient, TestClient]
    expect(await one.emit('join', 'a', 1).messages(2)).toContainEqual({ id: 1, data: { members: 1 } })
    const isCounted = (): boolean =>
      two.received.some((one) => JSON.stringify(one) === '{"id":1,"data":{"members":2}}')
    while (!isCounted()) await two.emit('join', 'a', 1).messages(two.received.length + 2)
    expect((await one.messages(3))[2]).toMatchObject({ event: 'joined' })
    await Promise.all(clients.map((client) => client.close()))
    await Promise.all(apps.map((app) => app.close()))
  })

  it('takes a carrier of a Redis Cluster', async () => {
    const app = await createApp(ShardedModule, { logger: false })
    expect(app.get(PUB_SUB)).toBeInstanceOf(RedisPubSub)
    await app.close()
  })

  it('is one socket.io in two processes', async () => {
    const apps = [await startOnSocketIo(), await startOnSocketIo()]
    const clients = await Promise.all(
      apps.map(async (app) =>
        io(`http://127.0.0.1:${await portOf(app)}`, { transports: ['websocket'], reconnection: false }),
      ),
    )
    const [one, two] = clients as [(typeof clients)[0], (typeof clients)[0]]
    // which process is there is known after a moment
    await one.emitWithAck('join', 'a')
    while ((await two.emitWithAck('join', 'a')) !== 2) await new Promise((resolve) => setTimeout(resolve, 10))
    const said = new Promise((resolve) => one.once('said', resolve))
    two.emit('say', { room: 'a', text: 'hello' })
    expect(await said).toBe('hello')
    for (const client of clients) client.close()
    await Promise.all(apps.map((app) => app.close()))
  })
})
