import { createApp, Module, type Application, type Class } from '../../lib/index.js'
import { MemoryPubSub, PUB_SUB, type PubSub } from '../../lib/core/index.js'
import { RedisModule } from '../../lib/redis/index.js'
import {
  ConnectedSocket,
  MessageBody,
  PlainAdapter,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
  type ClusterOptions,
  type Server,
  type Socket,
} from '../../lib/websocket/index.js'
import { isRedisMissing, openTestRedis, REDIS_URL } from '../support/redis.js'
import { TestClient } from './client.js'
import { until } from './cluster-nodes.js'

const hasNoRedis = await isRedisMissing()
const apps: Application[] = []
const clients: TestClient[] = []

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate()
  for (const app of apps.splice(0)) await app.close()
})

@WebSocketGateway({ path: '/chat' })
class Chat {
  @WebSocketServer() server!: Server

  handleConnection(client: Socket) {
    client.data['name'] = client.handshake.query['name']
  }
  handleDisconnect(client: Socket) {
    this.server.emit('gone', client.data['name'])
  }
  @SubscribeMessage('join') join(@ConnectedSocket() client: Socket, @MessageBody() room: string) {
    client.join(room)
    return this.server.in(room).count()
  }
  @SubscribeMessage('say') say(@ConnectedSocket() client: Socket, @MessageBody() text: string) {
    client.to('lobby').emit('said', text)
    return true
  }
  @SubscribeMessage('who') async who() {
    const found = await this.server.in('lobby').fetchSockets()
    return found.map(({ data }) => data['name']).sort()
  }
  @SubscribeMessage('kick') async kick(@MessageBody() name: string) {
    const found = await this.server.fetchSockets()
    found.find(({ data }) => data['name'] === name)?.disconnect()
  }
}

// however slow the machine is
const PATIENT: ClusterOptions = { requestTimeout: 600_000, peerTimeout: 600_000 }

interface Started {
  readonly adapter: PlainAdapter
  readonly url: string
}

async function start(
  options: boolean | ClusterOptions,
  metadata: { providers?: unknown[]; imports?: unknown[] } = {},
): Promise<Started> {
  class Root {}
  const { providers = [], imports = [] } = metadata
  Module({ imports: imports as Class[], providers: [Chat, ...(providers as Class[])] })(Root)
  const app = await createApp(Root, { logger: false })
  apps.push(app)
  const adapter = new PlainAdapter({ cluster: options })
  app.useWebSocketAdapter(adapter)
  await app.listen(0, '127.0.0.1')
  return { adapter, url: `${await app.getUrl()}/chat` }
}

async function connect({ url }: Started, name: string): Promise<TestClient> {
  const client = await TestClient.open(`${url}?name=${name}`)
  clients.push(client)
  return client
}

/** What is the same, whatever carries it. */
async function chat(starting: () => Promise<Started>): Promise<void> {
  const [one, two] = [await starting(), await starting()]
  await until(() => one.adapter.clusterStats?.peers === 1 && two.adapter.clusterStats?.peers === 1)
  const ada = await connect(one, 'ada')
  expect(await ada.emit('join', 'lobby', 1).messages(1)).toEqual([{ id: 1, data: 1 }])
  const bob = await connect(two, 'bob')
  expect(await bob.emit('join', 'lobby', 1).messages(1)).toEqual([{ id: 1, data: 2 }])
  ada.emit('say', 'hello', 2)
  expect((await bob.messages(2))[1]).toEqual({ event: 'said', data: 'hello' })
  expect((await ada.messages(2))[1]).toEqual({ id: 2, data: true })
  expect((await bob.emit('who', undefined, 3).messages(3))[2]).toEqual({ id: 3, data: ['ada', 'bob'] })
  ada.emit('kick', 'bob')
  expect(await bob.end()).toMatchObject({ code: 1000 })
  // sent by the other process, when he had gone
  expect((await ada.messages(3))[2]).toEqual({ event: 'gone', data: 'bob' })
  await apps.pop()!.close()
  await until(() => one.adapter.clusterStats?.peers === 0)
  expect(one.adapter.clusterStats).toMatchObject({ lost: 0, missed: 0, rejected: 0, unanswered: 0 })
}

describe('gateways of several processes', () => {
  it('behave as one over a PubSub that is given', async () => {
    const pubSub = new MemoryPubSub()
    await chat(() => start({ ...PATIENT, pubSub, discoveryTime: 0 }))
  })

  it.each([true, {}])('behave as one over the PubSub that a module provides (%j)', async (options) => {
    const pubSub = new MemoryPubSub()
    await chat(() => start(options, { providers: [{ provide: PUB_SUB, useValue: pubSub }] }))
  })

  it.skipIf(hasNoRedis)('behave as one over Redis', async () => {
    const { keyPrefix, close } = openTestRedis()
    await chat(() => start(PATIENT, { imports: [RedisModule.forRoot({ url: REDIS_URL, keyPrefix })] }))
    for (const app of apps.splice(0)) await app.close()
    await close()
  })

  it('say at boot what they need', async () => {
    await expect(start(true)).rejects.toMatchObject({ code: 'CORBEL_WS_CLUSTER_PUB_SUB' })
  })

  it('do not start where nothing can be heard', async () => {
    const pubSub = Object.assign(new MemoryPubSub(), {
      subscribe: () => Promise.reject(new Error('There is no Redis.')),
    }) as PubSub
    await expect(start({ pubSub })).rejects.toThrow('There is no Redis.')
  })

  it('are none of a cluster unless they are told so', async () => {
    const { adapter } = await start(false, {
      providers: [{ provide: PUB_SUB, useValue: new MemoryPubSub() }],
    })
    expect(adapter.clusterStats).toBeUndefined()
  })
})
