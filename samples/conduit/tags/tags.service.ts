import { Injectable } from 'corbel'
import { InjectRepository } from 'corbel/database/typeorm'
import { In, type Repository } from 'typeorm'
import { Tag } from './tag.entity.js'

/** More tags are not listed. */
const MOST_TAGS = 1000

/** The tags of articles. */
@Injectable()
export class TagsService {
  constructor(@InjectRepository(Tag) private readonly tags: Repository<Tag>) {}

  /** All tags, the most used first. */
  async list(): Promise<string[]> {
    const found = await this.tags
      .createQueryBuilder('tag')
      .select('tag.name', 'name')
      .groupBy('tag.name')
      .orderBy('COUNT(*)', 'DESC')
      .addOrderBy('tag.name')
      .limit(MOST_TAGS)
      .getRawMany<{ name: string }>()
    return found.map(({ name }) => name)
  }

  /**
   * Tags an article.
   *
   * @param articleId the article
   * @param names in order; repeated ones count once
   */
  async tagArticle(articleId: number, names: readonly string[]): Promise<void> {
    const rows = [...new Set(names)].map((name, position) => ({ articleId, name, position }))
    if (rows.length > 0) await this.tags.insert(rows)
  }

  /**
   * The tags of several articles, in one query.
   *
   * @param articleIds the articles
   * @returns by article
   */
  async ofArticles(articleIds: readonly number[]): Promise<ReadonlyMap<number, readonly string[]>> {
    const byArticle = new Map<number, string[]>(articleIds.map((id) => [id, []]))
    if (articleIds.length === 0) return byArticle
    const found = await this.tags.find({
      where: { articleId: In([...articleIds]) },
      order: { position: 'ASC' },
    })
    for (const { articleId, name } of found) byArticle.get(articleId)?.push(name)
    return byArticle
  }
}
