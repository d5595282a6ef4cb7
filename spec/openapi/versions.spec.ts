import {
  Controller,
  createApp,
  createOpenApiDocument,
  Deprecated,
  Get,
  Module,
  Version,
  VERSION_NEUTRAL,
  VersioningModule,
  VersioningType,
  type Application,
  type VersioningOptions,
} from 'corbel'

@Controller({ path: 'cats', version: ['1', '2'] })
class CatsController {
  @Get() list(): string {
    return 'cats'
  }
  @Get('old') @Deprecated({ since: '2026-01-01', sunset: '2099-01-01' }) old(): string {
    return 'old'
  }
}

@Controller({ path: 'reports', version: '>=2' })
class ReportsController {
  @Get() list(): string {
    return 'reports'
  }
  @Get('all') @Version([VERSION_NEUTRAL]) all(): string {
    return 'all'
  }
}

@Module({ controllers: [CatsController, ReportsController] })
class AppModule {}

const versions = ['1', '2', '3']
const deprecated = { '1': { since: '2026-03-01', sunset: '2099-12-31', link: 'https://example.com/v1' } }

describe('versions in documents', () => {
  let app: Application

  async function start(options: VersioningOptions): Promise<void> {
    app = await createApp(AppModule, { logger: false })
    app.enableVersioning(options)
  }

  afterEach(() => app.close())

  it.each([
    ['in the path', { type: VersioningType.URI }],
    ['in a header', { type: VersioningType.HEADER }],
    ['in several places', { type: [VersioningType.URI, VersioningType.QUERY] }],
  ])('%s are the same before and after init(): deprecations of versions, ranges', async (_where, options) => {
    await start({ ...options, versions, deprecated })
    const before = createOpenApiDocument(app)
    await app.init()
    expect(createOpenApiDocument(app)).toEqual(before)
  })

  it('that are deprecated as a whole are marked, with the day of their sunset', async () => {
    await start({ type: VersioningType.URI, versions, deprecated })
    const { paths } = createOpenApiDocument(app)
    expect(Object.keys(paths).sort()).toEqual([
      '/reports/all',
      '/v1/cats',
      '/v1/cats/old',
      '/v2/cats',
      '/v2/cats/old',
      '/v2/reports',
      '/v3/reports',
    ])
    expect(paths['/v1/cats']!.get).toMatchObject({ deprecated: true, 'x-sunset': '2099-12-31T00:00:00.000Z' })
    expect(paths['/v2/cats']!.get!.deprecated).toBeUndefined()
    expect(paths['/v2/cats/old']!.get).toMatchObject({
      deprecated: true,
      'x-sunset': '2099-01-01T00:00:00.000Z',
    })
  })

  it('of one version alone are a document of their own', async () => {
    await start({ type: VersioningType.URI, versions, deprecated })
    const { paths } = createOpenApiDocument(app, { apiVersion: '3' })
    expect(Object.keys(paths).sort()).toEqual(['/reports/all', '/v3/reports'])
  })

  it('that only a header tells are one operation with all of them, deprecated if all are', async () => {
    await start({ type: VersioningType.HEADER, versions, deprecated })
    const warnings: string[] = []
    const { paths } = createOpenApiDocument(app, { onWarning: (warning) => warnings.push(warning) })
    expect(paths['/cats']!.get!.parameters).toEqual([
      { name: 'X-API-Version', in: 'header', required: true, schema: { type: 'string', enum: ['1', '2'] } },
    ])
    expect(paths['/cats']!.get!.deprecated).toBeUndefined()
    expect(paths['/cats/old']!.get!.deprecated).toBe(true)
    expect(paths['/reports/all']!.get!.parameters).toBeUndefined()
    expect(warnings).toEqual([])
  })

  it('that several places may tell are optional parameters where the path does not tell them', async () => {
    await start({ type: [VersioningType.URI, VersioningType.QUERY, VersioningType.HEADER], header: 'X-V' })
    const { paths } = createOpenApiDocument(app)
    expect(paths['/v1/cats']!.get!.parameters).toBeUndefined()
    expect(paths['/cats']!.get!.parameters).toEqual([
      { name: 'v', in: 'query', required: false, schema: { type: 'string', enum: ['1', '2'] } },
      { name: 'X-V', in: 'header', required: false, schema: { type: 'string', enum: ['1', '2'] } },
    ])
    const second = createOpenApiDocument(app, { apiVersion: '2' }).paths
    expect(Object.keys(second).filter((path) => path.startsWith('/v'))).not.toContain('/v1/cats')
  })

  it('that not every client may call say so', async () => {
    const compatibility = { matrix: { '2': '>=5' }, status: 400 } as const
    @Module({ imports: [VersioningModule.forRoot({ compatibility })], controllers: [CatsController] })
    class StrictModule {}
    app = await createApp(StrictModule, { logger: false })
    app.enableVersioning({ type: VersioningType.URI })
    const { paths } = createOpenApiDocument(app)
    expect(Object.keys(paths['/v1/cats']!.get!.responses)).toEqual(['200'])
    expect(Object.keys(paths['/v2/cats']!.get!.responses)).toEqual(['200', '400'])
  })

  it('that cannot be meant are refused where the document is asked for, too', async () => {
    await start({ type: VersioningType.URI, deprecated: { '9': { since: '2026-01-01' } } })
    expect(() => createOpenApiDocument(app)).toThrow(/version 9/)
  })
})
