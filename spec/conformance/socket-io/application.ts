import { createApp, Module, type Application, type Class } from 'corbel'
import {
  Ack,
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
} from 'corbel/websocket'
import { SocketIoAdapter } from 'corbel/websocket/socket-io'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server as Engine, type ServerOptions as EngineOptions } from 'engine.io'
import type { Server, ServerOptions, Socket } from 'socket.io'
import { localhost } from '../../server/tls/identities.js'
import { eventually } from '../../support/eventually.js'

/** What a client that waits is told with. */
type Acknowledge = (...values: unknown[]) => void

/** The namespace that everybody knows: it tells with what a client has come, and sends back what it gets. */
@WebSocketGateway()
class Main {
  @WebSocketServer() server: Server

  handleConnection(client: Socket): void {
    client.emit('auth', client.handshake.auth)
  }
  @SubscribeMessage('message') message(
    @ConnectedSocket() client: Socket,
    @MessageBody() values: unknown,
  ): void {
    client.emit('message-back', ...(values as unknown[]))
  }
  @SubscribeMessage('message-with-ack') answer(
    @MessageBody() values: unknown,
    @Ack() answer: Acknowledge,
  ): void {
    answer(...(values as unknown[]))
  }
}

/** Another one, which says as much. */
@WebSocketGateway({ namespace: '/custom' })
class Custom {
  handleConnection(client: Socket): void {
    client.emit('auth', client.handshake.auth)
  }
}

/** Engine.IO alone: each packet goes back. */
@WebSocketGateway({ path: '/engine.io' })
class Packets {
  @WebSocketServer() server: Server

  afterInit(server: Server): void {
    server.engine.removeAllListeners('connection')
    server.engine.on('connection', echoPackets)
  }
}

interface PacketSocket {
  on(event: 'message', listener: (data: string | Buffer) => void): void
  send(data: string | Buffer): void
}

function echoPackets(socket: PacketSocket): void {
  socket.on('message', (data) => socket.send(data))
}

/** An application, and where it is. */
export interface Subject {
  readonly app: Application
  readonly url: string
  /** Those of Engine.IO. */
  engines(): readonly object[]
  close(): Promise<void>
}

/** Waits until the server has the poll of a session that it is to answer later: what is sent is not there yet. */
export async function isPolled({ engines }: Pick<Subject, 'engines'>, sid: string): Promise<void> {
  const sessions = () => engines().map((engine) => (Reflect.get(engine, 'clients') as Sessions)[sid])
  await eventually(() => expect(sessions().some((one) => one?.transport.writable)).toBe(true))
}

type Sessions = Readonly<Record<string, { readonly transport: { readonly writable: boolean } }>>

/** Starts gateways on socket.io: those above, if no others are given. */
export async function startGateways(
  options: Partial<ServerOptions> = {},
  providers: readonly Class[] = [Main, Custom, Packets],
  tls = false,
): Promise<Subject> {
  @Module({ providers: [...providers] })
  class Root {}
  const app = await createApp(Root, {
    logger: false,
    shutdownSignals: false,
    ...(tls && { httpsOptions: { key: localhost.key, cert: localhost.cert } }),
  })
  app.useWebSocketAdapter(new SocketIoAdapter(options))
  await app.listen(0, '127.0.0.1')
  const own: readonly Class<{ readonly server: Server }>[] = [Main, Packets]
  const engines = (): object[] =>
    own.filter((one) => providers.includes(one)).map((one) => app.get(one).server.engine)
  return { app, url: await app.getUrl(), engines, close: () => app.close() }
}

/** Starts an application without gateways, and engine.io's own server attached to it as to any server of Node. */
export async function startAttached(options: Partial<EngineOptions> = {}): Promise<Subject> {
  @Module({})
  class Root {}
  const app = await createApp(Root, { logger: false, shutdownSignals: false })
  const engine = new Engine(options)
  engine.on('connection', echoPackets)
  engine.attach(app.getHttpServer(), { path: '/engine.io' })
  await app.listen(0, '127.0.0.1')
  return {
    app,
    url: await app.getUrl(),
    engines: () => [engine],
    close: async () => {
      engine.close()
      await app.close()
    },
  }
}

/** The same on Node's own server, to compare with. */
export async function startOnNode(options: Partial<EngineOptions> = {}): Promise<Omit<Subject, 'app'>> {
  const server = createServer()
  const engine = new Engine(options)
  engine.on('connection', echoPackets)
  engine.attach(server, { path: '/engine.io' })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    engines: () => [engine],
    close: async () => {
      engine.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
