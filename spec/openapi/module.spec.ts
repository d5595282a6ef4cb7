import {
  ApiOkResponse,
  ApiProperty,
  APP_GUARD,
  Controller,
  createApp,
  createContext,
  createOpenApiDocument,
  DocumentBuilder,
  Get,
  Module,
  OpenApiModule,
  SwaggerModule,
  toYaml,
  VersioningType,
  type Application,
  type CanActivate,
  type OpenApiDocument,
} from 'corbel'
import { parse } from 'yaml'
import { locateAssets } from '../../lib/openapi/ui/interface.js'
import { redoc } from '../../lib/openapi/ui/redoc.js'
import { swaggerUi } from '../../lib/openapi/ui/swagger-ui.js'
import { fc, SEED } from '../support/properties.js'

class Cat {
  @ApiProperty() name: string
}

@Controller('cats')
class CatsController {
  @Get() @ApiOkResponse({ type: [Cat] }) list(): Cat[] {
    return []
  }
}

class NobodyGuard implements CanActivate {
  canActivate(): boolean {
    return false
  }
}

@Module({ controllers: [CatsController], providers: [{ provide: APP_GUARD, useClass: NobodyGuard }] })
class CatsModule {}

describe('OpenApiModule', () => {
  let app: Application

  const start = async (options: Parameters<typeof OpenApiModule.forRoot>[0]): Promise<Application> => {
    @Module({ imports: [CatsModule, OpenApiModule.forRoot(options)] })
    class AppModule {}
    app = await createApp(AppModule, { logger: false })
    return app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI, defaultVersion: '1' })
  }

  afterEach(() => app.close())

  it('serves the document outside of prefix, version and guards', async () => {
    await start({ title: 'Cats', version: '1.2.3' })
    const response = await app.inject('/openapi.json')
    expect([response.status, response.headers['content-type']]).toEqual([
      200,
      'application/json; charset=utf-8',
    ])
    expect(response.json<OpenApiDocument>()).toMatchObject({
      openapi: '3.1.1',
      info: { title: 'Cats', version: '1.2.3' },
      paths: { '/api/v1/cats': { get: { operationId: 'catsList' } } },
    })
    expect((await app.inject('/api/v1/cats')).status).toBe(403)
    expect((await app.inject('/api/openapi.json')).status).toBe(404)
  })

  it('says the same in YAML, and answers 304 to who has it', async () => {
    await start({ title: 'Cats' })
    const [json, yaml, yml] = [
      await app.inject('/openapi.json'),
      await app.inject('/openapi.yaml'),
      await app.inject('/openapi.yml'),
    ]
    expect(parse(yaml.body)).toEqual(json.json())
    expect(yml.body).toBe(yaml.body)
    const etag = String(json.headers['etag'])
    const again = await app.inject({ url: '/openapi.json', headers: { 'if-none-match': etag } })
    expect([again.status, again.body, again.headers['etag']]).toEqual([304, '', etag])
    expect((await app.inject({ url: '/openapi.json', headers: { 'if-none-match': '"other"' } })).status).toBe(
      200,
    )
    const head = await app.inject({ method: 'HEAD', url: '/openapi.json' })
    expect([head.status, head.body, head.headers['content-length']]).toEqual([
      200,
      '',
      String(json.body.length),
    ])
  })

  it('serves several documents, each by what it is about', async () => {
    await start({
      title: 'Cats',
      documents: [
        { path: 'public', title: 'Public' },
        { path: '/internal.json', exclude: [CatsModule], title: 'Internal' },
      ],
      ui: { swagger: true },
    })
    const [all, none] = [await app.inject('/public.json'), await app.inject('/internal.json')]
    expect(Object.keys(all.json<OpenApiDocument>().paths)).toEqual(['/api/v1/cats'])
    expect(none.json()).toMatchObject({ info: { title: 'Internal' }, paths: {} })
    expect((await app.inject('/docs/start.js')).body).toContain(
      '{"name":"Internal","url":"../internal.json"}',
    )
  })

  it('serves pages without a script in them', async () => {
    await start({
      title: '<Cats>',
      ui: {
        swagger: { customCss: 'body { color: red }', options: { filter: '</script>' } },
        redoc: true,
        scalar: true,
      },
      servers: [{ url: 'https://api.example.com/v1' }],
    })
    for (const path of ['/docs', '/docs/', '/redoc', '/reference']) {
      const { status, headers, body } = await app.inject(path)
      expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
      expect(body).toContain('<title>&#60;Cats&#62;</title>')
      expect(body).not.toMatch(/<script>|https?:|onload/)
      expect(headers['content-security-policy']).toContain("script-src 'self';")
      expect(headers['content-security-policy']).toContain("connect-src 'self' https://api.example.com;")
    }
    const page = async (path: string): Promise<string[]> =>
      [...(await app.inject(path)).body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, one]) => one!)
    expect(await page('/docs')).toContain('docs/swagger-ui-bundle.js')
    expect(await page('/docs/')).toContain('swagger-ui-bundle.js')
    const start_ = (await app.inject('/docs/start.js')).body
    expect(start_).toContain('\\u003c/script>')
    expect((await app.inject('/docs/custom.css')).body).toBe('body { color: red }')
  })

  it('sends files of the packages, and no others', async () => {
    await start({ ui: { swagger: true, redoc: true } })
    const bundle = await app.inject('/docs/swagger-ui-bundle.js')
    expect([bundle.status, bundle.headers['content-type']]).toEqual([200, 'text/javascript; charset=utf-8'])
    expect(bundle.body.length).toBeGreaterThan(100_000)
    expect((await app.inject('/redoc/redoc.standalone.js')).body).not.toContain('cdn.redoc.ly/redoc/logo')
    for (const path of [
      '/docs/package.json',
      '/docs/index.html',
      '/docs/..%2f..%2fpackage.json',
      '/docs/__proto__',
    ])
      expect((await app.inject(path)).status, path).toBeGreaterThanOrEqual(400)
  })

  it('has no pages in production, unless it is told to', async () => {
    const before = process.env['NODE_ENV']
    process.env['NODE_ENV'] = 'production'
    try {
      await start({ ui: { swagger: true } })
      expect((await app.inject('/docs')).status).toBe(404)
      expect((await app.inject('/openapi.json')).status).toBe(200)
      await app.close()
      await start({ ui: { swagger: true, production: true } })
      expect((await app.inject('/docs')).status).toBe(200)
    } finally {
      process.env['NODE_ENV'] = before
    }
  })
})

describe('options of OpenApiModule that cannot be', () => {
  it.each([
    [{ documents: [{}, {}] }, /two documents or pages are to be at \/openapi.json/],
    [{ ui: { swagger: { path: '/' } } }, /a page cannot be at \//],
    [{ ui: { redoc: { path: '/x' }, scalar: { path: 'x' } } }, /two documents or pages are to be at \/x/],
  ])('are refused: %o', (options, message) => {
    expect(() => OpenApiModule.forRoot(options)).toThrow(message)
    expect(() => OpenApiModule.forRoot(options)).toThrow(
      expect.objectContaining({ code: 'CORBEL_OPENAPI_OPTIONS' }),
    )
  })

  it('say how to install a package that is missing', () => {
    const missing = (name: string): never => {
      throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' })
    }
    for (const [ui, install] of [
      [swaggerUi, 'npm install swagger-ui-dist'],
      [redoc, 'npm install redoc'],
    ] as const) {
      expect(() => locateAssets(ui, missing)).toThrow(
        expect.objectContaining({
          code: 'CORBEL_PACKAGE_MISSING',
          message: expect.stringContaining(install),
        }),
      )
    }
  })

  it('refuse an application that has no controllers over HTTP', async () => {
    const context = await createContext(CatsModule, { logger: false })
    expect(() => createOpenApiDocument(context)).toThrow(
      expect.objectContaining({ code: 'CORBEL_OPENAPI_OPTIONS' }),
    )
    await context.close()
  })
})

describe('SwaggerModule', () => {
  it('makes and serves a document as applications from elsewhere do it', async () => {
    const app = await createApp(CatsModule, { logger: false })
    app.setGlobalPrefix('api')
    const config = new DocumentBuilder()
      .setTitle('Cats')
      .setDescription('About cats')
      .setVersion('1.0')
      .setTermsOfService('https://example.com/terms')
      .setContact('Ada', 'https://example.com', 'ada@example.com')
      .setLicense('MIT', 'https://opensource.org/license/mit')
      .setExternalDoc('More', 'https://example.com/more')
      .setOpenAPIVersion('3.0.0')
      .addServer('https://api.example.com', 'Production')
      .addTag('Cats', 'All of them')
      .addBearerAuth()
      .addBasicAuth()
      .addApiKey({ name: 'X-Key' })
      .addCookieAuth('sid')
      .addOAuth2({ flows: { implicit: { authorizationUrl: 'https://example.com/auth', scopes: {} } } })
      .addSecurityRequirements('bearer')
      .addExtension('x-logo', 'cat.png')
      .build()
    const document = SwaggerModule.createDocument(app, config, {
      operationIdFactory: (controller, method) => `${controller}.${method}`,
    })
    expect(document).toMatchObject({
      openapi: '3.0.4',
      info: { title: 'Cats', version: '1.0', contact: { name: 'Ada' }, license: { name: 'MIT' } },
      security: [{ bearer: [] }],
      tags: [{ name: 'Cats', description: 'All of them' }],
      'x-logo': 'cat.png',
    })
    expect(Object.keys(document.components!.securitySchemes!)).toEqual([
      'bearer',
      'basic',
      'api_key',
      'cookie',
      'oauth2',
    ])
    SwaggerModule.setup('docs', app, document, {
      customSiteTitle: 'Our cats',
      swaggerOptions: { filter: true },
    })
    SwaggerModule.setup('more', app, () => document, {
      useGlobalPrefix: true,
      jsonDocumentUrl: 'cats.json',
      ui: false,
    })
    expect((await app.inject('/docs')).body).toContain('<title>Our cats</title>')
    expect((await app.inject('/docs-json')).json()).toEqual(document)
    expect((await app.inject('/api/cats.json')).json()).toEqual(document)
    expect((await app.inject('/api/more')).status).toBe(404)
    expect(() => SwaggerModule.setup('late', app, document)).toThrow(
      expect.objectContaining({ code: 'CORBEL_ALREADY_INITIALISED' }),
    )
    await app.close()
  })
})

describe('toYaml', () => {
  it('writes what a YAML parser reads back', () => {
    const special = fc.constantFrom(
      'yes',
      'null',
      '1e3',
      '0x1f',
      '~',
      '- a',
      'a: b',
      '#',
      "'",
      '',
      ' a ',
      'a #b',
      '2020-01-01',
      '=',
      '<<',
      'a:',
      '!x',
      '\u2028',
      'é',
    )
    const value = fc.jsonValue({ maxDepth: 4, stringUnit: 'grapheme' })
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(special, fc.string()), fc.oneof(value, special)), (data) => {
        const plain = JSON.parse(JSON.stringify(data)) as unknown
        expect(parse(toYaml(plain), { schema: 'core' })).toEqual(plain)
      }),
      { seed: SEED },
    )
  })
})
