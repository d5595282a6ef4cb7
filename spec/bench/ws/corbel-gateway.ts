/// <reference types="node" />
// A gateway: `plain` (the default), `workers` (the same in two processes) or `socket.io`. It echoes, and tells everybody in a room when somebody says `shout`.
import { createApp, Module } from 'corbel'
import { MessageBody, SubscribeMessage, WebSocketGateway, WebSocketServer } from 'corbel/websocket'

interface Client {
  join(room: string): unknown
}

interface Everybody {
  to(room: string): { emit(event: string, data: unknown): unknown }
}

const usesSocketIo = process.argv[2] === 'socket.io'

@WebSocketGateway(usesSocketIo ? {} : { path: '/' })
class BenchGateway {
  @WebSocketServer() server!: Everybody

  handleConnection(client: Client) {
    void client.join('everybody')
  }

  @SubscribeMessage('echo')
  echo(@MessageBody() data: unknown) {
    return data
  }

  @SubscribeMessage('shout')
  shout(@MessageBody() news: unknown) {
    this.server.to('everybody').emit('news', news)
  }
}

@Module({ providers: [BenchGateway] })
class BenchModule {}

const app = await createApp(BenchModule, { logger: false })
if (usesSocketIo) {
  const { SocketIoAdapter } = await import('corbel/websocket/socket-io')
  app.useWebSocketAdapter(
    new SocketIoAdapter({ transports: ['websocket'], pingInterval: 600_000, serveClient: false }),
  )
}
await app.listen({ port: 0, host: '127.0.0.1', ...(process.argv[2] === 'workers' && { workers: 2 }) })
if (process.env['CORBEL_WORKER'] === undefined) console.log(new URL(await app.getUrl()).port)
