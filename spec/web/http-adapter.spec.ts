import {
  APP_FILTER,
  type ArgumentsHost,
  BaseExceptionFilter,
  Catch,
  Controller,
  createContext,
  ForbiddenException,
  Get,
  HttpAdapterHost,
  HttpException,
  HttpStatus,
  Injectable,
  Module,
  type ExceptionFilter,
} from 'corbel'
import { serve } from './serve.js'

/** The catch-all filter of many an application. */
@Catch()
class CatchEverything implements ExceptionFilter {
  constructor(private readonly host: HttpAdapterHost) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const { httpAdapter } = this.host
    const context = host.switchToHttp()
    const status =
      exception instanceof HttpException ? exception.getStatus() : HttpStatus.INTERNAL_SERVER_ERROR
    const body = {
      statusCode: status,
      method: httpAdapter.getRequestMethod(context.getRequest()),
      path: httpAdapter.getRequestUrl(context.getRequest()),
      host: httpAdapter.getRequestHostname(context.getRequest()),
    }
    httpAdapter.reply(context.getResponse(), body, status)
  }
}

@Controller('cats')
class Cats {
  @Get('error') error() {
    throw new Error('secret')
  }
  @Get('forbidden') forbidden() {
    throw new ForbiddenException()
  }
}

describe('HttpAdapterHost', () => {
  it('serves the usual catch-all filter, as APP_FILTER', async () => {
    @Module({ controllers: [Cats], providers: [{ provide: APP_FILTER, useClass: CatchEverything }] })
    class AppModule {}
    const { json, fetch } = await serve(AppModule)
    expect((await fetch('/cats/error')).status).toBe(500)
    expect(await json('/cats/forbidden?a=1')).toEqual({
      statusCode: 403,
      method: 'GET',
      path: '/cats/forbidden?a=1',
      host: '127.0.0.1',
    })
    expect(await json('/nowhere')).toMatchObject({ statusCode: 404, path: '/nowhere' })
  })

  it('comes from the application, too, for filters that are made by hand', async () => {
    @Catch(ForbiddenException)
    class Logged extends BaseExceptionFilter {}
    @Module({ controllers: [Cats] })
    class AppModule {}
    const { json, app } = await serve(AppModule, { errors: 'plain' }, (application) => {
      const host = application.get(HttpAdapterHost)
      expect(host.httpAdapter).toBe(application.getHttpAdapter())
      application.useGlobalFilters(new CatchEverything(host), new Logged(host.httpAdapter))
    })
    expect(await json('/cats/forbidden')).toEqual({ statusCode: 403, message: 'Forbidden' })
    expect(await json('/nowhere')).toMatchObject({ path: '/nowhere' })
    expect(app.get(HttpAdapterHost).listening).toBe(true)
    expect(app.getHttpAdapter().getHttpServer()).toBe(app.getHttpServer())
    expect(app.getHttpAdapter().getType()).toBe('corbel')
  })

  it('is there without a transport, so that the same modules start', async () => {
    @Module({ controllers: [Cats], providers: [{ provide: APP_FILTER, useClass: CatchEverything }] })
    class AppModule {}
    const context = await createContext(AppModule, { logger: false })
    const { listening, httpAdapter } = context.get(HttpAdapterHost)
    expect([listening, httpAdapter.getHttpServer()]).toEqual([false, undefined])
    await context.close()
  })

  it('answers in every form', async () => {
    const forms: Record<string, unknown> = {
      object: { a: 1 },
      list: [1],
      text: 'text',
      number: 7,
      bytes: Buffer.from('bytes'),
      nothing: undefined,
      null: null,
    }
    @Injectable()
    @Catch()
    class Form implements ExceptionFilter {
      constructor(private readonly host: HttpAdapterHost) {}
      catch(_exception: unknown, host: ArgumentsHost) {
        const { httpAdapter } = this.host
        const response = host.switchToHttp().getResponse<never>()
        httpAdapter.setHeader(response, 'x-own', 'a')
        httpAdapter.appendHeader(response, 'x-own', 'b')
        expect(httpAdapter.getHeader(response, 'x-own')).toEqual(['a', 'b'])
        expect(httpAdapter.isHeadersSent(response)).toBe(false)
        const url = httpAdapter.getRequestUrl(host.switchToHttp().getRequest())
        if (url === '/end') {
          httpAdapter.status(response, 410)
          httpAdapter.end(response, 'end')
        } else if (url === '/redirect') httpAdapter.redirect(response, 307, '/there')
        else httpAdapter.reply(response, forms[url.slice(1)], 418)
        expect(httpAdapter.isHeadersSent(response)).toBe(true)
      }
    }
    @Module({ controllers: [Cats], providers: [{ provide: APP_FILTER, useClass: Form }] })
    class AppModule {}
    const { fetch } = await serve(AppModule)
    const answers: unknown[] = []
    for (const path of [...Object.keys(forms), 'end', 'redirect']) {
      const answer = await fetch(`/${path}`)
      expect(answer.headers.get('x-own')).toBe('a, b')
      answers.push([
        path,
        answer.status,
        path === 'redirect' ? answer.headers.get('location') : await answer.text(),
      ])
    }
    expect(answers).toEqual([
      ['object', 418, '{"a":1}'],
      ['list', 418, '[1]'],
      ['text', 418, 'text'],
      ['number', 418, '7'],
      ['bytes', 418, 'bytes'],
      ['nothing', 418, ''],
      ['null', 418, ''],
      ['end', 410, 'end'],
      ['redirect', 307, '/there'],
    ])
  })
})
