import { Readable } from 'node:stream'
import {
  Controller,
  Get,
  Header,
  HttpCode,
  Module,
  Param,
  Post,
  Redirect,
  Res,
  StreamableFile,
  type Class,
  type HttpResponse,
} from 'corbel'
import { of, throwError } from 'rxjs'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

const routes = (...controllers: Class[]) => {
  @Module({ controllers })
  class AppModule {}
  return serve(AppModule)
}

const JSON_TYPE = 'application/json; charset=utf-8'
const TEXT_TYPE = 'text/plain; charset=utf-8'

/** Status, type, length and body of `GET /` with a handler that returns a value. */
async function answerOf(handler: () => unknown) {
  @Controller()
  class Root {
    @Get() read() {
      return handler()
    }
  }
  const { fetch } = await routes(Root)
  const answer = await fetch('/')
  const { headers, status } = answer
  return {
    status,
    type: headers.get('content-type'),
    length: headers.get('content-length'),
    headers,
    body: await answer.text(),
  }
}

overProtocols('results', () => {
  class Cat {
    constructor(
      readonly name: string,
      readonly born = new Date(0),
    ) {}
  }
  class Hidden {
    secret = 1
    toJSON() {
      return { shown: true }
    }
  }
  it.each<[string, unknown, string | null, string]>([
    ['an object', { a: 'é' }, JSON_TYPE, '{"a":"é"}'],
    ['an object without prototype', Object.assign(Object.create(null), { a: 1 }), JSON_TYPE, '{"a":1}'],
    ['an instance of a class', new Cat('Tom'), JSON_TYPE, '{"name":"Tom","born":"1970-01-01T00:00:00.000Z"}'],
    ['an instance with toJSON', new Hidden(), JSON_TYPE, '{"shown":true}'],
    ['a Date', new Date(0), JSON_TYPE, '"1970-01-01T00:00:00.000Z"'],
    ['a Map', new Map([[1, 2]]), JSON_TYPE, '{}'],
    ['an array', [1, 'a', null], JSON_TYPE, '[1,"a",null]'],
    ['an empty array', [], JSON_TYPE, '[]'],
    ['a string', 'häh', TEXT_TYPE, 'häh'],
    ['an empty string', '', TEXT_TYPE, ''],
    ['a number', 42, JSON_TYPE, '42'],
    ['zero', 0, JSON_TYPE, '0'],
    ['true', true, JSON_TYPE, 'true'],
    ['false', false, JSON_TYPE, 'false'],
    ['null', null, null, ''],
    ['undefined', undefined, null, ''],
    ['a Buffer', Buffer.from('bytes'), 'application/octet-stream', 'bytes'],
    ['a Uint8Array', new TextEncoder().encode('bytes'), 'application/octet-stream', 'bytes'],
  ])('%s', async (_name, value, type, body) => {
    for (const handler of [() => value, async () => value, () => of('before', value)]) {
      const answer = await answerOf(handler)
      expect(answer).toMatchObject({ status: 200, type, body, length: String(Buffer.byteLength(body)) })
    }
  })

  it('an async iterable of text or bytes is streamed as it comes', async () => {
    async function* text() {
      yield 'one '
      await new Promise(setImmediate)
      yield 'two'
    }
    async function* bytes() {
      yield Buffer.from('by')
      yield Buffer.from('tes')
    }
    expect(await answerOf(text)).toMatchObject({ type: TEXT_TYPE, length: null, body: 'one two' })
    expect(await answerOf(bytes)).toMatchObject({ type: 'application/octet-stream', body: 'bytes' })
    expect(await answerOf(() => Readable.from([Buffer.from('node')]))).toMatchObject({ body: 'node' })
  })

  it('an async iterable of values is one JSON text a line', async () => {
    async function* values() {
      yield { a: 1 }
      yield [2]
    }
    expect(await answerOf(values)).toMatchObject({ type: 'application/x-ndjson', body: '{"a":1}\n[2]\n' })
  })

  it('an async iterable without values is an empty answer, and one that fails at once an error', async () => {
    // eslint-disable-next-line require-yield -- fails before its first value
    async function* failing() {
      throw new Error('secret')
    }
    // eslint-disable-next-line no-empty-function -- no values
    async function* empty() {}
    expect(await answerOf(empty)).toMatchObject({ status: 200, body: '' })
    const answer = await answerOf(failing)
    expect(answer.status).toBe(500)
    expect(answer.body).not.toContain('secret')
  })

  it('an observable that fails is an error', async () => {
    expect(await answerOf(() => throwError(() => new Error('x')))).toMatchObject({ status: 500 })
  })

  it('a web Response is sent as it is', async () => {
    const answer = await answerOf(() => {
      const headers = new Headers({ 'x-own': '1', 'content-type': 'text/html' })
      headers.append('set-cookie', 'a=1')
      headers.append('set-cookie', 'b=2')
      return new Response('<p>', { status: 202, headers })
    })
    expect(answer).toMatchObject({ status: 202, type: 'text/html', body: '<p>' })
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(await answerOf(() => new Response(null, { status: 204 }))).toMatchObject({ status: 204, body: '' })
    expect(await answerOf(() => Response.json({ a: 1 }))).toMatchObject({
      type: 'application/json',
      body: '{"a":1}',
    })
  })

  it('what JSON cannot write is an error, not a crash', async () => {
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    expect((await answerOf(() => circle)).status).toBe(500)
    expect((await answerOf(() => ({ big: 1n }))).status).toBe(500)
    expect(await answerOf(() => ({ toJSON: () => undefined }))).toMatchObject({ status: 200, body: '' })
    expect(await answerOf(() => Symbol('s'))).toMatchObject({ status: 200, body: '' })
  })
})

overProtocols('StreamableFile', () => {
  it('sends bytes, a Node stream or an async iterable, with its headers', async () => {
    const fromBytes = await answerOf(() => new StreamableFile(Buffer.from('file')))
    expect(fromBytes).toMatchObject({ type: 'application/octet-stream', length: '4', body: 'file' })
    const fromStream = await answerOf(
      () =>
        new StreamableFile(Readable.from([Buffer.from('a,'), Buffer.from('b')]), {
          type: 'text/csv',
          disposition: 'attachment; filename="data.csv"',
          length: 3,
        }),
    )
    expect(fromStream).toMatchObject({ type: 'text/csv', length: '3', body: 'a,b' })
    expect(fromStream.headers.get('content-disposition')).toBe('attachment; filename="data.csv"')
  })

  it('leaves headers alone that the handler has set', async () => {
    @Controller()
    class Root {
      @Get() @Header('content-type', 'image/png') read() {
        return new StreamableFile(Buffer.from('x'))
      }
      @Get('res') res(@Res({ passthrough: true }) response: HttpResponse) {
        response.setHeader('content-type', 'image/gif')
        return new StreamableFile(Buffer.from('x'))
      }
    }
    const { fetch } = await routes(Root)
    expect((await fetch('/')).headers.get('content-type')).toBe('image/png')
    expect((await fetch('/res')).headers.get('content-type')).toBe('image/gif')
  })

  it('cuts the answer off if its stream fails', async () => {
    @Controller()
    class Root {
      @Get() read() {
        async function* failing() {
          yield Buffer.from('begun')
          await new Promise(setImmediate)
          throw new Error('disk')
        }
        return new StreamableFile(failing())
      }
    }
    const { text } = await routes(Root)
    await expect(text('/')).rejects.toThrow()
  })
})

overProtocols('@HttpCode, @Header and @Redirect', () => {
  let count = 0
  @Controller()
  class Root {
    @Post('code') @HttpCode(202) code() {
      return {}
    }
    @Post('empty') @HttpCode(204) empty() {
      return { ignored: true }
    }
    @Get('header')
    @Header('x-one', '1')
    @Header('X-Two', () => `call ${++count}`)
    @Header('cache-control', 'no-store')
    header() {
      return { a: 1 }
    }
    @Get('html') @Header('content-type', 'text/html') html() {
      return '<p>'
    }
    @Get('away') @Redirect('https://example.com/a') away() {}
    @Get('moved') @Redirect('https://example.com/a', 301) moved() {}
    @Get('choose/:where') @Redirect('/default', 302) choose(@Param('where') where: string) {
      if (where === 'both') return { url: '/both', statusCode: 307 }
      if (where === 'url') return { url: '/url' }
      return undefined
    }
    @Get('bare') @Redirect() async bare() {
      return { url: '/late' }
    }
    @Get('nowhere') @Redirect() nowhere() {}
  }

  it('set the status', async () => {
    const { fetch } = await routes(Root)
    expect((await fetch('/code', { method: 'POST' })).status).toBe(202)
    const empty = await fetch('/empty', { method: 'POST' })
    expect([empty.status, await empty.text()]).toEqual([204, ''])
    for (const name of ['content-length', 'content-type']) expect(empty.headers.get(name)).toBeNull()
  })

  it('set headers, fixed or computed for each response', async () => {
    const { fetch } = await routes(Root)
    for (const call of [1, 2]) {
      const { headers } = await fetch('/header')
      expect([headers.get('x-one'), headers.get('x-two'), headers.get('cache-control')]).toEqual([
        '1',
        `call ${call}`,
        'no-store',
      ])
      expect(headers.get('content-type')).toBe(JSON_TYPE)
    }
    expect((await fetch('/html')).headers.get('content-type')).toBe('text/html')
  })

  it('redirect, to what the handler chooses if it does', async () => {
    const { fetch } = await routes(Root)
    const to = async (path: string) => {
      const { status, headers } = await fetch(path)
      return [status, headers.get('location')]
    }
    expect(await to('/away')).toEqual([302, 'https://example.com/a'])
    expect(await to('/moved')).toEqual([301, 'https://example.com/a'])
    expect(await to('/choose/none')).toEqual([302, '/default'])
    expect(await to('/choose/url')).toEqual([302, '/url'])
    expect(await to('/choose/both')).toEqual([307, '/both'])
    expect(await to('/bare')).toEqual([302, '/late'])
  })

  it('redirect nowhere without an address: that is an error, for the log', async () => {
    const errors: unknown[] = []
    const logger = { log() {}, warn() {}, error: (error: unknown) => errors.push(error) }
    @Module({ controllers: [Root] })
    class AppModule {}
    const { fetch } = await serve(AppModule, { logger: logger as never })
    expect((await fetch('/nowhere')).status).toBe(500)
    expect(errors).toEqual([expect.objectContaining({ code: 'CORBEL_REDIRECT_URL' })])
  })
})
