import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm'

/** A project of one company. Nothing in it says of which: it is in that company's database. */
@Entity()
export class Project {
  @PrimaryGeneratedColumn()
  id: number

  @Column('varchar', { length: 100 })
  title: string
}
