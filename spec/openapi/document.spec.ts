import {
  Body,
  Controller,
  createApp,
  createOpenApiDocument,
  Get,
  Module,
  Post,
  Query,
  Returns,
  VersioningType,
  type Application,
  type OpenApiDocument,
  type OpenApiOptions,
  type OperationObject,
  type ParameterObject,
  type SchemaObject,
} from 'corbel'
import { Exclude as ExcludeProperty, Expose } from 'class-transformer'
import { IsInt, IsString } from 'class-validator'
import { z } from 'zod'
import { EveryDecoratorModule, ThingsController } from './every-decorator.js'

const oauth2 = { type: 'oauth2', flows: {} } as const

async function documentOf(
  module: any,
  options: OpenApiOptions = {},
  prepare: (app: Application) => unknown = () => undefined,
): Promise<OpenApiDocument> {
  const app = await createApp(module, { logger: false })
  prepare(app)
  const document = createOpenApiDocument(app, { securitySchemes: { oauth2 }, ...options })
  await app.close()
  return document
}

const versioned = (app: Application): unknown =>
  app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI })

const parameters = (operation: OperationObject): Record<string, ParameterObject> =>
  Object.fromEntries((operation.parameters as ParameterObject[]).map((one) => [`${one.in} ${one.name}`, one]))

const bodyOf = (operation: OperationObject): SchemaObject =>
  Object.values((operation.requestBody as any).content)[0]!['schema' as never] as SchemaObject

describe('a document', () => {
  let document: OpenApiDocument
  let schemas: Record<string, SchemaObject>

  beforeAll(async () => {
    document = await documentOf(EveryDecoratorModule, { title: 'All', version: '2.0.0' }, versioned)
    schemas = document.components!.schemas!
  })

  it('says in terms of JSON Schema what rules say', () => {
    expect(schemas['EveryRule']!.properties).toEqual({
      text: { type: 'string', minLength: 2, maxLength: 40, pattern: '^\\w+$' },
      email: { type: 'string', format: 'email' },
      uuid: { type: 'string', format: 'uuid' },
      url: { type: 'string', format: 'uri' },
      integer: { type: 'integer', minimum: 1, maximum: 10 },
      number: { type: 'number', exclusiveMinimum: 0, multipleOf: 2 },
      flag: { type: 'boolean' },
      date: { type: 'string', format: 'date-time' },
      dateText: { type: 'string', format: 'date-time' },
      role: { type: 'string', enum: ['reader', 'writer'] },
      level: { type: 'integer', enum: [0, 1] },
      choice: { type: 'string', enum: ['a', 'b'] },
      optional: { type: ['string', 'null'] },
      omitted: { type: 'string' },
      list: { type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 5, uniqueItems: true },
      words: { type: 'array', items: { type: 'string', maxLength: 5 } },
      address: { type: 'string', format: 'ipv4' },
      colour: { type: 'string', pattern: expect.stringContaining('#?') },
      containing: { type: 'string', pattern: 'a\\.b' },
      filled: { type: 'string', minLength: 1 },
      fixed: { type: 'string', const: 'fixed' },
      secret: { type: 'string' },
      size: { type: 'integer', default: 20 },
    })
    expect(schemas['EveryRule']!.required).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(optional|omitted|size)$/)]),
    )
    expect(schemas['EveryRule']!.required).toContain('text')
  })

  it('keeps to the groups of the pipe that validates', () => {
    const { put } = document.paths['/api/things/{id}']!
    const { $ref } = bodyOf(put!)
    expect(schemas[$ref!.split('/').at(-1)!]).toMatchObject({
      properties: { secret: { type: 'string' } },
      required: ['secret'],
    })
    expect(Object.keys(put!.responses)).toContain('422')
  })

  it('refers to nested classes, lists of them and itself, and tells subtypes apart', () => {
    expect(schemas['Drawing']).toMatchObject({
      description: 'What is drawn.',
      properties: {
        centre: { $ref: '#/components/schemas/Point' },
        points: { type: 'array', items: { $ref: '#/components/schemas/Point' } },
        parent: { anyOf: [{ $ref: '#/components/schemas/Drawing' }, { type: 'null' }] },
        shape: {
          oneOf: [{ $ref: '#/components/schemas/Circle' }, { $ref: '#/components/schemas/Square' }],
          discriminator: { propertyName: 'kind', mapping: { circle: '#/components/schemas/Circle' } },
        },
      },
    })
    expect(schemas['Circle']).toMatchObject({
      properties: { kind: { enum: ['circle'] }, radius: { type: 'number' } },
      required: ['kind', 'radius'],
    })
  })

  it('has one schema for each direction where they differ', () => {
    const names = Object.keys(schemas).filter((name) => name.startsWith('Account'))
    expect(names).toEqual(expect.arrayContaining(['Account']))
    const account = schemas['Account']!.properties!
    expect(Object.keys(account)).not.toContain('password')
    expect(account).toMatchObject({
      full_name: { type: 'string' },
      role: { $ref: '#/components/schemas/Role', examples: ['reader'] },
      roles: { type: 'array', items: { $ref: '#/components/schemas/Role' } },
      places: { type: 'array', items: { $ref: '#/components/schemas/Point' }, description: 'Where it was' },
      grid: { type: 'array', items: { type: 'array', items: { type: 'integer' } } },
      old: { type: 'integer', format: 'int64', deprecated: true, default: 7 },
      createdAt: { readOnly: true, format: 'date-time' },
      labels: { type: 'object', additionalProperties: { type: 'string' } },
    })
    expect(account).not.toHaveProperty('internal')
    expect(schemas['Role']).toEqual({ type: 'string', enum: ['reader', 'writer'] })
  })

  it('carries everything through mapped types', () => {
    const patch = Object.entries(schemas).find(([name]) => name.startsWith('AccountPatch'))![1]
    expect(patch.required).toBeUndefined()
    expect(Object.keys(patch.properties!)).toEqual(expect.arrayContaining(['role', 'places', 'password']))
    expect(patch.properties).not.toHaveProperty('id')
    expect(Object.keys(schemas['AccountName']!.properties!)).toEqual(['full_name'])
  })

  it('describes parameters by decorators, pipes and classes', () => {
    const list = parameters(document.paths['/api/things']!.get!)
    expect(list).toMatchObject({
      'query skip': { schema: { type: ['integer', 'null'], minimum: 0 } },
      'query q': { required: true, description: 'What to look for', example: 'cat' },
      'query deep': { schema: { type: 'boolean', default: false } },
      'query sort': { schema: { enum: ['asc', 'desc'] } },
      'header X-Trace': { description: 'For tracing' },
    })
    expect(list['query deep']!.required).toBeUndefined()
    expect(list['query sort']!.required).toBe(false)
    const parsed = parameters(document.paths['/api/things/parsed/{date}/{role}/{code}']!.get!)
    expect(parsed).toMatchObject({
      'path date': { schema: { format: 'date-time' }, required: true },
      'path role': { schema: { enum: ['reader', 'writer'] } },
      'path code': { schema: { pattern: '^[A-Z]{3}$' } },
      'query ids': { schema: { type: 'array', items: { type: 'number' } } },
      'query price': { required: true, schema: { type: 'number' } },
    })
    expect(parsed['query ids']!.required).toBeUndefined()
  })

  it('writes patterns as templates: constraints, wildcards, optional parts', () => {
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        '/api/things/any/{rest}',
        '/api/things/maybe',
        '/api/things/maybe/{page}',
        '/api/v1/secured',
        '/api/v2/secured',
        '/api/v3/secured/newest',
      ]),
    )
    const ids = [document.paths['/api/things/maybe']!, document.paths['/api/things/maybe/{page}']!]
    expect(ids.map(({ get }) => get!.operationId)).toEqual(['thingsMaybe', 'thingsMaybeByPage'])
    expect(document.paths['/api/things/search']).toMatchObject({
      'x-additional-operations': { SEARCH: { operationId: 'thingsSearch' } },
    })
  })

  it('has unique ids, tags, and no path twice', () => {
    const operations = Object.values(document.paths).flatMap((item) =>
      Object.values(item).filter(
        (one): one is OperationObject =>
          (one as Partial<OperationObject> | undefined)?.operationId !== undefined,
      ),
    )
    const ids = operations.map(({ operationId }) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toEqual(
      expect.arrayContaining(['thingsList', 'thingsFind', 'dropThing', 'securedKey', 'securedKeyV2']),
    )
    expect(operations.every(({ tags }) => tags!.length > 0)).toBe(true)
    expect(document.tags!.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['kitchen sink', 'dangerous', 'Files', 'Secured']),
    )
    const forms = Object.keys(document.paths).map((path) => path.replaceAll(/\{\w+\}/g, '{}'))
    expect(new Set(forms).size).toBe(forms.length)
  })

  it('describes results of every kind', () => {
    const content = (path: string, method: 'get' | 'post' = 'get', status = '200'): unknown =>
      (document.paths[`/api/things${path}`]![method]!.responses[status] as any).content
    expect(content('/text')).toEqual({ 'text/plain': { schema: { type: 'string' } } })
    expect(content('/count')).toEqual({ 'application/json': { schema: { type: 'number' } } })
    expect(content('/file')).toEqual({ 'application/pdf': { schema: { type: 'string', format: 'binary' } } })
    expect(content('/events')).toEqual({ 'text/event-stream': { schema: { type: 'string' } } })
    expect(Object.keys(content('/csv') as object)).toEqual(['text/csv', 'application/json'])
    expect(content('/drawings', 'post', '201')).toEqual({
      'application/json': { schema: { type: 'array', items: { $ref: '#/components/schemas/Drawing' } } },
    })
    expect(document.paths['/api/things/old']!.get!.responses).toMatchObject({
      301: { description: 'They moved', headers: { Location: {} } },
    })
    expect(document.paths['/api/partly/page']!.get!.responses['200']).toMatchObject({
      content: { 'text/html': {} },
    })
  })

  it('describes bodies: members, forms, files, bytes, schemas of other libraries', () => {
    const { paths } = document
    expect(bodyOf(paths['/api/things/drawings']!.post!)).toEqual({
      type: 'object',
      properties: {
        drawing: { $ref: '#/components/schemas/Drawing' },
        name: { type: 'string', default: 'none' },
      },
      required: ['drawing'],
    })
    expect(bodyOf(paths['/api/files/one']!.post!)).toEqual({
      type: 'object',
      properties: {
        x: { type: 'number' },
        y: { type: 'number' },
        picture: { type: 'string', format: 'binary' },
      },
      required: ['x', 'y', 'picture'],
    })
    expect(bodyOf(paths['/api/files/many']!.post!)).toMatchObject({
      properties: { pictures: { type: 'array', maxItems: 3 } },
    })
    expect(bodyOf(paths['/api/files/elsewhere']!.post!)).toMatchObject({ properties: { document: {} } })
    expect((paths['/api/things/raw']!.post!.requestBody as any).content).toHaveProperty(
      'application/octet-stream',
    )
    expect(Object.keys((paths['/api/things/form']!.post!.requestBody as any).content)).toEqual([
      'application/x-www-form-urlencoded',
      'application/json',
    ])
    expect(bodyOf(paths['/api/things/songs']!.post!)).toMatchObject({
      type: 'object',
      properties: { title: { type: 'string', minLength: 1 }, seconds: { type: 'integer' } },
      required: ['title', 'seconds'],
    })
  })

  it('describes errors as guards, pipes and filters declare them, and as the application writes them', () => {
    const { responses } = document.paths['/api/v1/secured']!.get!
    expect(responses).toMatchObject({
      401: { description: 'No key', content: { 'application/problem+json': {} } },
      403: { description: 'The wrong key' },
      409: { description: 'Somebody was faster' },
    })
    expect(document.paths['/api/things']!.post!.responses).toMatchObject({
      400: {
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDetails' } } },
      },
      409: { description: 'Conflict' },
      500: { description: 'Our fault' },
    })
  })

  it('names credentials: of guards, and of decorators in their place', () => {
    const { paths, components } = document
    const security = (path: string): unknown => paths[`/api/v1/secured${path}`]!.get!.security
    expect(security('')).toEqual([{ key: [] }])
    expect(security('/bearer')).toEqual([{ bearer: [] }])
    expect(security('/oauth')).toEqual([{ oauth2: ['read'] }])
    expect(security('/either')).toEqual([{ bearer: [], key: [] }, { key: [] }])
    expect(components!.securitySchemes).toMatchObject({
      key: { type: 'apiKey', name: 'X-Key' },
      bearer: { type: 'http', scheme: 'bearer' },
      basic: { type: 'http', scheme: 'basic' },
    })
  })

  it('has servers for hosts, callbacks, webhooks, extensions, deprecation', () => {
    const { paths, webhooks } = document
    expect(paths['/api/tenants']!.get!.servers).toEqual([
      { url: '//{tenant}.example.com', variables: { tenant: { default: 'tenant' } } },
    ])
    expect(paths['/api/hooks']!.post).toMatchObject({
      servers: [{ url: 'https://hooks.example.com' }],
      callbacks: { done: { '{$request.body#/url}': { post: { requestBody: {} } } } },
    })
    expect(webhooks!['accountChanged']!.post).toMatchObject({ operationId: 'hooksChanged' })
    expect(paths).not.toHaveProperty('/api/hooks/account')
    expect(paths['/api/things/{id}']!.delete).toMatchObject({ deprecated: true, 'x-team': 'kitchen' })
  })

  it('leaves out what is excluded', () => {
    expect(document.paths).not.toHaveProperty('/api/hidden')
    expect(document.paths).not.toHaveProperty('/api/partly')
  })
})

describe('options of a document', () => {
  it.each([
    [{ apiVersion: '2' }, '/api/v2/secured', '/api/v1/secured'],
    [{ onlyTags: ['Files'] }, '/api/files/one', '/api/things'],
    [
      { filter: ({ owner }: { owner: unknown }) => owner === ThingsController },
      '/api/things',
      '/api/files/one',
    ],
    [{ ignoreGlobalPrefix: true }, '/things', '/api/things'],
    [{ include: [EveryDecoratorModule] }, '/api/things', '/none'],
  ] as [OpenApiOptions, string, string][])('%o choose endpoints', async (options, there, notThere) => {
    const { paths } = await documentOf(EveryDecoratorModule, options, versioned)
    expect(paths).toHaveProperty([there])
    expect(paths).not.toHaveProperty([notThere])
  })

  it('leave out modules', async () => {
    expect((await documentOf(EveryDecoratorModule, { exclude: [EveryDecoratorModule] })).paths).toEqual({})
  })

  it('change the document at the end', async () => {
    const document = await documentOf(EveryDecoratorModule, {
      transform: (one) => ({ ...one, 'x-changed': true }),
      'x-own': 1,
    })
    expect(document).toMatchObject({ 'x-changed': true, 'x-own': 1 })
  })

  it('make other ids, and take texts from docstrings', async () => {
    const document = await documentOf(EveryDecoratorModule, {
      operationId: ({ controller, method }) => `${controller}_${method}`,
      docstrings: {
        'ThingsController.text': 'Says something. In more words.',
        Point: 'A place.',
        'Point.x': 'To the right.',
        FilesController: 'All files.',
      },
    })
    expect(document.paths['/things/text']!.get).toMatchObject({
      operationId: 'ThingsController_text',
      summary: 'Says something',
      description: 'In more words.',
    })
    expect(document.components!.schemas!['Point']).toMatchObject({
      description: 'A place.',
      properties: { x: { description: 'To the right.' } },
    })
    expect(document.tags).toContainEqual({ name: 'Files', description: 'All files.' })
  })

  it('take examples of classes from factories, without what is not shown', async () => {
    class Owner {
      @IsInt() id: number
      @ExcludeProperty({ toPlainOnly: true }) @IsString() password: string
      @Expose({ name: 'full_name' }) @IsString() name: string
    }
    @Controller()
    class OneController {
      @Post() @Returns(Owner) create(@Body() owner: Owner): unknown {
        return owner
      }
    }
    @Module({ controllers: [OneController] })
    class OneModule {}
    const make = { id: 7, password: 'secret', name: 'Ada', born: new Date(0) }
    const { components } = await documentOf(OneModule, {
      exampleOf: (type) => (type === Owner ? make : undefined),
    })
    expect(components!.schemas!['Owner']!.examples).toEqual([{ id: 7, full_name: 'Ada' }])
    expect(components!.schemas!['OwnerInput']!.examples).toEqual([
      { id: 7, password: 'secret', full_name: 'Ada' },
    ])
    const older = await documentOf(OneModule, { openapi: '3.0', exampleOf: () => make })
    expect(older.components!.schemas!['Owner']!.example).toEqual({ id: 7, full_name: 'Ada' })
  })

  it('tell the version by a header or a query parameter', async () => {
    const byHeader = await documentOf(EveryDecoratorModule, { apiVersion: '1' }, (app) =>
      app.enableVersioning({ type: VersioningType.HEADER, header: 'Api-Version' }),
    )
    expect(byHeader.paths['/secured']!.get!.parameters).toContainEqual({
      name: 'Api-Version',
      in: 'header',
      required: true,
      schema: { type: 'string', enum: ['1', '2'] },
    })
  })

  it('write errors in the plain form, where the application does', async () => {
    const app = await createApp(EveryDecoratorModule, { logger: false, errors: 'plain' })
    const document = createOpenApiDocument(app, { securitySchemes: { oauth2 } })
    expect(document.paths['/things']!.post!.responses['400']).toMatchObject({
      content: { 'application/json': { schema: { $ref: '#/components/schemas/ErrorBody' } } },
    })
  })

  it('take a converter for schemas whose library has none', async () => {
    const schema = {
      '~standard': { version: 1, vendor: 'own', validate: (value: unknown) => ({ value }) },
    } as const
    @Controller()
    class OwnController {
      @Post() own(@Body(schema) body: unknown): unknown {
        return body
      }
    }
    @Module({ controllers: [OwnController] })
    class OwnModule {}
    const document = await documentOf(OwnModule, {
      schemaConverter: () => ({ type: 'string', title: 'Own' }),
    })
    expect(bodyOf(document.paths['/']!.post!)).toEqual({ type: 'string', title: 'Own' })
    expect(bodyOf((await documentOf(OwnModule)).paths['/']!.post!)).toEqual({})
  })

  it('say as 3.0 what 3.1 says otherwise', async () => {
    const { components, webhooks, openapi } = await documentOf(EveryDecoratorModule, { openapi: '3.0' })
    expect(openapi).toBe('3.0.4')
    expect(webhooks).toBeUndefined()
    expect(components!.schemas!['EveryRule']!.properties).toMatchObject({
      optional: { type: 'string', nullable: true },
      fixed: { type: 'string', enum: ['fixed'] },
      number: { minimum: 0, exclusiveMinimum: true },
    })
  })
})

describe('documents that have something wrong', () => {
  it.each([
    [
      'a reference to nothing',
      {
        transform: (one: OpenApiDocument) => ({
          ...one,
          paths: { '/x': { get: { responses: {}, requestBody: { $ref: '#/components/nothing' } } } },
        }),
      },
      'CORBEL_OPENAPI_REFERENCE',
    ],
    ['credentials that nothing defines', { security: [{ nothing: [] }] }, 'CORBEL_OPENAPI_REFERENCE'],
  ] as [string, OpenApiOptions, string][])('are refused: %s', async (_name, options, code) => {
    await expect(documentOf(EveryDecoratorModule, options)).rejects.toMatchObject({ code })
  })

  it('are refused: an id twice, a type that is missing', async () => {
    const { ApiOperation, ApiProperty, Returns } = await import('corbel')
    class Broken {
      @ApiProperty({ type: () => undefined }) field: unknown
    }
    @Controller()
    class TwiceController {
      @Get('a') @ApiOperation({ operationId: 'same' }) a(): void {}
      @Get('b') @ApiOperation({ operationId: 'same' }) b(): void {}
    }
    @Controller()
    class BrokenController {
      @Get() @Returns(Broken) broken(): unknown {
        return {}
      }
    }
    @Module({ controllers: [TwiceController] })
    class TwiceModule {}
    @Module({ controllers: [BrokenController] })
    class BrokenModule {}
    await expect(documentOf(TwiceModule)).rejects.toMatchObject({
      code: 'CORBEL_OPENAPI_OPERATION_ID',
      details: { first: 'TwiceController.a', second: 'TwiceController.b' },
    })
    await expect(documentOf(BrokenModule)).rejects.toMatchObject({
      code: 'CORBEL_OPENAPI_TYPE_MISSING',
      details: { origin: 'Broken.field' },
    })
  })

  it('warn of two handlers for one path', async () => {
    @Controller()
    class BothController {
      @Get(':id(\\d+)') number(): void {}
      @Get(':name([a-z]+)') name(@Query('q', z.string()) q: string): string {
        return q
      }
    }
    @Module({ controllers: [BothController] })
    class BothModule {}
    const warnings: string[] = []
    const { paths } = await documentOf(BothModule, { onWarning: (message) => warnings.push(message) })
    expect(paths['/{id}']!.get!.operationId).toBe('bothNumber')
    expect(warnings).toEqual([expect.stringContaining('BothController.name (GET /{id})')])
  })
})
