import { Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm'

/** Somebody with an account. */
@Entity()
@Unique('user_email', ['email'])
@Unique('user_username', ['username'])
export class User {
  @PrimaryGeneratedColumn()
  id: number

  @Column({ type: 'text', collation: 'NOCASE' })
  email: string

  @Column({ type: 'text', collation: 'NOCASE' })
  username: string

  @Column('text')
  passwordHash: string

  @Column('text', { default: '' })
  bio: string

  /** The address of a picture. */
  @Column('text', { default: '' })
  image: string
}
