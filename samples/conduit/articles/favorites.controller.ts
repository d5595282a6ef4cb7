import { Controller, Delete, HttpCode, Param, Post, Returns } from 'corbel'
import { CurrentUser } from 'corbel/auth'
import { User } from '../users/user.entity.js'
import { ArticleViews } from './article-views.js'
import { ArticleResponse } from './article.dto.js'
import { ArticlesService } from './articles.service.js'
import { FavoritesService } from './favorites.service.js'

@Controller('articles/:slug/favorite')
export class FavoritesController {
  constructor(
    private readonly articles: ArticlesService,
    private readonly favorites: FavoritesService,
    private readonly views: ArticleViews,
  ) {}

  @Post()
  @HttpCode(200)
  @Returns(ArticleResponse)
  async add(@Param('slug') slug: string, @CurrentUser() user: User): Promise<ArticleResponse> {
    const article = await this.articles.find(slug)
    await this.favorites.add(article.id, user)
    return { article: await this.views.one(article, user) }
  }

  @Delete()
  @Returns(ArticleResponse)
  async remove(@Param('slug') slug: string, @CurrentUser() user: User): Promise<ArticleResponse> {
    const article = await this.articles.find(slug)
    await this.favorites.remove(article.id, user)
    return { article: await this.views.one(article, user) }
  }
}
