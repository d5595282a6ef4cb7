import { Module } from 'corbel'
import { TypeOrmModule } from 'corbel/database/typeorm'
import { Product } from '../products/product.entity.js'
import { Order, OrderLine } from './order.entity.js'
import { OrdersController } from './orders.controller.js'
import { OrdersService } from './orders.service.js'

@Module({
  imports: [TypeOrmModule.forFeature([Order, OrderLine, Product])],
  controllers: [OrdersController],
  providers: [OrdersService],
})
export class OrdersModule {}
