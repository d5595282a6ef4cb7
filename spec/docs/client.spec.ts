import {
  ConnectedSocket,
  MessageBody,
  MessageStream,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
  type Server,
  type Socket,
} from 'corbel/websocket'
import { createApp, Module, type Application } from 'corbel'
import { connect, type ClientSocket } from 'corbel/client'
import { WebSocket } from 'ws'

// #region events
interface Message {
  readonly by: string
  readonly text: string
}

export interface ChatEvents {
  /** What the server sends. */
  receive: { said: Message }
  /** What the client sends. */
  send: { say: string }
  /** What is answered. */
  requests: { join(room: string): readonly string[] }
  /** What is answered by many values. */
  streams: { history(room: string): Message }
}
// #endregion

@WebSocketGateway({ path: '/chat' })
class ChatGateway {
  @WebSocketServer() server!: Server
  @SubscribeMessage('join') join(@ConnectedSocket() client: Socket, @MessageBody() room: string) {
    client.join(room)
    return [...client.rooms]
  }
  @SubscribeMessage('import') async import(
    @MessageBody() table: string,
    @MessageStream() rows: AsyncIterable<number>,
  ) {
    const all: number[] = []
    for await (const row of rows) all.push(row)
    return { table, count: all.length }
  }
  @SubscribeMessage('say') say(@MessageBody() text: string) {
    this.server.emit('said', { by: 'Ada', text })
  }
}

@Module({ providers: [ChatGateway] })
class AppModule {}

/** What a page would show. */
const shown: string[] = []
const show = (text: string): void => void shown.push(text)

// #region chat
function openChat(url: string): ClientSocket<ChatEvents> {
  const socket = connect<ChatEvents>(url)
  socket.on('said', ({ by, text }) => show(`${by}: ${text}`))
  socket.on('connect', ({ recovered }) => {
    // unless the server has kept them, rooms are to be joined on each connection
    if (!recovered) void join(socket)
  })
  socket.on('disconnect', ({ willReconnect }) => show(willReconnect ? 'connecting …' : 'closed'))
  return socket
}

async function join(socket: ClientSocket<ChatEvents>): Promise<void> {
  try {
    const rooms = await socket.request('join', 'red', { timeout: 30_000 })
    show(`in ${rooms.join(', ')}`)
    socket.emit('say', 'hello')
  } catch (error) {
    show(`not in: ${(error as Error).message}`)
  }
}
// #endregion

// #region node
function openInNode(url: string): ClientSocket {
  return connect(url, { WebSocket })
}
// #endregion

// #region input
interface TableEvents {
  /** The second parameter is of the values that follow. */
  requests: { import(table: string, row: number): { table: string; count: number } }
}

async function importRows(url: string, rows: AsyncIterable<number>): Promise<number> {
  const socket = connect<TableEvents>(url, { WebSocket })
  try {
    const { count } = await socket.request('import', 'prices', { input: rows, timeout: 60_000 })
    return count
  } finally {
    socket.close()
  }
}
// #endregion

describe('docs/client.md', () => {
  let app: Application
  let url: string

  beforeEach(async () => {
    shown.length = 0
    app = await createApp(AppModule, { logger: false })
    await app.listen(0, '127.0.0.1')
    url = `${await app.getUrl()}/chat`
  })
  afterEach(() => app.close())

  it('chats', async () => {
    const known = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket')
    Object.defineProperty(globalThis, 'WebSocket', { value: WebSocket, configurable: true })
    try {
      const socket = openChat(url)
      await new Promise<void>((resolve) => void socket.on('said', () => resolve()))
      socket.close()
      expect(shown).toEqual(['in red', 'Ada: hello', 'closed'])
    } finally {
      if (known === undefined) Reflect.deleteProperty(globalThis, 'WebSocket')
      else Object.defineProperty(globalThis, 'WebSocket', known)
    }
  })

  it('runs in Node', async () => {
    const socket = openInNode(url)
    expect(await socket.request('join', 'blue', { timeout: 60_000 })).toEqual(['blue'])
    socket.close()
  })

  it('sends values one by one', async () => {
    async function* rows() {
      for (let row = 1; row <= 100; row += 1) yield row
    }
    expect(await importRows(url, rows())).toBe(100)
  })
})
