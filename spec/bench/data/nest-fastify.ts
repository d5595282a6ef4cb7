import { Controller, Get, Header, Inject, Module, Query, Res, ValidationPipe } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { Type } from 'class-transformer'
import { IsIn, IsInt, IsOptional, IsString, Max, Min } from 'class-validator'
import { DataSource, type FindOptionsOrder } from 'typeorm'
import { Product } from './product.js'

class ListProducts {
  @IsOptional() @IsString() 'filter[category]'?: string
  @IsOptional() @IsIn(['name', 'price']) sort?: 'name' | 'price'
  @IsOptional() @Type(() => Number) @IsInt() @Min(1) @Max(100) limit = 20
  @IsOptional() @Type(() => Number) @IsInt() @Min(0) offset = 0
}

/** What `@Crud` answers, as it is written by hand: a page, the number of all, and links to its neighbours. */
@Controller('products')
class ProductsController {
  constructor(@Inject(DataSource) private readonly source: DataSource) {}

  @Get()
  @Header('cache-control', 'no-cache')
  async list(
    @Query() { 'filter[category]': category, sort = 'name', limit, offset }: ListProducts,
    @Res({ passthrough: true }) reply: any,
  ) {
    const order: FindOptionsOrder<Product> = { [sort]: 'ASC', id: 'ASC' }
    const where = category === undefined ? {} : { category }
    const [page, total] = await this.source
      .getRepository(Product)
      .findAndCount({ where, order, take: limit, skip: offset })
    reply.header('x-total-count', total)
    if (offset + limit < total)
      reply.header('link', `</products?limit=${limit}&offset=${offset + limit}>; rel="next"`)
    return page
  }
}

@Module({
  controllers: [ProductsController],
  providers: [
    {
      provide: DataSource,
      useFactory: () =>
        new DataSource({
          type: 'postgres',
          url: process.argv[2]!,
          entities: [Product],
          poolSize: 10,
        }).initialize(),
    },
  ],
})
class AppModule {}

const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), {
  logger: false,
})
app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true }))
await app.listen(0, '127.0.0.1')
console.log(new URL(await app.getUrl()).port)
