import { Controller, createApp, Module } from 'corbel'
import { Crud } from 'corbel/crud/typeorm'
import { TypeOrmModule } from 'corbel/database/typeorm'
import { Product } from './product.js'

@Crud(Product, { filter: ['category', 'price'], sort: ['name', 'price'] })
@Controller('products')
class ProductsController {}

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: process.argv[2]!, poolSize: 10 }),
    TypeOrmModule.forFeature([Product]),
  ],
  controllers: [ProductsController],
})
class AppModule {}

const app = await createApp(AppModule, { logger: false })
await app.listen(0, '127.0.0.1')
console.log(new URL(await app.getUrl()).port)
