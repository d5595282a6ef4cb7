import { IncomingMessage, OutgoingMessage, ServerResponse } from 'node:http'
import {
  Body,
  Controller,
  Get,
  Module,
  Post,
  Query,
  Req,
  type HttpRequest,
  type MiddlewareConsumer,
  type MiddlewareFunction,
} from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

type AppResponse = ServerResponse & { json(value: unknown): void }
type AppRequest = IncomingMessage & { query: unknown; shout(): string; body: unknown }

/**
 * An application as Express makes them: it gives request and response prototypes of its own, which stand on those of
 * `node:http`, and has everything that is not the connection's from there.
 */
function application(computesQuery: boolean): MiddlewareFunction {
  const request = Object.create(IncomingMessage.prototype) as AppRequest
  request.shout = function (this: AppRequest) {
    return this.url!.toUpperCase()
  }
  const parsed = (url: string) => Object.fromEntries(new URL(url, 'http://x').searchParams)
  if (computesQuery) Object.defineProperty(request, 'query', { get: (): unknown => parsed('/?from=getter') })
  const response = Object.create(ServerResponse.prototype) as AppResponse
  response.json = function (this: AppResponse, value) {
    const text = JSON.stringify(value)
    this.setHeader('Content-Type', 'application/json')
    this.setHeader('Content-Length', Buffer.byteLength(text))
    this.end(text, 'utf8')
  }
  const handle = (req: AppRequest, res: AppResponse, next: (error?: unknown) => void): void => {
    if (!computesQuery && !req.query) req.query = parsed(req.url!)
    Object.assign(req, { res, next })
    Object.assign(res, { req })
    Object.setPrototypeOf(req, request)
    Object.setPrototypeOf(res, response)
    res.setHeader('X-Powered-By', 'app')
    const path = req.url!.split('?', 1)[0]
    if (path === '/json')
      return res.json([req.shout(), req.query, req.headers.host, req.socket.remoteAddress])
    if (path === '/fail') return next(new Error('failed'))
    if (path === '/body') {
      let body = ''
      return void req
        .on('data', (chunk: Buffer) => (body += chunk.toString()))
        .on('end', () => res.json({ body }))
    }
    if (path === '/parts') {
      res.writeHead(203, { 'x-parts': '2' })
      res.write('one ')
      return void setImmediate(() => res.end('two'))
    }
    next()
  }
  return Object.assign((req: never, res: never, next: never) => handle(req, res, next), {
    handle,
    set: () => undefined,
    request,
    response,
  }) as unknown as MiddlewareFunction
}

@Controller('own')
class Own {
  @Get() read(@Query('a') a: string, @Req() { path, ip }: HttpRequest) {
    return [a, path, ip]
  }
  @Post() write(@Body('a') a: number) {
    return [a]
  }
}
@Module({ controllers: [Own] })
class AppModule {}

overProtocols('mounted applications', () => {
  describe.each([true, false])(
    'an application mounted by app.use (computes its query: %s)',
    (computesQuery) => {
      const start = (path?: string) =>
        serve(AppModule, {}, (app) =>
          path === undefined
            ? app.use(application(computesQuery))
            : app.use(path, application(computesQuery)),
        )

      it('answers with its own methods over this server', async () => {
        const { fetch, url } = await start()
        const answer = await fetch('/json?a=1')
        const query = computesQuery ? { from: 'getter' } : { a: '1' }
        expect(await answer.json()).toEqual(['/JSON?A=1', query, new URL(url).host, '127.0.0.1'])
        expect(answer.headers.get('x-powered-by')).toBe('app')
        const parts = await fetch('/parts')
        expect([parts.status, parts.headers.get('x-parts'), await parts.text()]).toEqual([
          203,
          '2',
          'one two',
        ])
      })

      it('reads bodies by itself', async () => {
        const { fetch } = await start()
        expect(await (await fetch('/body', { method: 'POST', body: 'grüße' })).json()).toEqual({
          body: 'grüße',
        })
      })

      it('leaves everything else to the controllers, as if it were not there', async () => {
        const { fetch, post } = await start()
        expect(await (await fetch('/own?a=1')).json()).toEqual(['1', '/own', '127.0.0.1'])
        expect(await (await post('/own', { a: 2 })).json()).toEqual([2])
        expect((await fetch('/nothing')).status).toBe(404)
        expect((await fetch('/fail')).status).toBe(500)
      })

      it('may be mounted below a path', async () => {
        const { fetch } = await start('/legacy')
        expect(await (await fetch('/legacy/json')).text()).toContain('/JSON')
        expect((await fetch('/json')).status).toBe(404)
        expect(await (await fetch('/own?a=1')).json()).toEqual(['1', '/own', '127.0.0.1'])
      })
    },
  )
})

overProtocols('cookie middleware', () => {
  it('that only works where there are no cookies yet checks signatures all the same', async () => {
    function renamed(request: HttpRequest, _response: unknown, next: () => void) {
      if (request.cookies) return next()
      request.cookies = { parsed: String(request.headers['cookie']) }
      request['signedCookies'] = { a: '1' }
      next()
    }
    @Controller()
    class Reads {
      @Get() read(@Req() { cookies, signedCookies }: HttpRequest) {
        return [cookies, signedCookies]
      }
    }
    @Module({ controllers: [Reads] })
    class Placed {
      configure(consumer: MiddlewareConsumer) {
        consumer.apply(renamed).forRoutes('*')
      }
    }
    const cookie = { headers: { cookie: 'a=1' } }
    const expected = [{ parsed: 'a=1' }, { a: '1' }]
    expect(await (await serve(Placed)).json('/', cookie)).toEqual(expected)
    @Module({ controllers: [Reads] })
    class Used {}
    const { json } = await serve(Used, {}, (app) => app.use(renamed))
    expect(await json('/', cookie)).toEqual(expected)
  })
})

overProtocols("middleware that calls the methods of node:http's class", () => {
  const { setHeader, getHeader, hasHeader, removeHeader } = OutgoingMessage.prototype
  const borrowing: MiddlewareFunction = (_request, response, next) => {
    const target = response as unknown as OutgoingMessage
    setHeader.call(target, 'X-Gone', '1')
    const seen = [hasHeader.call(target, 'x-gone'), getHeader.call(target, 'x-GONE')]
    removeHeader.call(target, 'X-Gone')
    setHeader.call(target, 'X-Seen', `${seen.join()},${hasHeader.call(target, 'x-gone')}`)
    setHeader.call(target, 'Set-Cookie', ['a=1', 'b=2'])
    next()
  }
  @Controller()
  class Root {
    @Get() read() {
      return 'read'
    }
  }
  @Module({ controllers: [Root] })
  class RootModule {}

  it('changes the headers of the response', async () => {
    const { fetch } = await serve(RootModule, {}, (app) => app.use(borrowing))
    const answer = await fetch('/')
    expect(answer.headers.get('x-seen')).toBe('true,1,false')
    expect(answer.headers.has('x-gone')).toBe(false)
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(await answer.text()).toBe('read')
  })

  it('does so within a whole application, too', async () => {
    const whole = application(false)
    const members = Object.fromEntries(Object.entries(whole)) as { handle(...args: unknown[]): unknown }
    const mounted = Object.assign(
      ((request, response, next) =>
        members.handle(
          request,
          response,
          () => void borrowing(request, response, next),
        )) as MiddlewareFunction,
      members,
    )
    const { fetch } = await serve(RootModule, {}, (app) => app.use(mounted))
    expect((await fetch('/')).headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  })
})
