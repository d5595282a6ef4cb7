import { Injectable } from 'corbel'
import { ProfilesService } from '../profiles/profiles.service.js'
import { TagsService } from '../tags/tags.service.js'
import type { User } from '../users/user.entity.js'
import type { ArticleSummary, ArticleView } from './article.dto.js'
import type { Article } from './article.entity.js'
import { FavoritesService } from './favorites.service.js'

/** Shows articles as one viewer sees them: three queries, however many articles there are. */
@Injectable()
export class ArticleViews {
  constructor(
    private readonly tags: TagsService,
    private readonly favorites: FavoritesService,
    private readonly profiles: ProfilesService,
  ) {}

  /**
   * @param articles with their authors
   * @param viewer for `favorited` and `following`
   */
  async list(articles: readonly Article[], viewer?: User): Promise<ArticleSummary[]> {
    const ids = articles.map(({ id }) => id)
    const [tags, favorites, followed] = await Promise.all([
      this.tags.ofArticles(ids),
      this.favorites.ofArticles(ids, viewer),
      this.profiles.followedAmong(
        articles.map(({ authorId }) => authorId),
        viewer,
      ),
    ])
    return articles.map(({ id, slug, title, description, createdAt, updatedAt, author }) => ({
      slug,
      title,
      description,
      tagList: tags.get(id) ?? [],
      createdAt,
      updatedAt,
      ...(favorites.get(id) ?? { favorited: false, favoritesCount: 0 }),
      author: this.profiles.view(author, followed),
    }))
  }

  /**
   * @param article with its author
   * @param viewer for `favorited` and `following`
   */
  async one(article: Article, viewer?: User): Promise<ArticleView> {
    const [summary] = await this.list([article], viewer)
    return Object.assign(summary!, { body: article.body })
  }
}
