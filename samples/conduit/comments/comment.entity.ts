import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm'
import { Article } from '../articles/article.entity.js'
import { User } from '../users/user.entity.js'

/** What somebody says about an article. */
@Entity()
@Index('comment_of_article', ['articleId'])
export class Comment {
  @PrimaryGeneratedColumn()
  id: number

  @Column('text')
  body: string

  @Column('datetime')
  createdAt: Date

  @Column('datetime')
  updatedAt: Date

  @Column('integer')
  articleId: number

  @Column('integer')
  authorId: number

  @ManyToOne(() => Article, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'articleId', foreignKeyConstraintName: 'comment_article' })
  article: Relation<Article>

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'authorId', foreignKeyConstraintName: 'comment_author' })
  author: Relation<User>
}
