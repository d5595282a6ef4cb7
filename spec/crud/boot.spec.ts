import { Controller, createApp, Get, Module, type Application, type HttpRequest } from 'corbel'
import { CrudInvalid, crudOf, type CrudOptions } from 'corbel/crud'
import { Crud } from 'corbel/crud/typeorm'
import { TypeOrmModule } from 'corbel/database/typeorm'
import { createOpenApiDocument } from 'corbel/openapi'
import { dialectOf } from '../../lib/crud/typeorm/dialect.js'
import { Author, Book, BOOK_OPTIONS, Tag } from './library.js'

async function boot(...controllers: (new () => object)[]): Promise<Application> {
  @Module({
    imports: [
      TypeOrmModule.forRoot({ database: ':memory:', synchronize: true }),
      TypeOrmModule.forFeature([Author, Book, Tag]),
    ],
    controllers,
  })
  class App {}
  const app = await createApp(App, { logger: false })
  await app.init()
  return app
}

describe('a controller with @Crud', () => {
  it('has real routes, which descriptions and documents know', async () => {
    @Crud(Book, BOOK_OPTIONS)
    @Controller('books')
    class Books {
      @Get('latest') latest(): string {
        return 'Lavinia'
      }
    }
    const app = await boot(Books)
    const routes = app
      .describe()
      .endpoints.map((one) => `${String(Reflect.get(one, 'method'))} ${String(Reflect.get(one, 'path'))}`)
    expect(routes.sort()).toEqual([
      'DELETE /books/:id',
      'DELETE /books/bulk',
      'GET /books',
      'GET /books/:id',
      'GET /books/latest',
      'PATCH /books/:id',
      'PATCH /books/bulk',
      'POST /books',
      'POST /books/:id/restore',
      'POST /books/bulk',
    ])
    expect((await app.inject('/books/latest')).body).toBe('Lavinia')
    const document = createOpenApiDocument(app, { title: 'Books', version: '1' }) as any
    const list = document.paths['/books'].get
    expect(list.parameters.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining([
        'filter[pages]',
        'sort',
        'search',
        'limit',
        'offset',
        'cursor',
        'fields',
        'include',
      ]),
    )
    expect(Object.keys(document.paths['/books/{id}'].patch.responses)).toEqual(
      expect.arrayContaining(['200', '404', '409', '412', '415', '422']),
    )
    expect(document.components.schemas.NewBook.required).toEqual(['title', 'pages'])
    expect(document.components.schemas.PartialNewBook.required).toBeUndefined()
    await app.close()
  })

  it('serves only what its options allow', async () => {
    @Crud(Author)
    @Controller('authors')
    class Authors {}
    @Crud(Book, { ...BOOK_OPTIONS, only: ['index', 'create'], except: ['create'] })
    @Controller('books')
    class Books {}
    const app = await boot(Authors, Books)
    const members = app
      .describe()
      .endpoints.map((one) => Reflect.get(one, 'member') ?? Reflect.get(one, 'handler'))
    expect(members).toHaveLength(5)
    expect((await app.inject({ method: 'POST', url: '/authors', payload: { name: 'Eve' } })).statusCode).toBe(
      405,
    )
    await app.close()
  })

  it('keeps methods of its own, also inherited ones', async () => {
    class Base {
      show(request: HttpRequest): Promise<unknown> {
        return Promise.resolve({ shown: request.params['id'] })
      }
    }
    @Crud(Author)
    @Controller('authors')
    class Authors extends Base {
      ready = false
      onModuleInit(): void {
        this.ready = true
      }
      @Get('all') index(): string[] {
        return ['everybody']
      }
    }
    const app = await boot(Authors)
    expect((await app.inject('/authors/7')).json()).toEqual({ shown: '7' })
    expect((await app.inject('/authors/all')).json()).toEqual(['everybody'])
    expect((await app.inject('/authors')).statusCode).toBe(404)
    expect(app.get(Authors).ready).toBe(true)
    await app.close()
  })

  it('is held against its entity at boot, with all problems at once', async () => {
    const wrong = {
      fields: ['nothing'],
      filter: { pages: ['like', 'spell'], wrong: true },
      sort: ['none'],
      search: ['pages'],
      relations: { author: { fields: ['age'] }, title: true },
      paginate: { limit: 1000 },
    } as unknown as CrudOptions<Book>
    @Crud(Book, wrong)
    @Controller('books')
    class Books {}
    const booting = boot(Books)
    await expect(booting).rejects.toThrow(CrudInvalid)
    await expect(booting).rejects.toMatchObject({ code: 'CORBEL_CRUD_INVALID' })
    const { message } = (await booting.catch((error: unknown) => error)) as Error
    for (const part of [
      '"nothing"',
      '"like"',
      '"spell"',
      '"wrong"',
      '"none"',
      '"pages"',
      '"age"',
      '"title"',
      'maxLimit',
    ])
      expect(message).toContain(part)
    @Crud(Author, { softDelete: true })
    @Controller('authors')
    class Authors {}
    await expect(boot(Authors)).rejects.toThrow(/DeleteDateColumn/)
  })

  it('is asked for by crudOf, and nothing else is', () => {
    class Plain {}
    expect(() => crudOf(new Plain())).toThrow(expect.objectContaining({ code: 'CORBEL_CRUD_MISSING' }))
  })

  it('knows which databases it can work on', () => {
    expect(() => dialectOf('mongodb')).toThrow(expect.objectContaining({ code: 'CORBEL_CRUD_DATABASE' }))
  })

  it('answers bodies that are no list to bulk routes', async () => {
    @Crud(Book, { ...BOOK_OPTIONS, maxBulk: 2 })
    @Controller('books')
    class Books {}
    const app = await boot(Books)
    const { statusCode, json } = await app.inject({ method: 'POST', url: '/books/bulk', payload: [1, 2, 3] })
    expect([statusCode, json<{ code: string }>().code]).toEqual([422, 'CORBEL_CRUD_BODY'])
    await app.close()
  })
})
