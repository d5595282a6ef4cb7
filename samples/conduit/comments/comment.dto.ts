import { Type } from 'class-transformer'
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator'
import { IsText } from '../common/validation.js'
import type { ProfileView } from '../profiles/profiles.service.js'

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

  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  id: number
}

/** A comment as it is shown. */
export interface CommentView {
  readonly id: number
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly body: string
  readonly author: ProfileView
}
