import { IsString, Max, MaxLength, Min } from 'class-validator'
import { IsText, IsWholeNumber } from '../common/validation.js'
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

  @Max(Number.MAX_SAFE_INTEGER)
  @Min(1)
  @IsWholeNumber()
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
