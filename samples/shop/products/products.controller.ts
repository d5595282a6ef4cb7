import { Controller } from 'corbel'
import { Crud } from 'corbel/crud/typeorm'
import { NewProduct } from './product.dto.js'
import { Product } from './product.entity.js'

/** Ten routes in no line of code. */
@Crud(Product, {
  dto: NewProduct,
  filter: ['price', 'stock', 'category', 'name'],
  sort: ['name', 'price'],
  search: ['name'],
  softDelete: true,
  requireMatch: true,
})
@Controller('products')
export class ProductsController {}
