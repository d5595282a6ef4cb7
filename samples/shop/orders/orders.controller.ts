import { Body, Controller } from 'corbel'
import { Crud } from 'corbel/crud/typeorm'
import { NewOrder } from './order.dto.js'
import { Order } from './order.entity.js'
import { OrdersService } from './orders.service.js'

/** Lists and shows orders as `@Crud` does; placing one is more than writing a record. */
@Crud(Order, {
  dto: { create: NewOrder },
  only: ['index', 'show', 'create'],
  filter: ['customer', 'total', 'createdAt'],
  sort: ['createdAt', 'total'],
  defaultSort: '-createdAt',
  relations: { lines: { fields: ['quantity', 'price'], always: true } },
})
@Controller('orders')
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  create(@Body() order: NewOrder): Promise<Order> {
    return this.orders.place(order)
  }
}
