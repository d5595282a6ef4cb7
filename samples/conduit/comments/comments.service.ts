import { ForbiddenException, Injectable, NotFoundException } from 'corbel'
import { InjectRepository } from 'corbel/database/typeorm'
import type { Repository } from 'typeorm'
import { ArticlesService } from '../articles/articles.service.js'
import { ProfilesService } from '../profiles/profiles.service.js'
import type { User } from '../users/user.entity.js'
import type { CommentAddress, CommentView, NewComment } from './comment.dto.js'
import { Comment } from './comment.entity.js'

/** What is said about articles. */
@Injectable()
export class CommentsService {
  constructor(
    @InjectRepository(Comment) private readonly comments: Repository<Comment>,
    private readonly articles: ArticlesService,
    private readonly profiles: ProfilesService,
  ) {}

  /** The comments on an article, the newest first. */
  async list(slug: string, viewer?: User): Promise<CommentView[]> {
    const { id: articleId } = await this.articles.find(slug)
    const found = await this.comments.find({
      where: { articleId },
      relations: { author: true },
      order: { id: 'DESC' },
    })
    const followed = await this.profiles.followedAmong(
      found.map(({ authorId }) => authorId),
      viewer,
    )
    return found.map((comment) => this.view(comment, followed))
  }

  async create(slug: string, { body }: NewComment, author: User): Promise<CommentView> {
    const { id: articleId } = await this.articles.find(slug)
    const now = new Date()
    const comment = this.comments.create({
      body,
      createdAt: now,
      updatedAt: now,
      articleId,
      authorId: author.id,
    })
    await this.comments.save(comment)
    return this.view(
      this.comments.merge(comment, { author }),
      await this.profiles.followedAmong([author.id], author),
    )
  }

  async delete({ slug, id }: CommentAddress, user: User): Promise<void> {
    const { id: articleId } = await this.articles.find(slug)
    const comment = await this.comments.findOneBy({ id, articleId })
    if (comment === null) throw new NotFoundException('comment not found')
    if (comment.authorId !== user.id) throw new ForbiddenException('the comment is not yours')
    await this.comments.delete(id)
  }

  private view(
    { id, createdAt, updatedAt, body, author }: Comment,
    followed: ReadonlySet<number>,
  ): CommentView {
    return { id, createdAt, updatedAt, body, author: this.profiles.view(author, followed) }
  }
}
