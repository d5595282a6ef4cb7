import { ApiProperty, ApiSchema } from 'corbel'
import { ArrayMaxSize, IsArray, IsString, Length, MaxLength } from 'class-validator'
import { Page } from '../common/page.dto.js'
import { IsText, MayBeOmitted } from '../common/validation.js'
import { ProfileView } from '../profiles/profile.dto.js'

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
export class ArticleSummary {
  @ApiProperty()
  readonly slug: string

  @ApiProperty()
  readonly title: string

  @ApiProperty()
  readonly description: string

  @ApiProperty({ type: [String] })
  readonly tagList: readonly string[]

  @ApiProperty()
  readonly createdAt: Date

  @ApiProperty()
  readonly updatedAt: Date

  @ApiProperty()
  readonly favorited: boolean

  @ApiProperty({ type: 'integer' })
  readonly favoritesCount: number

  @ApiProperty()
  readonly author: ProfileView
}

/** An article by itself. */
@ApiSchema({ name: 'Article' })
export class ArticleView extends ArticleSummary {
  @ApiProperty()
  readonly body: string
}

/** An article, as answers carry it. */
export class ArticleResponse {
  @ApiProperty()
  readonly article: ArticleView
}

/** A page of articles, and how many there are. */
export class ArticlesResponse {
  @ApiProperty({ type: [ArticleSummary] })
  readonly articles: readonly ArticleSummary[]

  @ApiProperty({ type: 'integer' })
  readonly articlesCount: number
}
