import {
  Controller,
  Get,
  HostParam,
  Module,
  RequestMethod,
  RouterModule,
  Version,
  VERSION_NEUTRAL,
  VersioningType,
  type Application,
  type Class,
  type HttpRequest,
  type HttpResponse,
  type MiddlewareConsumer,
  type NextFunction,
  type VersioningOptions,
} from 'corbel'
import { request as httpRequest } from 'node:http'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

const mark =
  (name: string) =>
  (_request: HttpRequest, response: HttpResponse, next: NextFunction): void => {
    response.append('via', name)
    next()
  }

const start = async (
  controllers: readonly Class[],
  configure: (consumer: MiddlewareConsumer) => void,
  set: (app: Application) => unknown,
) => {
  @Module({ controllers })
  class AppModule {
    configure = configure
  }
  const { fetch } = await serve(AppModule, {}, set)
  return async (path: string, init?: RequestInit) => {
    const answer = await fetch(path, init)
    return `${answer.status} ${answer.headers.get('via') ?? ''}`.trim()
  }
}

@Controller({ path: 'cats', version: ['1', '2'] })
class Cats {
  @Get() list() {
    return 'cats'
  }
  @Get('three') @Version('3') three() {
    return 'three'
  }
}
@Controller({ path: 'health', version: VERSION_NEUTRAL })
class Health {
  @Get() read() {
    return 'healthy'
  }
}
@Controller('plain')
class Plain {
  @Get() read() {
    return 'plain'
  }
}
const ALL = [Cats, Health, Plain]

overProtocols('middleware, with the version in the path', () => {
  const uri =
    (options: VersioningOptions = {}) =>
    (app: Application) =>
      app.enableVersioning(options)

  it('of controllers runs for all versions of their routes', async () => {
    const seen = await start(ALL, (to) => to.apply(mark('a')).forRoutes(Cats, Health), uri())
    for (const path of ['/v1/cats', '/v2/cats', '/v3/cats/three', '/health'])
      expect(await seen(path)).toBe('200 a')
    expect(await seen('/plain')).toBe('200')
    expect(await seen('/v3/cats')).toBe('404')
  })

  it('of controllers runs for the default version', async () => {
    const seen = await start(
      ALL,
      (to) => to.apply(mark('a')).forRoutes(Plain),
      uri({ defaultVersion: ['5', VERSION_NEUTRAL] }),
    )
    expect(await seen('/v5/plain')).toBe('200 a')
    expect(await seen('/plain')).toBe('200 a')
  })

  it('of a path with versions runs for these', async () => {
    const routes = { path: 'cats', method: RequestMethod.GET, version: ['2', '3'] }
    const seen = await start(ALL, (to) => to.apply(mark('a')).forRoutes(routes), uri())
    expect(await seen('/v1/cats')).toBe('200')
    expect(await seen('/v2/cats')).toBe('200 a')
  })

  it('of a path without version means the path as it is written, whatever the default version', async () => {
    for (const options of [{}, { defaultVersion: '1' }]) {
      const seen = await start(ALL, (to) => to.apply(mark('a')).forRoutes('v1/cats', 'health'), uri(options))
      expect(await seen('/v1/cats')).toBe('200 a')
      expect(await seen('/v2/cats')).toBe('200')
      expect(await seen('/health')).toBe('200 a')
    }
  })

  it('of every path runs for every version, with a default version, too', async () => {
    for (const options of [{}, { defaultVersion: '1' }, { prefix: false as const }]) {
      const v = 'prefix' in options ? '' : 'v'
      const seen = await start(ALL, (to) => to.apply(mark('a')).forRoutes('*'), uri(options))
      for (const path of [`/${v}1/cats`, `/${v}2/cats`, `/${v}3/cats/three`, '/health'])
        expect(await seen(path)).toBe('200 a')
    }
  })

  it('of every path of a version leaves the others alone', async () => {
    const seen = await start(ALL, (to) => to.apply(mark('a')).forRoutes({ path: '*', version: '2' }), uri())
    expect(await seen('/v2/cats')).toBe('200 a')
    expect(await seen('/v1/cats')).toBe('200')
    expect(await seen('/health')).toBe('200')
  })

  it('is kept from a version by exclude', async () => {
    const seen = await start(
      ALL,
      (to) =>
        to
          .apply(mark('a'))
          .exclude({ path: 'cats', version: '1' }, { path: 'cats/three', version: '3' })
          .forRoutes(Cats),
      uri(),
    )
    expect(await seen('/v1/cats')).toBe('200')
    expect(await seen('/v2/cats')).toBe('200 a')
    expect(await seen('/v3/cats/three')).toBe('200')
  })
})

overProtocols('middleware, with the version in a header', () => {
  it('runs for the path, whatever the version', async () => {
    const seen = await start(
      ALL,
      (to) => to.apply(mark('a')).forRoutes(Cats).apply(mark('b')).forRoutes('*'),
      (app) => app.enableVersioning({ type: VersioningType.HEADER, header: 'x-v' }),
    )
    expect(await seen('/cats', { headers: { 'x-v': '1' } })).toBe('200 a, b')
    expect(await seen('/cats', { headers: { 'x-v': '2' } })).toBe('200 a, b')
    expect(await seen('/plain')).toBe('200 b')
  })
})

overProtocols('global prefix and versions', () => {
  it('the prefix stands in front of the version; excluded routes keep theirs', async () => {
    const seen = await start(
      ALL,
      () => undefined,
      (app) => app.setGlobalPrefix('api', { exclude: ['cats', 'health'] }).enableVersioning(),
    )
    for (const path of ['/v1/cats', '/v2/cats', '/api/v3/cats/three', '/health', '/api/plain'])
      expect(await seen(path)).toBe('200')
    for (const path of ['/api/v1/cats', '/v3/cats/three', '/api/health', '/plain'])
      expect(await seen(path)).toBe('404')
  })

  it('middleware for every path runs for excluded routes in every version', async () => {
    const seen = await start(
      ALL,
      (to) => to.apply(mark('a')).forRoutes('*'),
      (app) => app.setGlobalPrefix('api', { exclude: ['cats', 'health'] }).enableVersioning(),
    )
    for (const path of ['/v1/cats', '/v2/cats', '/api/v3/cats/three', '/health', '/api/plain'])
      expect(await seen(path)).toBe('200 a')
  })

  it('middleware with a version runs below the prefix, and beside it for what is excluded', async () => {
    const seen = await start(
      ALL,
      (to) =>
        to.apply(mark('a')).forRoutes({ path: 'cats', version: '2' }, { path: 'cats/three', version: '3' }),
      (app) => app.setGlobalPrefix('api', { exclude: ['cats'] }).enableVersioning(),
    )
    expect(await seen('/v2/cats')).toBe('200 a')
    expect(await seen('/v1/cats')).toBe('200')
    expect(await seen('/api/v3/cats/three')).toBe('200 a')
  })

  it('middleware for every method runs where only one method is excluded from the prefix', async () => {
    const seen = await start(
      ALL,
      (to) => to.apply(mark('a')).forRoutes('health'),
      (app) =>
        app.setGlobalPrefix('api', { exclude: [{ path: 'health', method: 'GET' }] }).enableVersioning(),
    )
    expect(await seen('/health')).toBe('200 a')
    expect(await seen('/api/health', { method: 'POST' })).toBe('404 a')
  })

  it('a global prefix and a version in a header do not meet', async () => {
    const seen = await start(
      ALL,
      () => undefined,
      (app) => app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.HEADER }),
    )
    expect(await seen('/api/cats', { headers: { 'x-api-version': '2' } })).toBe('200')
    expect(await seen('/api/cats')).toBe('404')
  })
})

overProtocols('RouterModule and versions', () => {
  @Module({ controllers: [Cats] })
  class CatsModule {
    configure(consumer: MiddlewareConsumer) {
      consumer.apply(mark('cats')).forRoutes(Cats)
    }
  }
  @Module({ controllers: [Health] })
  class HealthModule {}
  @Module({ controllers: [Plain], imports: [CatsModule, HealthModule] })
  class ZooModule {
    configure(consumer: MiddlewareConsumer) {
      consumer.apply(mark('zoo')).forRoutes({ path: 'zoo/*', version: '2' })
    }
  }
  @Module({
    imports: [
      ZooModule,
      RouterModule.register([
        {
          path: 'zoo',
          module: ZooModule,
          children: [{ path: 'house', children: [CatsModule, HealthModule] }],
        },
      ]),
    ],
  })
  class AppModule {}

  it('the version stands between the global prefix and the path of the module', async () => {
    const { fetch } = await serve(AppModule, {}, (app) => app.setGlobalPrefix('api').enableVersioning())
    const seen = async (path: string) => {
      const answer = await fetch(path)
      return `${answer.status} ${answer.headers.get('via') ?? ''}`.trim()
    }
    expect(await seen('/api/v1/zoo/house/cats')).toBe('200 cats')
    expect(await seen('/api/v2/zoo/house/cats')).toBe('200 zoo, cats')
    expect(await seen('/api/zoo/house/health')).toBe('200')
    expect(await seen('/api/zoo/plain')).toBe('200')
    expect(await seen('/api/v1/cats')).toBe('404')
    expect(await seen('/v1/zoo/house/cats')).toBe('404')
  })

  it('exclusions from the prefix name the whole path', async () => {
    const { text } = await serve(AppModule, {}, (app) =>
      app.setGlobalPrefix('api', { exclude: ['zoo/house/cats'] }).enableVersioning(),
    )
    expect(await text('/v1/zoo/house/cats')).toBe('cats')
    expect(await text('/api/v3/zoo/house/cats/three')).toBe('three')
  })
})

overProtocols('hosts and versions', () => {
  @Controller({ path: 'who', host: ':tenant.example.com', version: '1' })
  class TenantOne {
    @Get() read(@HostParam('tenant') tenant: string) {
      return `one ${tenant}`
    }
  }
  @Controller({ path: 'who', host: ':tenant.example.com', version: '2' })
  class TenantTwo {
    @Get() read(@HostParam('tenant') tenant: string) {
      return `two ${tenant}`
    }
  }
  @Controller({ path: 'who', version: ['1', '3'] })
  class AnyHost {
    @Get() read() {
      return 'any host'
    }
  }
  const ask = (url: string, path: string, headers: Record<string, string>): Promise<string> =>
    new Promise((resolve, reject) => {
      httpRequest(url + path, { headers }, (response) => {
        let text = String(response.statusCode)
        response.setEncoding('utf8').on('data', (chunk: string) => (text += ` ${chunk}`))
        response.on('end', () => resolve(response.statusCode === 200 ? text : text.slice(0, 3)))
      })
        .on('error', reject)
        .end()
    })
  const hosts = async (options: VersioningOptions) => {
    @Module({ controllers: [TenantOne, TenantTwo, AnyHost] })
    class AppModule {}
    const { url } = await serve(AppModule, {}, (app) => app.enableVersioning(options))
    return url
  }

  it('both decide, with the version in the path', async () => {
    const url = await hosts({})
    const headers = { host: 'acme.example.com' }
    expect(await ask(url, '/v1/who', headers)).toBe('200 one acme')
    expect(await ask(url, '/v2/who', headers)).toBe('200 two acme')
    expect(await ask(url, '/v3/who', headers)).toBe('200 any host')
    expect(await ask(url, '/v1/who', { host: 'localhost' })).toBe('200 any host')
    expect(await ask(url, '/v2/who', { host: 'localhost' })).toBe('404')
  })

  it('both decide, with the version in a header', async () => {
    const url = await hosts({ type: VersioningType.HEADER, header: 'x-v' })
    const at = (host: string, version: string) => ask(url, '/who', { host, 'x-v': version })
    expect(await at('acme.example.com', '1')).toBe('200 one acme')
    expect(await at('acme.example.com', '2')).toBe('200 two acme')
    expect(await at('acme.example.com', '3')).toBe('200 any host')
    expect(await at('localhost', '1')).toBe('200 any host')
    expect(await at('localhost', '2')).toBe('404')
  })
})
