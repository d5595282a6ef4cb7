import {
  assertPreconditions,
  Body,
  CacheControl,
  Conditional,
  Controller,
  createApp,
  Delete,
  ETag,
  Get,
  Injectable,
  Module,
  NotFoundException,
  Param,
  Put,
  Req,
  type Application,
  type HttpRequest,
} from 'corbel'

interface Article {
  readonly text: string
  readonly version: number
}

@Injectable()
class Articles {
  private readonly all = new Map<string, Article>([['1', { text: 'one', version: 1 }]])
  async find(id: string | undefined): Promise<Article | undefined> {
    return this.all.get(id ?? '')
  }
  async write(id: string, text: string): Promise<Article> {
    const article = { text, version: (this.all.get(id)?.version ?? 0) + 1 }
    this.all.set(id, article)
    return article
  }
  async remove(id: string): Promise<void> {
    this.all.delete(id)
  }
}

// #region etag
@Controller('prices')
class PricesController {
  @Get()
  @ETag() // W/"…" of the bytes; @ETag('strong') says that they are the same byte by byte
  @CacheControl({ public: true, maxAge: '5m', staleWhileRevalidate: '1h' })
  all(): object {
    return { stone: 12, sand: 3 }
  }
}
// #endregion

// #region conditional
@Controller('articles')
class ArticlesController {
  constructor(private readonly articles: Articles) {}

  @Get(':id')
  @Conditional(versionOf)
  async find(@Param('id') id: string): Promise<Article> {
    const article = await this.articles.find(id)
    if (article === undefined) throw new NotFoundException()
    return article
  }

  @Put(':id')
  @Conditional(versionOf, { required: true })
  replace(@Param('id') id: string, @Body('text') text: string): Promise<Article> {
    return this.articles.write(id, text)
  }

  @Delete(':id')
  async remove(@Param('id') id: string, @Req() request: HttpRequest): Promise<void> {
    const article = await this.articles.find(id)
    assertPreconditions(request, article?.version) // the same by hand
    await this.articles.remove(id)
  }

  /** What the version of an article is now; undefined if there is none. */
  async version(id: string | undefined): Promise<number | undefined> {
    return (await this.articles.find(id))?.version
  }
}

function versionOf(controller: ArticlesController, { params }: HttpRequest): Promise<number | undefined> {
  return controller.version(params['id'])
}
// #endregion

@Module({ controllers: [PricesController, ArticlesController], providers: [Articles] })
class AppModule {}

describe('docs/caching.md', () => {
  let app: Application
  beforeAll(async () => {
    app = await createApp(AppModule, { logger: false })
  })
  afterAll(() => app.close())

  it('answers 304', async () => {
    const { headers } = await app.inject('/prices')
    expect(headers['cache-control']).toBe('public, max-age=300, stale-while-revalidate=3600')
    const again = await app.inject({ url: '/prices', headers: { 'if-none-match': headers['etag'] } })
    expect([again.statusCode, again.body]).toEqual([304, ''])
  })

  it('refuses lost updates', async () => {
    const put = async (headers: Record<string, string>) => {
      const answer = await app.inject({
        method: 'PUT',
        url: '/articles/1',
        headers,
        payload: { text: 'two' },
      })
      return answer.statusCode
    }
    expect((await app.inject('/articles/1')).headers['etag']).toBe('"1"')
    expect(await put({})).toBe(428)
    expect(await put({ 'if-match': '"1"' })).toBe(200)
    expect(await put({ 'if-match': '"1"' })).toBe(412)
    const remove = await app.inject({ method: 'DELETE', url: '/articles/1', headers: { 'if-match': '"1"' } })
    expect(remove.statusCode).toBe(412)
  })
})
