import { createServer, type AddressInfo } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import supertest from 'supertest'
import {
  Controller,
  createApp,
  Get,
  Module,
  Query,
  Req,
  type Application,
  type ApplicationOptions,
  type HttpRequest,
} from 'corbel'
import { serve } from './serve.js'

@Controller()
class Root {
  @Get() read(@Req() { ip, ips, protocol, host, hostname, secure }: HttpRequest) {
    return { ip, ips, protocol, host, hostname, secure }
  }
  @Get('Case/') cased() {
    return 'cased'
  }
}
@Module({ controllers: [Root] })
class AppModule {}

const running: Application[] = []
afterEach(() => Promise.all(running.splice(0).map((app) => app.close())))

async function create(options: ApplicationOptions = {}): Promise<Application> {
  const app = await createApp(AppModule, { logger: false, shutdownSignals: false, ...options })
  running.push(app)
  return app
}

describe('getUrl', () => {
  it.each([
    ['127.0.0.1', 'http://127.0.0.1:'],
    ['0.0.0.0', 'http://127.0.0.1:'],
    ['::', 'http://[::1]:'],
    ['::1', 'http://[::1]:'],
  ])('on %s begins with %s', async (host, url) => {
    const app = await create()
    await app.listen(0, host)
    const told = await app.getUrl()
    expect(told.startsWith(url)).toBe(true)
    expect((await fetch(told)).status).toBe(200)
  })

  it('tells the path of a Unix socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'corbel-'))
    const app = await create()
    await app.listen(join(folder, 'app.sock'))
    expect(await app.getUrl()).toBe(`http+unix://${encodeURIComponent(join(folder, 'app.sock'))}`)
    await app.close()
    await rm(folder, { recursive: true })
  })

  it('is an error before listen()', async () => {
    await expect((await create()).getUrl()).rejects.toThrow('Call listen() first')
  })
})

describe('listen', () => {
  it('rejects where someone else listens, and may be tried elsewhere', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => void other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const app = await create()
    const error = await app.listen(port, '127.0.0.1').catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'CORBEL_LISTEN_ADDRESS_IN_USE', cause: { code: 'EADDRINUSE' } })
    await app.listen(0, '127.0.0.1')
    expect((await fetch(await app.getUrl())).status).toBe(200)
    await new Promise((resolve) => other.close(resolve))
  })

  it('rejects a second time', async () => {
    const app = await create()
    await app.listen(0, '127.0.0.1')
    await expect(app.listen(0, '127.0.0.1')).rejects.toThrow('Listening on 127.0.0.1:0 failed')
    expect((await fetch(await app.getUrl())).status).toBe(200)
  })

  it('calls back, and gives the server', async () => {
    const app = await create()
    const called: string[] = []
    const server = await app.listen(0, () => called.push('listening'))
    expect(called).toEqual(['listening'])
    expect(server).toBe(app.getHttpServer())
  })
})

describe('getHttpServer', () => {
  it('answers test clients without init() and without listen()', async () => {
    const app = await create()
    const answer = await supertest(app.getHttpServer() as never).get('/')
    expect(answer.status).toBe(200)
    expect((await supertest(app.getHttpServer() as never).get('/nothing')).status).toBe(404)
  })
})

describe('trust proxy', () => {
  const headers = {
    'x-forwarded-for': '203.0.113.7, 10.0.0.2',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'shop.example.com:8443',
  }
  const asked = async (setting: unknown) =>
    (await serve(AppModule, {}, (app) => app.set('trust proxy', setting))).json('/', { headers })

  it('is off by default: what a client says of itself does not count', async () => {
    const { json } = await serve(AppModule)
    const host = expect.stringMatching(/^127\.0\.0\.1:\d+$/)
    const own = { ip: '127.0.0.1', ips: [], protocol: 'http', host, hostname: '127.0.0.1', secure: false }
    expect(await json('/', { headers })).toEqual(own)
    expect(await asked('10.0.0.0/8')).toEqual(own)
    expect(await asked(0)).toEqual(own)
  })

  it.each<[string, unknown, string, string[]]>([
    ['all', true, '203.0.113.7', ['203.0.113.7', '10.0.0.2']],
    ['one hop', 1, '10.0.0.2', ['10.0.0.2']],
    ['two hops', 2, '203.0.113.7', ['203.0.113.7', '10.0.0.2']],
    ['a named network', 'loopback', '10.0.0.2', ['10.0.0.2']],
    ['a list', ['loopback', '10.0.0.0/8'], '203.0.113.7', ['203.0.113.7', '10.0.0.2']],
    ['a list as text', 'loopback, uniquelocal', '203.0.113.7', ['203.0.113.7', '10.0.0.2']],
    ['a function', (address: string) => address === '127.0.0.1', '10.0.0.2', ['10.0.0.2']],
  ])('may be %s', async (_name, setting, ip, ips) => {
    expect(await asked(setting)).toEqual({
      ip,
      ips,
      protocol: 'https',
      host: 'shop.example.com:8443',
      hostname: 'shop.example.com',
      secure: true,
    })
  })

  it('is an option, too, and does not take protocols that there are not', async () => {
    const { json } = await serve(AppModule, { trustProxy: true })
    const { protocol, ip } = await json('/', { headers: { 'x-forwarded-proto': 'javascript' } })
    expect([protocol, ip]).toEqual(['http', '127.0.0.1'])
  })

  it('refuses what is no network (CORBEL_TRUST_PROXY)', async () => {
    const app = await create({ trustProxy: '10.0.0.0/99' })
    await expect(app.init()).rejects.toThrow('"10.0.0.0/99" is no address')
  })
})

describe('app.set', () => {
  it('knows how paths are compared', async () => {
    const { text } = await serve(AppModule, {}, (app) =>
      app.disable('case sensitive routing').disable('x-powered-by'),
    )
    expect(await text('/cASE')).toBe('cased')
    const exact = await serve(AppModule, {}, (app) => app.enable('case sensitive routing'))
    expect((await exact.fetch('/cASE')).status).toBe(404)
  })

  it.each<[unknown, unknown]>([
    [undefined, { 'a[b]': '1', c: '2' }],
    ['simple', { 'a[b]': '1', c: '2' }],
    ['extended', { a: { b: '1' }, c: '2' }],
    [(text: string) => ({ text }), { text: 'a[b]=1&c=2' }],
  ])('reads queries as the setting says: %s', async (parser, expected) => {
    @Controller()
    class Queries {
      @Get('bound') bound(@Query() query: object) {
        return query
      }
      @Get('asked') asked(@Req() { query }: HttpRequest) {
        return query
      }
    }
    @Module({ controllers: [Queries] })
    class QueryModule {}
    const { json } = await serve(QueryModule, {}, (app) => {
      if (parser !== undefined) app.set('query parser', parser)
    })
    expect(await json('/bound?a[b]=1&c=2')).toEqual(expected)
    expect(await json('/asked?a[b]=1&c=2')).toEqual(expected)
  })

  it('says what to do about settings that there are not (CORBEL_SETTING_UNKNOWN)', async () => {
    const app = await create()
    expect(() => app.set('view engine', 'x')).toThrow('Call app.setViewEngine()')
    expect(() => app.set('query parser', 'x')).toThrow("Known are 'simple', 'extended', and functions.")
    expect(() => app.set('colour', 'red')).toThrow('There is no setting "colour". Known are trust proxy')
  })
})
