import {
  Controller,
  Get,
  Global,
  Inject,
  Injectable,
  Module,
  NotFoundException,
  Param,
  Post,
  REQUEST,
  RequestMethod,
  Scope,
  UseGuards,
  Version,
  type HttpRequest,
  type HttpResponse,
  type Middleware,
  type MiddlewareConsumer,
  type NextFunction,
} from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

@Controller('cats')
class Cats {
  @Get() list() {
    return 'list'
  }
  @Post() create() {
    return 'create'
  }
  @Get(':id') one(@Param('id') id: string) {
    return id
  }
}
@Controller('dogs')
class Dogs {
  @Get() list() {
    return 'dogs'
  }
}

/** Notes its name in the response header `via`. */
const via = (name: string) => (_request: HttpRequest, response: HttpResponse, next: NextFunction) => {
  response.append('via', name)
  next()
}

/** An application with Cats and Dogs whose middleware is placed by a function. */
async function placed(configure: (consumer: MiddlewareConsumer) => unknown, setUp?: (app: any) => unknown) {
  @Module({ controllers: [Cats, Dogs] })
  class AppModule {
    configure(consumer: MiddlewareConsumer) {
      return configure(consumer)
    }
  }
  const served = await serve(AppModule, {}, setUp)
  return {
    ...served,
    via: async (path: string, init?: RequestInit) =>
      (await served.fetch(path, init)).headers.get('via') ?? '',
  }
}

overProtocols('forRoutes', () => {
  it('by a path covers every method of that path, and nothing else', async () => {
    const { via: seen } = await placed((consumer) => consumer.apply(via('a')).forRoutes('cats'))
    expect(await seen('/cats')).toBe('a')
    expect(await seen('/cats', { method: 'POST' })).toBe('a')
    expect(await seen('/cats/')).toBe('a')
    expect(await seen('/cats/1')).toBe('')
    expect(await seen('/dogs')).toBe('')
  })

  it('by a path with a method covers that, and HEAD with GET', async () => {
    for (const method of [RequestMethod.GET, 'GET', 'get']) {
      const { via: seen } = await placed((consumer) =>
        consumer.apply(via('a')).forRoutes({ path: '/cats', method }),
      )
      expect(await seen('/cats')).toBe('a')
      expect(await seen('/cats', { method: 'HEAD' })).toBe('a')
      expect(await seen('/cats', { method: 'POST' })).toBe('')
    }
    const all = await placed((consumer) =>
      consumer.apply(via('a')).forRoutes({ path: 'cats', method: RequestMethod.ALL }),
    )
    expect(await all.via('/cats', { method: 'POST' })).toBe('a')
  })

  it('by a controller covers its routes with their methods', async () => {
    const { via: seen } = await placed((consumer) => consumer.apply(via('a')).forRoutes(Cats))
    expect(await seen('/cats')).toBe('a')
    expect(await seen('/cats/7')).toBe('a')
    expect(await seen('/cats/7', { method: 'PUT' })).toBe('')
    expect(await seen('/dogs')).toBe('')
  })

  it.each(['*', '/*', '*path', '{*path}', '/{*path}', '(.*)'])(
    'by %s covers everything, also 404s',
    async (pattern) => {
      const { via: seen } = await placed((consumer) => consumer.apply(via('a')).forRoutes(pattern))
      for (const path of ['/', '/cats', '/cats/7', '/nowhere/at/all']) expect(await seen(path)).toBe('a')
    },
  )

  it.each(['cats/*', 'cats/*rest', 'cats/(.*)'])('by %s covers what is below', async (pattern) => {
    const { via: seen } = await placed((consumer) => consumer.apply(via('a')).forRoutes(pattern))
    expect(await seen('/cats/7')).toBe('a')
    expect(await seen('/cats/7/8')).toBe('a')
    expect(await seen('/dogs')).toBe('')
  })

  it('takes several, and runs a middleware once where they overlap', async () => {
    const { via: seen } = await placed((consumer) => consumer.apply(via('a')).forRoutes('cats', Cats, '*'))
    expect(await seen('/cats')).toBe('a')
  })

  it('can follow several times', async () => {
    const { via: seen } = await placed((consumer) =>
      consumer.apply(via('a')).forRoutes('cats').apply(via('b'), via('c')).forRoutes(Dogs),
    )
    expect([await seen('/cats'), await seen('/dogs')]).toEqual(['a', 'b, c'])
  })

  it('is found whatever the spelling of the path', async () => {
    const { app } = await placed((consumer) => consumer.apply(via('a')).forRoutes('cats', 'cats/:id'))
    for (const url of ['/%63ats', '//cats', '/cats//', '/c%61ts?x=/dogs', '/cats/%37', '//cats//7']) {
      const answer = await app.inject(url)
      expect([url, answer.statusCode, answer.headers['via']]).toEqual([url, 200, 'a'])
    }
    for (const url of ['/./cats', '/dogs/../cats', '/%2e/cats', '/cats%00']) {
      expect([url, (await app.inject(url)).statusCode]).toEqual([url, 400])
    }
    expect((await app.inject('/CATS')).statusCode).toBe(404)
  })
})

overProtocols('exclude', () => {
  it('takes paths, patterns and methods out', async () => {
    const { via: seen } = await placed((consumer) =>
      consumer
        .apply(via('a'))
        .exclude('dogs', { path: 'cats', method: RequestMethod.POST })
        .exclude('cats/:id')
        .forRoutes('*'),
    )
    expect(await seen('/cats')).toBe('a')
    expect(await seen('/cats', { method: 'POST' })).toBe('')
    expect(await seen('/cats/7')).toBe('')
    expect(await seen('/dogs')).toBe('')
  })

  it('takes routes of a controller out', async () => {
    const { via: seen } = await placed((consumer) =>
      consumer.apply(via('a')).exclude('cats/(.*)').forRoutes(Cats),
    )
    expect([await seen('/cats'), await seen('/cats/7')]).toEqual(['a', ''])
  })
})

overProtocols('with a global prefix', () => {
  const prefix = (app: any) => app.setGlobalPrefix('api', { exclude: ['dogs'] })

  it('paths and controllers are meant below it, and exclusions, too', async () => {
    const { via: seen } = await placed(
      (consumer) =>
        consumer.apply(via('a')).forRoutes('cats').apply(via('b')).exclude('cats').forRoutes(Cats, Dogs),
      prefix,
    )
    expect(await seen('/api/cats')).toBe('a')
    expect(await seen('/api/cats/7')).toBe('b')
    expect(await seen('/dogs')).toBe('b')
    expect(await seen('/cats')).toBe('')
  })

  it('* covers everything below it and what is excluded from it', async () => {
    const { via: seen } = await placed((consumer) => consumer.apply(via('a')).forRoutes('*'), prefix)
    expect(await seen('/api/cats')).toBe('a')
    expect(await seen('/api')).toBe('a')
    expect(await seen('/dogs')).toBe('a')
  })
})

overProtocols('with versions in the path', () => {
  it('a controller covers its routes in all their versions; a path may name one', async () => {
    @Controller({ path: 'birds', version: ['1', '2'] })
    class Birds {
      @Get() list() {
        return 'birds'
      }
      @Get('three') @Version('3') three() {
        return 'three'
      }
    }
    @Module({ controllers: [Birds] })
    class AppModule {
      configure(consumer: MiddlewareConsumer) {
        consumer.apply(via('a')).forRoutes(Birds).apply(via('b')).forRoutes({ path: 'birds', version: '2' })
      }
    }
    const { fetch } = await serve(AppModule, {}, (app) => app.enableVersioning())
    const seen = async (path: string) => (await fetch(path)).headers.get('via')
    expect([await seen('/v1/birds'), await seen('/v2/birds'), await seen('/v3/birds/three')]).toEqual([
      'a',
      'a, b',
      'a',
    ])
  })
})

overProtocols('middleware classes', () => {
  it('are built by the container, also where they are request-scoped or need something that is', async () => {
    let made = 0
    @Injectable()
    class Names {
      readonly name = 'named'
    }
    @Injectable({ scope: Scope.REQUEST })
    class Current {
      readonly id = ++made
      constructor(@Inject(REQUEST) readonly request: { url: string }) {}
    }
    @Injectable()
    class OnCurrent {
      constructor(readonly current: Current) {}
    }
    @Injectable()
    class Single implements Middleware {
      constructor(private readonly names: Names) {}
      use(_request: HttpRequest, response: HttpResponse, next: NextFunction) {
        response.setHeader('x-name', this.names.name)
        next()
      }
    }
    @Injectable()
    class PerRequest implements Middleware {
      constructor(private readonly below: OnCurrent) {}
      use(_request: HttpRequest, response: HttpResponse, next: NextFunction) {
        response.setHeader('x-current', `${this.below.current.id} ${this.below.current.request.url}`)
        next()
      }
    }
    @Controller()
    class Root {
      constructor(readonly current: Current) {}
      @Get(':a') read() {
        return String(this.current.id)
      }
    }
    @Module({ controllers: [Root], providers: [Names, Current, OnCurrent] })
    class AppModule {
      configure(consumer: MiddlewareConsumer) {
        consumer.apply(Single, [PerRequest]).forRoutes(Root)
      }
    }
    const { fetch } = await serve(AppModule)
    for (const id of [1, 2]) {
      const answer = await fetch(`/x${id}`)
      expect(answer.headers.get('x-name')).toBe('named')
      // the controller shares the tree of the request with the middleware
      expect(answer.headers.get('x-current')).toBe(`${id} /x${id}`)
      expect(await answer.text()).toBe(String(id))
    }
  })

  it('are told at boot if something is missing', async () => {
    @Injectable()
    class Needy implements Middleware {
      constructor(readonly cats: Cats) {}
      use() {}
    }
    await expect(placed((consumer) => consumer.apply(Needy).forRoutes('*'))).rejects.toThrow(
      /Needy\(\?\): Needy in AppModule needs Cats/,
    )
  })
})

overProtocols('the order of middleware', () => {
  it('is app.use, then global modules, the root, and what it imports, each as configured', async () => {
    @Module({})
    class Deep {
      configure(consumer: MiddlewareConsumer) {
        consumer.apply(via('deep')).forRoutes('*')
      }
    }
    @Module({ imports: [Deep] })
    class First {
      configure(consumer: MiddlewareConsumer) {
        consumer.apply(via('first')).forRoutes('*')
      }
    }
    @Module({})
    class Second {
      async configure(consumer: MiddlewareConsumer) {
        await new Promise(setImmediate)
        consumer.apply(via('second')).forRoutes('*')
      }
    }
    @Global()
    @Module({})
    class Everywhere {
      configure(consumer: MiddlewareConsumer) {
        consumer.apply(via('global')).forRoutes('*')
      }
    }
    @Module({ imports: [First, Second, Everywhere], controllers: [Cats] })
    class AppModule {
      configure(consumer: MiddlewareConsumer) {
        consumer.apply(via('root 1'), via('root 2')).forRoutes('*').apply(via('root 3')).forRoutes(Cats)
      }
    }
    const { fetch } = await serve(AppModule, {}, (app) => app.use(via('use 1'), via('use 2')))
    expect((await fetch('/cats')).headers.get('via')).toBe(
      'use 1, use 2, global, root 1, root 2, root 3, first, second, deep',
    )
  })

  it('is before guards', async () => {
    @Controller()
    @UseGuards({
      canActivate: (context) => context.switchToHttp().getRequest<HttpRequest>()['user'] === 'ada',
    })
    class Root {
      @Get() read() {
        return 'in'
      }
    }
    @Module({ controllers: [Root] })
    class AppModule {
      configure(consumer: MiddlewareConsumer) {
        consumer
          .apply((request: HttpRequest, _response: HttpResponse, next: NextFunction) => {
            request['user'] = request.query['user']
            next()
          })
          .forRoutes('*')
      }
    }
    const { fetch } = await serve(AppModule)
    expect((await fetch('/?user=ada')).status).toBe(200)
    expect((await fetch('/')).status).toBe(403)
  })
})

overProtocols('a middleware', () => {
  type Plain = (request: HttpRequest, response: HttpResponse, next: NextFunction) => unknown
  const one = (middleware: Plain) => placed((consumer) => consumer.apply(middleware).forRoutes('*'))

  it('may answer by itself', async () => {
    const { fetch } = await one((_request, response) => response.status(418).send('own'))
    const answer = await fetch('/cats')
    expect([answer.status, await answer.text()]).toEqual([418, 'own'])
  })

  it('may answer as Node does', async () => {
    const { fetch } = await one((_request, response) => {
      response.statusCode = 204
      response.setHeader('Content-Length', '0')
      response.end()
    })
    expect((await fetch('/cats')).status).toBe(204)
    const { text } = await one((_request, response) => {
      response.setHeader('Content-Length', '3')
      response.setHeader('Transfer-Encoding', 'identity')
      response.end('own')
    })
    expect(await text('/cats')).toBe('own')
  })

  it('may be asynchronous', async () => {
    const { text } = await one(async (_request, _response, next) => {
      await new Promise(setImmediate)
      next()
    })
    expect(await text('/cats')).toBe('list')
  })

  it.each<[string, Plain, number]>([
    ['hands an error to next', (_q, _s, next) => next(new Error('secret')), 500],
    ['hands an HttpException to next', (_q, _s, next) => next(new NotFoundException()), 404],
    [
      'throws',
      () => {
        throw new NotFoundException()
      },
      404,
    ],
    [
      'rejects',
      async () => {
        throw new NotFoundException()
      },
      404,
    ],
    [
      'hands on an error of a library',
      (_q, _s, next) => next(Object.assign(new Error('big'), { status: 413 })),
      413,
    ],
  ])('that %s is answered with its status', async (_name, middleware, status) => {
    const { fetch } = await one(middleware)
    const answer = await fetch('/cats')
    expect(answer.status).toBe(status)
    expect(await answer.text()).not.toContain('secret')
  })

  it('may call next twice: the rest runs once', async () => {
    const seen: string[] = []
    const { text } = await placed((consumer) =>
      consumer
        .apply(
          (_request: HttpRequest, _response: HttpResponse, next: NextFunction) => {
            next()
            next()
          },
          (_request: HttpRequest, _response: HttpResponse, next: NextFunction) => {
            seen.push('second')
            next()
          },
        )
        .forRoutes('*'),
    )
    expect(await text('/cats')).toBe('list')
    expect(seen).toEqual(['second'])
  })

  it('may answer and call next all the same', async () => {
    const { text } = await one((_request, response, next) => {
      response.send('own')
      next()
    })
    expect(await text('/cats')).toBe('own')
  })

  it('sees the body, and the parameters of the route', async () => {
    const seen: unknown[] = []
    const { post, text } = await one((request, _response, next) => {
      seen.push(request.body, { ...request.params })
      next()
    })
    await post('/cats', { name: 'Tom' })
    await text('/cats/7')
    expect(seen).toEqual([{ name: 'Tom' }, {}, undefined, { id: '7' }])
  })

  it('sets a status and headers that the result keeps', async () => {
    const { fetch } = await one((_request, response, next) => {
      response.setHeader('x-own', '1')
      response.cookie('a', '1')
      next()
    })
    const answer = await fetch('/cats', { method: 'POST' })
    expect([answer.status, answer.headers.get('x-own'), answer.headers.getSetCookie().length]).toEqual([
      201,
      '1',
      1,
    ])
    expect(await answer.text()).toBe('create')
    const missing = await fetch('/nowhere')
    expect([missing.status, missing.headers.get('x-own')]).toEqual([404, '1'])
  })
})

overProtocols('app.use', () => {
  const start = (configure: (app: any) => unknown) => {
    @Module({ controllers: [Cats, Dogs] })
    class AppModule {}
    return serve(AppModule, {}, configure)
  }

  it('with a path covers it and everything below, and shows what comes after it', async () => {
    const seen: unknown[] = []
    const { fetch, text } = await start((app) =>
      app.use('/cats', (request: any, response: HttpResponse, next: NextFunction) => {
        seen.push([request.url, request.originalUrl, request.baseUrl])
        response.setHeader('via', 'a')
        next()
      }),
    )
    expect((await fetch('/cats/7?x=1')).headers.get('via')).toBe('a')
    expect(await text('/cats/7?x=1')).toBe('7')
    await fetch('/cats?y')
    expect((await fetch('/catsuit')).headers.get('via')).toBe(null)
    expect((await fetch('/dogs')).headers.get('via')).toBe(null)
    expect(seen).toEqual([
      ['/7?x=1', '/cats/7?x=1', '/cats'],
      ['/7?x=1', '/cats/7?x=1', '/cats'],
      ['/?y', '/cats?y', '/cats'],
    ])
  })

  it('with a path is found whatever its spelling', async () => {
    const { app } = await start((app) => app.use('/cats', via('a')))
    for (const url of ['/%63ats', '//cats', '/cats/%37'])
      expect((await app.inject(url)).headers['via']).toBe('a')
  })

  it('may change the URL: the route of the new one answers', async () => {
    const { text } = await start((app) =>
      app.use((request: HttpRequest, _response: HttpResponse, next: NextFunction) => {
        request.url = request.url.replace('/old-cats', '/cats')
        next()
      }),
    )
    expect(await text('/old-cats/7')).toBe('7')
  })

  it('runs for 404s as well', async () => {
    const { fetch } = await start((app) => app.use(via('a')))
    const answer = await fetch('/nowhere')
    expect([answer.status, answer.headers.get('via')]).toEqual([404, 'a'])
  })
})
