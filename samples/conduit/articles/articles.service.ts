import { ForbiddenException, Injectable, NotFoundException, UnprocessableEntityException } from 'corbel'
import { InjectRepository, Transactional } from 'corbel/database/typeorm'
import { Not, type Repository, type SelectQueryBuilder } from 'typeorm'
import type { Page } from '../common/page.dto.js'
import { given } from '../common/validation.js'
import { Follow } from '../profiles/follow.entity.js'
import { Tag } from '../tags/tag.entity.js'
import { TagsService } from '../tags/tags.service.js'
import { User } from '../users/user.entity.js'
import type { ArticleChanges, ArticleQuery, NewArticle } from './article.dto.js'
import { Article } from './article.entity.js'
import { Favorite } from './favorite.entity.js'
import { uniqueSlug } from './slug.js'

/** A part of a list, and how long the whole list is. */
export type ArticlePage = readonly [articles: Article[], total: number]

/** Articles: finding, writing, changing. */
@Injectable()
export class ArticlesService {
  constructor(
    @InjectRepository(Article) private readonly articles: Repository<Article>,
    private readonly tags: TagsService,
  ) {}

  /** The articles that pass all given filters, the newest first. */
  list({ tag, author, favorited, ...page }: ArticleQuery): Promise<ArticlePage> {
    const query = this.withAuthors()
    if (author !== undefined) query.andWhere('author.username = :author', { author })
    if (tag !== undefined)
      query.innerJoin(Tag, 'tag', 'tag.articleId = article.id AND tag.name = :tag', { tag })
    if (favorited !== undefined) {
      query
        .innerJoin(Favorite, 'favorite', 'favorite.articleId = article.id')
        .innerJoin(User, 'fan', 'fan.id = favorite.userId AND fan.username = :favorited', { favorited })
    }
    return newest(query, page)
  }

  /** The articles of those whom a user follows, the newest first. */
  feed(page: Page, { id }: User): Promise<ArticlePage> {
    const follows = 'follow.followedId = article.authorId AND follow.followerId = :id'
    return newest(this.withAuthors().innerJoin(Follow, 'follow', follows, { id }), page)
  }

  async find(slug: string): Promise<Article> {
    const article = await this.withAuthors().where({ slug }).getOne()
    if (article === null) throw new NotFoundException('article not found')
    return article
  }

  @Transactional()
  async create({ title, description, body, tagList = [] }: NewArticle, author: User): Promise<Article> {
    const slug = await this.freeSlug(title)
    const now = new Date()
    const written = { slug, title, description, body, createdAt: now, updatedAt: now, authorId: author.id }
    const article = await this.articles.save(this.articles.create(written))
    await this.tags.tagArticle(article.id, tagList)
    return this.articles.merge(article, { author })
  }

  @Transactional()
  async update(slug: string, wanted: ArticleChanges, user: User): Promise<Article> {
    const changes = given(wanted)
    if (Object.keys(changes).length === 0) {
      throw new UnprocessableEntityException('article must have at least one of title, description, body')
    }
    const article = await this.findOwn(slug, user)
    const { title = article.title } = changes
    if (title !== article.title) article.slug = await this.freeSlug(title, article.id)
    return this.articles.save(Object.assign(article, changes, { updatedAt: new Date() }))
  }

  async delete(slug: string, user: User): Promise<void> {
    await this.articles.delete((await this.findOwn(slug, user)).id)
  }

  private async findOwn(slug: string, user: User): Promise<Article> {
    const article = await this.find(slug)
    if (article.authorId !== user.id) throw new ForbiddenException('the article is not yours')
    return article
  }

  private withAuthors(): SelectQueryBuilder<Article> {
    return this.articles.createQueryBuilder('article').innerJoinAndSelect('article.author', 'author')
  }

  private freeSlug(title: string, except = 0): Promise<string> {
    return uniqueSlug(title, (slug) => this.articles.existsBy({ slug, id: Not(except) }))
  }
}

function newest(query: SelectQueryBuilder<Article>, { limit, offset }: Page): Promise<ArticlePage> {
  return query
    .orderBy('article.createdAt', 'DESC')
    .addOrderBy('article.id', 'DESC')
    .limit(limit)
    .offset(offset)
    .getManyAndCount()
}
