import { Body, Controller, Delete, Get, HttpCode, Param, Post, Returns } from 'corbel'
import { Authenticated, CurrentUser } from 'corbel/auth'
import { User } from '../users/user.entity.js'
import { CommentAddress, CommentResponse, CommentsResponse, NewComment } from './comment.dto.js'
import { CommentsService } from './comments.service.js'

@Controller('articles/:slug/comments')
export class CommentsController {
  constructor(private readonly comments: CommentsService) {}

  @Authenticated({ optional: true })
  @Get()
  @Returns(CommentsResponse)
  async list(@Param('slug') slug: string, @CurrentUser() viewer?: User): Promise<CommentsResponse> {
    return { comments: await this.comments.list(slug, viewer) }
  }

  @Post()
  @HttpCode(200)
  @Returns(CommentResponse)
  async create(
    @Param('slug') slug: string,
    @Body('comment') comment: NewComment,
    @CurrentUser() user: User,
  ): Promise<CommentResponse> {
    return { comment: await this.comments.create(slug, comment, user) }
  }

  @Delete(':id')
  @HttpCode(204)
  async delete(@Param() address: CommentAddress, @CurrentUser() user: User): Promise<void> {
    await this.comments.delete(address, user)
  }
}
