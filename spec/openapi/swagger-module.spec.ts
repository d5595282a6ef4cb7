import {
  ApiDefaultGetter,
  ApiHeader,
  ApiLink,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  Controller,
  createApp,
  createOpenApiDocument,
  DocumentBuilder,
  Get,
  Module,
  Param,
  Returns,
  SwaggerModule,
  VersioningType,
  type Application,
  type OpenAPIObject,
  type SwaggerCustomOptions,
  type SwaggerDocumentOptions,
} from 'corbel'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { Script } from 'node:vm'

class Owner {
  @ApiProperty() id: number
}

class Cat {
  @ApiProperty() id: number
  @ApiProperty({ link: () => Owner }) ownerId: number
  @ApiProperty({
    type: 'object',
    properties: { a: { type: 'string' } },
    required: ['a'],
    selfRequired: false,
  })
  labels: object
  @ApiProperty({ enum: ['a', 'b'], enumName: 'Letter', enumSchema: { description: 'One of two' } })
  letter: string
}

@Controller('owners')
class OwnersController {
  @Get(':ownerId') @ApiDefaultGetter(Owner, 'ownerId') @Returns(Owner) find(
    @Param('ownerId') id: string,
  ): unknown {
    return { id }
  }
}

@Module({ controllers: [OwnersController] })
class OwnersModule {}

@Controller('cats')
class CatsController {
  @Get() @ApiOperation({ summary: 'All' }) @ApiOkResponse({ type: [Cat] }) list(): unknown {
    return []
  }
  @Get(':id') @Returns(Cat) find(@Param('id') id: string): unknown {
    return { id }
  }
  @Get(':catId/kittens')
  @ApiLink({ from: Cat, fromField: 'id', routeParam: 'catId' })
  @ApiHeader({ name: 'X-Tenant', description: 'Its own' })
  kittens(@Param('catId') id: string): string {
    return id
  }
}

@Module({ controllers: [CatsController], imports: [OwnersModule] })
class CatsModule {}

@Module({ imports: [CatsModule] })
class AppModule {}

const config = new DocumentBuilder().setTitle('Cats').build()
let app: Application

beforeEach(async () => {
  app = await createApp(AppModule, { logger: false })
})

afterEach(() => app.close())

const pathsOf = (options: SwaggerDocumentOptions): string[] =>
  Object.keys(SwaggerModule.createDocument(app, config, options).paths).sort()

describe('SwaggerModule.createDocument', () => {
  it('gives operations the ids that generated clients know, with the version', async () => {
    expect(SwaggerModule.createDocument(app, config).paths['/cats']!.get!.operationId).toBe(
      'CatsController_list',
    )
    app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' })
    expect(SwaggerModule.createDocument(app, config).paths['/v1/cats']!.get!.operationId).toBe(
      'CatsController_list_1',
    )
    const made = SwaggerModule.createDocument(app, config, {
      operationIdFactory: (controller, method, version) => `${method}-${controller}-${version}`,
    })
    expect(made.paths['/v1/cats']!.get!.operationId).toBe('list-CatsController-1')
  })

  it.each<[string, SwaggerDocumentOptions, string[]]>([
    ['include', { include: [CatsModule] }, ['/cats', '/cats/{catId}/kittens', '/cats/{id}']],
    [
      'an empty include',
      { include: [] },
      ['/cats', '/cats/{catId}/kittens', '/cats/{id}', '/owners/{ownerId}'],
    ],
    [
      'deepScanRoutes',
      { include: [CatsModule], deepScanRoutes: true },
      ['/cats', '/cats/{catId}/kittens', '/cats/{id}', '/owners/{ownerId}'],
    ],
    [
      'onlyIncludeDecoratedEndpoints',
      { onlyIncludeDecoratedEndpoints: true },
      ['/cats', '/cats/{catId}/kittens', '/owners/{ownerId}'],
    ],
  ])('chooses endpoints by %s', (_name, options, expected) => {
    expect(pathsOf(options)).toEqual(expected)
  })

  it('leaves tags to decorators without autoTagControllers, and the prefix out', () => {
    app.setGlobalPrefix('api')
    const { paths, tags } = SwaggerModule.createDocument(app, config, {
      autoTagControllers: false,
      ignoreGlobalPrefix: true,
    })
    expect(paths['/cats']!.get!.tags).toBeUndefined()
    expect(tags).toBeUndefined()
    expect(pathsOf({})[0]).toBe('/api/cats')
  })

  it('links responses to operations, by @ApiLink and @ApiDefaultGetter', () => {
    const { paths } = SwaggerModule.createDocument(app, config)
    expect(paths['/cats/{id}']!.get!.responses['200']).toMatchObject({
      links: {
        CatsController_kittens_from_id: {
          operationId: 'CatsController_kittens',
          parameters: { catId: '$response.body#/id' },
        },
        OwnersController_find_from_ownerId: {
          operationId: 'OwnersController_find',
          parameters: { ownerId: '$response.body#/ownerId' },
        },
      },
    })
    expect(paths['/cats']!.get!.responses['200']).not.toHaveProperty('links')
    const named = SwaggerModule.createDocument(app, config, {
      linkNameFactory: (controller, method, field) => `${field}-to-${controller}.${method}`,
    })
    expect(Object.keys((named.paths['/cats/{id}']!.get!.responses['200'] as any).links)).toEqual([
      'id-to-CatsController.kittens',
      'ownerId-to-OwnersController.find',
    ])
  })

  it('has parameters and responses of every operation, unless an operation has its own', () => {
    const config = new DocumentBuilder()
      .addGlobalParameters({ name: 'X-Tenant', in: 'header', required: true, schema: { type: 'string' } })
      .addGlobalResponse({ status: 500, description: 'Our fault' }, { status: 200, description: 'Fine' })
      .addExtension('x-kind', 'internal', 'info')
      .addTag('Cats', '', undefined, { 'x-order': 1 })
      .setContact('Ada')
      .setLicense('MIT')
      .build()
    const { paths, info, tags } = SwaggerModule.createDocument(app, config)
    expect(paths['/cats']!.get!.parameters).toEqual([
      { name: 'X-Tenant', in: 'header', required: true, schema: { type: 'string' } },
    ])
    expect(paths['/cats/{catId}/kittens']!.get!.parameters).toContainEqual(
      expect.objectContaining({ name: 'X-Tenant', description: 'Its own' }),
    )
    expect(paths['/cats/{id}']!.get!.responses).toMatchObject({
      '200': { description: 'Fine', content: {} },
      '500': { description: 'Our fault' },
    })
    expect(info).toMatchObject({ 'x-kind': 'internal', contact: { name: 'Ada' }, license: { name: 'MIT' } })
    expect(tags).toContainEqual({ name: 'Cats', 'x-order': 1 })
  })

  it('takes a document without paths for its options', () => {
    const bearer = { type: 'http', scheme: 'bearer' } as const
    const own: Omit<OpenAPIObject, 'paths'> = {
      openapi: '3.0.0',
      info: { title: 'Own', version: '7', 'x-a': 1 },
      components: { securitySchemes: { bearer }, examples: { one: { value: 1 } } },
      security: [{ bearer: [] }],
    }
    expect(SwaggerModule.createDocument(app, own)).toMatchObject({
      openapi: '3.0.4',
      info: { title: 'Own', version: '7', 'x-a': 1 },
      components: { securitySchemes: { bearer }, examples: { one: { value: 1 } } },
      security: [{ bearer: [] }],
    })
  })

  it('knows what decorators say of enums, and of what inline objects have to have', () => {
    const { schemas } = createOpenApiDocument(app).components!
    expect(schemas!['Letter']).toEqual({ type: 'string', enum: ['a', 'b'], description: 'One of two' })
    expect(schemas!['Cat']!.properties!['labels']).toMatchObject({ type: 'object', required: ['a'] })
    expect(schemas!['Cat']!.required).toEqual(['id', 'ownerId', 'letter'])
  })
})

describe('SwaggerModule.setup', () => {
  const setup = (options: SwaggerCustomOptions): void =>
    SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, config), options)
  const statusOf = async (path: string): Promise<number> => (await app.inject(path)).status

  it('dresses the page: styles, scripts, icon, and a policy that lets in what they need', async () => {
    setup({
      customCss: 'body { color: red }',
      customCssUrl: ['/own.css', 'https://cdn.example.com/a.css'],
      customJs: 'https://scripts.example.com/a.js',
      customJsStr: ['window.one = 1', 'window.two = 2'],
      customfavIcon: 'https://pictures.example.com/"icon".png',
      customSiteTitle: 'Our <cats>',
    })
    const { body, headers } = await app.inject('/docs')
    expect(body).toContain('<title>Our &#60;cats&#62;</title>')
    expect(body).toContain('href="https://pictures.example.com/&#34;icon&#34;.png"')
    for (const href of ['docs/custom.css', '/own.css', 'https://cdn.example.com/a.css'])
      expect(body).toContain(`<link rel="stylesheet" href="${href}">`)
    for (const src of ['docs/custom.js', 'docs/custom-2.js', 'https://scripts.example.com/a.js'])
      expect(body).toContain(`<script src="${src}"></script>`)
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("script-src 'self' https://scripts.example.com;")
    expect(policy).toContain("style-src 'self' 'unsafe-inline' https://cdn.example.com;")
    expect(policy).toContain("img-src 'self' data: https://pictures.example.com;")
    expect((await app.inject('/docs/custom-2.js')).body).toBe('window.two = 2')
  })

  it('hands options to Swagger UI, functions as they are written', async () => {
    setup({
      explorer: true,
      urls: [
        { name: 'Cats', url: '/docs-json' },
        { name: 'Dogs', url: '/dogs-json' },
      ],
      validatorUrl: null,
      swaggerOptions: {
        persistAuthorization: true,
        initOAuth: { clientId: 'cats' },
        operationsSorter: (a: string, b: string) => a.localeCompare(b),
        requestInterceptor(request: object) {
          return request
        },
        note: '</script>',
      },
    })
    const start = (await app.inject('/docs/start.js')).body
    expect(start).toContain("layout: 'StandaloneLayout'")
    expect(start).toContain('"name":"Dogs","url":"/dogs-json"')
    expect(start).toContain('"persistAuthorization":true')
    expect(start).toContain('window.ui.initOAuth({"clientId":"cats"})')
    expect(start).toMatch(/"operationsSorter":\(\(a, b\) => a\.localeCompare\(b\)\)/)
    expect(start).toMatch(/"requestInterceptor":\(\{ requestInterceptor\(request\)/)
    expect(start).not.toContain('</script>')
    // it is a script
    expect(() => new Script(start)).not.toThrow()
  })

  it('shows another document where it is told to', async () => {
    setup({ swaggerUrl: 'https://api.example.com/openapi.json' })
    expect((await app.inject('/docs/start.js')).body).toContain(
      '"url":"https://api.example.com/openapi.json"',
    )
  })

  it.each<[string, SwaggerCustomOptions, Record<string, number>]>([
    ['everything', {}, { '/docs': 200, '/docs-json': 200, '/docs-yaml': 200 }],
    [
      'raw: false',
      { raw: false },
      { '/docs': 200, '/docs-json': 404, '/docs-yaml': 404, '/docs/document.json': 200 },
    ],
    ["raw: ['json']", { raw: ['json'] }, { '/docs': 200, '/docs-json': 200, '/docs-yaml': 404 }],
    ["raw: ['yaml']", { raw: ['yaml'] }, { '/docs': 200, '/docs-json': 404, '/docs-yaml': 200 }],
    ['ui: false', { ui: false }, { '/docs': 404, '/docs-json': 200, '/docs-yaml': 200 }],
    ['neither', { ui: false, raw: false }, { '/docs': 404, '/docs-json': 404, '/docs-yaml': 404 }],
    [
      'other places',
      { jsonDocumentUrl: 'a/cats.json', yamlDocumentUrl: 'a/cats.yaml' },
      { '/a/cats.json': 200, '/a/cats.yaml': 200, '/docs-json': 404 },
    ],
  ])('serves the document by itself as raw and ui say: %s', async (_what, options, expected) => {
    setup(options)
    const found = Object.keys(expected).map(async (path) => [path, await statusOf(path)] as const)
    expect(Object.fromEntries(await Promise.all(found))).toEqual(expected)
  })

  it('makes the document of each request, without changing the one that is prepared', async () => {
    setup({
      patchDocumentOnRequest: (request, _response, document) => {
        const { host } = request.headers
        document.info.title = `Cats of ${String(host)}`
        return document
      },
    })
    for (const host of ['a.example', 'b.example']) {
      const { body } = await app.inject({ url: '/docs-json', headers: { host } })
      expect(JSON.parse(body)).toMatchObject({ info: { title: `Cats of ${host}` } })
      const yaml = await app.inject({ url: '/docs-yaml', headers: { host } })
      expect(yaml.body).toContain(
        `title: "Cats of ${host}"`.replaceAll('"', yaml.body.includes('"Cats') ? '"' : ''),
      )
    }
  })

  it('takes the files of Swagger UI from another folder', async () => {
    const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
    setup({ customSwaggerUiPath: folder })
    expect(await statusOf('/docs/swagger-ui.css')).toBe(200)
  })
})
