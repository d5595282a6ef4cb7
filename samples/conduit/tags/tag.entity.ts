import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm'
import { Article } from '../articles/article.entity.js'

/** One tag of one article. */
@Entity()
@Index('tag_name', ['name'])
export class Tag {
  @PrimaryColumn('integer')
  articleId: number

  @PrimaryColumn('text')
  name: string

  /** Tags are shown in the order in which the author gave them. */
  @Column('integer')
  position: number

  @ManyToOne(() => Article, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'articleId', foreignKeyConstraintName: 'tag_article' })
  article: Relation<Article>
}
