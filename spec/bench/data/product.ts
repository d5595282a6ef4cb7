import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm'

/** The one table of the comparison. */
@Entity({ schema: 'corbel_bench' })
export class Product {
  @PrimaryGeneratedColumn() id!: number
  @Column('varchar') name!: string
  @Column('text') description!: string
  @Column('int') price!: number
  @Column('int') stock!: number
  @Column('varchar') category!: string
  @Column('boolean') available!: boolean
  @Column('timestamptz') createdAt!: Date
}
