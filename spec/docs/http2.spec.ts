import { connect, type ClientHttp2Session } from 'node:http2'
import { text } from 'node:stream/consumers'
import {
  Controller,
  createApp,
  EarlyHints,
  Get,
  type HttpRequest,
  type HttpResponse,
  Module,
  Req,
  Res,
} from 'corbel'
import { localhost } from '../server/tls/identities.js'

// #region hints
@Controller()
class PageController {
  @Get()
  page(@Res({ passthrough: true }) response: HttpResponse) {
    response.writeEarlyHints({ link: '</app.css>; rel=preload; as=style' })
    return '<link rel="stylesheet" href="/app.css">'
  }

  @Get('shop')
  @EarlyHints('</shop.css>; rel=preload; as=style', '<https://cdn.example>; rel=preconnect')
  shop() {
    return '<link rel="stylesheet" href="/shop.css">'
  }
}
// #endregion

// #region push
@Controller('feed')
class FeedController {
  @Get()
  feed(@Res({ passthrough: true }) response: HttpResponse) {
    response.push('/feed/1', { headers: { accept: 'application/json' } })
    return { items: ['/feed/1'] }
  }

  @Get('1')
  item(@Req() request: HttpRequest) {
    return { id: 1, over: request.exchange.protocol }
  }
}
// #endregion

@Module({ controllers: [PageController, FeedController] })
class AppModule {}

const { key, cert } = localhost
const port = 0
const sessions: ClientHttp2Session[] = []

function client(url: string): ClientHttp2Session {
  const session = connect(url, { rejectUnauthorized: false })
  sessions.push(session)
  return session
}

afterEach(() => {
  for (const session of sessions.splice(0)) session.destroy()
})

describe('the page on HTTP/2', () => {
  it('is spoken on TLS beside HTTP/1.1', async () => {
    // #region tls
    const app = await createApp(AppModule, {
      httpsOptions: { key, cert },
      http2: { maxConcurrentStreams: 250 },
    })
    await app.listen(port) // browsers come by HTTP/2, others by HTTP/1.1
    // #endregion
    const session = client(await app.getUrl())
    expect(await text(session.request({ ':path': '/feed/1' }))).toBe('{"id":1,"over":"h2"}')
    expect(session.alpnProtocol).toBe('h2')
    await app.close()
  })

  it('sends hints, and what is pushed', async () => {
    const app = await createApp(AppModule, { logger: false })
    await app.listen(0, '127.0.0.1')
    const session = client(await app.getUrl())
    const pushed = new Promise<string>((resolve) => {
      session.on('stream', (stream) => void text(stream).then(resolve))
    })
    const page = session.request({ ':path': '/' })
    const hints = new Promise((resolve) => page.on('headers', (fields) => resolve(fields['link'])))
    expect(await text(page)).toContain('stylesheet')
    expect(await hints).toBe('</app.css>; rel=preload; as=style')
    const shop = session.request({ ':path': '/shop' })
    const early = new Promise((resolve) => shop.on('headers', (fields) => resolve(fields['link'])))
    expect(await text(shop)).toContain('/shop.css')
    expect(await early).toBe('</shop.css>; rel=preload; as=style, <https://cdn.example>; rel=preconnect')
    expect(await text(session.request({ ':path': '/feed' }))).toBe('{"items":["/feed/1"]}')
    expect(await pushed).toBe('{"id":1,"over":"h2"}')
    // HTTP/1.1 has no push: the answer is the same
    expect(await (await fetch(`${await app.getUrl()}/feed`)).json()).toEqual({ items: ['/feed/1'] })
    await app.close()
  })

  it('can be turned off', async () => {
    // #region off
    const app = await createApp(AppModule, { http2: false })
    // #endregion
    await app.listen(0, '127.0.0.1')
    const session = client(await app.getUrl())
    const error = await new Promise((resolve) => session.on('error', resolve))
    expect(String(error)).toMatch(/protocol|closed|reset/i)
    await app.close()
  })
})
