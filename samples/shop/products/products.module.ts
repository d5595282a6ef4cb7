import { Module } from 'corbel'
import { TypeOrmModule } from 'corbel/database/typeorm'
import { Product } from './product.entity.js'
import { ProductsController } from './products.controller.js'

@Module({ imports: [TypeOrmModule.forFeature([Product])], controllers: [ProductsController] })
export class ProductsModule {}
