import { Controller, Get, Header } from '../../lib/index.js'
import type * as Client from '../../lib/client/index.js'
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
  type Server,
  type Socket,
} from '../../lib/websocket/index.js'
import { createApp, Module, type Application } from '../../lib/index.js'
import { PlainAdapter } from '../../lib/websocket/index.js'
import { hasBrowser, openBrowser, type Browser } from '../support/browser.js'
import { bundleClient } from './bundle.js'

let code = ''

@Controller()
class Pages {
  @Header('content-type', 'text/html') @Get() page() {
    return `<!doctype html><title>client</title>
      <script type="module">import { connect } from '/client.js'; globalThis.connect = connect</script>`
  }
  @Header('content-type', 'text/javascript') @Get('client.js') client() {
    return code
  }
}

@WebSocketGateway({ path: '/chat' })
class Chat {
  @WebSocketServer() server!: Server
  @SubscribeMessage('join') join(@ConnectedSocket() client: Socket, @MessageBody() room: string) {
    client.join(room)
    return [...client.rooms]
  }
  @SubscribeMessage('cut') cut(@ConnectedSocket() client: Socket) {
    client.terminate()
    this.server.to('red').emit('said', 'missed')
  }
}

@Module({ controllers: [Pages], providers: [Chat] })
class AppModule {}

describe.skipIf(!hasBrowser)('the client in a page', () => {
  let app: Application
  let browser: Browser

  beforeAll(async () => {
    code = await bundleClient()
    app = await createApp(AppModule, { logger: false })
    app.useWebSocketAdapter(new PlainAdapter({ recovery: true }))
    await app.listen(0, '127.0.0.1')
    browser = await openBrowser()
  }, 180_000)

  afterAll(async () => {
    await browser?.close()
    await app?.close()
  })

  it('needs no options, speaks with gateways, and comes back as who it was', async () => {
    const page = await browser.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    await page.goto(await app.getUrl())
    const seen = await page.evaluate(async () => {
      const { connect } = globalThis as unknown as typeof Client
      const socket = connect('/chat')
      const connected: boolean[] = []
      const said = new Promise((resolve) => void socket.on('said', resolve))
      const back = new Promise<void>((resolve) => {
        socket.on('connect', ({ recovered }) => {
          if (connected.push(recovered) === 2) resolve()
        })
      })
      const rooms = await socket.request('join', 'red')
      socket.emit('cut')
      await back
      const missed = await said
      const after = await socket.request('join', 'blue')
      socket.close()
      return { rooms, connected, missed, after, state: socket.state }
    })
    expect(seen).toEqual({
      rooms: ['red'],
      connected: [false, true],
      missed: 'missed',
      after: ['red', 'blue'],
      state: 'closed',
    })
    expect(errors).toEqual([])
  }, 180_000)
})
