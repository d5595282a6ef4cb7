import {
  Controller,
  Get,
  Inject,
  Injectable,
  Module,
  Param,
  Post,
  Put,
  REQUEST,
  RequestMethod,
  RouterModule,
  Scope,
  Version,
  VERSION_NEUTRAL,
  VersioningType,
  type Application,
  type HttpRequest,
  type HttpResponse,
  type Middleware,
  type MiddlewareConsumer,
  type NextFunction,
} from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

type Plain = (request: HttpRequest, response: HttpResponse, next: NextFunction) => unknown

/** Notes its name in the response header `via`. */
const via =
  (name: string): Plain =>
  (_request, response, next) => {
    response.append('via', name)
    next()
  }

@Controller('cats')
class Cats {
  @Get() list() {
    return 'list'
  }
  @Get('mine') mine() {
    return 'mine'
  }
  @Get(':id') one(@Param('id') id: string) {
    return id
  }
  @Put(':id') change() {
    return 'changed'
  }
  @Post(':id/toys/:toy') play() {
    return 'played'
  }
}

async function placed(
  configure: (consumer: MiddlewareConsumer) => unknown,
  setUp?: (app: Application) => unknown,
  controllers: any[] = [Cats],
) {
  @Module({ controllers })
  class AppModule {
    configure(consumer: MiddlewareConsumer) {
      return configure(consumer)
    }
  }
  const served = await serve(AppModule, {}, setUp)
  const seen = async (path: string, init?: RequestInit) =>
    (await served.fetch(path, init)).headers.get('via') ?? ''
  return { ...served, seen }
}

overProtocols('middleware and routes that overlap', () => {
  it('compares what a parameter stands for with literal paths', async () => {
    const { seen, app } = await placed((consumer) =>
      consumer
        .apply(via('seven'))
        .forRoutes('cats/7')
        .apply(via('mine'))
        .exclude('cats/8')
        .forRoutes('cats/:id')
        .apply(via('toys'))
        .forRoutes('cats/:id/toys/*'),
    )
    expect(await seen('/cats/7')).toBe('seven, mine')
    expect(await seen('/cats/8')).toBe('')
    expect(await seen('/cats/mine')).toBe('mine')
    expect(await seen('/cats/1/toys/2', { method: 'POST' })).toBe('toys')
    // an exclusion is no way around a middleware, nor is a spelling
    expect((await app.inject('/cats/%37')).headers['via']).toEqual(['seven', 'mine'])
    expect((await app.inject('//cats//%38/')).headers['via']).toBeUndefined()
    expect((await app.inject('/cats/8%2F')).headers['via']).toBe('mine')
  })

  it('runs once, whatever places name it', async () => {
    const { seen } = await placed((consumer) =>
      consumer
        .apply(via('a'))
        .forRoutes(Cats, 'cats/:id', '*', { path: 'cats/mine', method: RequestMethod.GET }),
    )
    expect(await seen('/cats/mine')).toBe('a')
    expect(await seen('/cats/7', { method: 'PUT' })).toBe('a')
  })

  it('follows a wildcard in the middle and constraints', async () => {
    const { seen } = await placed((consumer) =>
      consumer
        .apply(via('digits'))
        .forRoutes('cats/:id(\\d+)')
        .apply(via('file'))
        .forRoutes('cats/:name.:ext'),
    )
    expect([await seen('/cats/7'), await seen('/cats/seven'), await seen('/cats/tom.png')]).toEqual([
      'digits',
      '',
      'file',
    ])
  })

  it('covers @All, HEAD and OPTIONS by the method of the request', async () => {
    @Controller('any')
    class Any {
      @Get() get() {
        return 'get'
      }
    }
    const { seen } = await placed(
      (consumer) =>
        consumer
          .apply(via('head'))
          .forRoutes({ path: 'any', method: RequestMethod.HEAD })
          .apply(via('options'))
          .forRoutes({ path: 'any', method: RequestMethod.OPTIONS })
          .apply(via('get'))
          .forRoutes({ path: 'any', method: RequestMethod.GET }),
      undefined,
      [Any],
    )
    expect(await seen('/any', { method: 'HEAD' })).toBe('head, get')
    expect(await seen('/any')).toBe('get')
    expect(await seen('/any', { method: 'OPTIONS' })).toBe('options')
    expect(await seen('/any', { method: 'DELETE' })).toBe('')
  })

  it('sees what 404 and 405 answer, too', async () => {
    const { fetch } = await placed((consumer) => consumer.apply(via('a')).forRoutes('cats', 'nowhere/*'))
    const missing = await fetch('/nowhere/1')
    expect([missing.status, missing.headers.get('via')]).toEqual([404, 'a'])
    const refused = await fetch('/cats', { method: 'DELETE' })
    expect([refused.status, refused.headers.get('via'), refused.headers.get('allow')]).toEqual([
      405,
      'a',
      'GET, HEAD, OPTIONS',
    ])
    expect((await fetch('/elsewhere')).headers.get('via')).toBe(null)
  })
})

overProtocols('with a global prefix', () => {
  it('gives middleware the parameters of the prefix', async () => {
    const seen: unknown[] = []
    const { text } = await placed(
      (consumer) =>
        consumer
          .apply(((request, _response, next) => {
            seen.push({ ...request.params })
            next()
          }) as Plain)
          .forRoutes(Cats),
      (app) => app.setGlobalPrefix('/api/:tenant'),
    )
    expect(await text('/api/acme/cats/7')).toBe('7')
    expect(seen).toEqual([{ tenant: 'acme', id: '7' }])
  })

  it('follows routes that are excluded with a method or parameters', async () => {
    const { seen } = await placed(
      (consumer) => consumer.apply(via('a')).forRoutes(Cats),
      (app) =>
        app.setGlobalPrefix('api', {
          exclude: [{ path: 'cats/:id', method: RequestMethod.PUT }, 'cats/mine'],
        }),
    )
    expect(await seen('/cats/7', { method: 'PUT' })).toBe('a')
    expect(await seen('/cats/mine')).toBe('a')
    expect(await seen('/api/cats/7')).toBe('a')
    expect(await seen('/cats/7')).toBe('')
  })

  it('takes exclusions of a middleware below it', async () => {
    const { seen } = await placed(
      (consumer) =>
        consumer
          .apply(via('a'))
          .exclude({ path: 'cats/:id', method: RequestMethod.GET }, 'health/*')
          .forRoutes('*'),
      (app) => app.setGlobalPrefix('api'),
    )
    expect([await seen('/api/cats'), await seen('/api/cats/7'), await seen('/api/health/live')]).toEqual([
      'a',
      '',
      '',
    ])
    expect(await seen('/api/cats/7', { method: 'PUT' })).toBe('a')
  })
})

overProtocols('with versions', () => {
  @Controller({ path: 'birds', version: '1' })
  class Birds1 {
    @Get() list() {
      return 'birds 1'
    }
    @Get('wings') @Version(['2', '3']) wings() {
      return 'wings'
    }
    @Get('all') @Version(VERSION_NEUTRAL) all() {
      return 'all'
    }
  }

  it('in the path and below a prefix, a path names one version, a controller all of its', async () => {
    const { seen } = await placed(
      (consumer) =>
        consumer
          .apply(via('controller'))
          .forRoutes(Birds1)
          .apply(via('three'))
          .forRoutes({ path: 'birds/wings', version: '3', method: RequestMethod.GET }),
      (app) => app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI }),
      [Birds1],
    )
    expect(await seen('/api/v1/birds')).toBe('controller')
    expect(await seen('/api/v2/birds/wings')).toBe('controller')
    expect(await seen('/api/v3/birds/wings')).toBe('controller, three')
    expect(await seen('/api/birds/all')).toBe('controller')
  })

  it.each([
    ['a header', { type: VersioningType.HEADER, header: 'x-version' }, { headers: { 'x-version': '1' } }, ''],
    [
      'the media type',
      { type: VersioningType.MEDIA_TYPE, key: 'v=' },
      { headers: { accept: 'application/json;v=1' } },
      '',
    ],
    ['the query', { type: VersioningType.QUERY }, {}, '?v=1'],
  ])('in %s, paths are the same for all', async (_name, options, init, query) => {
    const { seen } = await placed(
      (consumer) => consumer.apply(via('path')).forRoutes('birds').apply(via('controller')).forRoutes(Birds1),
      (app) => app.enableVersioning(options),
      [Birds1],
    )
    expect(await seen(`/birds${query}`, init)).toBe('path, controller')
  })
})

overProtocols('middleware of several modules', () => {
  it('is built by the module that configures it, each with its own dependencies', async () => {
    const NAME = Symbol('name')
    @Injectable()
    class Naming implements Middleware {
      constructor(@Inject(NAME) private readonly name: string) {}
      use(_request: HttpRequest, response: HttpResponse, next: NextFunction) {
        response.append('via', this.name)
        next()
      }
    }
    const part = (name: string, imports: any[] = []) => {
      @Module({ imports, providers: [{ provide: NAME, useValue: name }] })
      class Part {
        configure(consumer: MiddlewareConsumer) {
          consumer.apply(Naming).forRoutes('*')
        }
      }
      return Part
    }
    @Module({ imports: [part('one', [part('two')]), part('three')], controllers: [Cats] })
    class AppModule {}
    const { fetch } = await serve(AppModule)
    expect((await fetch('/cats')).headers.get('via')).toBe('one, three, two')
  })

  it('follows controllers to where RouterModule puts them', async () => {
    @Module({ controllers: [Cats] })
    class CatsModule {
      configure(consumer: MiddlewareConsumer) {
        consumer.apply(via('controller')).forRoutes(Cats).apply(via('path')).forRoutes('zoo/cats/mine')
      }
    }
    @Module({ imports: [CatsModule, RouterModule.register([{ path: 'zoo', module: CatsModule }])] })
    class AppModule {}
    const { fetch } = await serve(AppModule)
    expect((await fetch('/zoo/cats/7')).headers.get('via')).toBe('controller')
    expect((await fetch('/zoo/cats/mine')).headers.get('via')).toBe('controller, path')
  })

  it.each([
    [Scope.DEFAULT, 'same', 1],
    [Scope.TRANSIENT, 'same', 1],
    [Scope.REQUEST, 'own', 2],
  ])('in scope %s is built once or for each request', async (scope, _kind, made) => {
    let count = 0
    @Injectable({ scope })
    class Counted implements Middleware {
      constructor() {
        count += 1
      }
      use(_request: HttpRequest, _response: HttpResponse, next: NextFunction) {
        next()
      }
    }
    const { fetch } = await placed((consumer) => consumer.apply(Counted).forRoutes(Cats))
    await fetch('/cats')
    await fetch('/cats/7')
    expect(count).toBe(made)
  })

  it('shares the tree of the request with guards, controller and other middleware', async () => {
    let made = 0
    @Injectable({ scope: Scope.REQUEST })
    class Current {
      readonly id = ++made
      constructor(@Inject(REQUEST) readonly request: { url: string }) {}
    }
    @Injectable()
    class Marking implements Middleware {
      constructor(private readonly current: Current) {}
      use(_request: HttpRequest, response: HttpResponse, next: NextFunction) {
        response.append('via', `${this.current.id} ${this.current.request.url}`)
        next()
      }
    }
    @Injectable()
    class MarkingToo extends Marking {}
    @Controller()
    class Root {
      constructor(private readonly current: Current) {}
      @Get(':a') read() {
        return String(this.current.id)
      }
    }
    @Module({ controllers: [Root], providers: [Current] })
    class AppModule {
      configure(consumer: MiddlewareConsumer) {
        consumer.apply(Marking, MarkingToo).forRoutes('*')
      }
    }
    const { fetch } = await serve(AppModule)
    for (const id of [1, 2]) {
      const answer = await fetch(`/x${id}`)
      expect([answer.headers.get('via'), await answer.text()]).toEqual([
        `${id} /x${id}, ${id} /x${id}`,
        String(id),
      ])
    }
  })
})

overProtocols('a middleware that fails after next()', () => {
  it.each<[string, Plain]>([
    [
      'throws',
      (_request, _response, next) => {
        next()
        throw new Error('afterwards')
      },
    ],
    [
      'rejects',
      async (_request, _response, next) => {
        next()
        throw new Error('afterwards')
      },
    ],
  ])('%s: the answer stays, the log has the error', async (_name, middleware) => {
    const error = jest.fn()
    @Module({ controllers: [Cats] })
    class AppModule {
      configure(consumer: MiddlewareConsumer) {
        consumer.apply(middleware).forRoutes('*')
      }
    }
    const { text } = await serve(AppModule, { logger: { log() {}, warn() {}, error } })
    expect(await text('/cats')).toBe('list')
    expect(error.mock.calls).toEqual([[expect.objectContaining({ message: 'afterwards' }), 'GET /cats']])
  })

  it('that rejects with nothing is an error all the same', async () => {
    // eslint-disable-next-line typescript/prefer-promise-reject-errors -- that is the case
    const { fetch } = await placed((consumer) => consumer.apply(() => Promise.reject()).forRoutes('*'))
    expect((await fetch('/cats')).status).toBe(500)
  })
})

describe('what cannot be middleware, or a place for it', () => {
  class NoUse {}
  class Fine implements Middleware {
    use(_request: HttpRequest, _response: HttpResponse, next: NextFunction) {
      next()
    }
  }
  it.each<[string, (consumer: any) => unknown, RegExp]>([
    [
      'undefined',
      (consumer) => consumer.apply(via('a'), undefined),
      /apply\(\): its argument \[1\] is undefined/,
    ],
    ['a class without use()', (consumer) => consumer.apply(NoUse), /is the class NoUse/],
    [
      'an instance',
      (consumer) => consumer.apply(new Fine()),
      /is an instance of Fine.*Give a function, or a class/,
    ],
    [
      'no place',
      (consumer) => consumer.apply(Fine).forRoutes('cats', undefined),
      /forRoutes\(\): its argument \[1\]/,
    ],
    [
      'a wrong place',
      (consumer) => consumer.apply(Fine).forRoutes({ route: 'cats' }),
      /is an instance of Object/,
    ],
    [
      'an excluded class',
      (consumer) => consumer.apply(Fine).exclude(Cats),
      /exclude\(\): .* is the class Cats/,
    ],
  ])('%s is refused at boot', async (_name, configure, message) => {
    await expect(placed(configure)).rejects.toThrow(message)
    await expect(placed(configure)).rejects.toMatchObject({ code: 'CORBEL_MIDDLEWARE_INVALID' })
  })

  it('a class given to app.use is refused: nothing builds it there', async () => {
    await expect(
      placed(
        () => undefined,
        (app) => app.use(Fine),
      ),
    ).rejects.toThrow(/app.use\(\): its argument \[0\] is the class Fine\. Give a function; classes go to/)
  })
})

describe('app.describe()', () => {
  it('names the middleware of each endpoint', async () => {
    function first(_request: HttpRequest, _response: HttpResponse, next: NextFunction) {
      next()
    }
    class Second implements Middleware {
      use(_request: HttpRequest, _response: HttpResponse, next: NextFunction) {
        next()
      }
    }
    const { app } = await placed(
      (consumer) => consumer.apply(Second).forRoutes('cats'),
      (application) => application.use(first),
    )
    const middleware = Object.fromEntries(
      app.describe().endpoints.map(({ handler, middleware: names }) => [handler, names]),
    )
    expect(middleware['Cats.list']).toEqual(['first', 'Second'])
    expect(middleware['Cats.one']).toEqual(['first'])
  })
})
