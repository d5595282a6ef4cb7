import {
  APP_GUARD,
  APP_INTERCEPTOR,
  Controller,
  createApp,
  Deprecated,
  ForVersions,
  Get,
  Injectable,
  Module,
  Version,
  VERSION_NEUTRAL,
  VersioningModule,
  VersioningType,
  type Application,
  type CallHandler,
  type CanActivate,
  type ConfiguresMiddleware,
  type DeprecationNotice,
  type ExecutionContext,
  type HttpRequest,
  type Interceptor,
  type MiddlewareConsumer,
  type VersioningOptions,
} from 'corbel'

@Controller({ path: 'cats', version: ['1', '2', '3'] })
class CatsController {
  @Get() list(): object {
    return { cats: [] }
  }
  @Get('old')
  @Version('1')
  @Deprecated({ since: '2020-01-01', sunset: '2020-02-01', successor: '/v3/cats' })
  old(): string {
    return 'old'
  }
}

@Controller({ path: 'reports', version: '>=2 <4' })
class ReportsController {
  @Get() list(): string {
    return 'reports'
  }
}

@Controller({ path: 'health', version: VERSION_NEUTRAL })
class HealthController {
  @Get() read(): string {
    return 'fine'
  }
}

@Injectable()
@ForVersions('<3')
class KeyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<HttpRequest>().get('x-key') === 'stone'
  }
}

@Injectable()
@ForVersions('2')
class SecondInterceptor implements Interceptor {
  async intercept(_context: ExecutionContext, next: CallHandler): Promise<unknown> {
    const value = await next.handle()
    return typeof value === 'object' ? { ...value, by: 'second' } : value
  }
}

const notices: DeprecationNotice[] = []

@Module({
  imports: [
    VersioningModule.forRoot({
      deprecations: { onUse: (notice) => notices.push(notice), afterSunset: 'gone', log: false },
      compatibility: { matrix: { '3': '>=5' } },
      usage: { guards: [{ canActivate: () => true }] },
    }),
  ],
  controllers: [CatsController, ReportsController, HealthController],
  providers: [
    { provide: APP_GUARD, useClass: KeyGuard },
    { provide: APP_INTERCEPTOR, useClass: SecondInterceptor },
  ],
})
class AppModule implements ConfiguresMiddleware {
  configure(consumer: MiddlewareConsumer): void {
    consumer
      .apply(
        (_request: unknown, response: { setHeader(name: string, value: string): void }, next: () => void) => {
          response.setHeader('x-middleware', 'second')
          next()
        },
      )
      .forRoutes({ path: 'cats', version: '2' })
  }
}

const KEY = { 'x-key': 'stone' }

describe('versions, over a socket', () => {
  let app: Application
  let url: string

  async function start(options: VersioningOptions): Promise<void> {
    notices.length = 0
    app = await createApp(AppModule, { logger: false })
    app.enableVersioning(options)
    await app.listen(0, '127.0.0.1')
    url = await app.getUrl()
  }

  const get = async (path: string, headers: Record<string, string> = {}): Promise<[number, any, Headers]> => {
    const answer = await fetch(`${url}${path}`, { headers })
    const text = await answer.text()
    const isJson = /json/.test(answer.headers.get('content-type') ?? '')
    return [answer.status, isJson ? JSON.parse(text) : text, answer.headers]
  }

  afterEach(() => app.close())

  it('have middleware, guards and interceptors of their own', async () => {
    await start({ type: VersioningType.URI })
    expect((await get('/v1/cats'))[0]).toBe(403)
    const [, first, firstHeaders] = await get('/v1/cats', KEY)
    expect([first, firstHeaders.get('x-middleware')]).toEqual([{ cats: [] }, null])
    const [, second, secondHeaders] = await get('/v2/cats', KEY)
    expect([second, secondHeaders.get('x-middleware')]).toEqual([{ cats: [], by: 'second' }, 'second'])
    expect((await get('/v3/cats'))[1]).toEqual({ cats: [] })
  })

  it('are ranges, neutral, and unknown with the supported ones in the body', async () => {
    await start({ type: VersioningType.URI, unsupported: 404 })
    expect((await get('/v1/reports', KEY))[0]).toBe(404)
    expect((await get('/v3/reports'))[1]).toBe('reports')
    expect((await get('/health'))[1]).toBe('fine')
    const [status, body] = await get('/v9/cats')
    expect([status, body]).toMatchObject([
      404,
      { supported: ['1', '2', '3'], code: 'CORBEL_VERSION_UNSUPPORTED' },
    ])
  })

  it.each<[string, VersioningOptions, string, Record<string, string>]>([
    ['a header', { type: VersioningType.HEADER, header: 'X-Cats' }, '/cats', { 'x-cats': '3' }],
    ['a media type', { type: VersioningType.MEDIA_TYPE }, '/cats', { accept: 'application/json;v=3' }],
    ['the query', { type: VersioningType.QUERY, key: 'api' }, '/cats?api=3', {}],
    [
      'what a function reads',
      { type: VersioningType.CUSTOM, extractor: (request) => request.get('x-any')?.split(',') },
      '/cats',
      { 'x-any': '9,3' },
    ],
    ['several places', { type: [VersioningType.URI, VersioningType.QUERY] }, '/cats?v=3', {}],
    ['several places, the path', { type: [VersioningType.URI, VersioningType.QUERY] }, '/v3/cats?v=1', {}],
  ])('are told by %s', async (_where, options, path, headers) => {
    await start(options)
    // version 3 asks for no key
    expect((await get(path, headers)).slice(0, 2)).toEqual([200, { cats: [] }])
  })

  it('are refused with 400 where the application says so', async () => {
    await start({ type: VersioningType.HEADER, unsupported: 400 })
    const [status, body, headers] = await get('/cats', { 'x-api-version': '9' })
    expect([status, body.supported, headers.get('vary')]).toEqual([400, ['1', '2', '3'], 'X-API-Version'])
  })

  it('serve the clients that fit to them', async () => {
    await start({ type: VersioningType.URI })
    expect((await get('/v3/cats', { 'x-client-version': '5.1' }))[0]).toBe(200)
    const [status, body, headers] = await get('/v3/cats', { 'x-client-version': '4.9' })
    expect([status, body.fits, headers.get('upgrade')]).toEqual([426, ['1', '2'], 'api/1, api/2'])
  })

  it('that are withdrawn answer 410, with the headers of RFC 9745 and RFC 8594', async () => {
    await start({ type: VersioningType.URI })
    const [status, body, headers] = await get('/v1/cats/old', KEY)
    expect([status, body.successor]).toEqual([410, '/v3/cats'])
    expect(headers.get('deprecation')).toBe('@1577836800')
    expect(headers.get('sunset')).toBe('Sat, 01 Feb 2020 00:00:00 GMT')
    expect(headers.get('link')).toBe('</v3/cats>; rel="successor-version"')
  })

  it('that are deprecated as a whole say so, tell the hook once for each client, and are counted', async () => {
    await start({
      type: VersioningType.URI,
      deprecated: { '1': { since: '2026-01-01', sunset: '2099-01-01' } },
    })
    for (const client of ['a', 'b', 'a']) {
      const [, , headers] = await get('/v1/cats', { ...KEY, 'x-client-id': client })
      expect(headers.get('sunset')).toBe('Thu, 01 Jan 2099 00:00:00 GMT')
    }
    expect(notices.map(({ client, version }) => [client, version])).toEqual([
      ['a', '1'],
      ['b', '1'],
    ])
    const [, report] = await get('/api-usage.json')
    expect(report.routes).toContainEqual(expect.objectContaining({ route: 'GET /v1/cats', version: '1' }))
    expect(JSON.stringify(report)).toContain('"client":"a"')
    expect((await get('/api-usage'))[1]).toContain('GET /v1/cats')
  })
})
