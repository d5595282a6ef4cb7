import { IsString, Length } from 'class-validator'
import {
  createApp,
  Injectable,
  Module,
  Param,
  UseGuards,
  type Application,
  type CanActivate,
  type ExecutionContext,
} from 'corbel'
import { AuthModule, BearerStrategy, CurrentUser, JwtModule, JwtService } from 'corbel/auth'
import {
  ConnectedSocket,
  MessageBody,
  PlainAdapter,
  RawSocket,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketHandler,
  WebSocketServer,
  WsException,
  type Server,
  type Socket,
} from 'corbel/websocket'
import { SocketIoAdapter } from 'corbel/websocket/socket-io'
import { SignJWT } from 'jose'
import type { Namespace, Socket as SocketIoSocket } from 'socket.io'
import { io } from 'socket.io-client'
import { TestClient } from '../websocket/client.js'

// #region gateway
class Say {
  @IsString() room!: string
  @Length(1, 500) text!: string
}

@WebSocketGateway({ path: '/chat', origins: ['https://app.example.com'] })
class ChatGateway {
  @WebSocketServer() server!: Server

  handleConnection(client: Socket) {
    client.data['name'] = client.handshake.query['name'] ?? 'somebody'
  }

  @SubscribeMessage('join')
  join(@ConnectedSocket() client: Socket, @MessageBody('room') room: string) {
    client.join(room)
    client.to(room).emit('joined', client.data['name'])
    return { members: this.server.rooms.get(room)!.size }
  }

  @SubscribeMessage('say')
  say(@ConnectedSocket() client: Socket, @MessageBody() { room, text }: Say) {
    if (!client.rooms.has(room)) throw new WsException('Join the room first')
    this.server.to(room).emit('said', { by: client.data['name'], text })
  }
}

@Module({ providers: [ChatGateway] })
class AppModule {}
// #endregion

// #region parameters
@WebSocketGateway({ path: '/rooms/:room' })
class RoomGateway {
  handleConnection(@ConnectedSocket() client: Socket, @Param('room') room: string) {
    client.join(room)
  }

  @SubscribeMessage('say')
  say(@ConnectedSocket() client: Socket, @Param('room') room: string, @MessageBody() text: string) {
    client.to(room).emit('said', text)
  }
}
// #endregion

// #region auth
@WebSocketGateway({ path: '/private', auth: { from: ['header', 'message'], timeout: 30_000 } })
class PrivateGateway {
  handleConnection(@ConnectedSocket() client: Socket, @CurrentUser('id') id: string) {
    client.emit('welcome', id)
  }
}

@Module({
  imports: [
    AuthModule.forRootAsync({
      imports: [JwtModule.register({ secret: 'at least thirty-two bytes of a secret' })],
      inject: [JwtService],
      useFactory: (tokens: JwtService) => ({ strategies: [new BearerStrategy({ tokens })] }),
    }),
  ],
  providers: [PrivateGateway],
})
class PrivateModule {}
// #endregion

// #region handler
@WebSocketHandler('/echo')
class Echo {
  onMessage(socket: RawSocket, message: string | Buffer) {
    socket.send(message)
  }
}
// #endregion

// #region conversation
@WebSocketHandler('/upper', { limits: { maxMessageSize: 64 * 1024 } })
class Upper {
  async *onMessages(messages: AsyncIterable<string | Buffer>) {
    for await (const message of messages) {
      if (typeof message === 'string') yield message.toUpperCase()
    }
  }
}
// #endregion

// #region socket-io
@WebSocketGateway({ namespace: 'rooms', cors: { origin: 'https://shop.example' } })
class RoomsGateway {
  @WebSocketServer() namespace: Namespace

  @SubscribeMessage('join')
  async join(@ConnectedSocket() client: SocketIoSocket, @MessageBody() room: string) {
    await client.join(room)
    this.namespace.to(room).emit('joined', client.id)
    return (await this.namespace.in(room).fetchSockets()).length // the acknowledgement
  }
}

@Module({ providers: [RoomsGateway] })
class RoomsModule {}

async function startOnSocketIo(): Promise<Application> {
  const app = await createApp(RoomsModule, { logger: false })
  app.useWebSocketAdapter(new SocketIoAdapter())
  await app.listen(0)
  return app
}
// #endregion

@Module({ providers: [RoomGateway, Echo, Upper] })
class PathsModule {}

// #region recovery
async function startWithRecovery(): Promise<Application> {
  const app = await createApp(PathsModule, { logger: false })
  app.useWebSocketAdapter(new PlainAdapter({ recovery: { maxDisconnection: 60_000, maxMessages: 500 } }))
  await app.listen(0)
  return app
}
// #endregion

// #region guard
@Injectable()
class HasKey implements CanActivate {
  canActivate(context: ExecutionContext) {
    const { handshake } = context.switchToWs().getClient<Socket>()
    return handshake.headers['x-key'] === 'open sesame'
  }
}

@UseGuards(HasKey)
@WebSocketGateway({ path: '/admin' })
class AdminGateway {
  // guarded as the messages are: who is refused is told, and disconnected with 1008
  handleConnection(client: Socket) {
    client.emit('welcome')
  }
}
// #endregion

describe('docs/gateways.md', () => {
  it('chats', async () => {
    const app = await createApp(AppModule, { logger: false })
    await app.listen(0, '127.0.0.1')
    const url = `${await app.getUrl()}/chat`
    const [ada, bob] = [await TestClient.open(`${url}?name=Ada`), await TestClient.open(`${url}?name=Bob`)]
    expect(await ada.emit('join', { room: 'a' }, 1).messages(1)).toEqual([{ id: 1, data: { members: 1 } }])
    expect(await bob.emit('say', { room: 'a', text: 'Hi' }).messages(1)).toMatchObject([
      { event: 'exception', data: { message: 'Join the room first' } },
    ])
    await bob.emit('join', { room: 'a' }, 1).messages(2)
    expect(await ada.messages(2)).toContainEqual({ event: 'joined', data: 'Bob' })
    bob.emit('say', { room: 'a', text: 'Hi' })
    expect(await ada.messages(3)).toContainEqual({ event: 'said', data: { by: 'Bob', text: 'Hi' } })
    await Promise.all([ada.close(), bob.close()])
    await app.close()
  })

  it('guards', async () => {
    class Guarded {}
    Module({ providers: [AdminGateway] })(Guarded)
    const app = await createApp(Guarded, { logger: false })
    await app.listen(0, '127.0.0.1')
    const url = `${await app.getUrl()}/admin`
    const friend = await TestClient.open(url, { headers: { 'x-key': 'open sesame' } })
    expect(await friend.messages(1)).toEqual([{ event: 'welcome' }])
    expect((await (await TestClient.open(url)).end()).code).toBe(1008)
    await friend.close()
    await app.close()
  })

  it('speaks socket.io', async () => {
    const app = await startOnSocketIo()
    const { port } = new URL(await app.getUrl())
    const client = io(`http://127.0.0.1:${port}/rooms`, { transports: ['websocket'], reconnection: false })
    const joined = new Promise((resolve) => client.once('joined', resolve))
    expect(await client.timeout(60_000).emitWithAck('join', 'books')).toBe(1)
    expect(await joined).toBe(client.id)
    client.close()
    await app.close()
  })

  it('knows rooms by their path, and gives back who was lost', async () => {
    const app = await startWithRecovery()
    const { port } = new URL(await app.getUrl())
    const url = `http://127.0.0.1:${port}`
    const [a, b] = [
      await TestClient.open(`${url}/rooms/red?session=`),
      await TestClient.open(`${url}/rooms/red`),
    ]
    b.emit('say', 'hi')
    expect((await a.messages(2))[1]).toEqual({ event: 'said', data: 'hi', offset: '1' })
    const { data } = a.received[0] as { data: { session: string } }
    a.socket.terminate()
    const again = await TestClient.open(`${url}/rooms/red?session=${data.session}&offset=1`)
    expect(await again.messages(1)).toMatchObject([{ event: 'session', data: { recovered: true } }])
    await Promise.all([again.close(), b.close()])
    await app.close()
  })

  it('lets in whom a token names', async () => {
    const app = await createApp(PrivateModule, { logger: false })
    await app.listen(0, '127.0.0.1')
    const url = `${await app.getUrl()}/private`
    const token = await new SignJWT({ sub: 'ada' })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('5m')
      .sign(Buffer.from('at least thirty-two bytes of a secret'))
    const ada = await TestClient.open(url)
    expect(await ada.emit('auth', { token }).messages(1)).toEqual([{ event: 'welcome', data: 'ada' }])
    const eve = await TestClient.open(url)
    expect((await eve.emit('auth', { token: 'x.y.z' }).end()).code).toBe(4401)
    await ada.close()
    await app.close()
  })

  it('speaks without frames of its own', async () => {
    const app = await createApp(PathsModule, { logger: false })
    await app.listen(0, '127.0.0.1')
    const [echo, upper] = [
      await TestClient.open(`${await app.getUrl()}/echo`),
      await TestClient.open(`${await app.getUrl()}/upper`),
    ]
    echo.socket.send(Buffer.from([1, 2]))
    expect(await echo.messages(1)).toEqual([Buffer.from([1, 2])])
    upper.socket.send('hello')
    expect(await upper.messages(1)).toEqual(['HELLO'])
    await Promise.all([echo.close(), upper.close()])
    await app.close()
  })
})
