import {
  Controller,
  Get,
  Module,
  Propfind,
  RequestMethod,
  type ConfiguresMiddleware,
  type MiddlewareConsumer,
} from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

@Controller('files')
class Files {
  @Get()
  get() {
    return 'get'
  }

  @Propfind()
  propfind() {
    return 'propfind'
  }
}

@Module({ controllers: [Files] })
class App implements ConfiguresMiddleware {
  configure(consumer: MiddlewareConsumer) {
    consumer
      .apply((_request, response) => response.send('middleware'))
      .forRoutes({ path: 'files', method: RequestMethod.PROPFIND })
  }
}

overProtocols('RequestMethod', () => {
  it('has a number for each method that has a decorator', async () => {
    const { text } = await serve(App)
    expect(await text('/files', { method: 'PROPFIND' })).toBe('middleware')
    expect(await text('/files')).toBe('get')
    expect([RequestMethod.UNLOCK, RequestMethod[15]]).toEqual([15, 'UNLOCK'])
  })
})
