import { ConflictException, Injectable, Logger, NotFoundException } from 'corbel'
import { afterCommit, InjectRepository, Transactional } from 'corbel/database/typeorm'
import type { Repository } from 'typeorm'
import { Product } from '../products/product.entity.js'
import type { NewOrder } from './order.dto.js'
import { Order } from './order.entity.js'

/** Buying: what is ordered leaves the stock, or nothing happens at all. */
@Injectable()
export class OrdersService {
  private readonly logger = new Logger('Orders')

  constructor(
    @InjectRepository(Order) private readonly orders: Repository<Order>,
    @InjectRepository(Product) private readonly products: Repository<Product>,
  ) {}

  /**
   * Takes the pieces out of the stock and notes the order, in one transaction.
   *
   * @throws {NotFoundException} for a product that there is not
   * @throws {ConflictException} where there are not enough pieces
   */
  @Transactional()
  async place({ customer, lines }: NewOrder): Promise<Order> {
    let total = 0
    const bought: { product: Product; quantity: number; price: number }[] = []
    // always in the same order: two orders of the same products would wait for each other
    for (const { product: id, quantity } of [...lines].sort((a, b) => a.product - b.product)) {
      const product = await this.products.findOneBy({ id })
      if (product === null) throw new NotFoundException(`there is no product ${id}`)
      await this.take(product, quantity)
      total += product.price * quantity
      bought.push({ product, quantity, price: product.price })
    }
    const order = await this.orders.save(this.orders.create({ customer, total, lines: bought }))
    await afterCommit(() => this.logger.log(`order ${order.id} of ${customer}: ${total} cents`))
    return this.orders.findOneOrFail({ where: { id: order.id }, relations: { lines: { product: true } } })
  }

  /** The condition is in the statement: nobody can buy the last piece in between. */
  private async take({ id, name }: Product, quantity: number): Promise<void> {
    const { affected } = await this.products
      .createQueryBuilder()
      .update()
      .set({ stock: () => 'stock - :quantity' })
      .where('id = :id AND stock >= :quantity', { id, quantity })
      .execute()
    if (affected !== 1) throw new ConflictException(`there are not enough of "${name}"`)
  }
}
