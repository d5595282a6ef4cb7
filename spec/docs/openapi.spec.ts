import {
  ApiDefaultGetter,
  ApiExtraModels,
  ApiLink,
  ApiOkResponse,
  ApiProperty,
  Body,
  checkContract,
  ClassSerializerInterceptor,
  Controller,
  createApp,
  createOpenApiDocument,
  Describes,
  DocumentBuilder,
  Get,
  getSchemaPath,
  Module,
  OpenApiModule,
  Param,
  ParseIntPipe,
  Post,
  Query,
  Returns,
  SerializeOptions,
  SwaggerModule,
  UseGuards,
  UseInterceptors,
  type Application,
  type CanActivate,
  type ExecutionContext,
  type HttpRequest,
  type OpenApiDocument,
  type ResponseObject,
} from 'corbel'
import { Exclude, Expose, Type } from 'class-transformer'
import { IsEmail, IsInt, IsOptional, Length, Max, Min } from 'class-validator'

describe('docs/openapi.md', () => {
  let app: Application | undefined

  afterEach(() => app?.close())

  it('makes the document of what is there', async () => {
    // #region nothing
    class NewCat {
      @Length(1, 40) name: string
      @IsInt() @Min(0) @Max(40) age: number
      @IsOptional() @IsEmail() owner?: string
    }

    @Controller('cats')
    class CatsController {
      @Get(':id') @Returns(NewCat) find(@Param('id', ParseIntPipe) id: number): object {
        return { id, name: 'Tom', age: 3 }
      }

      @Post() create(@Body() cat: NewCat): NewCat {
        return cat
      }
    }

    @Module({
      imports: [
        OpenApiModule.forRoot({
          title: 'Cats',
          version: '1.0.0',
          ui: { swagger: true }, // npm install swagger-ui-dist
        }),
      ],
      controllers: [CatsController],
    })
    class AppModule {}
    // #endregion
    app = await createApp(AppModule, { logger: false })
    const document = (await app.inject('/openapi.json')).json<OpenApiDocument>()
    expect(document.components!.schemas!['NewCat']).toMatchObject({ required: ['name', 'age'] })
    expect(Object.keys(document.paths['/cats']!.post!.responses)).toEqual(['201', '400'])
    expect((await app.inject('/docs')).status).toBe(200)
  })

  it('leaves out what serializers do', async () => {
    // #region serialized
    class Account {
      @IsInt() id: number
      @Exclude() @Length(8, 64) password: string
      @Expose({ groups: ['admin'] }) @IsEmail() email: string
    }

    @Controller('accounts')
    @UseInterceptors(ClassSerializerInterceptor)
    class AccountsController {
      @Get() @Returns([Account]) list(): Account[] {
        return [] // Account: id
      }

      @Get('all') @SerializeOptions({ groups: ['admin'] }) @Returns([Account]) all(): Account[] {
        return [] // AccountAdmin: id, email
      }
    }
    // #endregion
    @Module({ controllers: [AccountsController] })
    class AppModule {}
    app = await createApp(AppModule, { logger: false })
    const { schemas = {} } = createOpenApiDocument(app).components!
    expect(Object.keys(schemas['Account']!.properties!)).toEqual(['id'])
    expect(Object.keys(schemas['AccountAdmin']!.properties!)).toEqual(['id', 'email'])
  })

  it('leads from one result to another operation', async () => {
    // #region links
    class Owner {
      @ApiProperty({ type: 'integer' }) id: number
    }

    class Cat {
      @ApiProperty({ type: 'integer' }) id: number
      @ApiProperty({ type: 'integer', link: () => Owner }) ownerId: number
    }

    @Controller()
    class PetsController {
      @Get('cats/:id') @Returns(Cat) cat(@Param('id', ParseIntPipe) id: number): object {
        return { id, ownerId: 7 }
      }

      @Get('cats/:id/kittens')
      @ApiLink({ from: Cat, routeParam: 'id' })
      @Returns([Cat])
      kittens(@Param('id', ParseIntPipe) id: number): object[] {
        return [{ id: id + 1, ownerId: 7 }]
      }

      @Get('owners/:id') @ApiDefaultGetter(Owner, 'id') @Returns(Owner) owner(
        @Param('id', ParseIntPipe) id: number,
      ): object {
        return { id }
      }
    }
    // #endregion
    @Module({ controllers: [PetsController] })
    class AppModule {}
    app = await createApp(AppModule, { logger: false })
    const { links } = createOpenApiDocument(app).paths['/cats/{id}']!.get!.responses['200'] as ResponseObject
    expect(Object.keys(links!)).toEqual(['petsKittens_from_id', 'petsOwner_from_ownerId'])
  })

  it('serves several documents', async () => {
    @Module({})
    class AdminModule {}
    // #region several
    const openapi = OpenApiModule.forRoot({
      version: '2.0.0',
      documents: [
        { path: '/public', title: 'For everyone', exclude: [AdminModule] },
        { path: '/internal', title: 'For us' },
        { path: '/v1', title: 'The old version', apiVersion: '1', openapi: '3.0' },
      ],
      ui: {
        swagger: { path: '/docs', customCss: '.topbar { background: navy }', options: { filter: true } },
        redoc: true, // npm install redoc
        scalar: true, // npm install @scalar/api-reference
        production: true,
      },
      transform: (document) => {
        document.info['x-audience'] = 'partners'
      },
    })
    // #endregion
    @Module({ imports: [openapi, AdminModule] })
    class AppModule {}
    app = await createApp(AppModule, { logger: false })
    expect((await app.inject('/v1.json')).json()).toMatchObject({
      openapi: '3.0.4',
      info: { 'x-audience': 'partners' },
    })
  })

  it('lets guards, pipes and filters describe themselves', async () => {
    // #region describes
    @Describes({
      security: [{ name: 'key', scheme: { type: 'apiKey', in: 'header', name: 'X-Key' } }],
      responses: { 401: 'The key is missing or unknown' },
    })
    class KeyGuard implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        return context.switchToHttp().getRequest<HttpRequest>().get('x-key') === 'secret'
      }
    }
    // #endregion
    @UseGuards(KeyGuard)
    @Controller('secrets')
    class SecretsController {
      @Get() list(): string[] {
        return []
      }
    }
    @Module({ controllers: [SecretsController] })
    class AppModule {}
    app = await createApp(AppModule, { logger: false })
    expect(createOpenApiDocument(app).paths['/secrets']!.get).toMatchObject({
      security: [{ key: [] }],
      responses: { 401: { description: 'The key is missing or unknown' } },
    })
  })

  it('knows the familiar way in', async () => {
    @Module({})
    class AppModule {}
    // #region familiar
    app = await createApp(AppModule, { logger: false })
    const config = new DocumentBuilder().setTitle('Cats').setVersion('1.0').addBearerAuth().build()
    const document = SwaggerModule.createDocument(app, config)
    SwaggerModule.setup('docs', app, document) // /docs, /docs-json, /docs-yaml
    // #endregion
    expect((await app.inject('/docs-json')).json()).toEqual(document)
  })
})

describe('docs/openapi.md, the contract', () => {
  it('is kept', async () => {
    @Controller('cats')
    class CatsController {
      @Get(':id') find(@Param('id', ParseIntPipe) id: number): number {
        return id
      }
    }
    @Module({ controllers: [CatsController] })
    class AppModule {}
    // #region contract
    const app = await createApp(AppModule, { logger: false })
    expect(await checkContract(app, { values: { id: 1 } })).toEqual([])
    // #endregion
    await app.close()
  })
})

describe('docs/openapi-decorators.md', () => {
  it('wraps what is generic', async () => {
    // #region generic
    class Cat {
      @ApiProperty({ example: 'Tom' }) name: string
    }

    class Page {
      @ApiProperty({ type: 'integer' }) total: number
    }

    class Search {
      @IsOptional() @IsInt() @Min(1) @Type(() => Number) page?: number
      @Length(1, 100) q: string
    }

    @Controller('cats')
    @ApiExtraModels(Page, Cat)
    class CatsController {
      @Get()
      @ApiOkResponse({
        description: 'A page of cats',
        schema: {
          allOf: [
            { $ref: getSchemaPath(Page) },
            {
              type: 'object',
              properties: { items: { type: 'array', items: { $ref: getSchemaPath(Cat) } } },
            },
          ],
        },
      })
      search(@Query() search: Search): object {
        return { total: 0, items: [], page: search.page }
      }
    }
    // #endregion
    @Module({ controllers: [CatsController] })
    class AppModule {}
    const app = await createApp(AppModule, { logger: false })
    const { get } = createOpenApiDocument(app).paths['/cats']!
    expect(get!.parameters).toMatchObject([{ name: 'page' }, { name: 'q', required: true }])
    await app.close()
  })
})
