import { Module, type DynamicModule } from 'corbel'
import { TypeOrmModule } from 'corbel/database/typeorm'
import { databaseOptions, type ShopDatabase } from './database/database.js'
import { OrdersModule } from './orders/orders.module.js'
import { ProductsModule } from './products/products.module.js'

/** The root of the application. */
@Module({})
export class AppModule {
  static with(database: ShopDatabase): DynamicModule {
    return {
      module: AppModule,
      imports: [TypeOrmModule.forRoot(databaseOptions(database)), ProductsModule, OrdersModule],
    }
  }
}
