import {
  Controller,
  Cors,
  Get,
  HttpException,
  Module,
  Options,
  Post,
  StaticModule,
  UseGuards,
  type CorsOptions,
  type CreateAppOptions,
} from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { makeTree } from '../static/tree.js'
import { hasBrowser, openBrowser } from '../support/browser.js'
import { serve } from './serve.js'

const A = 'https://a.example'
const B = 'https://b.example'

@Controller('things')
class Things {
  @Get() list() {
    return 'list'
  }
  @Get('fails') fails() {
    throw new HttpException('gone', 410)
  }
  @Get('closed') @UseGuards({ canActivate: () => false }) closed() {}
  @Get('open') @Cors() open() {
    return 'open'
  }
  @Get('b') @Cors({ origin: B, credentials: true, exposedHeaders: ['x-b'] }) b() {
    return 'b'
  }
  @Post('b') @Cors({ origin: [B], allowedHeaders: 'x-b', maxAge: 5 }) postB() {}
  @Get('none') @Cors(false) none() {
    return 'none'
  }
  @Get('asked') @Cors((request) => Promise.resolve({ origin: request.query['as'] as string })) asked() {}
  @Get('throws') @Cors({ origin: () => Promise.reject(new HttpException('no', 503)) }) throws() {}
  @Options('own') own() {
    return 'own'
  }
}
@Cors({ origin: B })
@Controller('all-b')
class AllB {
  @Get() list() {}
  @Get('a') @Cors({ origin: A }) a() {}
}
@Module({ controllers: [Things, AllB] })
class AppModule {}

async function ask(
  path: string,
  cors?: CreateAppOptions['cors'],
  {
    origin = A,
    preflight,
    ...more
  }: { origin?: string | null; preflight?: string } & Record<string, string | null | undefined> = {},
) {
  const { fetch } = await serve(AppModule, cors === undefined ? {} : { cors })
  const headers = Object.entries({
    ...(origin !== null && { origin }),
    ...(preflight !== undefined && { 'access-control-request-method': preflight }),
    ...more,
  }) as [string, string][]
  const answer = await fetch(path, { method: preflight === undefined ? 'GET' : 'OPTIONS', headers })
  const get = (name: string) => answer.headers.get(`access-control-allow-${name}`)
  return {
    status: answer.status,
    origin: get('origin'),
    credentials: get('credentials'),
    methods: get('methods'),
    headers: get('headers'),
    network: get('private-network'),
    exposed: answer.headers.get('access-control-expose-headers'),
    maxAge: answer.headers.get('access-control-max-age'),
    vary: answer.headers.get('vary'),
  }
}

describe('patterns for origins', () => {
  it.each<[RegExp, string, boolean]>([
    [/example\.org/, 'https://example.org', true],
    [/example\.org/, 'https://a.example.org', true],
    [/example\.org/, 'https://example.org:8443', true],
    [/example\.org$/, 'https://badexample.org', false],
    [/\.example\.org$/, 'https://a.example.org', true],
    [/example\.org/, 'https://example.org.evil.net', false],
    [/^https:\/\/example\.org/, 'https://example.org.evil.net', false],
    [/^https:\/\/a\./, 'https://a.evil.net', false],
    [/localhost:\d+/, 'http://localhost:3000', true],
    [/localhost/g, 'http://localhost:3000', true],
    [/localhost/y, 'http://localhost', true],
    [/LOCALHOST/i, 'http://localhost', true],
    [/a|example\.org/, 'https://example.org', true],
    [/.*/, 'https://any.example', true],
    [/(?:)/, 'https://any.example', false],
    [/.*/, `https://${'a'.repeat(400)}.example`, false],
  ])('%s and %s: %s', async (pattern, origin, isAllowed) => {
    expect((await ask('/things', { origin: pattern }, { origin })).origin).toBe(isAllowed ? origin : null)
  })
})

overProtocols('Vary: Origin', () => {
  it.each<[string, CreateAppOptions['cors'], string | null, string | null]>([
    ['any', true, null, null],
    ['any of a list', { origin: [A, '*'] }, null, null],
    ['reflected', { origin: true }, null, 'Origin'],
    ['a list that does not have it', { origin: [B] }, null, 'Origin'],
    ['a function', { origin: () => true }, null, 'Origin'],
    ['a function that allows all', { origin: async () => '*' }, '*', 'Origin'],
    ['a delegate', () => ({ origin: '*' }), '*', 'Origin'],
  ])('is right for %s, also without an origin', async (_name, cors, origin, vary) => {
    const without = await ask('/things', cors, { origin: null })
    expect(without.vary).toBe(vary)
    if (vary !== null) expect(without.origin).toBe(origin)
    expect((await ask('/things', cors)).vary).toBe(vary)
  })
})

overProtocols('functions', () => {
  it.each<[string, CorsOptions['origin'], string | null]>([
    ['return', (origin) => origin === A, A],
    ['return a promise', async (origin) => [origin!], A],
    ['return false', async () => false, null],
    ['call back later', (_origin, done) => void setImmediate(done, null, [/a\.example/]), A],
  ])('%s', async (_name, origin, expected) => {
    expect((await ask('/things', { origin: origin! })).origin).toBe(expected)
  })

  it('that fail are errors of the request', async () => {
    const failing: CorsOptions['origin'][] = [
      () => Promise.reject(new HttpException('no', 503)),
      () => {
        throw new HttpException('no', 503)
      },
      (_origin, done) => done(new HttpException('no', 503)),
    ]
    for (const origin of failing) {
      expect((await ask('/things', { origin: origin! })).status).toBe(503)
      expect((await ask('/things', { origin: origin! }, { preflight: 'PUT' })).status).toBe(503)
    }
    expect((await ask('/things/throws')).status).toBe(503)
    expect((await ask('/things/throws', undefined, { preflight: 'GET' })).status).toBe(503)
    // wrong options of a delegate, too
    expect((await ask('/things', () => ({ origin: 'nonsense' }))).status).toBe(500)
    expect((await ask('/things', (_, done) => done(null, { origin: 'nonsense' }))).status).toBe(500)
  })
})

overProtocols('options', () => {
  it.each<[CorsOptions, string]>([
    [{ credentials: true }, 'credentials'],
    [{ origin: '*', credentials: true }, 'credentials'],
    [{ origin: [A, '*'], credentials: true }, 'credentials'],
    [{ origin: `${A}/` }, 'origin'],
    [{ origin: 'a.example' }, 'origin'],
    [{ origin: `${A},${B}` }, 'origin'],
    [{ origin: ['https://A.example'] }, 'origin'],
    [{ maxAge: -1 }, 'maxAge'],
    [{ methods: ['GET POST'] }, 'methods'],
    [{ allowedHeaders: 'x a' }, 'allowedHeaders'],
    [{ exposedHeaders: [''] }, 'exposedHeaders'],
  ])('that no browser would take as they are meant are told: %j', async (cors, option) => {
    await expect(serve(AppModule, { cors })).rejects.toMatchObject({
      code: 'CORBEL_CORS_INVALID',
      details: { option },
    })
  })

  it('never send credentials with "*", whoever says so', async () => {
    const cors: CorsOptions = { origin: () => '*', credentials: true }
    expect(await ask('/things', cors)).toMatchObject({ origin: '*', credentials: null })
  })

  it('let private networks in only if they say so', async () => {
    const from = { preflight: 'GET', 'access-control-request-private-network': 'true' }
    expect((await ask('/things', { origin: A }, from)).network).toBeNull()
    expect((await ask('/things', { origin: A, privateNetwork: true }, from)).network).toBe('true')
    expect(
      (await ask('/things', { origin: B, privateNetwork: true }, { preflight: 'GET' })).network,
    ).toBeNull()
    expect((await ask('/things', { origin: [B], privateNetwork: true }, from)).network).toBeNull()
  })
})

overProtocols('@Cors', () => {
  it.each<[string, CreateAppOptions['cors'], string, string | null]>([
    ['/things', undefined, A, null],
    ['/things/open', undefined, A, '*'],
    ['/things/b', undefined, B, B],
    ['/things/none', true, A, null],
    ['/things/b', { origin: A, credentials: true }, A, B],
    ['/things/b', () => ({ origin: A }), A, B],
    ['/all-b', undefined, A, B],
    ['/all-b/a', undefined, B, A],
    ['/things/asked?as=https://c.example', undefined, A, 'https://c.example'],
  ])('on %s counts more than %j', async (path, cors, origin, expected) => {
    expect((await ask(path, cors, { origin })).origin).toBe(expected)
    const preflight = await ask(path, cors, { origin, preflight: 'GET' })
    expect([preflight.status, preflight.origin]).toEqual([204, expected])
  })

  it('leaves nothing of what the application says', async () => {
    const cors = { origin: A, credentials: true, exposedHeaders: 'x-a', maxAge: 60 }
    expect(await ask('/things/none', cors)).toMatchObject({ origin: null, credentials: null, exposed: null })
    expect(await ask('/things/b', cors, { origin: B })).toMatchObject({ credentials: 'true', exposed: 'x-b' })
    expect(await ask('/things/b', cors, { origin: B, preflight: 'POST' })).toMatchObject({
      origin: B,
      credentials: null,
      headers: 'x-b',
      maxAge: '5',
    })
  })

  it('is about the method that a preflight asks for', async () => {
    expect((await ask('/things/b', true, { preflight: 'DELETE' })).origin).toBe('*')
    expect((await ask('/nowhere', true, { preflight: 'GET' })).origin).toBe('*')
    expect((await ask('/things/own', undefined, { preflight: 'GET' })).status).toBe(200)
  })

  it('refuses wrong options at boot', async () => {
    @Controller()
    class Wrong {
      @Get() @Cors({ credentials: true }) get() {}
    }
    @Module({ controllers: [Wrong] })
    class WrongModule {}
    await expect(serve(WrongModule)).rejects.toThrow('CORS: credentials')
  })
})

it.each([
  ['/things/fails', 410],
  ['/things/closed', 403],
  ['/nowhere', 404],
])('errors can be read by pages of other origins: %s', async (path, status) => {
  expect(await ask(path, { origin: [A] })).toMatchObject({ status, origin: A, vary: 'Origin' })
})

describe.skipIf(!hasBrowser)('in a browser', { timeout: 180_000 }, () => {
  it('two origins meet: preflights, credentials, exposed headers, and what is not allowed', async () => {
    const tree = await makeTree({ 'index.html': '<title>page</title>' })
    @Module({ imports: [StaticModule.forRoot(tree.root)] })
    class PageModule {}
    const page = await serve(PageModule)
    const seen: string[] = []
    const answering: CreateAppOptions = {
      cors: { origin: [page.url], credentials: true, exposedHeaders: 'x-seen', maxAge: 600 },
    }
    @Controller()
    class Api {
      @Post('cookie') cookie() {
        return { fine: true }
      }
      @Get('closed') @Cors(false) closed() {
        return 'closed'
      }
      @Get('fails') fails() {
        throw new HttpException('gone', 410)
      }
    }
    @Module({ controllers: [Api] })
    class ApiModule {}
    const api = await serve(ApiModule, answering, (app) => {
      app.use((request, response, next) => {
        seen.push(`${request.method} ${request.path} ${request.get('cookie') ?? ''}`)
        response.setHeader('x-seen', 'yes').cookie('id', '7', { sameSite: 'lax' })
        next()
      })
    })
    const browser = await openBrowser()
    try {
      const tab = await browser.newPage()
      await tab.goto(`${page.url}/`)
      const result = await tab.evaluate(async (url) => {
        const post = async () => {
          const answer = await fetch(`${url}/cookie`, {
            method: 'POST',
            credentials: 'include',
            headers: { 'content-type': 'application/json', 'x-own': '1' },
            body: '{}',
          })
          return [
            answer.status,
            answer.headers.get('x-seen'),
            answer.headers.get('etag'),
            await answer.json(),
          ]
        }
        const failed = (error: Error) => error.name
        const failing = await fetch(`${url}/fails`, { credentials: 'include' })
        return [
          await post(),
          await post(),
          await fetch(`${url}/closed`).then(() => 'read', failed),
          [failing.status, ((await failing.json()) as { detail: string }).detail],
        ]
      }, api.url)
      const posted = [201, 'yes', null, { fine: true }]
      expect(result).toEqual([posted, posted, 'TypeError', [410, 'gone']])
      // the second request had the cookie of the first, and no preflight of its own; preflights are answered before middleware
      expect(seen).toEqual(['GET /fails ', 'POST /cookie id=7', 'POST /cookie id=7', 'GET /closed '])
    } finally {
      await browser.close()
      await tree.remove()
    }
  })
})
