import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Body,
  Controller,
  Get,
  Module,
  Param,
  Post,
  Req,
  Res,
  Session,
  Sse,
  type Application,
  type CreateAppOptions,
  type HttpRequest,
  type HttpResponse,
  type MiddlewareFunction,
} from 'corbel'
import { of } from 'rxjs'
import supertest from 'supertest'
import { createServer as createVite, type ViteDevServer } from 'vite'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'
import { eventually } from '../support/eventually.js'

// what is proven is that they run as they are installed: their types are made for node:http
const require = createRequire(import.meta.url)
type Factory = (
  ...args: unknown[]
) => MiddlewareFunction & Record<string, (...args: unknown[]) => MiddlewareFunction>
const load = (name: string): Factory & Record<string, Factory> => {
  const module = require(name) as { default?: unknown }
  return (typeof module === 'function' ? module : module.default) as Factory & Record<string, Factory>
}

const LONG = 'middleware from npm, unchanged '.repeat(200)

@Controller()
class Answers {
  @Get('json') json() {
    return { text: LONG }
  }
  @Get('text') text() {
    return LONG
  }
  @Get('stream') async *stream() {
    yield LONG
    yield LONG
  }
  @Get('small') small() {
    return 'small'
  }
  @Get('by-hand') byHand(@Res() response: HttpResponse) {
    response.type('html').write('<p>')
    response.end('done')
  }
  @Sse('events') events() {
    return of('one', 'two')
  }
  @Post('echo') echo(@Body() body: unknown) {
    return { body }
  }
  @Get('visits') visits(@Session() session: { count?: number }) {
    session.count = (session.count ?? 0) + 1
    return { count: session.count }
  }
  @Get('status/:code') status(@Param('code') code: string, @Res() response: HttpResponse) {
    response.status(Number(code)).end()
  }
  @Post('upload') upload(@Req() request: HttpRequest) {
    const { file, body } = request as unknown as {
      file: { originalname: string; buffer: Buffer }
      body: object
    }
    return { name: file.originalname, size: file.buffer.length, body: { ...body } }
  }
  @Get('cookies') cookies(@Req() request: HttpRequest) {
    return { cookies: request.cookies, signed: request['signedCookies'] }
  }
}
@Module({ controllers: [Answers] })
class AppModule {}

const served = (use: (app: Application) => unknown, options: CreateAppOptions = {}) =>
  serve(AppModule, options, use)

overProtocols('helmet', () => {
  it('sets its headers, which count more than those of Corbel', async () => {
    const { fetch } = await served((app) => app.use(load('helmet')({ frameguard: { action: 'deny' } })))
    for (const path of ['/json', '/by-hand', '/nowhere']) {
      const { headers } = await fetch(path)
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('content-security-policy')).toContain("default-src 'self'")
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
  })
})

overProtocols('cors', () => {
  it('marks answers, and answers preflights', async () => {
    const { fetch } = await served((app) =>
      app.use(load('cors')({ origin: ['https://a.example'], credentials: true })),
    )
    const headers = { origin: 'https://a.example', 'access-control-request-method': 'PUT' }
    const answer = await fetch('/json', { headers })
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://a.example')
    const preflight = await fetch('/json', { method: 'OPTIONS', headers })
    expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([
      204,
      'GET,HEAD,PUT,PATCH,POST,DELETE',
    ])
  })
})

overProtocols('compression', () => {
  it.each(['/json', '/text', '/stream', '/by-hand'])('compresses %s', async (path) => {
    const { fetch } = await served((one) => one.use(load('compression')({ threshold: 0 })))
    const plain = await served(() => undefined)
    const answer = await fetch(path, { headers: { 'accept-encoding': 'gzip' } })
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    expect(await answer.text()).toBe(await plain.text(path))
  })

  it('leaves alone what is too small, and what does not want it', async () => {
    const { fetch } = await served((one) => one.use(load('compression')()))
    expect((await fetch('/small')).headers.get('content-encoding')).toBeNull()
    const answer = await fetch('/text', { headers: { 'accept-encoding': 'identity' } })
    expect([answer.headers.get('content-encoding'), await answer.text()]).toEqual([null, LONG])
  })
})

overProtocols('morgan', (protocol) => {
  const version = protocol === 'HTTP/2' ? '2.0' : '1.1'

  it('logs method, path, status, length and duration of every answer', async () => {
    const lines: string[] = []
    const write = (line: string) => lines.push(line.trim())
    const format = ':method :url :status :res[content-length] :response-time :remote-addr HTTP/:http-version'
    const { fetch } = await served((app) => app.use(load('morgan')(format, { stream: { write } })))
    for (const [at, path] of ['/small', '/nowhere', '/status/304', '/stream'].entries()) {
      await (await fetch(path)).text()
      await eventually(() => expect(lines).toHaveLength(at + 1))
    }
    expect(lines[0]).toMatch(/^GET \/small 200 5 \d+\.\d+ (?:::ffff:)?127\.0\.0\.1 HTTP\/[\d.]+$/)
    expect(lines[0]).toContain(`HTTP/${version}`)
    expect(lines[1]).toMatch(/^GET \/nowhere 404 \d+ \d+\.\d+/)
    expect(lines[2]).toMatch(/^GET \/status\/304 304 - \d+\.\d+/)
    expect(lines[3]).toMatch(/^GET \/stream 200 - \d+\.\d+/)
  })

  it('logs in the combined format', async () => {
    const lines: string[] = []
    const { text } = await served((app) =>
      app.use(load('morgan')('combined', { stream: { write: (line: string) => lines.push(line) } })),
    )
    await text('/small', { headers: { 'user-agent': 'spec', referer: 'https://a.example/' } })
    await eventually(() =>
      expect(lines[0]).toContain(`"GET /small HTTP/${version}" 200 5 "https://a.example/" "spec"\n`),
    )
  })
})

overProtocols('express-session', () => {
  it('keeps what belongs to a visitor, behind a signed cookie', async () => {
    const session = load('express-session')
    const { fetch } = await served((app) =>
      app.use(session({ secret: 'keyboard cat', resave: false, saveUninitialized: false })),
    )
    const first = await fetch('/visits')
    const [cookie] = first.headers.getSetCookie()
    expect(cookie).toMatch(/^connect\.sid=s%3A/)
    expect(await first.json()).toEqual({ count: 1 })
    const headers = { cookie: cookie!.split(';', 1)[0]! }
    expect(await (await fetch('/visits', { headers })).json()).toEqual({ count: 2 })
    const forged = { cookie: `${headers.cookie}x` }
    expect(await (await fetch('/visits', { headers: forged })).json()).toEqual({ count: 1 })
    // nothing was kept, so that there is no cookie
    expect((await fetch('/small')).headers.getSetCookie()).toEqual([])
  })
})

overProtocols('serve-static', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'corbel-'))
    await writeFile(join(folder, 'data.txt'), '0123456789')
    await writeFile(join(folder, 'big.bin'), Buffer.alloc(300_000, 'x'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('sends files, parts of them and redirects, and leaves the rest to the routes', async () => {
    const { fetch, text } = await served((app) => app.use('/files', load('serve-static')(folder)))
    const answer = await fetch('/files/data.txt')
    expect([answer.status, await answer.text()]).toEqual([200, '0123456789'])
    const headers = { range: 'bytes=2-4' }
    const part = await fetch('/files/data.txt', { headers })
    expect([part.status, await part.text()]).toEqual([206, '234'])
    const fresh = await fetch('/files/data.txt', {
      headers: { 'if-none-match': answer.headers.get('etag')!, 'cache-control': 'max-age=0' },
    })
    expect(fresh.status).toBe(304)
    expect((await text('/files/big.bin')).length).toBe(300_000)
    expect((await fetch('/files/nothing')).status).toBe(404)
    expect(await text('/small')).toBe('small')
  })
})

overProtocols('multer', () => {
  it('reads uploads, where bodies are left to middleware', async () => {
    const multer = load('multer') as unknown as (options: object) => {
      single(name: string): MiddlewareFunction
    }
    const storage = (load('multer') as unknown as { memoryStorage(): object }).memoryStorage()
    const { fetch } = await served((app) =>
      app.use('/upload', multer({ storage, limits: { fileSize: 1_000_000 } }).single('file')),
    )
    const form = new FormData()
    form.set('title', 'report')
    form.set('file', new Blob(['x'.repeat(200_000)]), 'a.txt')
    const answer = await fetch('/upload', { method: 'POST', body: form })
    expect([answer.status, await answer.json()]).toEqual([
      201,
      { name: 'a.txt', size: 200_000, body: { title: 'report' } },
    ])
    form.set('file', new Blob(['x'.repeat(2_000_000)]), 'b.txt')
    expect((await fetch('/upload', { method: 'POST', body: form })).status).toBeGreaterThanOrEqual(400)
  })
})

overProtocols('cookie-parser', () => {
  const signed = 's%3Aada.' // the signature is wrong
  const use = (app: Application) => {
    const parser = load('cookie-parser')('secret')
    // no name and no source says what is inside
    app.use((request, response, next) => parser(request, response, next))
  }

  it('is found also inside another function, where cookies are left to it', async () => {
    const { json } = await served(use, { cookieParser: false })
    const headers = { cookie: `a=1; name=${signed}` }
    expect(await json('/cookies', { headers })).toEqual({ cookies: { a: '1' }, signed: { name: false } })
  })

  it('is not needed for cookies otherwise', async () => {
    const { json } = await served(() => undefined)
    expect(await json('/cookies', { headers: { cookie: 'a=1' } })).toEqual({
      cookies: { a: '1' },
      signed: {},
    })
    const without = await served(() => undefined, { cookieParser: false })
    expect(await without.json('/cookies', { headers: { cookie: 'a=1' } })).toEqual({ signed: {} })
  })
})

overProtocols('bodyParser: false', () => {
  it('leaves the body to middleware', async () => {
    const { post } = await served(
      (app) =>
        app.use(async (request, _response, next) => {
          const chunks: Uint8Array[] = []
          for await (const chunk of request) chunks.push(chunk)
          request.body = `read ${Buffer.concat(chunks).toString()}`
          next()
        }),
      { bodyParser: false },
    )
    expect(await (await post('/echo', { a: 1 })).json()).toEqual({ body: 'read {"a":1}' })
  })

  it('reads what useBodyParser names, and nothing else', async () => {
    const { post, fetch } = await served((app) => app.useBodyParser('json'), { bodyParser: false })
    expect(await (await post('/echo', { a: 1 })).json()).toEqual({ body: { a: 1 } })
    const form = await fetch('/echo', { method: 'POST', body: new URLSearchParams({ a: '1' }) })
    expect(form.status).toBe(415)
  })
})

overProtocols('request.app', () => {
  it('tells middleware what it asks Express for', async () => {
    const seen: unknown[] = []
    const { text } = await served(
      (app) => {
        app.set('strict routing', true)
        app.use((request, _response, next) => {
          const { app: asked } = request as unknown as {
            app: {
              get(name: string): unknown
              enabled(name: string): boolean
              locals: Record<string, unknown>
            }
          }
          const trusts = asked.get('trust proxy fn') as (address: string, hop: number) => boolean
          asked.locals['count'] = ((asked.locals['count'] as number | undefined) ?? 0) + 1
          seen.push(asked.get('trust proxy'), trusts('10.0.0.1', 0), trusts('1.2.3.4', 0), asked.get('env'))
          seen.push(
            asked.enabled('strict routing'),
            asked.get('etag'),
            asked.get('nothing'),
            asked.locals['count'],
          )
          next()
        })
      },
      { trustProxy: '10.0.0.0/8' },
    )
    await text('/small')
    expect(seen).toEqual(['10.0.0.0/8', true, false, process.env['NODE_ENV'], true, false, undefined, 1])
  })
})

overProtocols('a Vite dev server in middleware mode', () => {
  let folder = ''
  let vite: ViteDevServer
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'corbel-vite-'))
    await writeFile(
      join(folder, 'index.html'),
      '<title>dev</title><script type="module" src="/main.ts"></script>',
    )
    await writeFile(join(folder, 'main.ts'), 'const text: string = "typed"\nconsole.log(text)\n')
    await writeFile(join(folder, 'style.css'), 'a { color: red }')
    vite = await createVite({
      root: folder,
      configFile: false,
      logLevel: 'silent',
      // leaves what is no module to the application
      appType: 'custom',
      server: { middlewareMode: true, ws: false, hmr: false, watch: null },
      optimizeDeps: { noDiscovery: true },
    })
  })
  afterAll(async () => {
    await vite.close()
    await rm(folder, { recursive: true })
  })

  it('transforms modules, styles and the page, beside the routes of the application', async () => {
    const { fetch, text } = await served((app) => {
      app.use(vite.middlewares as unknown as MiddlewareFunction)
      app.getHttpAdapter().get('/', (request, response, next) => {
        readFile(join(folder, 'index.html'), 'utf8')
          .then((page) => vite.transformIndexHtml(request.url, page))
          .then((page) => response.type('html').send(page), next)
      })
    })
    expect(await text('/small')).toBe('small')
    const module = await fetch('/main.ts')
    expect(module.headers.get('content-type')).toContain('javascript')
    expect(await module.text()).toContain('const text = "typed"')
    expect(await text('/style.css', { headers: { accept: 'text/css' } })).toContain('color: red')
    const page = await fetch('/', { headers: { accept: 'text/html' } })
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('/@vite/client')])
    const etag = module.headers.get('etag')!
    const again = await fetch('/main.ts', {
      headers: { 'if-none-match': etag, 'cache-control': 'max-age=0' },
    })
    expect(again.status).toBe(304)
    expect((await fetch('/nothing.ts', { headers: { accept: '*/*' } })).status).toBe(404)
  })
})

overProtocols('supertest', () => {
  it('works on getHttpServer(), before and after it listens', async () => {
    const { app } = await served(() => undefined)
    const agent = supertest(app.getHttpServer<never>())
    await agent.get('/small').expect(200, 'small').expect('x-content-type-options', 'nosniff')
    await agent
      .post('/echo')
      .send({ a: 1 })
      .expect(201, { body: { a: 1 } })
    await agent.get('/nowhere').expect(404)
  })
})
