import {
  APP_FILTER,
  BadRequestException,
  Catch,
  Controller,
  ForbiddenException,
  Get,
  HttpException,
  Inject,
  Injectable,
  Module,
  NotFoundException,
  REQUEST,
  Scope,
  UseFilters,
  type ArgumentsHost,
  type ExceptionFilter,
  type HttpResponse,
} from 'corbel'
import { serve } from '../web/serve.js'

const answer = (host: ArgumentsHost, by: string) =>
  host.switchToHttp().getResponse<HttpResponse>().status(418).json({ by })

class AppError extends Error {}
class DatabaseError extends AppError {}

/** Serves `GET /` that throws, with these filters on the method. */
async function throwing(error: unknown, ...filters: any[]) {
  @Controller()
  class Root {
    @Get() @UseFilters(...filters) read() {
      throw error
    }
    @Get('later') @UseFilters(...filters) async later() {
      throw error
    }
  }
  @Module({ controllers: [Root] })
  class AppModule {}
  return serve(AppModule)
}

@Catch()
class CatchAll implements ExceptionFilter {
  catch(_error: unknown, host: ArgumentsHost) {
    answer(host, 'all')
  }
}
@Catch(HttpException)
class CatchHttp implements ExceptionFilter {
  catch(_error: HttpException, host: ArgumentsHost) {
    answer(host, 'http')
  }
}
@Catch(BadRequestException, AppError)
class CatchSome implements ExceptionFilter {
  catch(_error: Error, host: ArgumentsHost) {
    answer(host, 'some')
  }
}

describe('@Catch', () => {
  it('without a type catches everything, also what is no Error', async () => {
    for (const error of [new Error('x'), new NotFoundException(), 'text', undefined, { a: 1 }]) {
      const { json } = await throwing(error, CatchAll)
      expect(await json('/')).toEqual({ by: 'all' })
      expect(await json('/later')).toEqual({ by: 'all' })
    }
  })

  it('catches the named types and their subclasses, and nothing else', async () => {
    for (const [error, status] of [
      [new BadRequestException(), 418],
      [new AppError(), 418],
      [new DatabaseError(), 418],
      [new ForbiddenException(), 403],
      [new Error('x'), 500],
    ] as const) {
      const { fetch } = await throwing(error, CatchSome)
      expect((await fetch('/')).status).toBe(status)
    }
  })

  it('of several on one level the most specific wins, in whatever order they stand', async () => {
    for (const filters of [
      [CatchAll, CatchHttp, CatchSome],
      [CatchSome, CatchHttp, CatchAll],
    ]) {
      const by = async (error: unknown) => (await (await throwing(error, ...filters)).json('/')).by as string
      expect(await by(new BadRequestException())).toBe('some')
      expect(await by(new ForbiddenException())).toBe('http')
      expect(await by(new Error('x'))).toBe('all')
    }
  })

  it('is inherited by filters that extend a filter', async () => {
    @Injectable()
    class Derived extends CatchHttp {
      override catch(_error: HttpException, host: ArgumentsHost) {
        answer(host, 'derived')
      }
    }
    const { json } = await throwing(new ForbiddenException(), Derived)
    expect(await json('/')).toEqual({ by: 'derived' })
    expect((await (await throwing(new Error('x'), Derived)).fetch('/')).status).toBe(500)
  })

  it('a near catch-all hides a specific filter further out', async () => {
    @Controller()
    @UseFilters(CatchHttp)
    class Root {
      @Get() @UseFilters(CatchAll) read() {
        throw new ForbiddenException()
      }
    }
    @Module({ controllers: [Root] })
    class AppModule {}
    expect(await (await serve(AppModule)).json('/')).toEqual({ by: 'all' })
  })
})

describe('a filter', () => {
  it('may be asynchronous', async () => {
    @Catch()
    class Later implements ExceptionFilter {
      async catch(_error: unknown, host: ArgumentsHost) {
        await new Promise(setImmediate)
        answer(host, 'later')
      }
    }
    expect(await (await throwing(new Error('x'), Later)).json('/')).toEqual({ by: 'later' })
  })

  it('may be an instance', async () => {
    expect(await (await throwing(new Error('x'), new CatchAll())).json('/')).toEqual({ by: 'all' })
  })

  it('may return what is to be sent', async () => {
    @Catch()
    class Returning implements ExceptionFilter {
      catch(error: Error, host: ArgumentsHost) {
        host.switchToHttp().getResponse<HttpResponse>().status(400)
        return { message: error.message }
      }
    }
    const { fetch } = await throwing(new Error('x'), Returning)
    const response = await fetch('/')
    expect([response.status, await response.json()]).toEqual([400, { message: 'x' }])
  })

  it('that throws is answered like any other error', async () => {
    for (const [thrown, status] of [
      [new ForbiddenException('from the filter'), 403],
      [new Error('broken filter'), 500],
    ] as const) {
      @Catch()
      class Throwing implements ExceptionFilter {
        catch() {
          throw thrown
        }
      }
      @Catch()
      class Rejecting implements ExceptionFilter {
        async catch() {
          throw thrown
        }
      }
      for (const filter of [Throwing, Rejecting]) {
        expect((await (await throwing(new Error('x'), filter)).fetch('/')).status).toBe(status)
      }
    }
  })

  it('gets the request with the route', async () => {
    @Catch()
    class Telling implements ExceptionFilter {
      catch(error: Error, host: ArgumentsHost) {
        const http = host.switchToHttp()
        const { url, params } = http.getRequest<{ url: string; params: object }>()
        http.getResponse<HttpResponse>().status(400).json({ url, params, message: error.message })
      }
    }
    @Controller('cats')
    class Cats {
      @Get(':id') @UseFilters(Telling) read() {
        throw new Error('no cat')
      }
    }
    @Module({ controllers: [Cats] })
    class AppModule {}
    const { json } = await serve(AppModule)
    expect(await json('/cats/1?x')).toEqual({ url: '/cats/1?x', params: { id: '1' }, message: 'no cat' })
  })

  it('may be request-scoped', async () => {
    let made = 0
    @Catch()
    @Injectable({ scope: Scope.REQUEST })
    class Scoped implements ExceptionFilter {
      readonly id = ++made
      constructor(@Inject(REQUEST) private readonly request: { url: string }) {}
      catch(_error: unknown, host: ArgumentsHost) {
        answer(host, `${this.id} ${this.request.url}`)
      }
    }
    const { json } = await throwing(new Error('x'), Scoped)
    expect(await json('/')).toEqual({ by: '1 /' })
    expect(await json('/later')).toEqual({ by: '2 /later' })
  })
})

describe('APP_FILTER', () => {
  it.each([
    ['useClass', { useClass: CatchHttp }],
    ['useValue', { useValue: new CatchHttp() }],
    ['useFactory', { useFactory: () => new CatchHttp() }],
    ['useExisting', { useExisting: CatchHttp }],
    ['useClass in request scope', { useClass: CatchHttp, scope: Scope.REQUEST }],
  ])('by %s catches only what its class names', async (_name, form) => {
    @Controller()
    class Root {
      @Get('http') http() {
        throw new ForbiddenException()
      }
      @Get('other') other() {
        throw new Error('x')
      }
    }
    @Module({ controllers: [Root], providers: [CatchHttp, { provide: APP_FILTER, ...form } as never] })
    class AppModule {}
    const { fetch } = await serve(AppModule)
    expect((await fetch('/http')).status).toBe(418)
    expect((await fetch('/nowhere')).status).toBe(418)
    expect((await fetch('/other')).status).toBe(500)
  })

  it('also answers errors of middleware and of reading the body', async () => {
    @Controller()
    class Root {
      @Get() read() {}
    }
    @Module({
      controllers: [Root],
      providers: [{ provide: APP_FILTER, useClass: CatchAll }],
    })
    class AppModule {}
    const { json } = await serve(AppModule, {}, (app) =>
      app.use((request: any, _response: any, next: (error?: unknown) => void) =>
        next(request.url === '/' ? new Error('x') : undefined),
      ),
    )
    expect(await json('/')).toEqual({ by: 'all' })
  })
})
