import {
  ApiOkResponse,
  ApiProduces,
  Body,
  ClassSerializerInterceptor,
  Controller,
  createApp,
  createOpenApiDocument,
  Get,
  Header,
  Module,
  OpenApiModule,
  Post,
  Produces,
  Reflector,
  Returns,
  SerializeOptions,
  Sse,
  StreamableFile,
  StreamAs,
  UseInterceptors,
  VersioningModule,
  VersioningType,
  type Application,
  type Class,
  type OpenApiDocument,
  type SchemaObject,
} from 'corbel'
import { Exclude, Expose, Type } from 'class-transformer'
import { IsInt, IsString } from 'class-validator'
import { Readable } from 'node:stream'
import { from, type Observable } from 'rxjs'

class Point {
  @IsInt() x: number
}

async function documentOf(
  controller: Class,
  { openapi = '3.1' as const, prepare = (_: Application): unknown => undefined } = {},
): Promise<OpenApiDocument> {
  class AppModule {}
  Module({ controllers: [controller] })(AppModule)
  const app = await createApp(AppModule, { logger: false })
  prepare(app)
  const document = createOpenApiDocument(app, { openapi })
  await app.close()
  return document
}

const contentOf = ({ paths }: OpenApiDocument, path: string, status = '200'): any =>
  (paths[path]!.get!.responses[status] as any).content

const POINT = { $ref: '#/components/schemas/Point' }
const TEXT = { type: 'string' }
const pointsIn = (contentMediaType: string): object => ({
  type: 'string',
  contentMediaType,
  contentSchema: { type: 'array', items: POINT },
})

describe('the media types of results', () => {
  @Controller()
  class FormsController {
    @Get('json') @StreamAs('json') @Returns(Point) async *json(): AsyncGenerator<Point> {}
    @Get('lines') @StreamAs('ndjson') @Returns([Point]) lines(): unknown {
      return []
    }
    @Get('typed') @Returns(Point) async *typed(): AsyncGenerator<Point> {}
    @Get('open') async *open(): AsyncGenerator {}
    @Sse('events') @Returns(Point) async *events(): AsyncGenerator<object> {}
    @Get('file') file(): StreamableFile {
      return new StreamableFile(Buffer.from(''))
    }
    @Get('picture') @Header('Content-Type', 'image/png') picture(): Readable {
      return Readable.from([])
    }
    @Get('chosen')
    @Produces('application/json', 'text/csv', 'application/x-ndjson')
    @Returns([Point])
    chosen(): unknown {
      return []
    }
    @Get('documented')
    @Produces('application/json', 'text/csv')
    @ApiProduces('application/vnd.point+json')
    @Returns(Point)
    documented(): unknown {
      return {}
    }
    @Get('packed') @Produces('application/msgpack') @ApiOkResponse({ type: Point }) packed(): unknown {
      return {}
    }
    @Get('observable') observable(): Observable<Point> {
      return from([])
    }
    @Get('fetched') fetched(): Response {
      return new Response()
    }
  }
  let document: OpenApiDocument

  beforeAll(async () => {
    document = await documentOf(FormsController)
  })

  it.each([
    ['/json', { 'application/json': { schema: { type: 'array', items: POINT } } }],
    ['/lines', { 'application/x-ndjson': { schema: pointsIn('application/x-ndjson') } }],
    ['/typed', { 'application/x-ndjson': { schema: pointsIn('application/x-ndjson') } }],
    [
      '/open',
      {
        'application/x-ndjson': { schema: TEXT },
        'text/plain': { schema: TEXT },
        'application/octet-stream': { schema: { type: 'string', format: 'binary' } },
      },
    ],
    ['/events', { 'text/event-stream': { schema: pointsIn('text/event-stream') } }],
    ['/file', { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } }],
    ['/picture', { 'image/png': { schema: { type: 'string', format: 'binary' } } }],
    ['/documented', { 'application/vnd.point+json': { schema: POINT } }],
    ['/observable', { 'application/json': { schema: {} } }],
    ['/fetched', { '*/*': { schema: {} } }],
  ])('of %s are those with which it is sent', (path, expected) => {
    expect(contentOf(document, path)).toEqual(expected)
    expect(Object.keys(document.components!.schemas!).sort()).toEqual(['Point', 'ProblemDetails'])
  })

  it('of @Produces are those among which clients choose; nothing else is acceptable', () => {
    expect(contentOf(document, '/chosen')).toEqual({
      'application/json': { schema: { type: 'array', items: POINT } },
      'text/csv': { schema: TEXT },
      'application/x-ndjson': { schema: pointsIn('application/x-ndjson') },
    })
    expect(document.paths['/chosen']!.get!.responses).toHaveProperty('406')
    expect(contentOf(document, '/packed')).toMatchObject({ 'application/msgpack': { schema: POINT } })
    expect(document.paths['/file']!.get!.responses).not.toHaveProperty('406')
  })

  it('are known where versions are told apart', async () => {
    @Controller({ version: ['1', '2'] })
    class VersionedController {
      @Get('one') @Produces('text/csv') one(): unknown {
        return []
      }
    }
    class AppModule {}
    const usage = { guards: [{ canActivate: () => true }] }
    Module({ imports: [VersioningModule.forRoot({ usage })], controllers: [VersionedController] })(AppModule)
    const app = await createApp(AppModule, { logger: false })
    app.enableVersioning({ type: VersioningType.URI })
    await app.init()
    const document = createOpenApiDocument(app)
    await app.close()
    expect(Object.keys(contentOf(document, '/v2/one'))).toEqual(['text/csv'])
  })

  it('are text in 3.0, which has no words for what is in it', async () => {
    class Line {
      @Expose() @Type(() => Number) at: number | null
    }
    @Controller()
    class OneController {
      @Get() @StreamAs('ndjson') @Returns(Line, { nullable: true }) all(): unknown {
        return []
      }
      @Sse('events') @Returns(Line) async *events(): AsyncGenerator<object> {}
    }
    const document = await documentOf(OneController, { openapi: '3.0' as never })
    expect(contentOf(document, '/')['application/x-ndjson']).toEqual({ schema: TEXT })
    expect(JSON.stringify(document)).not.toContain('"null"')
  })
})

describe('what a serializer leaves out', () => {
  class Address {
    @Expose({ groups: ['admin'] }) @IsString() street: string
    @IsString() city: string
  }

  class User {
    @IsInt() id: number
    @Expose({ name: 'full_name' }) @IsString() fullName: string
    @Exclude() @IsString() password: string
    @Expose({ groups: ['admin'] }) @IsString() email: string
    @Expose({ since: 2 }) @IsString() nick: string
    @Expose({ until: 2 }) @IsString() alias: string
    @Type(() => Address) address: Address
    @Type(() => User) friends: User[]
  }

  @Exclude()
  class Ticket {
    @Expose() @IsString() code: string
    @IsString() hash: string
  }

  @Controller()
  @UseInterceptors(ClassSerializerInterceptor)
  class UsersController {
    @Get('users') @Returns([User]) all(): unknown {
      return []
    }
    @Get('admin') @SerializeOptions({ groups: ['admin'] }) @Returns(User) admin(): unknown {
      return {}
    }
    @Get('old') @SerializeOptions({ version: 1 }) @ApiOkResponse({ type: User }) old(): unknown {
      return {}
    }
    @Get('new') @SerializeOptions({ version: 2, groups: ['admin'] }) @Returns(User) new(): unknown {
      return {}
    }
    @Get('plain') @SerializeOptions({ type: User, groups: ['admin'] }) plain(): Promise<object> {
      return Promise.resolve({})
    }
    @Get('plain-list') @SerializeOptions({ type: User }) plainList(): object[] {
      return []
    }
    @Get('prefixed')
    @SerializeOptions({ excludePrefixes: ['full', 'ci'] })
    @Returns(User)
    prefixed(): unknown {
      return {}
    }
    @Get('exposed') @SerializeOptions({ strategy: 'excludeAll' }) @Returns(User) exposed(): unknown {
      return {}
    }
    @Get('raw') @SerializeOptions({ ignoreDecorators: true }) @Returns(User) raw(): unknown {
      return {}
    }
    @Get('ticket') @SerializeOptions({ groups: ['admin'] }) @Returns(Ticket) ticket(): unknown {
      return {}
    }
    @Post('users') create(@Body() user: User): void {
      void user
    }
  }

  let document: OpenApiDocument
  let schemas: Record<string, SchemaObject>
  const names = (name: string): string[] => Object.keys(schemas[name]!.properties!).sort()

  beforeAll(async () => {
    document = await documentOf(UsersController)
    schemas = document.components!.schemas!
  })

  it('is not in the schema of the route, whose name tells the groups and the version', () => {
    expect(contentOf(document, '/users')['application/json'].schema.items.$ref).toBe(
      '#/components/schemas/User',
    )
    expect(names('User')).toEqual(['address', 'alias', 'friends', 'full_name', 'id', 'nick'])
    expect(contentOf(document, '/admin')['application/json'].schema.$ref).toBe(
      '#/components/schemas/UserAdmin',
    )
    expect(names('UserAdmin')).toEqual(['address', 'alias', 'email', 'friends', 'full_name', 'id', 'nick'])
    expect(contentOf(document, '/old')['application/json'].schema.$ref).toBe('#/components/schemas/UserV1')
    expect(names('UserV1')).toEqual(['address', 'alias', 'friends', 'full_name', 'id'])
    expect(names('UserAdminV2')).toEqual(['address', 'email', 'friends', 'full_name', 'id', 'nick'])
  })

  it('is not in what the class refers to, either; what is the same keeps its name', () => {
    expect(schemas['UserAdmin']!.properties).toMatchObject({
      address: { $ref: '#/components/schemas/AddressAdmin' },
      friends: { items: { $ref: '#/components/schemas/UserAdmin' } },
    })
    expect(names('AddressAdmin')).toEqual(['city', 'street'])
    expect(schemas['UserV1']!.properties).toMatchObject({ address: { $ref: '#/components/schemas/Address' } })
    expect(names('Address')).toEqual(['city'])
    expect(contentOf(document, '/ticket')['application/json'].schema.$ref).toBe('#/components/schemas/Ticket')
    expect(names('Ticket')).toEqual(['code'])
  })

  it('follows the type of @SerializeOptions: one or a list where only a promise is known', () => {
    const admin = { $ref: '#/components/schemas/UserAdmin' }
    expect(contentOf(document, '/plain')['application/json'].schema).toEqual({
      anyOf: [admin, { type: 'array', items: admin }],
    })
    expect(contentOf(document, '/plain-list')['application/json'].schema).toEqual({
      type: 'array',
      items: { $ref: '#/components/schemas/User' },
    })
  })

  it('follows prefixes, strategies and ignoreDecorators', () => {
    const of = (path: string): string =>
      contentOf(document, path)['application/json'].schema.$ref.split('/').at(-1)
    expect(of('/prefixed')).toBe('UserWithoutFullWithoutCi')
    expect(names(of('/prefixed'))).not.toContain('full_name')
    expect(of('/exposed')).toBe('UserExposed')
    expect(names('UserExposed')).toEqual(['alias', 'full_name', 'nick'])
    expect(of('/raw')).toBe('UserRaw')
    expect(names('UserRaw')).toEqual(expect.arrayContaining(['password', 'email', 'fullName']))
  })

  it('is still in what clients send', () => {
    const body = (document.paths['/users']!.post!.requestBody as any).content['application/json'].schema
    expect(body.$ref).toBe('#/components/schemas/UserInput')
    expect(names('UserInput')).toEqual(expect.arrayContaining(['email', 'nick', 'full_name']))
    expect(names('UserInput')).not.toContain('password')
  })

  it('is what is really left out', async () => {
    @Controller()
    @UseInterceptors(ClassSerializerInterceptor)
    class RealController {
      @Get('users') @SerializeOptions({ groups: ['admin'], version: 2 }) @Returns(User) one(): unknown {
        const address = Object.assign(new Address(), { street: 's', city: 'c' })
        const own = { id: 1, fullName: 'f', password: 'p', email: 'e', nick: 'n', alias: 'a' }
        return Object.assign(new User(), { ...own, address, friends: [] })
      }
    }
    // the contract sees what the serializer has made
    @Module({ imports: [OpenApiModule.forRoot({ contract: 'enforce' })], controllers: [RealController] })
    class AppModule {}
    const app = await createApp(AppModule, { logger: false })
    await app.listen(0, '127.0.0.1')
    const sent = (await (await fetch(`${await app.getUrl()}/users`)).json()) as { address: object }
    const { components } = createOpenApiDocument(app)
    await app.close()
    expect(Object.keys(sent).sort()).toEqual(
      Object.keys(components!.schemas!['UserAdminV2']!.properties!).sort(),
    )
    expect(Object.keys(sent.address)).toEqual(['street', 'city'])
  })

  it('is known of a global serializer and its own options, too', async () => {
    @Controller()
    class GlobalController {
      @Get() @Returns(User) one(): unknown {
        return {}
      }
    }
    const document = await documentOf(GlobalController, {
      prepare: (app) =>
        app.useGlobalInterceptors(new ClassSerializerInterceptor(app.get(Reflector), { groups: ['admin'] })),
    })
    expect(contentOf(document, '/')['application/json'].schema.$ref).toBe('#/components/schemas/UserAdmin')
  })
})
