import { Controller, createApp, Module, type HttpRequest } from 'corbel'
import { crudOf } from 'corbel/crud'
import { Crud } from 'corbel/crud/typeorm'
import { TypeOrmModule } from 'corbel/database/typeorm'
import { IsInt, IsOptional, IsString, Length, Min } from 'class-validator'
import {
  Column,
  DeleteDateColumn,
  Entity,
  ManyToOne,
  PrimaryGeneratedColumn,
  VersionColumn,
  type Relation,
} from 'typeorm'

@Entity()
class Writer {
  @PrimaryGeneratedColumn() id: number
  @Column('text') name: string
}

// #region entity
@Entity()
class Book {
  @PrimaryGeneratedColumn() id: number
  @Column('text') title: string
  @Column('integer') price: number
  @Column('text', { default: 'shop' }) owner: string
  @ManyToOne(() => Writer) writer: Relation<Writer>
  @VersionColumn() version: number
  @DeleteDateColumn() removedAt: Date | null
}

class NewBook {
  @IsString() @Length(1, 100) title: string
  @IsInt() @Min(0) price: number
  @IsOptional() @IsInt() writer?: number
}
// #endregion

// #region controller
@Crud(Book, {
  dto: NewBook,
  filter: { price: true, title: ['eq', 'ilike'] },
  sort: ['price', 'title'],
  search: ['title'],
  relations: { writer: { fields: ['id', 'name'] } },
  softDelete: true,
})
@Controller('books')
class BooksController {}
// #endregion

const mail = { sent: [] as string[] }

// #region override
@Crud(Book, { dto: NewBook, only: ['show', 'create'] })
@Controller('orders')
class OrdersController {
  // takes the place of the one that @Crud would make, and calls it
  async create(request: HttpRequest): Promise<Book> {
    const book = await crudOf<Book>(this).create(request)
    mail.sent.push(book.title)
    return book
  }
}
// #endregion

// #region policy
@Crud(Book, {
  dto: NewBook,
  policy: ({ principal, action }) => {
    if (principal === undefined) return false
    return action === 'show' ? true : { owner: (principal as { name: string }).name }
  },
})
@Controller('mine')
class MyBooksController {}
// #endregion

// #region module
@Module({
  imports: [TypeOrmModule.forFeature([Book, Writer])],
  controllers: [BooksController, OrdersController, MyBooksController],
})
class BooksModule {}
// #endregion

@Module({ imports: [TypeOrmModule.forRoot({ database: ':memory:', synchronize: true }), BooksModule] })
class AppModule {}

describe('docs/crud.md', () => {
  it('shows what works', async () => {
    const app = await createApp(AppModule, { logger: false })
    const post = (url: string, payload: object) => app.inject({ method: 'POST', url, payload })
    expect((await post('/books', { title: 'Walls', price: 10 })).statusCode).toBe(201)
    expect((await post('/orders', { title: 'Corbels', price: 20 })).headers['etag']).toBe('"1"')
    expect(mail.sent).toEqual(['Corbels'])
    const list = await app.inject('/books?filter[price][gte]=15&sort=-price&fields=title')
    expect(list.json()).toEqual([{ title: 'Corbels' }])
    expect((await app.inject('/mine')).statusCode).toBe(403)
    await app.close()
  })
})
