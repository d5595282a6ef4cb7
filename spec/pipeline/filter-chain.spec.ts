import {
  APP_FILTER,
  BadRequestException,
  BaseExceptionFilter,
  Body,
  Catch,
  Controller,
  ForbiddenException,
  Get,
  Inject,
  Injectable,
  Module,
  NotFoundException,
  Post,
  REQUEST,
  Res,
  Scope,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type ArgumentsHost,
  type ExceptionFilter,
  type HttpResponse,
  type NextFunction,
} from 'corbel'
import { serve } from '../web/serve.js'

const answer = (host: ArgumentsHost, by: string, error: unknown) =>
  host
    .switchToHttp()
    .getResponse<HttpResponse>()
    .status(418)
    .json({ by, error: error instanceof Error ? error.message : String(error) })

/** A filter that answers with its name. */
function answering(name: string) {
  @Catch()
  class Answering implements ExceptionFilter {
    catch(error: unknown, host: ArgumentsHost) {
      answer(host, name, error)
    }
  }
  return Answering
}

/** Filters that throw something else, at once and later. */
@Catch()
class Throwing implements ExceptionFilter {
  catch(error: Error) {
    throw new ForbiddenException(`at once, after ${error.message}`)
  }
}
@Catch()
class Rejecting implements ExceptionFilter {
  async catch(error: Error) {
    await new Promise(setImmediate)
    throw new ForbiddenException(`later, after ${error.message}`)
  }
}

describe('what a filter throws', () => {
  it.each([
    ['at once', Throwing],
    ['later', Rejecting],
  ])('%s goes to the filters of the next level', async (when, filter) => {
    @Controller()
    @UseFilters(answering('controller'))
    class Root {
      @Get() @UseFilters(answering('beside'), filter) read() {
        throw new Error('first')
      }
    }
    @Module({ controllers: [Root] })
    class AppModule {}
    const { json } = await serve(AppModule)
    expect(await json('/')).toEqual({ by: 'controller', error: `${when}, after first` })
  })

  it('passes every level, then gets the default answer', async () => {
    @Controller()
    @UseFilters(Rejecting)
    class Root {
      @Get() @UseFilters(Throwing) read() {
        throw new Error('first')
      }
    }
    @Module({ controllers: [Root], providers: [{ provide: APP_FILTER, useClass: Throwing }] })
    class AppModule {}
    const { json } = await serve(AppModule, { errors: 'plain' })
    expect(await json('/')).toEqual({
      statusCode: 403,
      message: 'at once, after later, after at once, after first',
      error: 'Forbidden',
    })
  })

  it('may be the same exception: a filter for some of a kind leaves the others to the next level', async () => {
    @Catch(BadRequestException)
    class OnlyEmpty implements ExceptionFilter<BadRequestException> {
      catch(error: BadRequestException, host: ArgumentsHost) {
        if (error.message !== 'empty') throw error
        answer(host, 'only empty', error)
      }
    }
    @Controller()
    class Root {
      @Get('empty') @UseFilters(OnlyEmpty) empty() {
        throw new BadRequestException('empty')
      }
      @Get('other') @UseFilters(OnlyEmpty) other() {
        throw new BadRequestException('other')
      }
    }
    @Module({ controllers: [Root] })
    class AppModule {}
    const { json } = await serve(AppModule, {}, (app) => app.useGlobalFilters(new (answering('global'))()))
    expect(await json('/empty')).toMatchObject({ by: 'only empty' })
    expect(await json('/other')).toEqual({ by: 'global', error: 'other' })
  })
})

describe('the filters of a route', () => {
  const throwing = (error: unknown) => () => {
    throw error
  }

  it('get what guards, interceptors, pipes and handlers throw, at once or later', async () => {
    @Controller()
    @UseFilters(answering('controller'))
    class Root {
      @Get('guard') @UseGuards({ canActivate: throwing(new Error('guard')) }) guard() {}
      @Get('refusal') @UseGuards({ canActivate: () => false }) refusal() {}
      @Get('interceptor') @UseInterceptors({ intercept: throwing(new Error('interceptor')) }) interceptor() {}
      @Get('later')
      @UseInterceptors({ intercept: async () => throwing(new Error('interceptor later'))() })
      interceptorLater() {}
      @Post('pipe') @UsePipes({ transform: throwing(new Error('pipe')) }) pipe(@Body() _body: unknown) {}
      @Get('handler') async handler() {
        throw new Error('handler')
      }
    }
    @Module({ controllers: [Root] })
    class AppModule {}
    const { json, post } = await serve(AppModule)
    const by = async (path: string) => ((await json(path)) as { error: string }).error
    expect(await by('/guard')).toBe('guard')
    expect(await by('/refusal')).toBe('Forbidden resource')
    expect(await by('/interceptor')).toBe('interceptor')
    expect(await by('/later')).toBe('interceptor later')
    expect(await by('/handler')).toBe('handler')
    expect(await (await post('/pipe', {})).json()).toEqual({ by: 'controller', error: 'pipe' })
  })

  it('do not see requests without a route; global filters do', async () => {
    @Controller('cats')
    @UseFilters(answering('controller'))
    class Cats {
      @Get() read() {}
    }
    @Module({ controllers: [Cats] })
    class AppModule {}
    const { json, fetch } = await serve(AppModule, { errors: 'plain' })
    expect(await json('/nowhere')).toMatchObject({ statusCode: 404 })
    expect((await fetch('/cats', { method: 'DELETE' })).status).toBe(405)
    const watched = await serve(AppModule, {}, (app) => app.useGlobalFilters(new (answering('global'))()))
    expect(await watched.json('/nowhere')).toEqual({ by: 'global', error: 'Cannot GET /nowhere' })
    expect(await watched.json('/cats', { method: 'DELETE' })).toMatchObject({ by: 'global' })
    expect(await watched.json('/a/../b%2')).toMatchObject({ by: 'global' })
  })
})

describe('what fails before the guards', () => {
  it('is for global filters alone: middleware and reading the body are not part of the route', async () => {
    @Controller('cats')
    @UseFilters(answering('controller'))
    class Cats {
      @Post() create(@Body() _body: unknown) {
        throw new Error('handler')
      }
    }
    @Module({ controllers: [Cats], providers: [{ provide: APP_FILTER, useClass: answering('app') }] })
    class AppModule {
      configure(consumer: any) {
        consumer
          .apply((request: { query: { fail?: string } }, _response: unknown, next: NextFunction) =>
            next(request.query.fail === undefined ? undefined : new Error('middleware')),
          )
          .forRoutes('cats')
      }
    }
    const { json } = await serve(AppModule)
    const send = async (path: string, body: string) =>
      (await json(path, { method: 'POST', body, headers: { 'content-type': 'application/json' } })) as {
        by: string
      }
    expect((await send('/cats', '{}')).by).toBe('controller')
    expect((await send('/cats?fail', '{}')).by).toBe('app')
    expect((await send('/cats', '{')).by).toBe('app')
  })
})

describe('global filters', () => {
  @Controller('cats')
  class Cats {
    @Post() create(@Body() body: unknown) {
      return body
    }
    @Get('sent') sent(@Res() response: HttpResponse) {
      response.status(200).send('whole')
      throw new Error('too late')
    }
    @Get('begun') begun(@Res() response: HttpResponse) {
      response.write('beg')
      throw new NotFoundException('in the middle')
    }
  }

  it.each([
    ['broken JSON', { body: '{', headers: { 'content-type': 'application/json' } }],
    ['an unknown type', { body: 'x', headers: { 'content-type': 'application/x-unknown' } }],
    ['too much', { body: JSON.stringify('x'.repeat(300)), headers: { 'content-type': 'application/json' } }],
  ])('get what is wrong with a body: %s', async (_name, init) => {
    @Module({ controllers: [Cats], providers: [{ provide: APP_FILTER, useClass: answering('app') }] })
    class AppModule {}
    const { json } = await serve(AppModule, { body: { limit: 200 } })
    expect(await json('/cats', { method: 'POST', ...init })).toMatchObject({ by: 'app' })
  })

  it('get errors of middleware, in whichever way it gives them', async () => {
    @Module({ controllers: [Cats], providers: [{ provide: APP_FILTER, useClass: answering('app') }] })
    class AppModule {
      configure(consumer: any) {
        const fail = (how: string, next: NextFunction) => {
          if (how.endsWith('throws')) throw new Error('thrown')
          if (how.endsWith('rejects')) return Promise.reject(new Error('rejected'))
          return next(new Error('next'))
        }
        consumer
          .apply((request: { url: string }, _response: unknown, next: NextFunction) =>
            fail(request.url, next),
          )
          .forRoutes('*')
      }
    }
    const { json } = await serve(AppModule)
    expect(await json('/throws')).toEqual({ by: 'app', error: 'thrown' })
    expect(await json('/rejects')).toEqual({ by: 'app', error: 'rejected' })
    expect(await json('/cats')).toEqual({ by: 'app', error: 'next' })
  })

  it('are asked after an answer was sent, which stays as it is', async () => {
    const seen: unknown[] = []
    @Catch()
    class Watching extends BaseExceptionFilter<Error> {
      override catch(error: Error, host: ArgumentsHost) {
        seen.push([error.message, host.switchToHttp().getResponse<HttpResponse>().headersSent])
        super.catch(error, host)
      }
    }
    @Module({ controllers: [Cats], providers: [{ provide: APP_FILTER, useClass: Watching }] })
    class AppModule {}
    const error = jest.fn()
    const { text, fetch } = await serve(AppModule, { logger: { log() {}, warn() {}, error } })
    expect(await text('/cats/sent')).toBe('whole')
    // a body that was begun cannot become another answer: the client has to notice
    await expect(text('/cats/begun')).rejects.toThrow()
    expect((await fetch('/nowhere')).status).toBe(404)
    expect(seen).toEqual([
      ['too late', true],
      ['in the middle', true],
      ['Cannot GET /nowhere', false],
    ])
    expect(error).toHaveBeenCalledTimes(1)
  })

  it('given to useGlobalFilters and as APP_FILTER are one level: the most specific answers', async () => {
    @Catch(NotFoundException)
    class Missing implements ExceptionFilter {
      catch(error: unknown, host: ArgumentsHost) {
        answer(host, 'missing', error)
      }
    }
    @Module({ controllers: [Cats], providers: [{ provide: APP_FILTER, useClass: Missing }] })
    class AppModule {}
    const { json } = await serve(AppModule, {}, (app) => app.useGlobalFilters(new (answering('all'))()))
    expect(await json('/nowhere')).toMatchObject({ by: 'missing' })
    expect(await json('/cats', { method: 'PUT' })).toMatchObject({ by: 'all' })
  })

  it.each([Scope.DEFAULT, Scope.REQUEST, Scope.TRANSIENT])(
    'have dependencies, in scope %s, also without a route',
    async (scope) => {
      @Injectable({ scope })
      class Words {
        readonly said: string[] = []
      }
      @Injectable({ scope })
      @Catch()
      class Wordy implements ExceptionFilter {
        constructor(private readonly words: Words) {}
        catch(error: unknown, host: ArgumentsHost) {
          this.words.said.push('said')
          answer(host, `wordy ${this.words.said.length}`, error)
        }
      }
      @Module({ controllers: [Cats], providers: [Words, { provide: APP_FILTER, useClass: Wordy }] })
      class AppModule {}
      const { json } = await serve(AppModule)
      await json('/nowhere')
      expect(await json('/nowhere')).toMatchObject({ by: scope === Scope.REQUEST ? 'wordy 1' : 'wordy 2' })
    },
  )

  it('that need REQUEST get it for requests without a route, too', async () => {
    @Catch()
    class Asking implements ExceptionFilter {
      constructor(@Inject(REQUEST) private readonly request: { url: string }) {}
      catch(error: unknown, host: ArgumentsHost) {
        answer(host, this.request.url, error)
      }
    }
    @Module({ controllers: [Cats], providers: [{ provide: APP_FILTER, useClass: Asking }] })
    class AppModule {}
    const { json } = await serve(AppModule)
    expect(await json('/nowhere?x')).toMatchObject({ by: '/nowhere?x' })
  })
})
