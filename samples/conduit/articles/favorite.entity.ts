import { Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm'
import { User } from '../users/user.entity.js'
import { Article } from './article.entity.js'

/** Somebody likes an article. */
@Entity()
@Index('favorite_by_user', ['userId'])
export class Favorite {
  @PrimaryColumn('integer')
  articleId: number

  @PrimaryColumn('integer')
  userId: number

  @ManyToOne(() => Article, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'articleId', foreignKeyConstraintName: 'favorite_article' })
  article: Relation<Article>

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'userId', foreignKeyConstraintName: 'favorite_user' })
  user: Relation<User>
}
