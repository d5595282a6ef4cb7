import {
  Body,
  Controller,
  Cookies,
  Get,
  Headers,
  Ip,
  Module,
  Next,
  Param,
  Post,
  Query,
  RawBody,
  Req,
  Res,
  Session,
  type HttpRequest,
  type HttpResponse,
} from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

@Controller()
class Root {
  @Get('params/:a/:b') params(@Param() all: object, @Param('b') b: string) {
    return { all, b }
  }
  @Get('query') query(@Query() all: object, @Query('a') a: unknown, @Query('missing') missing: unknown) {
    return { all, a, missing: missing === undefined }
  }
  @Post('body') body(@Body() all: unknown, @Body('a') a: unknown) {
    return { all, a }
  }
  @Post('maybe') maybe(@Body() all: unknown, @Body('a') a: unknown) {
    return { all: all === undefined, a: a === undefined }
  }
  @Get('headers') headers(@Headers() all: Record<string, string>, @Headers('X-Own') own: string) {
    return { own, agent: all['user-agent'] !== undefined, same: all['x-own'] === own }
  }
  @Get('cookies') cookies(@Cookies() all: object, @Cookies('a') a: string) {
    return { all, a }
  }
  @Get('session') session(@Session() all: object, @Session('user') user: string) {
    return { all, user }
  }
  @Get('ip') ip(@Ip() ip: string) {
    return ip
  }
  @Get('req') req(@Req() request: HttpRequest) {
    return { method: request.method, url: request.url, path: request.path, own: request['own'] }
  }
  @Get('plain') plain(request: HttpRequest, response: HttpResponse) {
    response.setHeader('x-own', request.path)
    return 'plain'
  }
  @Post('raw') raw(@RawBody() bytes: Buffer, @Body() body: unknown) {
    return { text: bytes.toString('utf8'), body }
  }
  @Post('bytes') bytes(@RawBody() bytes: Buffer) {
    return { text: bytes.toString('utf8') }
  }
  @Get('next') next(@Next() next: (error?: unknown) => void) {
    next()
  }
  @Get('next-error') nextError(@Next() next: (error?: unknown) => void) {
    next(new Error('secret'))
  }
  @Get('some') some(
    _a: unknown,
    @Query('x') x: string,
    _b: unknown,
    @Res({ passthrough: true }) response: HttpResponse,
  ) {
    response.status(202)
    return { x, none: _a === undefined && _b === undefined }
  }
}
@Module({ controllers: [Root] })
class AppModule {}

overProtocols('parameter decorators', () => {
  it('@Param gives one or all', async () => {
    const { json } = await serve(AppModule)
    expect(await json('/params/1/x%20y')).toEqual({ all: { a: '1', b: 'x y' }, b: 'x y' })
  })

  it('@Query gives one or all; a repeated name is an array', async () => {
    const { json } = await serve(AppModule)
    expect(await json('/query?a=1&a=2&b=x+y&c&d=%26')).toEqual({
      all: { a: ['1', '2'], b: 'x y', c: '', d: '&' },
      a: ['1', '2'],
      missing: true,
    })
    expect(await json('/query')).toMatchObject({ all: {}, missing: true })
  })

  it('@Query cannot reach a prototype', async () => {
    const { json, fetch } = await serve(AppModule)
    const { all } = await json('/query?__proto__=1&constructor=2&a=3')
    expect(Object.entries(all as object).sort()).toEqual([
      ['__proto__', '1'],
      ['a', '3'],
      ['constructor', '2'],
    ])
    expect((await fetch('/query?a=%')).status).toBe(400)
  })

  it('@Body gives all or one member', async () => {
    const { post } = await serve(AppModule)
    expect(await (await post('/body', { a: { b: 1 } })).json()).toEqual({ all: { a: { b: 1 } }, a: { b: 1 } })
    expect(await (await post('/body', [1, 2])).json()).toEqual({ all: [1, 2] })
  })

  it('@Body is undefined without a body', async () => {
    const { json } = await serve(AppModule)
    expect(await json('/maybe', { method: 'POST' })).toEqual({ all: true, a: true })
  })

  it('@Headers ignores case', async () => {
    const { json } = await serve(AppModule)
    expect(await json('/headers', { headers: { 'x-OWN': 'yes' } })).toEqual({
      own: 'yes',
      agent: true,
      same: true,
    })
  })

  it('@Cookies are decoded', async () => {
    const { json } = await serve(AppModule)
    expect(await json('/cookies', { headers: { cookie: 'a=1%202; b="x"; a=3' } })).toEqual({
      all: { a: '1 2', b: expect.any(String) },
      a: '1 2',
    })
  })

  it('@Session is what a middleware put on the request', async () => {
    const { json } = await serve(AppModule, {}, (app) =>
      app.use((request: HttpRequest, _response: HttpResponse, next: () => void) => {
        request['session'] = { user: 'ada' }
        next()
      }),
    )
    expect(await json('/session')).toEqual({ all: { user: 'ada' }, user: 'ada' })
  })

  it('@Ip is the address of the peer', async () => {
    const { text } = await serve(AppModule)
    expect(await text('/ip')).toBe('127.0.0.1')
  })

  it('@Req is the request that middleware saw', async () => {
    const { json } = await serve(AppModule, {}, (app) =>
      app.use((request: HttpRequest, _response: HttpResponse, next: () => void) => {
        request['own'] = 'set'
        next()
      }),
    )
    expect(await json('/req?x=1')).toEqual({ method: 'GET', url: '/req?x=1', path: '/req', own: 'set' })
  })

  it('a handler without decorators gets request and response', async () => {
    const { fetch } = await serve(AppModule)
    const answer = await fetch('/plain')
    expect([answer.headers.get('x-own'), await answer.text()]).toEqual(['/plain', 'plain'])
  })

  it('a parameter without a decorator beside others is undefined', async () => {
    const { fetch } = await serve(AppModule)
    const answer = await fetch('/some?x=1')
    expect([answer.status, await answer.json()]).toEqual([202, { x: '1', none: true }])
  })

  it('@RawBody gives the bytes beside the parsed body, without an option', async () => {
    const { post } = await serve(AppModule)
    expect(await (await post('/raw', { a: 'é' })).json()).toEqual({ text: '{"a":"é"}', body: { a: 'é' } })
  })

  it('@RawBody takes bodies of any type', async () => {
    const { json } = await serve(AppModule)
    const headers = { 'content-type': 'application/vnd.own' }
    expect(await json('/bytes', { method: 'POST', body: 'anything', headers })).toEqual({ text: 'anything' })
  })

  it('@RawBody works behind middleware as well', async () => {
    @Module({ controllers: [Root] })
    class WithMiddleware {
      configure(consumer: any) {
        consumer.apply((_q: unknown, _s: unknown, next: () => void) => next()).forRoutes('*')
      }
    }
    const { json } = await serve(WithMiddleware)
    const headers = { 'content-type': 'application/vnd.own' }
    expect(await json('/bytes', { method: 'POST', body: 'anything', headers })).toEqual({ text: 'anything' })
  })

  it('@Next leaves the answer to the framework', async () => {
    const { fetch } = await serve(AppModule)
    expect((await fetch('/next')).status).toBe(404)
    const failed = await fetch('/next-error')
    expect(failed.status).toBe(500)
    expect(await failed.text()).not.toContain('secret')
  })
})

overProtocols('rawBody', () => {
  it('is kept on the request for every body that is read, as a Buffer', async () => {
    @Controller()
    class Hooks {
      @Post() receive(@Req() request: HttpRequest, @Body() body: unknown) {
        return {
          raw: (request.rawBody as Buffer).toString(),
          body,
          isBuffer: Buffer.isBuffer(request.rawBody),
        }
      }
    }
    @Module({ controllers: [Hooks] })
    class HookModule {}
    const { post } = await serve(HookModule, { rawBody: true })
    expect(await (await post('/', { a: 1 })).json()).toEqual({
      raw: '{"a":1}',
      body: { a: 1 },
      isBuffer: true,
    })
  })

  it('is not there without the option', async () => {
    @Controller()
    class Hooks {
      @Post() receive(@Req() request: HttpRequest, @Body() _body: unknown) {
        return { raw: request.rawBody === undefined }
      }
    }
    @Module({ controllers: [Hooks] })
    class HookModule {}
    const { post } = await serve(HookModule)
    expect(await (await post('/', { a: 1 })).json()).toEqual({ raw: true })
  })
})
