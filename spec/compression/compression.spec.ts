import { createHash } from 'node:crypto'
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import * as zlib from 'node:zlib'
import {
  BadRequestException,
  Compress,
  Controller,
  createApp,
  ETag,
  Get,
  Header,
  Module,
  NotFoundException,
  Res,
  Sse,
  StreamableFile,
  type Class,
  type CreateAppOptions,
  type HttpResponse,
} from 'corbel'
import { of } from 'rxjs'
import { fc, SEED } from '../support/properties.js'
import { fetchOverHttp2 } from '../support/http2-fetch.js'
import { currentProtocol, overProtocols } from '../support/protocols.js'
import { RawClient } from '../support/raw-http.js'
import { standstill } from '../support/standstill.js'
import { deferred } from '../server/start.js'
import { serve } from '../web/serve.js'

const routes = (controller: Class, options: CreateAppOptions = { compression: true }) => {
  @Module({ controllers: [controller] })
  class AppModule {}
  return serve(AppModule, options)
}

const LONG = 'All work and no play. '.repeat(200)
const HUGE = 'All work and no play. '.repeat(20_000)

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Asks by hand: fetch would take the coding off. */
async function ask(
  url: string,
  path: string,
  accept: string | undefined,
  more = '',
  method = 'GET',
): Promise<Answer> {
  if (currentProtocol() === 'HTTP/2') {
    const headers = new Headers(accept === undefined ? {} : { 'accept-encoding': accept })
    for (const line of more.split('\r\n').filter(Boolean))
      headers.set(...(line.split(': ', 2) as [string, string]))
    const answer = await fetchOverHttp2(url + path, { method, headers, verbatim: true })
    return {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: Buffer.from(await answer.arrayBuffer()),
    }
  }
  const client = await RawClient.open(Number(new URL(url).port))
  const field = accept === undefined ? '' : `Accept-Encoding: ${accept}\r\n`
  client.send(`${method} ${path} HTTP/1.1\r\nHost: a\r\n${field}${more}Connection: close\r\n\r\n`)
  const { status, headers, body } = await client.response({
    bodyless: method === 'HEAD' || more.includes('None-Match'),
  })
  // the server waits for that, if only for a while
  client.destroy()
  return { status, headers, body: Buffer.from(body, 'latin1') }
}

const DECODE: Record<string, (body: Buffer) => Buffer> = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
  deflate: inflateSync,
  zstd: (zlib as unknown as { zstdDecompressSync: (body: Buffer) => Buffer }).zstdDecompressSync,
}

const decoded = ({ headers, body }: Answer) => DECODE[headers['content-encoding']!]!(body).toString()

const CODINGS = ['br', 'gzip', 'deflate', ...('zstdCompress' in zlib ? ['zstd'] : [])]

@Controller()
class Mixed {
  @Get('json') json() {
    return { text: LONG }
  }
  @Get('huge') huge() {
    return HUGE
  }
  @Get('small') small() {
    return { a: 1 }
  }
  @Get('image') @Header('content-type', 'image/png') image() {
    return Buffer.from(LONG)
  }
  @Get('coded') @Header('content-encoding', 'br') coded() {
    return Buffer.from(LONG)
  }
  @Get('untouched') @Header('cache-control', 'public, no-transform') untouched() {
    return LONG
  }
  @Get('tagged') @ETag('strong') @Header('accept-ranges', 'bytes') tagged() {
    return LONG
  }
  @Get('stream') async *stream() {
    for (let count = 0; count < 100; count++) yield LONG
  }
  @Get('file') file() {
    return new StreamableFile(Buffer.from(LONG), { type: 'text/plain', length: LONG.length })
  }
  @Get('by-hand') byHand(@Res() response: HttpResponse) {
    response.type('text/plain').vary('Origin').send(LONG)
  }
  @Get('written') written(@Res() response: HttpResponse) {
    response.type('text/plain')
    response.write(LONG)
    response.write(LONG)
    response.end(LONG)
  }
  @Get('length') withLength(@Res() response: HttpResponse) {
    response.type('text/plain').setHeader('content-length', LONG.length * 2)
    response.write(LONG)
    response.end(LONG)
  }
  @Get('failing') failing() {
    throw new BadRequestException(LONG)
  }
  @Sse('events') events() {
    return of(LONG)
  }
  @Get('off') @Compress(false) off() {
    return LONG
  }
  @Get('noise') @Header('content-type', 'application/zip') noise() {
    return Buffer.from(LONG)
  }
}

overProtocols('compression', () => {
  it.each(CODINGS)('as %s', async (coding) => {
    const { url } = await routes(Mixed)
    for (const [path, text] of [
      ['/json', JSON.stringify({ text: LONG })],
      ['/huge', HUGE],
      ['/stream', LONG.repeat(100)],
      ['/by-hand', LONG],
      ['/written', LONG.repeat(3)],
      ['/length', LONG.repeat(2)],
      ['/file', LONG],
    ] as const) {
      const answer = await ask(url, path, coding)
      expect([path, answer.status, answer.headers['content-encoding']]).toEqual([path, 200, coding])
      expect(answer.headers['vary']).toContain('Accept-Encoding')
      expect(decoded(answer)).toBe(text)
      expect(answer.body.length).toBeLessThan(text.length / 5)
    }
  })

  it.each([
    ['gzip, br', 'br'],
    ['gzip, br;q=0.9', 'gzip'],
    ['gzip;q=0.5, identity;q=0.2', 'gzip'],
    ['br;q=0, *', CODINGS.includes('zstd') ? 'zstd' : 'gzip'],
    ['*', 'br'],
    ['identity', undefined],
    ['identity, gzip;q=0.5', undefined],
    ['compress', undefined],
    ['gzip;q=0', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('takes the word of a client that accepts %j', async (accept, coding) => {
    const { url } = await routes(Mixed)
    const answer = await ask(url, '/json', accept)
    expect([answer.status, answer.headers['content-encoding'], answer.headers['vary']]).toEqual([
      200,
      coding,
      'Accept-Encoding',
    ])
    expect(coding === undefined ? answer.body.toString() : decoded(answer)).toBe(
      JSON.stringify({ text: LONG }),
    )
  })

  it.each(['identity;q=0', '*;q=0', 'br;q=0, *;q=0.0', 'compress, identity;q=0'])(
    'answers 406 to who refuses everything (%s)',
    async (accept) => {
      const { url } = await routes(Mixed)
      for (const path of ['/json', '/small', '/stream']) {
        const answer = await ask(url, path, accept)
        expect([path, answer.status, answer.headers['vary']]).toEqual([path, 406, 'Accept-Encoding'])
        expect(JSON.parse(answer.body.toString())).toMatchObject({ code: 'CORBEL_CODING_NOT_ACCEPTABLE' })
      }
      // errors are told all the same
      expect((await ask(url, '/failing', accept)).status).toBe(400)
      expect((await ask(url, '/nowhere', accept)).status).toBe(404)
    },
  )

  it('compresses also what is not worth it for who refuses it plain', async () => {
    const { url } = await routes(Mixed)
    const client = await RawClient.open(Number(new URL(url).port))
    client.send('GET /small HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip, identity;q=0\r\n\r\n')
    const { status } = await client.response()
    expect(status).toBe(200)
    client.socket.destroy()
  })

  it('leaves alone what is small, compressed already, of another type, or not to be changed', async () => {
    const { url } = await routes(Mixed)
    for (const path of ['/small', '/image', '/untouched', '/events', '/off', '/noise']) {
      const { headers } = await ask(url, path, 'br, gzip')
      expect([path, headers['content-encoding'], headers['vary']]).toEqual([path, undefined, undefined])
    }
    const coded = await ask(url, '/coded', 'gzip')
    expect([coded.headers['content-encoding'], coded.body.toString()]).toEqual(['br', LONG])
  })

  it('makes tags weak, offers no parts, and answers 304 to who has the compressed form', async () => {
    const { url } = await routes(Mixed)
    const answer = await ask(url, '/tagged', 'gzip')
    const tag = answer.headers['etag']!
    expect([tag.startsWith('W/"'), answer.headers['accept-ranges']]).toEqual([true, undefined])
    const plain = await ask(url, '/tagged', undefined)
    expect([plain.headers['etag'], plain.headers['accept-ranges']]).toEqual([tag.slice(2), 'bytes'])
    const again = await ask(url, '/tagged', 'gzip', `If-None-Match: ${tag}\r\n`)
    expect([again.status, again.headers['vary']]).toEqual([304, 'Accept-Encoding'])
  })

  it('tells HEAD what GET would', async () => {
    const { url } = await routes(Mixed)
    for (const path of ['/json', '/huge', '/stream', '/by-hand']) {
      const { status, headers, body } = await ask(url, path, 'gzip', '', 'HEAD')
      expect([path, status, headers['content-encoding'], headers['content-length'], body.length]).toEqual([
        path,
        200,
        'gzip',
        undefined,
        0,
      ])
    }
    expect((await ask(url, '/small', 'gzip', '', 'HEAD')).headers['content-length']).toBe('7')
  })

  it('is of errors as well, and of paths that nobody serves', async () => {
    const { url } = await routes(Mixed)
    const answer = await ask(url, '/failing', 'gzip')
    expect([answer.status, answer.headers['content-encoding']]).toEqual([400, 'gzip'])
    expect((JSON.parse(decoded(answer)) as { detail: string }).detail).toBe(LONG)
    expect((await ask(url, `/${'x'.repeat(2_000)}`, 'gzip')).headers['content-encoding']).toBe('gzip')
  })

  it('never makes a body longer', async () => {
    @Controller()
    class Noise {
      @Get() @Header('content-type', 'text/plain') read() {
        return Buffer.from(Array.from({ length: 2_000 }, (_, index) => (index * 7_919 * (index % 13)) % 256))
      }
      @Get('random') @Header('content-type', 'text/plain') random() {
        return createHash('shake256', { outputLength: 5_000 }).update('noise').digest()
      }
    }
    const { url } = await routes(Noise)
    const answer = await ask(url, '/random', 'gzip')
    expect([answer.headers['content-encoding'], answer.headers['content-length']]).toEqual([
      undefined,
      '5000',
    ])
    expect(answer.headers['vary']).toBe('Accept-Encoding')
  })

  it('lets each part of a stream out when it comes', async () => {
    let gate = deferred()
    @Controller()
    class Slow {
      @Get() @Header('content-type', 'text/plain') async *read() {
        yield 'first '
        await gate.promise
        yield 'second'
      }
    }
    const { url } = await routes(Slow)
    for (const coding of ['gzip', 'br']) {
      gate = deferred()
      const client = await RawClient.open(Number(new URL(url).port))
      client.send(`GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: ${coding}\r\nConnection: close\r\n\r\n`)
      // head, one chunk at least, and not the end
      await client.until(({ received }) => {
        const begin = received.indexOf('\r\n\r\n') + 4
        return begin > 3 && partOf(coding, received.slice(begin)) === 'first '
      })
      expect(client.received.endsWith('0\r\n\r\n')).toBe(false)
      gate.resolve()
      const { headers, body } = await client.response()
      expect(decoded({ status: 200, headers, body: Buffer.from(body, 'latin1') })).toBe('first second')
      client.destroy()
    }
  })

  it('holds back a source whose reader is slow, and ends it when the reader is gone', async () => {
    let made = 0
    let closed = false
    @Controller()
    class Fast {
      @Get() @Header('content-type', 'text/plain') async *read() {
        try {
          for (; made < 5_000; made++) yield crypto.getRandomValues(new Uint8Array(60_000))
        } finally {
          closed = true
        }
      }
    }
    const { url } = await routes(Fast)
    const client = await RawClient.open(Number(new URL(url).port))
    client.socket.pause()
    client.send('GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n')
    await expect.poll(() => made).toBeGreaterThan(1)
    // kernels hold some ten megabytes
    expect(await standstill(() => made)).toBeLessThan(3_000)
    client.socket.destroy()
    await expect.poll(() => closed).toBe(true)
  })

  it('of events is possible, each by itself', async () => {
    const { url } = await routes(Mixed, { compression: { events: true } })
    const answer = await ask(url, '/events', 'gzip')
    expect(answer.headers['content-encoding']).toBe('gzip')
    expect(decoded(answer)).toContain(`data: ${LONG}`)
  })

  it('gives back what went in, whatever it is and however it comes', async () => {
    let parts: Uint8Array[] = []
    @Controller()
    class Echo {
      @Get('stream') @Header('content-type', 'text/plain') async *stream() {
        yield* parts
      }
      @Get('whole') @Header('content-type', 'text/plain') whole() {
        return Buffer.concat(parts)
      }
    }
    const { url } = await routes(Echo, { compression: { threshold: 0 } })
    const bodies = fc.array(fc.uint8Array({ maxLength: 40_000 }), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(
        bodies,
        fc.constantFrom(...CODINGS),
        fc.constantFrom('stream', 'whole'),
        async (body, coding, path) => {
          parts = body
          const answer = await ask(url, `/${path}`, coding)
          const whole =
            answer.headers['content-encoding'] === undefined ? answer.body : DECODE[coding]!(answer.body)
          expect(Buffer.compare(whole, Buffer.concat(body))).toBe(0)
        },
      ),
      { seed: SEED, numRuns: 40 },
    )
  })
})

/** What can be read of a body that has not ended. */
function partOf(coding: string, chunks: string): string {
  let bytes = ''
  for (let at = 0; at < chunks.length;) {
    const end = chunks.indexOf('\r\n', at)
    if (end === -1) break
    const size = parseInt(chunks.slice(at, end), 16)
    if (Number.isNaN(size)) break
    bytes += chunks.slice(end + 2, end + 2 + size)
    at = end + 2 + size + 2
  }
  const body = Buffer.from(bytes, 'latin1')
  try {
    const flush = { finishFlush: zlib.constants.Z_SYNC_FLUSH }
    return (
      coding === 'gzip'
        ? gunzipSync(body, flush)
        : brotliDecompressSync(body, { finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH })
    ).toString()
  } catch {
    return ''
  }
}

overProtocols('@Compress', () => {
  @Controller()
  class Own {
    @Get('plain') plain() {
      return LONG
    }
    @Get('on') @Compress() on() {
      return LONG
    }
    @Get('gzip') @Compress({ codings: ['gzip'], threshold: '1mb' }) gzip() {
      return HUGE
    }
    @Get('small') @Compress({ threshold: '1mb' }) small() {
      return LONG
    }
    @Get('missing') missing() {
      throw new NotFoundException(LONG)
    }
  }

  it('compresses a route of an application that compresses nothing else', async () => {
    const { url } = await routes(Own, {})
    const coding = async (path: string) => (await ask(url, path, 'br, gzip')).headers['content-encoding']
    expect(await coding('/plain')).toBeUndefined()
    expect(await coding('/missing')).toBeUndefined()
    expect(await coding('/on')).toBe('br')
    expect(await coding('/gzip')).toBeUndefined()
    expect(await coding('/small')).toBeUndefined()
  })

  it('says what is different', async () => {
    const { url } = await routes(Own, { compression: { codings: ['gzip', 'br'], types: /^text\/plain$/ } })
    const coding = async (path: string) => (await ask(url, path, 'br, gzip')).headers['content-encoding']
    expect([
      await coding('/plain'),
      await coding('/on'),
      await coding('/small'),
      await coding('/missing'),
    ]).toEqual(['gzip', 'gzip', undefined, undefined])
  })
})

describe('options of compression', () => {
  it.each([
    [{ codings: ['lzma' as 'br'] }, 'codings'],
    [{ codings: [] }, 'codings'],
    [{ threshold: 'much' }, 'threshold'],
    [{ threshold: -1 }, 'threshold'],
    [{ levels: { br: 12 } }, 'levels.br'],
    [{ levels: { gzip: 0 } }, 'levels.gzip'],
    [{ levels: { deflate: 1.5 } }, 'levels.deflate'],
  ])('%j are refused', async (compression, option) => {
    @Module({})
    class Empty {}
    await expect(createApp(Empty, { logger: false, compression })).rejects.toMatchObject({
      code: 'CORBEL_COMPRESSION_OPTION',
      details: expect.objectContaining({ option }),
    })
    @Controller()
    class Wrong {
      @Get() @Compress(compression) read() {
        return 1
      }
    }
    await expect(routes(Wrong, {})).rejects.toThrow(`compression.${option}`)
  })
})
