import { Column, Entity, PrimaryColumn } from 'typeorm'

/** Something that the application remembers about its database. */
@Entity()
export class Setting {
  @PrimaryColumn('text')
  name: string

  @Column('text')
  value: string
}
