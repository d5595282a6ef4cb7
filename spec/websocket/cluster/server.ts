import { Redis } from 'ioredis'
import type { Server as SocketIoServer, Socket as SocketIoSocket } from 'socket.io'
import { createShardedAdapter } from '@socket.io/redis-adapter'
import { createAdapter } from '@socket.io/redis-streams-adapter'
import { createApp, Module, type DynamicModule } from '../../../lib/index.js'
import { RedisModule } from '../../../lib/redis/index.js'
import {
  MessageBody,
  PlainAdapter,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
  type Server,
  type Socket,
  type WebSocketAdapter,
} from '../../../lib/websocket/index.js'
import { SocketIoAdapter } from '../../../lib/websocket/socket-io/index.js'

// One process of a cluster, told what to do by the spec that has started it.
const [wire = 'plain', redisUrl = '', workers = '0', peerTimeout = '6000'] = process.argv.slice(2)
let server: Server | SocketIoServer

/** What the spec may ask for. */
class Command {
  readonly id: number
  readonly name: 'say' | 'count' | 'stats' | 'move' | 'kick' | 'pid'
  readonly room: string
  readonly values: readonly (number | string)[]
}

@WebSocketGateway({ path: wire === 'plain' ? '/chat' : '/socket.io' })
class Chat {
  @WebSocketServer() server!: Server

  afterInit(own: Server) {
    server = own
  }
  handleConnection(client: Socket | SocketIoSocket) {
    void client.join(String(client.handshake.query['room']).split(','))
  }

  /** For clients of workers, which nobody else can reach. */
  @SubscribeMessage('command') command(@MessageBody() command: Command) {
    return command.name === 'pid' ? process.pid : obey(command)
  }
}

const plain = new PlainAdapter({ cluster: { peerTimeout: Number(peerTimeout) } })

function adapterOf(): WebSocketAdapter {
  if (wire === 'plain') return plain
  // with the check, ioredis loses a subscription that is made just before the connection is ready
  const redis = new Redis(redisUrl, { enableReadyCheck: false, retryStrategy: () => 50 })
  redis.on('error', () => undefined)
  if (wire === 'streams') return new SocketIoAdapter({ adapter: createAdapter(redis, TIMES) })
  const listening = redis.duplicate()
  listening.on('error', () => undefined)
  return new SocketIoAdapter({ adapter: createShardedAdapter(redis, listening) })
}

const TIMES = { heartbeatInterval: 500, heartbeatTimeout: 2500 }

const imports: DynamicModule[] =
  wire === 'plain' ? [RedisModule.forRoot({ url: redisUrl, commandTimeout: 60_000 })] : []

@Module({ imports, providers: [Chat] })
class AppModule {}

async function obey({ name, room, values }: Command): Promise<unknown> {
  const target = (server as Server).to(room)
  switch (name) {
    case 'say':
      for (const value of values) target.emit('n', value)
      return undefined
    case 'count':
      return wire === 'plain' ? target.count() : (await target.fetchSockets()).length
    case 'stats':
      return plain.clusterStats
    case 'move':
      return target.socketsJoin(String(values[0]))
    case 'kick':
      return target.disconnectSockets()
    default:
      return undefined
  }
}

process.on('message', (command: Partial<Command>) => {
  // workers are told other things, too
  if (command.name === undefined) return
  const answer = (value: unknown): void => void process.send?.({ id: command.id, value })
  obey(command as Command).then(answer, (error: unknown) => answer(`failed: ${String(error)}`))
})

const app = await createApp(AppModule, { logger: ['warn', 'error', 'fatal'] })
app.useWebSocketAdapter(adapterOf())
await app.listen(0, { host: '127.0.0.1', ...(workers !== '0' && { workers: Number(workers) }) })
process.stdout.write(`listening ${new URL(await app.getUrl()).port}\n`)
