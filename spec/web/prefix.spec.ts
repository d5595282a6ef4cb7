import { Controller, Get, Module, Post, RequestMethod, type Application } from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

@Controller('cats')
class Cats {
  @Get() list() {
    return 'list'
  }
  @Get(':id') one() {
    return 'one'
  }
}
@Controller('health')
class Health {
  @Get() read() {
    return 'healthy'
  }
  @Post() reset() {
    return 'reset'
  }
  @Get('deep/check') deep() {
    return 'deep'
  }
}
@Controller()
class Root {
  @Get() home() {
    return 'home'
  }
}
@Module({ controllers: [Cats, Health, Root] })
class AppModule {}

const start = (configure: (app: Application) => unknown) => serve(AppModule, {}, configure)

overProtocols('setGlobalPrefix', () => {
  it('stands in front of all routes, with or without slashes', async () => {
    for (const prefix of ['api', '/api', 'api/', '/api/']) {
      const { text, fetch } = await start((app) => app.setGlobalPrefix(prefix))
      expect(await text('/api/cats')).toBe('list')
      expect(await text('/api')).toBe('home')
      expect((await fetch('/cats')).status).toBe(404)
      expect((await fetch('/')).status).toBe(404)
    }
  })

  it('may have several segments and parameters', async () => {
    const { text } = await start((app) => app.setGlobalPrefix('/api/:tenant'))
    expect(await text('/api/acme/cats')).toBe('list')
  })

  it('leaves out excluded paths', async () => {
    const { text, fetch } = await start((app) => app.setGlobalPrefix('api', { exclude: ['health', '/'] }))
    expect(await text('/health')).toBe('healthy')
    expect(await text('/')).toBe('home')
    expect(await text('/health', { method: 'POST' })).toBe('reset')
    expect((await fetch('/api/health')).status).toBe(404)
    expect(await text('/api/health/deep/check')).toBe('deep')
    expect(await text('/api/cats')).toBe('list')
  })

  it('leaves out excluded methods only', async () => {
    const { text, fetch } = await start((app) =>
      app.setGlobalPrefix('api', { exclude: [{ path: 'health', method: RequestMethod.GET }] }),
    )
    expect(await text('/health')).toBe('healthy')
    expect((await fetch('/health', { method: 'POST' })).status).toBe(405)
    expect(await text('/api/health', { method: 'POST' })).toBe('reset')
  })

  it('leaves out patterns', async () => {
    const { text } = await start((app) =>
      app.setGlobalPrefix('api', { exclude: ['health/*path', 'cats/:id'] }),
    )
    expect(await text('/health/deep/check')).toBe('deep')
    expect(await text('/cats/5')).toBe('one')
    expect(await text('/api/cats')).toBe('list')
  })
})
