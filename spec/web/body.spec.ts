import { connect } from 'node:net'
import { once } from 'node:events'
import { Body, Controller, Get, Module, Post, Req, type HttpRequest } from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { byteSize } from '../../lib/web/byte-size.js'
import { serve } from './serve.js'

@Controller()
class Root {
  @Post() echo(@Body() body: unknown) {
    return body instanceof Uint8Array ? { bytes: body.toString() } : { body }
  }
  @Post('ignored') ignored() {
    return 'ignored'
  }
  @Post('request') request(@Req() request: HttpRequest) {
    return { body: request.body === undefined ? 'none' : request.body }
  }
  @Get() get(@Body() body: unknown) {
    return { none: body === undefined }
  }
}
@Module({ controllers: [Root] })
class AppModule {}

const send = async (body: string | Uint8Array<ArrayBuffer>, type?: string, path = '/', options = {}) => {
  const { fetch } = await serve(AppModule, options)
  const answer = await fetch(path, {
    method: 'POST',
    body,
    ...(type !== undefined && { headers: { 'content-type': type } }),
  })
  return { status: answer.status, body: await answer.text() }
}

overProtocols('bodies', () => {
  it.each([
    ['application/json', '{"a":[1,null,"é"]}', { a: [1, null, 'é'] }],
    ['application/json; charset=utf-8', '[1]', [1]],
    ['Application/JSON;charset="UTF-8"', '"text"', 'text'],
    ['application/vnd.api+json', '{"a":1}', { a: 1 }],
    ['application/x-www-form-urlencoded', 'a=1&b=x+y%26&a=2', { a: ['1', '2'], b: 'x y&' }],
    ['application/x-www-form-urlencoded', 'a[b]=1&c[]=2&c[]=3', { a: { b: '1' }, c: ['2', '3'] }],
    ['text/plain', 'text', 'text'],
    ['text/plain; charset=utf-8', 'é', 'é'],
  ])('of type %s are parsed', async (type, text, expected) => {
    const answer = await send(text, type)
    expect(answer.status).toBe(201)
    expect(JSON.parse(answer.body)).toEqual({ body: expected })
  })

  it('of type application/octet-stream are Buffers', async () => {
    expect(JSON.parse((await send('bytes', 'application/octet-stream')).body)).toEqual({ bytes: 'bytes' })
  })

  it('that are empty are undefined', async () => {
    expect((await send('', 'application/json')).status).toBe(201)
    const { json } = await serve(AppModule)
    expect(await json('/')).toEqual({ none: true })
  })

  it('without Content-Length (chunked) are read as well', async () => {
    const { fetch } = await serve(AppModule)
    const answer = await fetch('/', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('{"a":'))
          controller.enqueue(new TextEncoder().encode('1}'))
          controller.close()
        },
      }),
      duplex: 'half',
    } as RequestInit)
    expect(await answer.json()).toEqual({ body: { a: 1 } })
  })
})

overProtocols('bad bodies', () => {
  it.each(['{"a":1', '{a:1}', '{"a":1}x', 'nope', '{"a":01}'])(
    'JSON %s is refused with 400',
    async (text) => {
      const { status, body } = await send(text, 'application/json')
      expect(status).toBe(400)
      expect(body).toContain('CORBEL_BODY_MALFORMED')
      expect(body).not.toContain('nope')
    },
  )

  it.each(['{"__proto__":{"admin":true}}', '{"a":[{"__proto__":1}]}', '{"\\u005f_proto__":{"x":1}}'])(
    'JSON with a key __proto__ is refused with 400: %s',
    async (text) => {
      expect((await send(text, 'application/json')).status).toBe(400)
    },
  )

  it.each(['{"constructor":{"prototype":{"admin":true}}}', '[{"constructor":{"\\u0070rototype":1}}]'])(
    'JSON with a key that leads to a prototype is refused with 400: %s',
    async (text) => {
      const { status, body } = await send(text, 'application/json')
      expect([status, (JSON.parse(body) as { detail: string }).detail]).toEqual([
        400,
        'The request body is not valid JSON: the key "constructor.prototype" is not allowed.',
      ])
    },
  )

  it.each([
    '{"a":"__proto__"}',
    '{"constructor":"Ferrari"}',
    '{"constructor":{"name":"Ferrari"}}',
    '{"prototype":1}',
  ])('JSON that only speaks of such keys is not refused: %s', async (text) => {
    expect((await send(text, 'application/json')).status).toBe(201)
  })

  it('forms cannot reach a prototype', async () => {
    const { body } = await send('__proto__=1&a=2', 'application/x-www-form-urlencoded')
    expect(Object.keys((JSON.parse(body) as { body: object }).body).sort()).toEqual(['__proto__', 'a'])
  })

  it('a charset that cannot be read is told to be so', async () => {
    const { status, body } = await send('{}', 'application/json; charset="utf-8')
    expect([status, (JSON.parse(body) as { detail: string }).detail]).toEqual([
      415,
      'The charset (malformed) is not supported for application/json. Send the body as UTF-8.',
    ])
  })

  it('bytes that are not UTF-8 are refused with 400', async () => {
    const bytes = new Uint8Array([0x22, 0xff, 0x22])
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
      expect((await send(bytes, type)).status).toBe(400)
    }
  })

  it.each(['application/xml', 'text/html', 'application/json; charset=latin1', 'nonsense'])(
    'type %s is refused with 415',
    async (type) => {
      const { status, body } = await send('x', type)
      expect(status).toBe(415)
      expect(body).toContain('application/json')
    },
  )

  it('a missing type is refused with 415', async () => {
    expect((await send(new Uint8Array([1]))).status).toBe(415)
  })

  it('of any type are left alone where the handler does not take the body', async () => {
    expect(await send('x', 'application/xml', '/ignored')).toEqual({ status: 201, body: 'ignored' })
    expect(await send('{bad', 'application/json', '/ignored')).toEqual({ status: 201, body: 'ignored' })
    expect(JSON.parse((await send('x', 'application/xml', '/request')).body)).toEqual({ body: 'none' })
    expect((await send('{bad', 'application/json', '/request')).status).toBe(400)
  })

  it('that are too large are refused with 413', async () => {
    const large = JSON.stringify('x'.repeat(2000))
    expect((await send(large, 'application/json', '/', { body: { limit: 1000 } })).status).toBe(413)
    expect((await send(large, 'application/json', '/', { body: { limit: '1kb' } })).status).toBe(413)
    expect((await send(large, 'application/json', '/', { body: { limit: '1mb' } })).status).toBe(201)
    expect((await send('"'.padEnd(1024 * 1024 + 1, 'x'), 'application/json')).status).toBe(413)
  })

  it('the limit can be set by useBodyParser', async () => {
    const { post } = await serve(AppModule, {}, (app) => app.useBodyParser('json', { limit: '1kb' }))
    expect((await post('/', 'x'.repeat(2000))).status).toBe(413)
  })

  it('useBodyParser is about one kind, and may add media types to it', async () => {
    const { fetch } = await serve(AppModule, {}, (app) =>
      app
        .useBodyParser('text', { type: ['text/*', 'application/x-note'], limit: 10 })
        .useBodyParser('raw', { type: 'application/json' }),
    )
    const sent = (type: string, body: string) =>
      fetch('/', { method: 'POST', headers: { 'content-type': type }, body })
    expect((await sent('text/csv', 'a;b')).status).toBe(201)
    expect(await (await sent('application/x-note', 'short')).text()).toContain('short')
    expect((await sent('text/markdown', 'longer than ten')).status).toBe(413)
    expect((await sent('application/x-www-form-urlencoded', 'a=longer+than+ten')).status).toBe(201)
    expect(await (await sent('application/json', '{}')).text()).toContain('bytes')
    expect((await sent('image/png', 'x')).status).toBe(415)
  })

  it('useBodyParser refuses a kind that there is not', async () => {
    const app = serve(AppModule, {}, (one) => one.useBodyParser('yaml' as 'text'))
    await expect(app).rejects.toThrow('There is no setting "body parser yaml". Known are json, urlencoded')
  })

  it('a connection that breaks off in the middle of a body leaves the application running', async () => {
    const { url, post } = await serve(AppModule)
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    await once(socket, 'connect')
    socket.write(
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a":',
    )
    await once(socket.resetAndDestroy(), 'close')
    expect(await (await post('/', { a: 1 })).json()).toEqual({ body: { a: 1 } })
  })
})

describe('sizes', () => {
  it('are bytes or text with a unit', () => {
    expect([byteSize(5), byteSize('5'), byteSize('1kb'), byteSize('1.5 MB'), byteSize('1gb')]).toEqual([
      5, 5, 1024, 1_572_864, 1_073_741_824,
    ])
    for (const value of ['', 'many', '5 tb', '-1']) {
      expect(() => byteSize(value)).toThrow(expect.objectContaining({ code: 'CORBEL_BYTE_SIZE_INVALID' }))
    }
  })
})
