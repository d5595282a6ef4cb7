import { ArrayMaxSize, IsArray, IsString, Length, MaxLength } from 'class-validator'
import { Page } from '../common/page.dto.js'
import { IsText, MayBeOmitted } from '../common/validation.js'
import type { ProfileView } from '../profiles/profiles.service.js'

/** A new article. */
export class NewArticle {
  @MaxLength(255)
  @IsText()
  title: string

  @MaxLength(1000)
  @IsText()
  description: string

  @IsText()
  body: string

  @MayBeOmitted()
  @Length(1, 50, { each: true })
  @IsString({ each: true })
  @ArrayMaxSize(50)
  @IsArray()
  tagList?: string[]
}

/** What may be changed of an article; what is left out stays as it is. */
export class ArticleChanges {
  @MayBeOmitted()
  @MaxLength(255)
  @IsText()
  title?: string

  @MayBeOmitted()
  @MaxLength(1000)
  @IsText()
  description?: string

  @MayBeOmitted()
  @IsText()
  body?: string
}

/** Which articles are wanted. */
export class ArticleQuery extends Page {
  @MayBeOmitted()
  @IsString()
  tag?: string

  /** A user name. */
  @MayBeOmitted()
  @IsString()
  author?: string

  /** The name of a user who likes them. */
  @MayBeOmitted()
  @IsString()
  favorited?: string
}

/** An article in a list. */
export interface ArticleSummary {
  readonly slug: string
  readonly title: string
  readonly description: string
  readonly tagList: readonly string[]
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly favorited: boolean
  readonly favoritesCount: number
  readonly author: ProfileView
}

/** An article by itself. */
export interface ArticleView extends ArticleSummary {
  readonly body: string
}
