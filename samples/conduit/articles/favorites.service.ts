import { Injectable } from 'corbel'
import { InjectRepository } from 'corbel/database/typeorm'
import type { Repository } from 'typeorm'
import type { User } from '../users/user.entity.js'
import { Favorite } from './favorite.entity.js'

/** How much an article is liked. */
export interface FavoriteState {
  readonly favorited: boolean
  readonly favoritesCount: number
}

/** Who likes what. */
@Injectable()
export class FavoritesService {
  constructor(@InjectRepository(Favorite) private readonly favorites: Repository<Favorite>) {}

  /** Doing it twice is the same as doing it once. */
  async add(articleId: number, user: User): Promise<void> {
    const favorite = { articleId, userId: user.id }
    await this.favorites.createQueryBuilder().insert().values(favorite).orIgnore().execute()
  }

  async remove(articleId: number, user: User): Promise<void> {
    await this.favorites.delete({ articleId, userId: user.id })
  }

  /**
   * How much several articles are liked, in one query.
   *
   * @param articleIds the articles
   * @param viewer for `favorited`
   * @returns by article; those that nobody likes are not in it
   */
  async ofArticles(
    articleIds: readonly number[],
    viewer?: User,
  ): Promise<ReadonlyMap<number, FavoriteState>> {
    if (articleIds.length === 0) return new Map()
    const found = await this.favorites
      .createQueryBuilder('favorite')
      .select('favorite.articleId', 'articleId')
      .addSelect('COUNT(*)', 'count')
      .addSelect('SUM(favorite.userId = :viewer)', 'own')
      .where('favorite.articleId IN (:...articleIds)', { articleIds, viewer: viewer?.id ?? 0 })
      .groupBy('favorite.articleId')
      .getRawMany<{ articleId: number; count: number; own: number }>()
    return new Map(
      found.map(({ articleId, count, own }) => [articleId, { favorited: own > 0, favoritesCount: count }]),
    )
  }
}
