import {
  Body,
  Controller,
  createApp,
  createParamDecorator,
  Delete,
  Get,
  Header,
  Headers,
  HttpCode,
  HttpException,
  Module,
  NotFoundException,
  Param,
  ParseIntPipe,
  Post,
  Query,
  Redirect,
  Req,
  Res,
  Sse,
  StreamableFile,
  Version,
  VERSION_NEUTRAL,
  VersioningType,
  type ExecutionContext,
  type HttpRequest,
  type HttpResponse,
  type WebResponse,
} from 'corbel'

describe('docs/controllers.md', () => {
  it('routes and parameters', async () => {
    // #region parameters
    const Language = createParamDecorator((fallback: string, context: ExecutionContext) => {
      return context.switchToHttp().getRequest<HttpRequest>().get('accept-language')?.slice(0, 2) ?? fallback
    })

    @Controller('articles')
    class ArticlesController {
      @Get()
      list(@Query('page') page = '1', @Headers('x-client') client?: string): object {
        return { page, client }
      }

      @Get([':id', ':id/preview'])
      find(@Param('id', ParseIntPipe) id: number, @Language('en') language: string): object {
        if (id > 100) throw new NotFoundException('No such article')
        return { id, language }
      }

      @Post()
      create(@Body() article: object): object {
        return article // 201
      }

      @Delete(':id')
      @HttpCode(204)
      remove(@Param('id', ParseIntPipe) _id: number): void {}
    }
    // #endregion
    @Module({ controllers: [ArticlesController] })
    class App {}
    const app = await createApp(App, { logger: false })
    expect((await app.inject({ url: '/articles?page=2', headers: { 'x-client': 'cli' } })).json()).toEqual({
      page: '2',
      client: 'cli',
    })
    expect((await app.inject('/articles/7/preview')).json()).toEqual({ id: 7, language: 'en' })
    expect((await app.inject('/articles/x')).status).toBe(400)
    expect((await app.inject('/articles/101')).json()).toMatchObject({
      status: 404,
      detail: 'No such article',
    })
    expect((await app.inject({ method: 'POST', url: '/articles', payload: { title: 'a' } })).status).toBe(201)
    expect((await app.inject({ method: 'DELETE', url: '/articles/7' })).status).toBe(204)
    expect((await app.inject({ method: 'PUT', url: '/articles/7' })).headers['allow']).toBe(
      'DELETE, GET, HEAD, OPTIONS',
    )
    await app.close()
  })

  it('results', async () => {
    // #region results
    @Controller()
    class ResultsController {
      @Get('text') text(): string {
        return 'plain text'
      }

      @Get('report')
      @Header('cache-control', 'no-store')
      report(): StreamableFile {
        const bytes = new TextEncoder().encode('a;b\n1;2\n')
        return new StreamableFile(bytes, {
          type: 'text/csv',
          disposition: 'attachment; filename="report.csv"',
        })
      }

      @Get('lines') async *lines(): AsyncGenerator<object> {
        for (const line of [1, 2, 3]) yield { line } // a line of JSON each, as fast as the client reads
      }

      @Sse('ticks') async *ticks(): AsyncGenerator<object> {
        yield { id: '1', type: 'tick', data: { at: 0 } }
      }

      @Get('old') @Redirect('/text', 301) old(): void {}

      @Get('cookie') cookie(@Res({ passthrough: true }) response: HttpResponse): object {
        response.cookie('seen', 'yes', { httpOnly: true, maxAge: 60_000 }).status(202)
        return { seen: true }
      }
    }
    // #endregion
    @Module({ controllers: [ResultsController] })
    class App {}
    const app = await createApp(App, { logger: false })
    expect((await app.inject('/text')).headers['content-type']).toBe('text/plain; charset=utf-8')
    expect((await app.inject('/report')).headers).toMatchObject({
      'content-type': 'text/csv',
      'cache-control': 'no-store',
    })
    expect((await app.inject('/lines')).body).toBe('{"line":1}\n{"line":2}\n{"line":3}\n')
    expect((await app.inject('/ticks')).body).toContain('event: tick\nid: 1\ndata: {"at":0}\n\n')
    expect((await app.inject('/old')).headers['location']).toBe('/text')
    const cookie = await app.inject('/cookie')
    expect([cookie.status, cookie.headers['set-cookie']]).toEqual([
      202,
      expect.stringMatching(/^seen=yes; .*HttpOnly.*SameSite=Lax/),
    ])
    await app.close()
  })

  it('errors and versions', async () => {
    // #region versions
    @Controller({ path: 'stones', version: '1' })
    class StonesController {
      @Get() list(): string[] {
        return ['corbel']
      }

      @Get() @Version('2') listNewer(): object {
        return { stones: ['corbel'] }
      }

      @Get('health') @Version(VERSION_NEUTRAL) health(): string {
        return 'ok'
      }
    }

    @Module({ controllers: [StonesController] })
    class AppModule {}

    const app = await createApp(AppModule, { logger: false })
    app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI })
    // GET /api/v1/stones, /api/v2/stones, /api/stones/health
    // #endregion
    expect((await app.inject('/api/v1/stones')).json()).toEqual(['corbel'])
    expect((await app.inject('/api/v2/stones')).json()).toEqual({ stones: ['corbel'] })
    expect((await app.inject('/api/stones/health')).body).toBe('ok')
    await app.close()
  })

  it('http exceptions', () => {
    const error = new HttpException({ code: 'SOLD_OUT' }, 409)
    expect([error.getStatus(), error.getResponse()]).toEqual([409, { code: 'SOLD_OUT' }])
  })

  it('requests and responses by hand', async () => {
    // #region by-hand
    @Controller('reports')
    class ReportsController {
      @Get(':name{.:format}')
      find(@Param('name') name: string, @Param('format') format: string | undefined): object {
        return { name, format: format ?? 'json' } // /reports/may, /reports/may.csv
      }

      @Get('archive/*path/raw')
      raw(@Param('path') path: string, @Res() response: WebResponse): void {
        response.sendFile(path, { root: 'reports', maxAge: '1h' }) // 404, 304, 206 and 416 where they are due
      }

      @Get('latest/summary')
      summary(@Req() request: HttpRequest, @Res() response: WebResponse): void {
        response.format({
          json: () => response.json({ by: request.ip, language: request.acceptsLanguages('en', 'de') }),
          text: () => response.send('nothing new'),
        })
      }
    }
    // #endregion
    @Module({ controllers: [ReportsController] })
    class App {}
    const app = await createApp(App, { logger: false })
    expect((await app.inject('/reports/may')).json()).toEqual({ name: 'may', format: 'json' })
    expect((await app.inject('/reports/may.csv')).json()).toEqual({ name: 'may', format: 'csv' })
    expect((await app.inject('/reports/archive/2026/may/raw')).status).toBe(404)
    const summary = (accept: string) => app.inject({ url: '/reports/latest/summary', headers: { accept } })
    expect((await summary('text/plain')).body).toBe('nothing new')
    expect((await summary('application/json')).json()).toMatchObject({ language: 'en' })
    await app.close()
  })
})
