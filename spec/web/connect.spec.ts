import { Readable, Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { createGzip, gunzipSync, type Gzip } from 'node:zlib'
import {
  Body,
  Controller,
  Get,
  HttpCode,
  HttpException,
  Module,
  NotFoundException,
  Post,
  Req,
  Res,
  Sse,
  type HttpRequest,
  type HttpResponse,
  type NextFunction,
} from 'corbel'
import { of } from 'rxjs'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'
import { eventually } from '../support/eventually.js'

@Controller()
class Answers {
  @Get('value')
  value() {
    return { a: 1 }
  }

  @Get('text')
  text() {
    return 'x'.repeat(5000)
  }

  @Get('by-hand')
  byHand(@Res() response: HttpResponse) {
    response.write('one ')
    response.end('two')
  }

  @Get('iterable')
  async *iterable() {
    yield 'one '
    yield 'two'
  }

  @Sse('events')
  events() {
    return of('one', 'two')
  }

  @Get('missing')
  missing() {
    throw new NotFoundException('Not here.')
  }

  @Post('echo')
  echo(@Body() body: unknown) {
    return { body }
  }
}

@Module({ controllers: [Answers] })
class App {}

/** What session middleware does: it sets a header late, and holds the end back until its store is done. */
function saveAtTheEnd(_request: HttpRequest, response: HttpResponse, next: NextFunction): void {
  const { end, writeHead } = response
  response.writeHead = function (...args: Parameters<typeof writeHead>) {
    response.setHeader('x-saved', 'yes')
    return writeHead.apply(response, args)
  }
  response.end = function (...args: Parameters<typeof end>) {
    if (response._header === undefined) response._implicitHeader()
    setTimeout(() => end.apply(response, args), 5)
    return response
  }
  next()
}

/** What compression middleware does: it leads the body through a stream of its own. */
function compress(_request: HttpRequest, response: HttpResponse, next: NextFunction): void {
  const { end, write, on } = response
  let gzip: Gzip | undefined
  const begin = (): Gzip => {
    if (gzip !== undefined) return gzip
    response.removeHeader('content-length')
    response.setHeader('content-encoding', 'gzip')
    gzip = createGzip()
    gzip.on('data', (chunk: Uint8Array) => write.call(response, chunk))
    gzip.on('end', () => end.call(response))
    return gzip
  }
  response.write = (chunk) => begin().write(chunk)
  response.end = (chunk) => {
    begin().end(chunk)
    return response
  }
  response.on = (event, listener) => {
    if (event === 'drain') begin().on('drain', listener)
    else on.call(response, event, listener)
    return response
  }
  next()
}

overProtocols('middleware that replaces methods of the response', () => {
  const paths = ['/value', '/text', '/by-hand', '/iterable', '/events', '/missing', '/nowhere']

  it.each(paths)('has its late header and its delayed end in the answer to %s', async (path) => {
    const plain = await serve(App)
    const changed = await serve(App, {}, (app) => app.use(saveAtTheEnd))
    const expected = await plain.fetch(path)
    const answer = await changed.fetch(path)
    expect(answer.status).toBe(expected.status)
    expect(answer.headers.get('x-saved')).toBe('yes')
    expect(answer.headers.get('content-type')).toBe(expected.headers.get('content-type'))
    expect(await answer.text()).toBe(await expected.text())
  })

  it.each(paths)('may compress the answer to %s', async (path) => {
    const plain = await serve(App)
    const changed = await serve(App, {}, (app) => app.use(compress))
    const { rawPayload, headers } = await changed.app.inject(path)
    expect(headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(rawPayload).toString()).toBe((await plain.app.inject(path)).body)
  })
})

overProtocols('middleware that watches answers', () => {
  const watched = async (path: string, name: 'send' | 'json') => {
    const seen: unknown[] = []
    const { fetch } = await serve(App, {}, (app) =>
      app.use((_request, response, next) => {
        const answer = response[name].bind(response)
        response[name] = (body?: unknown) => {
          seen.push(body)
          return answer(typeof body === 'string' ? body : { seen: body })
        }
        next()
      }),
    )
    const answer = await fetch(path)
    return { seen, type: answer.headers.get('content-type'), body: await answer.text() }
  }

  it('sees and changes what handlers return through json()', async () => {
    const type = 'application/json; charset=utf-8'
    expect(await watched('/value', 'json')).toEqual({ seen: [{ a: 1 }], type, body: '{"seen":{"a":1}}' })
    expect((await watched('/text', 'json')).seen).toEqual([])
  })

  it('sees what is sent through send(): text as it is, the rest as JSON', async () => {
    const type = 'application/json; charset=utf-8'
    expect(await watched('/value', 'send')).toEqual({ seen: ['{"a":1}'], type, body: '{"a":1}' })
    expect(await watched('/text', 'send')).toMatchObject({ seen: ['x'.repeat(5000)], body: 'x'.repeat(5000) })
  })

  it.each([
    ['/value', '7'],
    ['/by-hand', undefined],
    ['/iterable', undefined],
    ['/missing', expect.any(String)],
  ])('learns the length of %s at the end, where it is known: %s', async (path, length) => {
    let seen: unknown
    const { fetch } = await serve(App, {}, (app) =>
      app.use((_request, response, next) => {
        expect(response.get('content-length')).toBeUndefined()
        response.on('finish', () => (seen = [response.statusCode, response.get('Content-Length')]))
        next()
      }),
    )
    const answer = await fetch(path)
    expect(answer.headers.get('content-length')).toEqual(length ?? null)
    await eventually(() => expect(seen).toEqual([answer.status, length]))
  })
})

overProtocols('a response', () => {
  const answering = (answer: (response: HttpResponse, request: HttpRequest) => unknown) => {
    @Controller()
    class Custom {
      @Get()
      get(@Res() response: HttpResponse, @Req() request: HttpRequest) {
        answer(response, request)
      }
    }
    @Module({ controllers: [Custom] })
    class CustomApp {}
    return serve(CustomApp)
  }

  it('takes what a stream pipes into it', async () => {
    const { text } = await answering((response) => Readable.from(['a', 'b', 'c']).pipe(response as never))
    expect(await text('/')).toBe('abc')
  })

  it('holds a fast stream back, and takes all of it', async () => {
    const chunks = Array.from({ length: 300 }, (_, index) => Buffer.alloc(64 * 1024, index % 256))
    const { fetch } = await answering((response) => Readable.from(chunks).pipe(response as never))
    const body = Buffer.from(await (await fetch('/')).arrayBuffer())
    expect(body.equals(Buffer.concat(chunks))).toBe(true)
  })

  it('tells finish and close once, in this order, and forgets listeners that are removed', async () => {
    const told: string[] = []
    const { text } = await answering((response) => {
      const removed = () => told.push('removed')
      response.on('finish', removed).once('finish', () => told.push('finish'))
      response.removeListener('finish', removed)
      response.on('close', () => told.push('close'))
      response.end('x')
    })
    await text('/')
    await eventually(() => expect(told).toEqual(['finish', 'close']))
  })

  it('takes text in the encoding that it is given', async () => {
    const { text } = await answering((response) => {
      response.write('aGVs', 'base64')
      response.end('bG8=', 'base64')
    })
    expect(await text('/')).toBe('hello')
  })
})

overProtocols('a middleware that waits for the end of the response', () => {
  it.each([
    ['GET', '/gone', 410],
    ['GET', '/nothing', 404],
    ['DELETE', '/gone', 405],
    ['OPTIONS', '/gone', 204],
    ['POST', '/gone', 204],
  ])('reads the status that was sent: %s %s %i', async (method, path, status) => {
    @Controller('gone')
    class Gone {
      @Get() read() {
        throw new HttpException('gone', 410)
      }
      @Post() @HttpCode(204) add() {}
    }
    @Module({ controllers: [Gone] })
    class AppModule {}
    const { fetch, app } = await serve(AppModule, {}, (one) =>
      one.use((_request: HttpRequest, response: HttpResponse, next: NextFunction) => {
        response.on('finish', () => seen.push(response.statusCode))
        next()
      }),
    )
    const seen: number[] = []
    expect((await fetch(path, { method })).status).toBe(status)
    await app.close()
    await eventually(() => expect(seen).toEqual([status]))
  })
})

overProtocols('a request', () => {
  it('gives its body to middleware that reads it by itself', async () => {
    const { post } = await serve(App, {}, (app) =>
      app.use((request, _response, next) => {
        const chunks: Uint8Array[] = []
        request.on('data', (chunk: Uint8Array) => chunks.push(chunk))
        request.on('end', () => {
          request.body = { read: Buffer.concat(chunks).toString() }
          next()
        })
      }),
    )
    expect(await (await post('/echo', { a: 1 })).json()).toEqual({ body: { read: '{"a":1}' } })
  })

  it('can be piped', async () => {
    let seen = ''
    const { post } = await serve(App, {}, (app) =>
      app.use(async (request, _response, next) => {
        const target = new Writable({
          highWaterMark: 1,
          write(chunk: Uint8Array, _encoding, done) {
            seen += Buffer.from(chunk).toString()
            setImmediate(done)
          },
        })
        await finished(request.pipe(target))
        next()
      }),
    )
    await post('/echo', { a: 'b'.repeat(100_000) })
    expect(seen).toBe(JSON.stringify({ a: 'b'.repeat(100_000) }))
  })

  it('goes to the route of the method that a middleware has set', async () => {
    const { fetch } = await serve(App, {}, (app) =>
      app.use((request, _response, next) => {
        request.method = 'GET'
        next()
      }),
    )
    expect((await fetch('/value', { method: 'POST' })).status).toBe(200)
  })
})
