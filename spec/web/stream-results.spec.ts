import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect } from 'node:http2'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import {
  Controller,
  EarlyHints,
  Get,
  Header,
  Module,
  Post,
  Req,
  Res,
  StreamAs,
  UseGuards,
  type Class,
  type HttpRequest,
  type WebResponse,
} from 'corbel'
import { of, Subject, throwError, concat } from 'rxjs'
import { overProtocols } from '../support/protocols.js'
import { fc, SEED } from '../support/properties.js'
import { eventually } from '../support/eventually.js'
import { RawClient } from '../support/raw-http.js'
import { standstill } from '../support/standstill.js'
import { serve } from './serve.js'

const routes = (controller: Class, errors: unknown[] = []) => {
  @Module({ controllers: [controller] })
  class AppModule {}
  const ignore = () => undefined
  return serve(AppModule, {
    logger: { log: ignore, warn: ignore, error: (error: unknown) => errors.push(error) },
  })
}

async function* values() {
  yield { id: 1 }
  yield 'two'
  yield null
  yield undefined
  yield [4]
}

overProtocols('@StreamAs', () => {
  @Controller()
  class Streams {
    @Get('json') @StreamAs('json') json() {
      return values()
    }
    @Get('ndjson') @StreamAs('ndjson') ndjson() {
      return values()
    }
    @Get('empty') @StreamAs('json') async *empty() {
      // none
    }
    @Get('observable') @StreamAs('json') observable() {
      return of(1, 2, 3)
    }
    @Get('array') @StreamAs('ndjson') array() {
      return [1, 2]
    }
    @Get('node') @StreamAs('json') node() {
      return Readable.from([{ a: 1 }, { a: 2 }])
    }
    @Get('web') @StreamAs('ndjson') web() {
      return new ReadableStream({
        start(controller) {
          controller.enqueue({ a: 1 })
          controller.close()
        },
      })
    }
    @Get('bytes') @StreamAs('json') async *bytes() {
      yield Buffer.from('written ')
      yield Buffer.from('already')
    }
    @Get('typed') @StreamAs('json') @Header('content-type', 'application/geo+json') typed() {
      return values()
    }
    @Get('one') @StreamAs('json') one() {
      return { a: 1 }
    }
    @Get('early') @StreamAs('json') early() {
      return throwError(() => new Error('first'))
    }
    @Get('late') @StreamAs('json') late() {
      return concat(
        of(1),
        throwError(() => new Error('later')),
      )
    }
  }

  it.each([
    ['json', 'application/json; charset=utf-8', '[{"id":1},"two",null,null,[4]]'],
    ['ndjson', 'application/x-ndjson', '{"id":1}\n"two"\nnull\nnull\n[4]\n'],
    ['empty', 'application/json; charset=utf-8', '[]'],
    ['observable', 'application/json; charset=utf-8', '[1,2,3]'],
    ['array', 'application/x-ndjson', '1\n2\n'],
    ['node', 'application/json; charset=utf-8', '[{"a":1},{"a":2}]'],
    ['web', 'application/x-ndjson', '{"a":1}\n'],
    ['bytes', 'application/octet-stream', 'written already'],
    ['typed', 'application/geo+json', '[{"id":1},"two",null,null,[4]]'],
    ['one', 'application/json; charset=utf-8', '{"a":1}'],
  ])('sends %s', async (path, type, body) => {
    const { fetch } = await routes(Streams)
    const answer = await fetch(`/${path}`)
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      200,
      type,
      body,
    ])
  })

  it('answers an error before the first value, and cuts off at one after it', async () => {
    const errors: unknown[] = []
    const { fetch } = await routes(Streams, errors)
    expect((await fetch('/early')).status).toBe(500)
    const late = await fetch('/late')
    expect(late.status).toBe(200)
    await expect(late.text()).rejects.toThrow()
    expect(errors.map((error) => (error as Error).message)).toEqual(['first', 'later'])
  })

  it('sends each value when it comes', async () => {
    const ticks = new Subject<string>()
    @Controller()
    class Ticks {
      @Get() @StreamAs('json') all() {
        return ticks
      }
    }
    const { url } = await routes(Ticks)
    const client = await RawClient.open(Number(new URL(url).port))
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await expect.poll(() => ticks.observed).toBe(true)
    ticks.next('first')
    await client.until(({ received }) => received.includes('"first"'))
    ticks.next('second')
    await client.until(({ received }) => received.includes('"second"'))
    client.socket.destroy()
    await expect.poll(() => ticks.observed).toBe(false)
  })

  it('asks an iterable for no more than a slow client takes, and ends it when the client is gone', async () => {
    let made = 0
    let closed = false
    @Controller()
    class Fast {
      @Get() @StreamAs('ndjson') async *all() {
        try {
          for (; made < 3_000; made++) yield { text: 'x'.repeat(100_000) }
        } finally {
          closed = true
        }
      }
    }
    const { url } = await routes(Fast)
    const client = await RawClient.open(Number(new URL(url).port))
    client.socket.pause()
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await expect.poll(() => made).toBeGreaterThan(1)
    // kernels hold some ten megabytes
    expect(await standstill(() => made)).toBeLessThan(2_000)
    client.socket.destroy()
    await expect.poll(() => closed).toBe(true)
  })

  it('reads nothing more for HEAD', async () => {
    let made = 0
    let closed = false
    @Controller()
    class Counted {
      @Get() @StreamAs('json') async *all() {
        try {
          for (; made < 100; made++) yield made
        } finally {
          closed = true
        }
      }
    }
    const { fetch } = await routes(Counted)
    const answer = await fetch('/', { method: 'HEAD' })
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    await eventually(() => expect(closed).toBe(true))
    expect(made).toBe(0)
  })

  it('of another form is a boot error', async () => {
    @Controller()
    class Wrong {
      @Get() @StreamAs('csv' as 'json') all() {
        return values()
      }
    }
    await expect(routes(Wrong)).rejects.toThrow("'csv' is neither 'json' nor 'ndjson'")
  })
})

overProtocols('a Fetch Response', () => {
  let upstream: Server
  let address = ''
  beforeAll(async () => {
    upstream = createServer((_, response) => {
      const body = gzipSync('from elsewhere')
      response.writeHead(203, {
        'content-encoding': 'gzip',
        'content-length': body.length,
        'content-type': 'text/plain',
        'keep-alive': 'timeout=9',
        vary: 'Cookie',
      })
      response.end(body)
    })
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
    address = `http://127.0.0.1:${(upstream.address() as { port: number }).port}`
  })
  afterAll(() => upstream.close())

  it('that was fetched from elsewhere is passed on as it is understood: decoded, without headers of its connection', async () => {
    @Controller()
    class Gateway {
      @Get() pass(@Res({ passthrough: true }) response: WebResponse) {
        response.vary('Origin')
        return fetch(address)
      }
    }
    const { url } = await routes(Gateway)
    const client = await RawClient.open(Number(new URL(url).port))
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    const { status, headers, body } = await client.response()
    expect([status, body, headers['content-encoding'], headers['keep-alive'], headers['vary']]).toEqual([
      203,
      'from elsewhere',
      undefined,
      undefined,
      'Origin, Cookie',
    ])
    client.socket.destroy()
  })

  it('that cannot be sent is an error, not half an answer', async () => {
    const errors: unknown[] = []
    @Controller()
    class Unusable {
      @Get('error') error() {
        return Response.error()
      }
      @Get('used') async used() {
        const response = new Response('once')
        await response.text()
        return response
      }
      @Get('locked') locked() {
        const response = new Response('once')
        response.body!.getReader()
        return response
      }
    }
    const { fetch: ask } = await routes(Unusable, errors)
    for (const path of ['/error', '/used', '/locked']) expect((await ask(path)).status).toBe(500)
    expect(errors).toEqual(
      Array.from({ length: 3 }, () => expect.objectContaining({ code: 'CORBEL_FETCH_RESPONSE' })),
    )
  })

  it('with a stream is read as fast as the client takes it, and cancelled when it is gone or asked for by HEAD', async () => {
    let pulled = 0
    let cancelled = 0
    @Controller()
    class Streamed {
      @Get() read() {
        return new Response(
          new ReadableStream({
            pull(controller) {
              pulled += 1
              controller.enqueue(new Uint8Array(100_000))
            },
            cancel: () => void (cancelled += 1),
          }),
        )
      }
    }
    const { url, fetch: ask } = await routes(Streamed)
    await ask('/', { method: 'HEAD' })
    await expect.poll(() => cancelled).toBe(1)
    const before = pulled
    const client = await RawClient.open(Number(new URL(url).port))
    client.socket.pause()
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await expect.poll(() => pulled).toBeGreaterThan(before)
    expect(await standstill(() => pulled)).toBeLessThan(2_000)
    client.socket.destroy()
    await expect.poll(() => cancelled).toBe(2)
  })
})

overProtocols('app.fetch', () => {
  it('streams both ways at once', async () => {
    @Controller()
    class Echo {
      @Post() echo(@Req() request: HttpRequest) {
        return (async function* () {
          for await (const chunk of request as unknown as AsyncIterable<Uint8Array>)
            yield Buffer.from(chunk).toString().toUpperCase()
        })()
      }
    }
    const { app } = await routes(Echo)
    let send!: ReadableStreamDefaultController<Uint8Array>
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (send = controller) })
    const init = { method: 'POST', body, duplex: 'half' }
    send.enqueue(new TextEncoder().encode('one '))
    const answer = await app.fetch(new Request('http://localhost/', init as RequestInit))
    const reader = answer.body!.pipeThrough(new TextDecoderStream() as never).getReader()
    expect((await reader.read()).value).toBe('ONE ')
    send.enqueue(new TextEncoder().encode('two'))
    expect((await reader.read()).value).toBe('TWO')
    send.close()
    expect((await reader.read()).done).toBe(true)
  })
})

describe('early hints', () => {
  it('leave before the answer, and never after it', async () => {
    @Controller()
    class Hinted {
      @Get() async read(@Res({ passthrough: true }) response: WebResponse) {
        response.writeEarlyHints({
          link: ['</a.css>; rel=preload; as=style', '</b.js>; rel=preload; as=script'],
        })
        await new Promise(setImmediate)
        return 'page'
      }
    }
    const { url } = await routes(Hinted)
    const client = await RawClient.open(Number(new URL(url).port))
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    const interim = await client.response({ bodyless: true })
    expect([interim.status, interim.headers['link']]).toEqual([
      103,
      '</a.css>; rel=preload; as=style, </b.js>; rel=preload; as=script',
    ])
    expect((await client.response()).body).toBe('page')
    client.socket.destroy()
  })
})

describe('@EarlyHints', () => {
  const LINKS = ['</a.css>; rel=preload; as=style', '<https://cdn.example>; rel=preconnect'] as const
  @Controller()
  class Pages {
    @Get('page') @EarlyHints(...LINKS) page() {
      return 'page'
    }
    @Get('closed') @EarlyHints(...LINKS) @UseGuards({ canActivate: () => false }) closed() {
      return 'closed'
    }
  }

  it('are sent over HTTP/2, unless guards refuse the client', async () => {
    const { url } = await routes(Pages)
    const session = connect(url)
    const ask = async (path: string, method = 'GET') => {
      const seen: unknown[] = []
      const stream = session.request({ ':path': path, ':method': method })
      stream.on('headers', (fields) => seen.push(fields[':status'], fields['link']))
      stream.on('response', (fields) => seen.push(fields[':status']))
      stream.resume()
      await once(stream, 'end')
      return seen
    }
    expect(await ask('/page')).toEqual([103, LINKS.join(', '), 200])
    expect(await ask('/page', 'HEAD')).toEqual([200])
    expect(await ask('/closed')).toEqual([403])
    session.close()
  })

  it('are sent over HTTP/1.1 where a browser navigates', async () => {
    const { url } = await routes(Pages)
    const client = await RawClient.open(Number(new URL(url).port))
    client.send('GET /page HTTP/1.1\r\nHost: a\r\nSec-Fetch-Mode: navigate\r\n\r\n')
    const { status, headers } = await client.response({ bodyless: true })
    expect([status, headers['link']]).toEqual([103, LINKS.join(', ')])
    expect((await client.response()).body).toBe('page')
    client.send('GET /page HTTP/1.1\r\nHost: a\r\n\r\n')
    expect((await client.response()).status).toBe(200)
    client.destroy()
  })

  it.each([[[]], [['/a.css']], [['</a.css>']], [['</a.css>; rel=preload\r\nx: y']]])(
    'refuse %j at boot',
    async (links: string[]) => {
      const declare = async () => {
        @Controller()
        class Wrong {
          @Get() @EarlyHints(...links) page() {}
        }
        return routes(Wrong)
      }
      await expect(declare()).rejects.toThrow(/is no link|names no link/)
    },
  )
})

describe('a download', () => {
  it('has a name that no name can break', async () => {
    let name = ''
    @Controller()
    class Files {
      @Get() read(@Res() response: WebResponse) {
        response.attachment(name).send('x')
      }
    }
    const { app } = await routes(Files)
    const names = fc.oneof(
      fc.array(fc.nat({ max: 0xffff }), { maxLength: 20 }).map((units) => String.fromCharCode(...units)),
      fc.string(),
      fc.constantFrom(
        'a"b.txt',
        'a\r\nSet-Cookie: x=1',
        '../../etc/passwd',
        'C:\\dir\\é €.pdf',
        '%41.txt',
        '\ud800',
        '',
        'a;b=c',
      ),
    )
    await fc.assert(
      fc.asyncProperty(names, async (given) => {
        name = given
        const { headers, statusCode } = await app.inject('/')
        const value = headers['content-disposition'] as string
        expect([statusCode, Object.keys(headers).includes('set-cookie')]).toEqual([200, false])
        // RFC 6266: one quoted name, and perhaps one in UTF-8 (RFC 8187)
        expect(value).toMatch(
          /^attachment; filename="(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"(?:; filename\*=UTF-8''(?:[A-Za-z0-9_.~-]|%[\dA-F]{2})*)?$/,
        )
        const shown = /filename\*=UTF-8''(.*)$/.exec(value)?.[1]
        if (shown !== undefined) expect(decodeURIComponent(shown)).not.toMatch(/[/\\]/)
      }),
      { seed: SEED, numRuns: 300 },
    )
  })
})
