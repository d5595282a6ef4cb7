import { createRequire } from 'node:module'
import {
  Controller,
  createApp,
  Get,
  HttpAdapterHost,
  Injectable,
  Module,
  type MiddlewareFunction,
  type OnModuleDestroy,
} from 'corbel'
import { Server } from 'socket.io'

const require = createRequire(import.meta.url)
const helmet = require('helmet') as () => MiddlewareFunction
const compression = require('compression') as (options: object) => MiddlewareFunction

// #region socketio
@Injectable()
class Chat implements OnModuleDestroy {
  private server: Server | undefined

  constructor(private readonly host: HttpAdapterHost) {}

  onApplicationBootstrap(): void {
    this.server = new Server(this.host.httpAdapter.getHttpServer() as never)
    this.server.on('connection', (socket) => socket.emit('hello'))
  }

  onModuleDestroy(): void {
    void this.server?.close() // not awaited: it waits for connections that only the application closes
  }
}
// #endregion

@Controller()
class Pages {
  @Get() home(): string {
    return 'x'.repeat(2000)
  }
}
@Module({ controllers: [Pages], providers: [Chat] })
class AppModule {}

describe('docs/node-middleware.md', () => {
  it('runs middleware from npm', async () => {
    const [logger, shutdownSignals] = [false, false] as const
    // #region use
    const app = await createApp(AppModule, { logger, shutdownSignals })
    app.use(helmet(), compression({ threshold: 1024 }))
    // #endregion
    await app.listen(0, '127.0.0.1')
    const answer = await fetch(await app.getUrl(), { headers: { 'accept-encoding': 'gzip' } })
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'")
    expect((await answer.text()).length).toBe(2000)
    const hello = await fetch(`${await app.getUrl()}/socket.io/?EIO=4&transport=polling`)
    expect(await hello.text()).toContain('"upgrades":["websocket"]')
    await app.close()
  })
})
