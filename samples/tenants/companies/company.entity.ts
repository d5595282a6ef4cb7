import { Column, Entity, PrimaryColumn } from 'typeorm'

/** A customer, with a database of its own. */
@Entity()
export class Company {
  /** Stands in the names of hosts and files. */
  @PrimaryColumn('varchar', { length: 40 })
  slug: string

  @Column('varchar', { length: 100 })
  name: string
}
