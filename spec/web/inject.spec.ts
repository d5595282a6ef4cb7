import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  Headers as RequestHeaders,
  HttpCode,
  Ip,
  Module,
  NotFoundException,
  Param,
  Post,
  Query,
  Redirect,
  Req,
  Res,
  Sse,
  type HttpRequest,
  type HttpResponse,
} from 'corbel'
import { of } from 'rxjs'
import supertest from 'supertest'
import { createApp } from 'corbel'
import { serve } from './serve.js'

@Controller('things')
class Things {
  @Get() list(@Query() query: object) {
    return { list: [], query }
  }
  @Get('text') text() {
    return 'häh'
  }
  @Get('empty') @HttpCode(204) empty() {}
  @Get('file') @Header('content-type', 'image/png') file() {
    return Buffer.from([1, 2, 3])
  }
  @Get('stream') async *stream() {
    yield 'one '
    yield 'two'
  }
  @Get('away') @Redirect('/elsewhere', 301) away() {}
  @Get('cookies') cookies(@Res({ passthrough: true }) response: HttpResponse) {
    response.cookie('a', '1').cookie('b', '2')
    return 'set'
  }
  @Get('error') error() {
    throw new NotFoundException('none')
  }
  @Get('broken') broken() {
    throw new Error('secret')
  }
  @Sse('events') events() {
    return of({ data: 1 }, { data: 2 })
  }
  @Get('request') request(
    @Req() request: HttpRequest,
    @RequestHeaders('x-own') own: string,
    @Ip() ip: string,
  ) {
    return { method: request.method, url: request.url, own, ip, protocol: request.protocol }
  }
  @Get('where') where(@Req() { host, protocol, url }: HttpRequest) {
    return { host, protocol, url }
  }
  @Post() create(@Body() body: unknown) {
    return { body }
  }
  @Delete(':id') remove(@Param('id') id: string) {
    return id
  }
}
@Module({ controllers: [Things] })
class AppModule {}

const REQUESTS: [method: string, path: string, body?: string, type?: string][] = [
  ['GET', '/things?a=1&a=2'],
  ['HEAD', '/things'],
  ['GET', '/things/text'],
  ['GET', '/things/empty'],
  ['GET', '/things/file'],
  ['GET', '/things/stream'],
  ['GET', '/things/away'],
  ['GET', '/things/cookies'],
  ['GET', '/things/error'],
  ['GET', '/things/broken'],
  ['GET', '/things/events'],
  ['GET', '/things/request?x=1'],
  ['POST', '/things', '{"a":[1]}', 'application/json'],
  ['POST', '/things', '{"a":', 'application/json'],
  ['POST', '/things', 'a=1', 'application/x-www-form-urlencoded'],
  ['POST', '/things', '<a/>', 'application/xml'],
  ['DELETE', '/things/a%20b'],
  ['PUT', '/things'],
  ['OPTIONS', '/things'],
  ['GET', '/nowhere'],
]

describe('app.inject and app.fetch', () => {
  it.each(REQUESTS)('answer as over TCP: %s %s %s', async (...[method, path, body, type]) => {
    const { app, url, fetch } = await serve(AppModule)
    const headers = { 'x-own': 'yes', ...(type !== undefined && { 'content-type': type }) }
    const init = { method, headers, ...(body !== undefined && { body }) }
    const simplify = (entries: Iterable<[string, string]>) =>
      Object.fromEntries(
        [...entries].filter(
          ([name]) => !['date', 'connection', 'keep-alive', 'transfer-encoding'].includes(name),
        ),
      )
    const tcp = await fetch(path, init)
    const expected = { status: tcp.status, headers: simplify(tcp.headers), body: await tcp.text() }

    const fetched = await app.fetch(new Request(url + path, init))
    expect({
      status: fetched.status,
      headers: simplify(fetched.headers),
      body: await fetched.text(),
    }).toEqual(expected)

    const injected = await app.inject({
      method,
      url: path,
      headers,
      ...(body !== undefined && { payload: body }),
    })
    const lines = Object.entries(injected.headers).map(([name, value]) => [name, [value].flat()] as const)
    const asHeaders = new Headers(
      lines.flatMap(([name, values]) => values.map((value): [string, string] => [name, value])),
    )
    expect({ status: injected.statusCode, headers: simplify(asHeaders), body: injected.body }).toEqual(
      expected,
    )
  })
})

describe('app.inject', () => {
  it('takes absolute URLs, and lists in the query', async () => {
    const { app } = await serve(AppModule)
    const { body } = await app.inject({
      url: 'https://a.test:8443/things/where',
      query: { a: ['x', 'y'], n: 1 },
    })
    expect(JSON.parse(body)).toEqual({
      host: 'a.test:8443',
      protocol: 'https',
      url: '/things/where?a=x&a=y&n=1',
    })
    const named = await app.inject({ url: 'http://a.test/things/where', headers: { Host: 'b.test' } })
    expect(named.json()).toMatchObject({ host: 'b.test', protocol: 'http' })
  })

  it('initialises the application, and needs no port', async () => {
    const app = await createApp(AppModule, { logger: false })
    const answer = await app.inject('/things/text')
    expect([answer.statusCode, answer.status, answer.body, answer.payload]).toEqual([200, 200, 'häh', 'häh'])
    await app.close()
  })

  it('takes query, headers and values as payload', async () => {
    const app = await createApp(AppModule, { logger: false })
    const list = await app.inject({ url: '/things?a=1', query: { b: 'x y' } })
    expect(list.json()).toMatchObject({ query: { a: '1', b: 'x y' } })
    const created = await app.inject({ method: 'POST', url: '/things', payload: { a: 1 } })
    expect(created.json()).toEqual({ body: { a: 1 } })
    const text = await app.inject({ method: 'POST', url: '/things', body: 'text' })
    expect(text.json()).toEqual({ body: 'text' })
    const relative = await app.inject('http://elsewhere/things?c=2')
    expect(relative.json()).toMatchObject({ query: { c: '2' } })
    expect([...(await app.inject('/things/file')).rawPayload]).toEqual([1, 2, 3])
    await app.close()
  })

  it('gives several cookies as a list', async () => {
    const app = await createApp(AppModule, { logger: false })
    expect((await app.inject('/things/cookies')).headers['set-cookie']).toHaveLength(2)
    await app.close()
  })
})

describe('app.fetch', () => {
  it('gives a body while it is made, and ends it when nobody reads it any more', async () => {
    let ended!: () => void
    const end = new Promise<void>((resolve) => (ended = resolve))
    @Controller()
    class Endless {
      @Sse() async *events() {
        try {
          for (let n = 0; ; n++) yield { data: n }
        } finally {
          ended()
        }
      }
    }
    @Module({ controllers: [Endless] })
    class EndlessModule {}
    const app = await createApp(EndlessModule, { logger: false })
    const answer = await app.fetch(new Request('http://localhost/'))
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes('data: 5')) text += (await reader.read()).value
    await reader.cancel()
    await end
    await app.close()
  })

  it('stops when the request is aborted', async () => {
    const app = await createApp(AppModule, { logger: false })
    const controller = new AbortController()
    controller.abort()
    const request = new Request('http://localhost/things', { signal: controller.signal })
    await expect(app.fetch(request)).rejects.toThrow()
    await app.close()
  })
})

describe('supertest', () => {
  it('works on getHttpServer() after init(), without listen()', async () => {
    const app = await createApp(AppModule, { logger: false })
    await app.init()
    const server = app.getHttpServer()
    await supertest(server as never)
      .get('/things/text')
      .expect(200)
      .expect('häh')
    await supertest(server as never)
      .post('/things')
      .send({ a: 1 })
      .expect(201)
      .expect('content-type', /json/)
      .expect({ body: { a: 1 } })
    await supertest(server as never)
      .get('/nowhere')
      .expect(404)
    await app.close()
  })

  it('works while the application listens', async () => {
    const { app } = await serve(AppModule)
    await supertest(app.getHttpServer() as never)
      .get('/things')
      .query({ a: 1 })
      .expect({ list: [], query: { a: '1' } })
  })
})
