import {
  APP_FILTER,
  APP_GUARD,
  BadRequestException,
  BaseExceptionFilter,
  Catch,
  Controller,
  createApp,
  DefaultValuePipe,
  Get,
  HttpAdapterHost,
  HttpException,
  Injectable,
  Module,
  Param,
  ParseArrayPipe,
  ParseEnumPipe,
  ParseIntPipe,
  ParseUUIDPipe,
  Query,
  Reflector,
  RequestMethod,
  UseFilters,
  UseGuards,
  UseInterceptors,
  type Application,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ConfiguresMiddleware,
  type ExceptionFilter,
  type ExecutionContext,
  type HttpRequest,
  type HttpResponse,
  type Interceptor,
  type Middleware,
  type MiddlewareConsumer,
  type NextFunction,
  type PipeTransform,
} from 'corbel'
import { map, timeout } from 'rxjs'

// #region guard
const Roles = Reflector.createDecorator<string[]>()

@Injectable()
class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const allowed = this.reflector.getAllAndOverride(Roles, [context.getHandler(), context.getClass()])
    if (allowed === undefined) return true
    const role = context.switchToHttp().getRequest<HttpRequest>().get('x-role')
    return role !== undefined && allowed.includes(role) // false answers 403
  }
}
// #endregion

// #region interceptor
@Injectable()
class Envelope implements Interceptor {
  async intercept(_context: ExecutionContext, next: CallHandler): Promise<object> {
    const data = await next.handle() // the handler runs now
    return { data }
  }
}

@Injectable()
class Limited implements Interceptor {
  intercept(_context: ExecutionContext, next: CallHandler): never {
    return next.handle().pipe(
      timeout(1000),
      map((value) => value),
    ) // or as a stream, with RxJS
  }
}
// #endregion

// #region interceptor-more
@Injectable()
class Cached implements Interceptor {
  private readonly answers = new Map<string, unknown>()

  async intercept(context: ExecutionContext, next: CallHandler): Promise<unknown> {
    const { url } = context.switchToHttp().getRequest<HttpRequest>()
    if (!this.answers.has(url)) this.answers.set(url, await next.handle())
    return this.answers.get(url) // known: the handler does not run
  }
}

@Injectable()
class Retried implements Interceptor {
  async intercept(_context: ExecutionContext, next: CallHandler): Promise<unknown> {
    try {
      return await next.handle()
    } catch (error) {
      if (error instanceof HttpException) throw error // the client's mistake will not go away
      return next.handle() // each handle() that is awaited or returned runs pipes and handler again
    }
  }
}
// #endregion

// #region pipe
class ParseSlug implements PipeTransform<string, string> {
  transform(value: string): string {
    if (!/^[a-z0-9-]+$/.test(value))
      throw new BadRequestException('a slug has small letters, digits and dashes')
    return value
  }
}
// #endregion

// #region built-in-pipes
enum Cut {
  Ashlar = 'ashlar',
  Rubble = 'rubble',
}

@Controller('quarry')
class QuarryController {
  @Get() list(
    @Query('page', new DefaultValuePipe(1), ParseIntPipe) page: number,
    @Query('cut', new ParseEnumPipe(Cut, { optional: true })) cut?: Cut,
    @Query('ids', new ParseArrayPipe({ items: Number, optional: true })) ids?: number[],
  ): object {
    return { page, cut, ids }
  }

  @Get(':id') find(@Param('id', new ParseUUIDPipe({ version: '4' })) id: string): object {
    return { id }
  }
}
// #endregion

// #region filter
class StoneMissing extends Error {}

@Catch(StoneMissing)
class StoneMissingFilter implements ExceptionFilter<StoneMissing> {
  catch(error: StoneMissing, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<HttpResponse>().status(404).json({ missing: error.message })
  }
}
// #endregion

// #region catch-all
@Catch()
class Everything implements ExceptionFilter {
  constructor(private readonly host: HttpAdapterHost) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const { httpAdapter } = this.host
    const http = host.switchToHttp()
    const status = exception instanceof HttpException ? exception.getStatus() : 500
    const path = httpAdapter.getRequestUrl(http.getRequest())
    httpAdapter.reply(http.getResponse(), { status, path }, status)
  }
}

@Catch()
class Counting extends BaseExceptionFilter {
  failures = 0

  override catch(exception: unknown, host: ArgumentsHost): void {
    this.failures += 1
    super.catch(exception, host) // the default answer
  }
}
// #endregion

// #region controller
@Controller('stones')
@UseGuards(RolesGuard)
@UseFilters(StoneMissingFilter)
class StonesController {
  @Get(':slug')
  @Roles(['mason'])
  @UseInterceptors(Limited, Envelope)
  find(@Param('slug', ParseSlug) slug: string): object {
    if (slug !== 'corbel') throw new StoneMissing(slug)
    return { slug }
  }
}
// #endregion

// #region middleware
@Injectable()
class RequestId implements Middleware {
  use(_request: HttpRequest, response: HttpResponse, next: NextFunction): void {
    response.setHeader('x-request-id', crypto.randomUUID())
    next()
  }
}

@Module({ controllers: [StonesController] })
class AppModule implements ConfiguresMiddleware {
  configure(consumer: MiddlewareConsumer): void {
    consumer
      .apply(RequestId)
      .exclude('stones/internal')
      .forRoutes('*')
      .apply(noStore)
      .forRoutes(StonesController, { path: 'reports/*', method: RequestMethod.GET })
  }
}

function noStore(_request: HttpRequest, response: HttpResponse, next: NextFunction): void {
  response.setHeader('cache-control', 'no-store')
  next()
}
// #endregion

// #region global
@Module({
  imports: [AppModule],
  controllers: [QuarryController],
  providers: [
    { provide: APP_GUARD, useClass: RolesGuard }, // built here, with dependencies
    { provide: APP_FILTER, useClass: Everything },
  ],
})
class WholeModule {}

async function start(): Promise<Application> {
  const app = await createApp(WholeModule, { logger: false })
  return app.useGlobalInterceptors(new Retried()) // instances that you make
}
// #endregion

describe('docs/pipeline.md', () => {
  it('runs guard, interceptors, pipe, filter and middleware', async () => {
    const app = await createApp(AppModule, { logger: false })
    const get = (url: string, role = 'mason') => app.inject({ url, headers: { 'x-role': role } })
    const found = await get('/stones/corbel')
    expect(found.json()).toEqual({ data: { slug: 'corbel' } })
    expect(found.headers['x-request-id']).toMatch(/^[\w-]{36}$/)
    expect((await get('/stones/corbel', 'visitor')).status).toBe(403)
    expect((await get('/stones/Corbel!')).json()).toMatchObject({
      detail: 'a slug has small letters, digits and dashes',
    })
    expect((await get('/stones/keystone')).json()).toEqual({ missing: 'keystone' })
    expect((await get('/stones/internal')).headers['x-request-id']).toBeUndefined()
    expect(found.headers['cache-control']).toBe('no-store')
    expect((await get('/reports/1')).headers['cache-control']).toBe('no-store')
    await app.close()
  })

  it('runs global enhancers and built-in pipes', async () => {
    const app = await start()
    const get = async (url: string): Promise<unknown> => (await app.inject(url)).json()
    expect(await get('/quarry?ids=1,2&cut=ashlar')).toEqual({ page: 1, cut: 'ashlar', ids: [1, 2] })
    expect(await get('/quarry?page=x')).toEqual({ status: 400, path: '/quarry?page=x' })
    expect(await get('/quarry/1')).toEqual({ status: 400, path: '/quarry/1' })
    expect(await get('/nowhere')).toEqual({ status: 404, path: '/nowhere' })
    await app.close()
  })

  it('caches, retries and counts', async () => {
    let calls = 0
    @Controller('flaky')
    @UseFilters(Counting)
    class Flaky {
      constructor(readonly counting: Counting) {}
      @Get('cached') @UseInterceptors(Cached) cached(): number {
        return ++calls
      }
      @Get('retried') @UseInterceptors(Retried) retried(): number {
        if (++calls % 2 === 0) throw new Error('every other time')
        return calls
      }
      @Get('broken') broken(): never {
        throw new Error('always')
      }
    }
    @Module({ controllers: [Flaky], providers: [Counting] })
    class FlakyModule {}
    const app = await createApp(FlakyModule, { logger: false })
    const get = async (url: string): Promise<unknown> => (await app.inject(url)).json()
    expect([await get('/flaky/cached'), await get('/flaky/cached'), calls]).toEqual([1, 1, 1])
    expect(await get('/flaky/retried')).toBe(3)
    expect(await get('/flaky/broken')).toMatchObject({ status: 500 })
    await app.close()
  })
})
