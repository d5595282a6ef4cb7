import { connect, type ClientSocket } from '../../lib/client/index.js'
import { FakeWebSocket } from './fake-server.js'

interface Message {
  readonly text: string
}

interface ChatEvents {
  receive: { said: Message; typing: undefined }
  send: { say: Message; ping: undefined; maybe: number | undefined }
  requests: {
    join(room: string): Promise<readonly string[]>
    rooms(): number
    sum(room: string, value: number): number
  }
  streams: { history(room: string): Message }
}

/** Checked by the compiler: each `@ts-expect-error` that is none any more is an error. */
function checkTypes(socket: ClientSocket<ChatEvents>, free: ClientSocket): void {
  socket.on('said', ({ text }) => text.toUpperCase())
  socket.on('connect', ({ recovered }) => recovered satisfies boolean)
  socket.on('disconnect', ({ code, willReconnect }) => [
    code satisfies number,
    willReconnect satisfies boolean,
  ])
  // @ts-expect-error no such event
  socket.on('sayd', () => undefined)
  // @ts-expect-error no such member
  socket.on('said', ({ txt }) => txt as unknown)

  socket.emit('say', { text: '' })
  socket.emit('ping')
  socket.emit('maybe')
  // @ts-expect-error data are missing
  socket.emit('say')
  // @ts-expect-error data of another type
  socket.emit('say', { text: 1 })
  // @ts-expect-error that is what the server sends
  socket.emit('said', { text: '' })

  void socket.request('join', 'room', { timeout: 1 }).then((members) => members satisfies readonly string[])
  void socket.request('rooms').then((count) => count satisfies number)
  // @ts-expect-error data are missing
  void socket.request('join')
  // @ts-expect-error data of another type
  void socket.request('join', 1)
  // @ts-expect-error it has no data
  void socket.request('rooms', 1)

  void socket.request('sum', 'room', { input: [1, 2] }).then((sum) => sum satisfies number)
  // @ts-expect-error values are missing
  void socket.request('sum', 'room')
  // @ts-expect-error values of another type
  void socket.request('sum', 'room', { input: ['1'] })
  void free.request('sum', undefined, { input: new Set([1]) })

  const history = socket.stream('history', 'room')
  void history.next().then(({ value }) => value satisfies Message | void)
  // @ts-expect-error no stream
  socket.stream('join', 'room')

  free.on('anything', (data) => data satisfies unknown)
  free.emit('anything', { at: 'all' })
  void free.request('anything', 1).then((found) => found satisfies unknown)
  socket.live<Message[]>('/messages', (messages) => messages.map(({ text }) => text))
}

describe('the types of events', () => {
  it('are those of the application, or free', async () => {
    expect(checkTypes).toBeInstanceOf(Function)
    const socket = connect<ChatEvents>('ws://server.example', { WebSocket: FakeWebSocket })
    const said: Message[] = []
    socket.on('said', (message) => said.push(message))
    socket.emit('say', { text: 'hi' })
    await Promise.resolve().then(() => undefined)
    FakeWebSocket.last.open().say({ event: 'said', data: { text: 'hello' } })
    expect(FakeWebSocket.last.sent).toEqual([{ event: 'say', data: { text: 'hi' } }])
    expect(said).toEqual([{ text: 'hello' }])
    socket.close()
  })
})
