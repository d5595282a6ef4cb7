import { Controller, Get, Module, Post, Req, type HttpRequest } from 'corbel'
import { pipeline } from 'node:stream/promises'
import { PassThrough } from 'node:stream'
import supertest from 'supertest'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

/** What a handler makes of a request. */
async function asked(
  read: (request: HttpRequest) => unknown,
  headers: Record<string, string> = {},
  path = '/',
) {
  @Controller()
  class Reads {
    @Get('*path') read(@Req() request: HttpRequest) {
      return { value: read(request) }
    }
  }
  @Module({ controllers: [Reads] })
  class AppModule {}
  const { json } = await serve(AppModule)
  return (await json(path, { headers })).value
}

/** What middleware in front of everything makes of a body. */
async function read(take: (request: HttpRequest) => Promise<unknown>, body: string) {
  @Controller()
  class Unreached {
    @Post() never() {
      return 'never'
    }
  }
  @Module({ controllers: [Unreached] })
  class AppModule {}
  const { fetch } = await serve(AppModule, {}, (app) =>
    app.use((request, response, next) => {
      take(request).then((taken) => response.json(taken), next)
    }),
  )
  return (await fetch('/', { method: 'POST', body })).json()
}

overProtocols('negotiation', () => {
  it.each<[string, unknown, string, unknown]>([
    ['the order of the client', ['json', 'html'], 'text/html, application/json', 'html'],
    ['quality', ['json', 'html'], 'text/html;q=0.5, application/json', 'json'],
    ['the most exact first', ['text/plain', 'text/html'], 'text/*, text/html', 'text/html'],
    ['refusal by zero', ['html', 'json'], '*/*, text/html;q=0', 'json'],
    ['types in full', ['application/json'], 'application/*', 'application/json'],
    ['nothing', ['png'], 'text/html', false],
    ['broken quality', ['html'], 'text/html;q=x', false],
    ['parameters', ['text/html;level=1'], 'text/html;level=1', 'text/html;level=1'],
  ])('by type: %s', async (_name, offers, header, best) => {
    expect(await asked((request) => request.accepts(offers as string[]), { accept: header })).toBe(best)
  })

  it('gives the client’s list where nothing is offered', async () => {
    const headers = {
      accept: 'a/b;q=0.1, c/d',
      'accept-language': 'de, en;q=0.5',
      'accept-encoding': 'gzip;q=0, br',
    }
    const lists = (request: HttpRequest) => [
      request.accepts(),
      request.acceptsLanguages(),
      request.acceptsEncodings(),
      request.acceptsCharsets(),
    ]
    expect(await asked(lists, headers)).toEqual([
      ['c/d', 'a/b;q=0.1'.split(';')[0]],
      ['de', 'en'],
      ['br'],
      ['*'],
    ])
  })

  it('knows languages, encodings and charsets', async () => {
    const headers = {
      'accept-language': 'de-AT, en;q=0.8',
      'accept-encoding': 'br, gzip;q=0.5',
      'accept-charset': 'utf-8',
    }
    const best = (request: HttpRequest) => [
      request.acceptsLanguages('fr', 'en-GB'),
      request.acceptsLanguages('en', 'de'),
      request.acceptsEncodings('gzip', 'br'),
      request.acceptsEncodings('identity'),
      request.acceptsCharsets('latin1', 'utf-8'),
    ]
    expect(await asked(best, headers)).toEqual(['en-GB', 'de', 'br', 'identity', 'utf-8'])
  })

  it('compares content types', async () => {
    const types = (request: HttpRequest) => [
      request.is('json'),
      request.is('application/*'),
      request.is('+json'),
      request.is(['html', 'json']),
      request.is('html', 'text/*'),
    ]
    expect(await asked(types, { 'content-type': 'application/vnd.api+json; v=1' })).toEqual([
      ...Array.from({ length: 4 }, () => 'application/vnd.api+json'),
      false,
    ])
  })
})

overProtocols('what a request says of itself', (protocol) => {
  it('is there under the names that handlers know', async () => {
    const facts = (request: HttpRequest) => ({
      xhr: request.xhr,
      subdomains: request.subdomains,
      hostname: request.hostname,
      protocol: [request.protocol, request.secure],
      path: [request.path, request.url, request.originalUrl, request.baseUrl],
      ip: [request.ip, request.ips],
      referrer: [request.get('Referrer'), request.header('referer')],
      version: [request.httpVersion, request.httpVersionMajor, request.httpVersionMinor],
      socket: [request.socket === request.connection, request.socket.remoteAddress, request.socket.encrypted],
      raw: request.rawHeaders.includes('x-requested-with'),
      route: request.route?.path,
    })
    const headers = { 'x-requested-with': 'XMLHttpRequest', referer: 'http://r/' }
    expect(await asked(facts, headers, '/a/b?c=1')).toEqual({
      xhr: true,
      subdomains: [],
      hostname: '127.0.0.1',
      protocol: ['http', false],
      path: ['/a/b', '/a/b?c=1', '/a/b?c=1', ''],
      ip: ['127.0.0.1', []],
      referrer: ['http://r/', 'http://r/'],
      version: protocol === 'HTTP/2' ? ['2.0', 2, 0] : ['1.1', 1, 1],
      socket: [true, '127.0.0.1', false],
      raw: true,
      route: '/*path',
    })
  })

  it('is fresh by the tag or the date that the response has', async () => {
    @Controller()
    class Tagged {
      @Get() read(@Req() { res }: HttpRequest) {
        res!.setHeader('etag', '"a"').setHeader('last-modified', 'Thu, 01 Jan 2026 00:00:00 GMT')
        return [res!.req!.fresh, res!.req!.stale]
      }
    }
    @Module({ controllers: [Tagged] })
    class AppModule {}
    const { app } = await serve(AppModule)
    // fetch would add Cache-Control: no-cache
    const fresh = async (headers: Record<string, string>) =>
      (
        await supertest(app.getHttpServer() as never)
          .get('/')
          .set(headers)
      ).body
    expect(await fresh({})).toEqual([false, true])
    expect(await fresh({ 'if-none-match': '"b", W/"a"' })).toEqual([true, false])
    expect(await fresh({ 'if-none-match': '"b"' })).toEqual([false, true])
    expect(await fresh({ 'if-modified-since': 'Fri, 02 Jan 2026 00:00:00 GMT' })).toEqual([true, false])
    expect(await fresh({ 'if-none-match': '*', 'cache-control': 'no-cache' })).toEqual([false, true])
  })

  it('reads ranges', async () => {
    const range = (request: HttpRequest) => request.range(10) ?? 'none'
    expect(await asked(range)).toBe('none')
    expect(await asked(range, { range: 'bytes=0-4, -2' })).toEqual([
      { start: 0, end: 4 },
      { start: 8, end: 9 },
    ])
    expect(await asked(range, { range: 'bytes=20-' })).toBe(-1)
    expect(await asked(range, { range: 'bytes=4-1' })).toBe(-2)
  })
})

overProtocols('a request as a stream', () => {
  it('gives text in an encoding, and can be paused', async () => {
    const text = await read(
      (request) =>
        new Promise((resolve) => {
          let all = ''
          request
            .setEncoding('utf8')
            .on('data', (chunk: string) => (all += chunk))
            .on('end', () => resolve(all))
          request.pause()
          setImmediate(() => {
            all += request.isPaused() ? '> ' : ''
            request.resume()
          })
        }),
      'grüße',
    )
    expect(text).toBe('> grüße')
  })

  it('can be read when it is readable', async () => {
    const text = await read(
      (request) =>
        new Promise((resolve) => {
          const chunks: Uint8Array[] = []
          request.on('readable', () => {
            for (let chunk = request.read(); chunk !== null; chunk = request.read())
              chunks.push(chunk as Uint8Array)
          })
          request.on('end', () => resolve(Buffer.concat(chunks).toString()))
        }),
      'by hand',
    )
    expect(text).toBe('by hand')
  })

  it('can be the source of a pipeline, iterated, and thrown away', async () => {
    const piped = await read(async (request) => {
      const target = new PassThrough()
      await pipeline(request as never, target)
      return String(target.read())
    }, 'piped')
    expect(piped).toBe('piped')
    const iterated = await read(async (request) => {
      let length = 0
      for await (const chunk of request) length += chunk.length
      return [length, request.complete]
    }, 'iterated')
    expect(iterated).toEqual([8, true])
    const thrown = await read(
      (request) => new Promise((resolve) => request.resume().on('end', () => resolve('gone'))),
      'x',
    )
    expect(thrown).toBe('gone')
  })

  it('tells whether there is anything left to read', async () => {
    const states = await read(async (request) => {
      const before = [request.readable, request.complete]
      let length = 0
      for await (const chunk of request) length += chunk.length
      return [before, length, [request.readable, request.complete]]
    }, 'x')
    expect(states).toEqual([[true, false], 1, [false, true]])
  })
})
