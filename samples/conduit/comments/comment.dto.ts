import { ApiProperty, ApiSchema } from 'corbel'
import { IsString, Max, MaxLength, Min } from 'class-validator'
import { IsText, IsWholeNumber } from '../common/validation.js'
import { ProfileView } from '../profiles/profile.dto.js'

/** A new comment. */
export class NewComment {
  @MaxLength(10_000)
  @IsText()
  body: string
}

/** The address of one comment. */
export class CommentAddress {
  @IsString()
  slug: string

  @Max(Number.MAX_SAFE_INTEGER)
  @Min(1)
  @IsWholeNumber()
  id: number
}

/** A comment as it is shown. */
@ApiSchema({ name: 'Comment' })
export class CommentView {
  @ApiProperty({ type: 'integer' })
  readonly id: number

  @ApiProperty()
  readonly createdAt: Date

  @ApiProperty()
  readonly updatedAt: Date

  @ApiProperty()
  readonly body: string

  @ApiProperty()
  readonly author: ProfileView
}

/** A comment, as answers carry it. */
export class CommentResponse {
  @ApiProperty()
  readonly comment: CommentView
}

/** All comments on an article. */
export class CommentsResponse {
  @ApiProperty({ type: [CommentView] })
  readonly comments: readonly CommentView[]
}
