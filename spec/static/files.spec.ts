import { appendFile, rename, stat, symlink, unlink, writeFile } from 'node:fs/promises'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { Controller, Get, Module, Param, Post, StaticModule, type StaticOptions, UseGuards } from 'corbel'
import { createApp, type Application, type CreateAppOptions } from 'corbel'
import { fetchOverHttp2 } from '../support/http2-fetch.js'
import { currentProtocol, fetchOver, overProtocols } from '../support/protocols.js'
import { RawClient } from '../support/raw-http.js'
import { CHANGED, makeTree, type Tree } from './tree.js'
import { eventually } from '../support/eventually.js'

const SCRIPT = 'export const answer = 42\n'.repeat(100)
const BIG = Buffer.alloc(700_000, 'corbel ')
let tree: Tree
let outside: Tree
const apps: Application[] = []

beforeAll(async () => {
  outside = await makeTree({ 'secret.txt': 'TOP SECRET' })
  tree = await makeTree({
    'index.html': '<h1>home</h1>',
    'app.js': SCRIPT,
    'app.js.br': brotliCompressSync(SCRIPT),
    'app.js.gz': gzipSync(SCRIPT),
    'assets/index-BfG3aK2x.js': 'hashed',
    'assets/party-weekend.js': 'not hashed',
    'assets/style.3f2c91ab.css': 'a{}',
    'big.bin': BIG,
    'docs/index.html': 'docs',
    'docs/a b.txt': 'space',
    'docs/ünï.txt': 'unicode',
    'empty.txt': '',
    'naked/file.txt': 'x',
    '.env': 'PASSWORD=1',
    '.git/config': 'x',
    '.well-known/security.txt': 'Contact: a@example.org',
    'docs/.well-known/x.txt': 'x',
    'model.own': '{}',
    '100%25.txt': 'twice',
  })
  await tree.link('leak.txt', outside.path('secret.txt'))
  await tree.link('leak', outside.root)
  await tree.link('inner.txt', tree.path('docs/a b.txt'))
  await tree.link('shown.txt', tree.path('.env'))
})
afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())))
afterAll(() => Promise.all([tree.remove(), outside.remove()]))

@Controller('api')
class Api {
  @Get('items/:id') item(@Param('id') id: string) {
    return { id }
  }
  @Post('login') login() {
    return 'in'
  }
}

async function served(
  roots: (string | StaticOptions)[],
  options: CreateAppOptions = {},
  configure?: (app: Application) => unknown,
) {
  @Module({ imports: [StaticModule.forRoot(...roots)], controllers: [Api] })
  class AppModule {}
  // large files of which only the head is looked at hold nothing up at the end
  const shutdown = { deadline: 0 }
  const app = await createApp(AppModule, { logger: false, shutdownSignals: false, shutdown, ...options })
  apps.push(app)
  await configure?.(app)
  await app.listen(0, '127.0.0.1')
  const origin = await app.getUrl()
  return {
    app,
    // fetch adds `accept-encoding` and, with conditions, `cache-control` of its own unless it is told others
    get: (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      fetchOver(origin + path, {
        method,
        redirect: 'manual',
        headers: { 'accept-encoding': 'identity', 'cache-control': 'max-age=0', ...headers },
      }),
    /** Paths that no client library would send. */
    async raw(target: string) {
      if (currentProtocol() === 'HTTP/2') {
        const answer = await fetchOverHttp2(origin, { target, verbatim: true })
        const body = Buffer.from(await answer.arrayBuffer()).toString('latin1')
        return { status: answer.status, headers: Object.fromEntries(answer.headers), body }
      }
      const client = await RawClient.open(Number(new URL(origin).port))
      client.send(`GET ${target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`)
      const answer = await client.response()
      client.destroy()
      return answer
    },
  }
}
const only = (options: Partial<StaticOptions> = {}) => served([{ root: tree.root, ...options }])
const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

overProtocols('files', () => {
  it('are sent with what tells about them', async () => {
    const { get } = await only()
    for (const from of ['the disk', 'memory']) {
      const answer = await get('/docs/a%20b.txt')
      expect([from, answer.status, await answer.text()]).toEqual([from, 200, 'space'])
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'content-type': 'text/plain; charset=utf-8',
        'content-length': '5',
        'last-modified': CHANGED.toUTCString(),
        etag: `W/"5-${CHANGED.getTime().toString(16)}"`,
        'accept-ranges': 'bytes',
        'cache-control': 'public, max-age=0',
        'x-content-type-options': 'nosniff',
      })
    }
    expect(await (await get('/docs/%C3%BCn%C3%AF.txt')).text()).toBe('unicode')
    expect(await (await get('/100%2525.txt')).text()).toBe('twice')
    expect((await get('/100%25.txt')).status).toBe(404)
    expect(await (await get('/empty.txt')).text()).toBe('')
    expect((await get('/model.own')).headers.get('content-type')).toBe('application/octet-stream')
    expect((await get('/nothing.txt')).status).toBe(404)
  })

  it.each(['/app.js', '/big.bin'])('answer HEAD: %s', async (path) => {
    const { get } = await only()
    const [whole, head] = [await get(path), await get(path, {}, 'HEAD')]
    expect([head.status, await head.text()]).toEqual([200, ''])
    for (const name of ['content-length', 'etag', 'content-type', 'vary'])
      expect(head.headers.get(name)).toBe(whole.headers.get(name))
  })

  it.each(['POST', 'PUT', 'DELETE', 'PATCH'])('are not for %s', async (method) => {
    const { get } = await only()
    const answer = await get('/app.js', {}, method)
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    expect((await get('/nothing.js', {}, method)).status).toBe(404)
  })

  it('tell OPTIONS what they are for', async () => {
    const { get } = await only()
    const answer = await get('/app.js', {}, 'OPTIONS')
    expect([answer.status, answer.headers.get('allow')]).toEqual([204, 'GET, HEAD'])
  })

  it('are read piece by piece if they are large, also in parts', async () => {
    const { get } = await only()
    expect(Buffer.from(await (await get('/big.bin')).arrayBuffer()).equals(BIG)).toBe(true)
    const part = await get('/big.bin', { range: 'bytes=100000-299999' })
    expect([part.status, part.headers.get('content-range')]).toEqual([
      206,
      `bytes 100000-299999/${BIG.length}`,
    ])
    expect(Buffer.from(await part.arrayBuffer()).equals(BIG.subarray(100_000, 300_000))).toBe(true)
  })

  it.each(['/app.js', '/big.bin'])('have parts and conditions: %s', async (path) => {
    const { get } = await only({ etag: 'strong', headers: { 'x-a': 'b' } })
    const whole = await get(path)
    const [etag, size] = [whole.headers.get('etag')!, whole.headers.get('content-length')!]
    expect(etag).not.toContain('W/')
    const status = async (headers: Record<string, string>) => (await get(path, headers)).status
    expect(await status({ 'if-none-match': etag })).toBe(304)
    expect(await status({ 'if-modified-since': CHANGED.toUTCString() })).toBe(304)
    expect(await status({ 'if-match': '"other"' })).toBe(412)
    expect(await status({ range: 'bytes=0-1', 'if-range': etag })).toBe(206)
    expect(await status({ range: 'bytes=0-1', 'if-range': '"other"' })).toBe(200)
    const several = await get(path, { range: 'bytes=0-1,-1' })
    expect([several.status, several.headers.get('content-type')]).toEqual([
      206,
      expect.stringMatching(/^multipart\/byteranges; boundary=/),
    ])
    const beyond = await get(path, { range: `bytes=${size}-` })
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${size}`])
    for (const name of ['cache-control', 'etag', 'content-encoding'])
      expect(beyond.headers.has(name)).toBe(false)
    const fresh = await get(path, { 'if-none-match': etag })
    expect([fresh.headers.get('etag'), fresh.headers.get('x-a'), await fresh.text()]).toEqual([etag, 'b', ''])
  })

  it('are sent as they are now, not as they were', async () => {
    await tree.write('news.txt', 'old')
    const { get } = await only({ cache: { checkAfter: 0 } })
    expect(await (await get('/news.txt')).text()).toBe('old')
    // as long and as old as before: only the time of the change itself tells, which moves in steps of milliseconds
    const { ctimeMs: before } = await stat(tree.path('news.txt'))
    await eventually(async () => {
      await tree.write('news.txt', 'new')
      expect((await stat(tree.path('news.txt'))).ctimeMs).not.toBe(before)
    })
    expect(await (await get('/news.txt')).text()).toBe('new')
    await tree.write('news.txt.new', 'moved')
    await rename(tree.path('news.txt.new'), tree.path('news.txt'))
    expect(await (await get('/news.txt')).text()).toBe('moved')
    await unlink(tree.path('news.txt'))
    expect((await get('/news.txt')).status).toBe(404)
  })

  it('are found out to have changed also where they are large and looked at a short while ago', async () => {
    await tree.write('log.bin', BIG)
    const { get } = await only({ cache: { checkAfter: '1h' } })
    expect((await get('/log.bin')).headers.get('content-length')).toBe(String(BIG.length))
    await appendFile(tree.path('log.bin'), 'more')
    const answer = await get('/log.bin')
    expect(answer.headers.get('content-length')).toBe(String(BIG.length + 4))
    expect(
      Buffer.from(await answer.arrayBuffer())
        .subarray(-4)
        .toString(),
    ).toBe('more')
  })

  it('take no more memory than they may', async () => {
    for (let i = 0; i < 20; i += 1) await tree.write(`many/${i}.txt`, 'x'.repeat(10_000))
    const { get } = await only({ cache: { maxSize: '50kb' } })
    for (let round = 0; round < 2; round += 1)
      for (let i = 0; i < 20; i += 1) expect((await (await get(`/many/${i}.txt`)).text()).length).toBe(10_000)
    const without = await only({ cache: false })
    expect((await (await without.get('/many/1.txt')).text()).length).toBe(10_000)
  })
})

overProtocols('what caches may do', () => {
  const cacheControl = async (path: string, options: Partial<StaticOptions>) =>
    (await (await only(options)).get(path)).headers.get('cache-control')

  it.each<[string, Partial<StaticOptions>, string | null]>([
    ['/app.js', {}, 'public, max-age=0'],
    ['/app.js', { maxAge: '1h' }, 'public, max-age=3600'],
    ['/index.html', { maxAge: '1h' }, 'no-cache'],
    ['/app.js', { cacheControl: false }, null],
    ['/app.js', { cacheControl: 'private' }, 'private'],
    ['/app.js', { cacheControl: ({ path }) => (path === 'app.js' ? 'no-store' : undefined) }, 'no-store'],
    [
      '/big.bin',
      { cacheControl: ({ path }) => (path === 'app.js' ? 'no-store' : undefined) },
      'public, max-age=0',
    ],
    ['/assets/index-BfG3aK2x.js', { immutable: true }, 'public, max-age=31536000, immutable'],
    ['/assets/style.3f2c91ab.css', { immutable: true }, 'public, max-age=31536000, immutable'],
    ['/assets/party-weekend.js', { immutable: true }, 'public, max-age=0'],
    ['/assets/index-BfG3aK2x.js', {}, 'public, max-age=0'],
    ['/assets/party-weekend.js', { immutable: /^assets\// }, 'public, max-age=31536000, immutable'],
  ])('with %s and %j: %s', async (path, options, expected) => {
    expect(await cacheControl(path, options)).toBe(expected)
  })

  it('has tags that are strong where names change with the file, and none where that is said', async () => {
    const strong = await (await only({ immutable: true })).get('/assets/index-BfG3aK2x.js')
    expect(strong.headers.get('etag')).toMatch(/^"/)
    const bare = await (
      await only({ etag: false, lastModified: false, acceptRanges: false })
    ).get('/app.js', { range: 'bytes=0-1' })
    expect(bare.status).toBe(200)
    for (const name of ['etag', 'last-modified', 'accept-ranges']) expect(bare.headers.has(name)).toBe(false)
  })

  it('may have headers and types of the application', async () => {
    const { get } = await only({
      headers: ({ path }) => ({ 'x-path': path }),
      types: { own: 'model/x-own' },
    })
    const { headers } = await get('/model.own')
    expect([headers.get('x-path'), headers.get('content-type')]).toEqual(['model.own', 'model/x-own'])
  })
})

overProtocols('compressed siblings', () => {
  it.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['gzip;q=0.5, br;q=0', 'gzip'],
    ['identity', null],
    ['*', 'br'],
    ['', null],
  ])('are chosen by Accept-Encoding: %s', async (accepted, coding) => {
    const { app } = await only()
    for (const from of ['the disk', 'memory']) {
      const answer = await app.inject({ url: '/app.js', headers: { 'accept-encoding': accepted } })
      expect(answer.headers['content-encoding'] ?? null, from).toBe(coding)
      expect(answer.headers['vary']).toBe('Accept-Encoding')
      expect(answer.headers['content-type']).toBe('text/javascript; charset=utf-8')
    }
  })

  it('have tags of their own, give way to ranges, and are left alone where that is said', async () => {
    const { get } = await only()
    const [plain, br] = [await get('/app.js'), await get('/app.js', { 'accept-encoding': 'br' })]
    expect(await br.text()).toBe(SCRIPT)
    expect(br.headers.get('etag')).toMatch(/^W\/".*-br"$/)
    expect(plain.headers.get('etag')).not.toContain('-br')
    expect(
      (await get('/app.js', { 'accept-encoding': 'br', 'if-none-match': br.headers.get('etag')! })).status,
    ).toBe(304)
    const part = await get('/app.js', { 'accept-encoding': 'br', range: 'bytes=0-5' })
    expect([part.headers.get('content-encoding'), await part.text()]).toEqual([null, 'export'])
    const off = await (await only({ precompressed: false })).get('/app.js', { 'accept-encoding': 'br' })
    expect([off.headers.get('content-encoding'), off.headers.get('vary')]).toEqual([null, null])
    expect((await get('/empty.txt', { 'accept-encoding': 'br' })).headers.get('vary')).toBeNull()
  })
})

overProtocols('what is not to be seen', () => {
  it.each([
    '/../secret.txt',
    '/docs/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/docs/%2e%2e/index.html',
    '/docs%2findex.html',
    '/docs%2Findex.html',
    '/docs%5cindex.html',
    '/..%5c..%5csecret.txt',
    '/..\\secret.txt',
    '/app.js%00',
    '/app.js%00.html',
    '/C:/windows/win.ini',
    '/c%3a/windows',
    '//server/share',
    '///app.js',
    '//app.js',
    '/docs//index.html',
    '/./app.js',
    '/%c0%ae%c0%ae/secret.txt',
    '/%uff0e%uff0e/',
    '/app.js/',
    '/app%',
    '/%E0%A4%A',
    '/leak.txt',
    '/leak/secret.txt',
    '/shown.txt',
    '/.env',
    '/%2eenv',
    '/.git/config',
    '/docs/.well-known/x.txt',
    '/naked/',
    '/naked',
  ])('%s', async (target) => {
    for (const options of [{}, { prefix: '/files' }]) {
      const { raw } = await only(options)
      const { status, body } = await raw((options.prefix ?? '') + target)
      expect([400, 404]).toContain(status)
      expect(body).not.toMatch(/TOP SECRET|PASSWORD|<h1>|export/)
    }
  })

  it('is no path of any kind, whatever it is made of', async () => {
    const { raw } = await only()
    const pieces = ['..', '%2e', '/', '%2f', '\\', '%5c', '.', '%00', 'leak', 'secret.txt', '.env', 'docs']
    for (let i = 0; i < 300; i += 1) {
      const target = Array.from(
        { length: 1 + (i % 5) },
        (_, j) => pieces[(i * 7 + j * 5 + ((i / 12) | 0)) % pieces.length],
      ).join('')
      const { body } = await raw(`/${target}`)
      expect(body, target).not.toMatch(/TOP SECRET|PASSWORD/)
    }
  })

  it('may be refused aloud, or shown after all', async () => {
    expect((await (await only({ dotfiles: 'deny' })).get('/.env')).status).toBe(403)
    expect(await (await (await only({ dotfiles: 'allow' })).get('/.env')).text()).toBe('PASSWORD=1')
    expect(await (await (await only({ followSymlinks: true })).get('/leak.txt')).text()).toBe('TOP SECRET')
  })

  it('leaves links within the folder, and what is known by .well-known', async () => {
    const { get } = await only()
    expect(await (await get('/inner.txt')).text()).toBe('space')
    expect((await get('/.well-known/security.txt')).status).toBe(200)
  })

  it('is noticed where a link comes to lead out later', async () => {
    await tree.link('current.txt', tree.path('app.js'))
    const { get } = await only({ cache: { checkAfter: 0 } })
    expect((await get('/current.txt')).status).toBe(200)
    await unlink(tree.path('current.txt'))
    await symlink(outside.path('secret.txt'), tree.path('current.txt'))
    expect((await get('/current.txt')).status).toBe(404)
    await unlink(tree.path('current.txt'))
  })
})

overProtocols('folders', () => {
  it('have an index, behind a redirect to the path with the slash', async () => {
    const { get } = await only()
    expect(await (await get('/')).text()).toBe('<h1>home</h1>')
    expect(await (await get('/docs/')).text()).toBe('docs')
    const redirect = await get('/docs?a=b')
    expect([redirect.status, redirect.headers.get('location')]).toEqual([301, '/docs/?a=b'])
    const off = await only({ index: false })
    expect([(await off.get('/')).status, (await off.get('/docs')).status]).toEqual([404, 404])
    expect((await (await only({ redirect: false })).get('/docs')).status).toBe(404)
    expect(await (await (await only({ index: 'app.js' })).get('/')).text()).toBe(SCRIPT)
  })

  it.each(['//example.org/%2e%2e', '//docs', '/\\docs', '//example.org/docs'])(
    'lead to no other host: %s',
    async (target) => {
      const { raw } = await only()
      const { status, headers } = await raw(target)
      expect([400, 404]).toContain(status)
      expect(headers['location']).toBeUndefined()
    },
  )

  it('are several, each below its prefix; the longest is asked first', async () => {
    const { get } = await served([
      { root: tree.root },
      { root: tree.path('docs'), prefix: 'handbook/' },
      { root: outside.root, prefix: '/handbook/more' },
      { root: outside.root },
    ])
    const text = async (path: string) => (await get(path)).text()
    expect(await text('/handbook/')).toBe('docs')
    expect((await get('/handbook')).headers.get('location')).toBe('/handbook/')
    expect(await text('/handbook/more/secret.txt')).toBe('TOP SECRET')
    expect(await text('/secret.txt')).toBe('TOP SECRET')
    expect(await text('/app.js')).toBe(SCRIPT)
    expect((await get('/handbookmore/secret.txt')).status).toBe(404)
  })
})

overProtocols('a single-page application', () => {
  // fetch says of itself that it is no navigation
  const spa = async () => {
    const { app } = await only({ spa: true, exclude: ['/api/*rest'] })
    return (url: string, headers: Record<string, string> = {}, method = 'GET') =>
      app.inject({ url, headers, method })
  }

  it('gets its page for navigations to paths without a file', async () => {
    const get = await spa()
    for (const path of ['/users/7', '/users/', '/naked']) {
      const answer = await get(path, HTML)
      expect([answer.status, answer.body]).toEqual([200, '<h1>home</h1>'])
      expect(answer.headers['vary']).toContain('Accept')
      expect(answer.headers['cache-control']).toBe('no-cache')
    }
    expect((await get('/users/7', HTML, 'HEAD')).status).toBe(200)
    // the form is sent to a route, its page is one of the application's
    expect((await get('/api/login', {}, 'POST')).status).toBe(201)
  })

  it.each<[string, string, Record<string, string>, string?]>([
    ['a file that is missing', '/missing.js', HTML],
    ['a script that asks', '/users/7', { accept: '*/*' }],
    ['a client that asks for JSON', '/users/7', { accept: 'application/json' }],
    ['HTML that is refused', '/users/7', { accept: 'text/html;q=0, */*' }],
    ['a request of a page', '/users/7', { ...HTML, 'sec-fetch-mode': 'cors' }],
    ['what is excluded', '/api/unknown', HTML],
    ['a hidden file', '/.env', HTML],
    ['another method', '/users/7', HTML, 'DELETE'],
  ])('does not get it for %s', async (_name, path, headers, method) => {
    const get = await spa()
    expect((await get(path, headers, method)).status).toBe(404)
  })
})

overProtocols('among routes and middleware', () => {
  it('files come after routes, and after middleware, whose headers stay', async () => {
    const seen: string[] = []
    const { get } = await served([tree.root], { cors: { origin: 'https://a.example' } }, (app) =>
      app.use((request, response, next) => {
        seen.push(request.url)
        response.setHeader('cache-control', 'private')
        response.on('finish', () => seen.push(String(response.statusCode)))
        next()
      }),
    )
    const noted = (...expected: string[]) => eventually(() => expect(seen).toEqual(expected))
    expect(await (await get('/api/items/7')).json()).toEqual({ id: '7' })
    await noted('/api/items/7', '200')
    const answer = await get('/app.js')
    expect(answer.headers.get('cache-control')).toBe('private')
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://a.example')
    await noted('/api/items/7', '200', '/app.js', '200')
    expect(answer.headers.get('vary')).toBe('Origin, Accept-Encoding')
    expect((await get('/api/login')).status).toBe(405)
    await noted('/api/items/7', '200', '/app.js', '200', '/api/login', '405')
  })

  it('guards are for routes only, and the global prefix too', async () => {
    @UseGuards({ canActivate: () => false })
    @Controller()
    class Closed {
      @Get('closed') closed() {}
    }
    @Module({ imports: [StaticModule.forRoot(tree.root)], controllers: [Closed] })
    class AppModule {}
    const app = await createApp(AppModule, { logger: false })
    app.useGlobalGuards({ canActivate: () => false })
    app.setGlobalPrefix('v1')
    expect((await app.inject('/v1/closed')).status).toBe(403)
    expect((await app.inject('/app.js')).body).toBe(SCRIPT)
    await app.close()
  })

  it('may be told about when the application starts', async () => {
    @Module({
      imports: [StaticModule.forRootAsync({ useFactory: async () => [{ root: tree.root, prefix: '/x' }] })],
    })
    class AppModule {}
    const app = await createApp(AppModule, { logger: false })
    expect((await app.inject('/x/docs/')).body).toBe('docs')
    await app.close()
  })
})

describe('options that cannot be right', () => {
  it('are told at boot', async () => {
    const boot = (options: StaticOptions) => served([options])
    await expect(boot({ root: tree.path('nowhere') })).rejects.toMatchObject({ code: 'CORBEL_STATIC_ROOT' })
    await expect(boot({ root: tree.path('app.js') })).rejects.toMatchObject({ code: 'CORBEL_STATIC_ROOT' })
    for (const wrong of [
      { root: '' },
      { prefix: '/a/:b' },
      { prefix: '//a' },
      { index: '../x' },
      { spa: '/x.html' },
      { dotfiles: 'no' as never },
    ])
      await expect(boot({ root: tree.root, ...wrong })).rejects.toMatchObject({
        code: 'CORBEL_STATIC_OPTIONS',
      })
  })
})

it('survives a file that vanishes between the look at it and its opening', async () => {
  await writeFile(tree.path('gone.bin'), BIG)
  const { get } = await only({ cache: { checkAfter: '1h' } })
  expect((await get('/gone.bin')).status).toBe(200)
  await unlink(tree.path('gone.bin'))
  expect((await get('/gone.bin')).status).toBe(404)
})
