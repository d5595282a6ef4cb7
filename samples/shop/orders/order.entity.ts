import {
  Column,
  CreateDateColumn,
  Entity,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm'
import { Product } from '../products/product.entity.js'

/** What somebody has bought at once. */
@Entity('purchase')
export class Order {
  @PrimaryGeneratedColumn() id: number
  @Column('varchar', { length: 100 }) customer: string
  /** Cents, as they were when it was bought. */
  @Column('integer') total: number
  @OneToMany(() => OrderLine, (line) => line.order, { cascade: ['insert'] }) lines: Relation<OrderLine[]>
  @CreateDateColumn() createdAt: Date
}

/** Some pieces of one product. */
@Entity('purchase_line')
export class OrderLine {
  @PrimaryGeneratedColumn() id: number
  @ManyToOne(() => Order, (order) => order.lines, { nullable: false }) order: Relation<Order>
  @ManyToOne(() => Product, { nullable: false }) product: Relation<Product>
  @Column('integer') quantity: number
  /** Cents of a piece. */
  @Column('integer') price: number
}
