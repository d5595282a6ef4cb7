import { Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm'
import { User } from '../users/user.entity.js'

/** Somebody follows somebody. */
@Entity()
export class Follow {
  @PrimaryColumn('integer')
  followerId: number

  @PrimaryColumn('integer')
  followedId: number

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'followerId', foreignKeyConstraintName: 'follow_follower' })
  follower: Relation<User>

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'followedId', foreignKeyConstraintName: 'follow_followed' })
  followed: Relation<User>
}
