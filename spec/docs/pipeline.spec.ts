import {
  BadRequestException,
  Catch,
  Controller,
  createApp,
  Get,
  Injectable,
  Module,
  Param,
  Reflector,
  UseFilters,
  UseGuards,
  UseInterceptors,
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

// #region pipe
class ParseSlug implements PipeTransform<string, string> {
  transform(value: string): string {
    if (!/^[a-z0-9-]+$/.test(value))
      throw new BadRequestException('a slug has small letters, digits and dashes')
    return value
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
    consumer.apply(RequestId).exclude('stones/internal').forRoutes('*')
  }
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
    await app.close()
  })
})
