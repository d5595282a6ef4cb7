import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  Unique,
  type Relation,
} from 'typeorm'
import { User } from '../users/user.entity.js'

/** Something to read. */
@Entity()
@Unique('article_slug', ['slug'])
@Index('article_newest', ['createdAt', 'id'])
@Index('article_by_author', ['authorId'])
export class Article {
  @PrimaryGeneratedColumn()
  id: number

  /** Names the article in addresses. Follows the title. */
  @Column('text')
  slug: string

  @Column('text')
  title: string

  @Column('text')
  description: string

  @Column('text')
  body: string

  // set by the service: the database's own clock has whole seconds only
  @Column('datetime')
  createdAt: Date

  @Column('datetime')
  updatedAt: Date

  @Column('integer')
  authorId: number

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'authorId', foreignKeyConstraintName: 'article_author' })
  author: Relation<User>
}
