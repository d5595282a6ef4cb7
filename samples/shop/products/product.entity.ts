import { Column, DeleteDateColumn, Entity, PrimaryGeneratedColumn, VersionColumn } from 'typeorm'

/** Something to buy. */
@Entity()
export class Product {
  @PrimaryGeneratedColumn() id: number
  @Column('varchar', { length: 100, unique: true }) name: string
  /** Cents. */
  @Column('integer') price: number
  /** Pieces that are there. */
  @Column('integer', { default: 0 }) stock: number
  @Column('varchar', { length: 40, default: 'other' }) category: string
  @VersionColumn() version: number
  @DeleteDateColumn() removedAt: Date | null
}
