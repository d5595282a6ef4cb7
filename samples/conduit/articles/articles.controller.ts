import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Returns } from 'corbel'
import { Authenticated, CurrentUser } from 'corbel/auth'
import { Page } from '../common/page.dto.js'
import { User } from '../users/user.entity.js'
import { ArticleViews } from './article-views.js'
import { ArticleChanges, ArticleQuery, ArticleResponse, ArticlesResponse, NewArticle } from './article.dto.js'
import { ArticlesService, type ArticlePage } from './articles.service.js'

@Controller('articles')
export class ArticlesController {
  constructor(
    private readonly articles: ArticlesService,
    private readonly views: ArticleViews,
  ) {}

  @Authenticated({ optional: true })
  @Get()
  @Returns(ArticlesResponse)
  async list(@Query() query: ArticleQuery, @CurrentUser() viewer?: User): Promise<ArticlesResponse> {
    return this.page(await this.articles.list(query), viewer)
  }

  @Get('feed')
  @Returns(ArticlesResponse)
  async feed(@Query() page: Page, @CurrentUser() viewer: User): Promise<ArticlesResponse> {
    return this.page(await this.articles.feed(page, viewer), viewer)
  }

  @Authenticated({ optional: true })
  @Get(':slug')
  @Returns(ArticleResponse)
  async show(@Param('slug') slug: string, @CurrentUser() viewer?: User): Promise<ArticleResponse> {
    return { article: await this.views.one(await this.articles.find(slug), viewer) }
  }

  @Post()
  @Returns(ArticleResponse)
  async create(@Body('article') article: NewArticle, @CurrentUser() user: User): Promise<ArticleResponse> {
    return { article: await this.views.one(await this.articles.create(article, user), user) }
  }

  @Put(':slug')
  @Returns(ArticleResponse)
  async update(
    @Param('slug') slug: string,
    @Body('article') changes: ArticleChanges,
    @CurrentUser() user: User,
  ): Promise<ArticleResponse> {
    return { article: await this.views.one(await this.articles.update(slug, changes, user), user) }
  }

  @Delete(':slug')
  @HttpCode(204)
  async delete(@Param('slug') slug: string, @CurrentUser() user: User): Promise<void> {
    await this.articles.delete(slug, user)
  }

  private async page([articles, articlesCount]: ArticlePage, viewer?: User): Promise<ArticlesResponse> {
    return { articles: await this.views.list(articles, viewer), articlesCount }
  }
}
