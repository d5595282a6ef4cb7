import { Controller, createContext, Get, HttpAdapterHost, Module, NotFoundException, UseGuards } from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

@UseGuards({ canActivate: () => false })
@Controller()
class Guarded {
  @Get('shared') shared() {
    return 'controller'
  }
}
@Module({ controllers: [Guarded] })
class AppModule {}

overProtocols('routes of the HTTP adapter', () => {
  it('answer before the controllers, without their guards and the global prefix', async () => {
    const { fetch, text } = await serve(AppModule, {}, (app) => {
      const server = app.setGlobalPrefix('api').getHttpAdapter().getInstance()
      server
        .get('/shared', (_request, response) => response.send('adapter'))
        .get('/users/:id', ({ params }, response) => response.json(params))
        .put('/put', (_request, response) => response.send('put'))
        .all('/all', ({ method }, response) => response.send(method))
    })
    expect(await text('/shared')).toBe('adapter')
    expect((await fetch('/api/shared')).status).toBe(403)
    expect(await text('/users/a%20b?x=1')).toBe('{"id":"a b"}')
    expect((await fetch('/users/1', { method: 'HEAD' })).headers.get('content-type')).toContain('json')
    expect((await fetch('/users/1', { method: 'POST' })).status).toBe(404)
    expect(await text('/put', { method: 'PUT' })).toBe('put')
    expect(await text('/all', { method: 'DELETE' })).toBe('DELETE')
  })

  it('run their handlers in turn, and answer what those throw', async () => {
    const { json, fetch } = await serve(AppModule, { errors: 'plain' }, (app) =>
      app
        .getHttpAdapter()
        .use((request, _response, next) => {
          request['seen'] = ['use']
          next()
        })
        .get(
          '/turn',
          (request, _response, next) => {
            ;(request['seen'] as string[]).push('first')
            next()
          },
          (request, response) => response.json(request['seen']),
        )
        .post('/missing', () => Promise.reject(new NotFoundException('nothing'))),
    )
    expect(await json('/turn')).toEqual(['use', 'first'])
    const missing = await fetch('/missing', { method: 'POST' })
    expect([missing.status, await missing.json()]).toMatchObject([404, { message: 'nothing' }])
  })

  it.each(['get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'all'] as const)(
    'may be declared by %s()',
    async (name) => {
      const { fetch } = await serve(AppModule, {}, (app) =>
        app.getHttpAdapter()[name]('/x', (_request, response) => response.status(299).end()),
      )
      const method = name === 'all' ? 'PROPFIND' : name.toUpperCase()
      expect((await fetch('/x', { method })).status).toBe(299)
    },
  )

  it('take settings as the application does', async () => {
    const { fetch } = await serve(AppModule, {}, (app) =>
      app.getHttpAdapter().disable('case sensitive routing').enable('strict routing'),
    )
    expect([(await fetch('/SHARED')).status, (await fetch('/shared/')).status]).toEqual([403, 404])
  })

  it('come before init(), and need a server', async () => {
    const { app } = await serve(AppModule)
    expect(() => app.getHttpAdapter().get('/late', () => undefined)).toThrow(
      'use() has no effect after init()',
    )
    const context = await createContext(AppModule, { logger: false })
    expect(() => context.get(HttpAdapterHost).httpAdapter.use(() => undefined)).toThrow('There is no server')
    await context.close()
  })
})
