import { createContext, Injectable, Module } from 'corbel'
import {
  defineFactory,
  InjectRepository,
  Seeders,
  Seeding,
  SeedModule,
  TypeOrmModule,
  type Seeder,
  type TypeOrmModuleOptions,
} from 'corbel/database/typeorm'
import {
  Column,
  Entity,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type Relation,
  type Repository,
} from 'typeorm'
import type { DatabaseUse } from './database-use.js'

@Entity()
class Author {
  @PrimaryGeneratedColumn() id: number
  @Column('varchar', { length: 40 }) name: string
  @OneToMany(() => Book, (book) => book.author) books: Relation<Book[]>
}

@Entity()
class Book {
  @PrimaryGeneratedColumn() id: number
  @Column('varchar', { length: 40 }) title: string
  @Column('integer') pages: number
  @ManyToOne(() => Author, (author) => author.books, { nullable: false }) author: Relation<Author>
}

const authors = defineFactory(Author, ({ random, sequence }) => ({
  name: `${random.pick(['Ada', 'Grace', 'Edsger'])} ${sequence}`,
}))
const books = defineFactory(Book, ({ random, sequence, use }) => ({
  title: `Book ${sequence}`,
  pages: random.integer(80, 900),
  author: use(authors),
}))
const writers = defineFactory(Author, ({ sequence }) => ({ name: `Writer ${sequence}` }), {
  name: 'Writer',
  afterCreate: (author, seeding) => seeding.createMany(books, 2, { author }),
})

@Injectable()
class Library implements Seeder {
  constructor(@InjectRepository(Author) private readonly authors: Repository<Author>) {}
  async run(seeding: Seeding): Promise<void> {
    await this.authors.save({ name: 'by hand' })
    await seeding.createMany(books, 3)
  }
}

let isBroken = false
@Injectable()
class Broken implements Seeder {
  async run(seeding: Seeding): Promise<void> {
    await seeding.create(authors)
    if (isBroken) throw new Error('broken')
  }
}

@Injectable()
class Every implements Seeder {
  readonly always = true
  run = () => undefined
}

export function seeding(use: DatabaseUse): void {
  const part = use.part({ entities: [Author, Book], synchronize: true })

  beforeEach(async () => {
    await part.source.getRepository(Book).deleteAll()
    await part.source.getRepository(Author).deleteAll()
  })

  it('makes the same records from the same seed', async () => {
    const made = (seed: number) => new Seeding(part.source, { seed }).makeMany(books, 20)
    expect(made(7)).toEqual(made(7))
    expect(made(7)).not.toEqual(made(8))
    // whatever else was made before
    const other = new Seeding(part.source, { seed: 7 })
    other.makeMany(writers, 3)
    expect(other.make(books)).toEqual(made(7)[0])
    expect(made(7)[0]).toBeInstanceOf(Book)
    expect(await part.source.getRepository(Book).count()).toBe(0)
  })

  it('saves records after those that they refer to, and before those that refer to them', async () => {
    const factory = new Seeding(part.source)
    const [first] = await factory.createMany(books, 3, { pages: 100 })
    expect(first).toMatchObject({ title: 'Book 1', pages: 100, author: { id: expect.any(Number) } })
    const author = await factory.create(writers, { name: 'Maren' })
    const found = await part.source
      .getRepository(Author)
      .find({ relations: { books: true }, order: { id: 'ASC' } })
    expect(found.map(({ books: own }) => own.length)).toEqual([1, 1, 1, 2])
    // those that are given are not made
    expect(found).toHaveLength(4)
    expect(found[3]!.name).toBe(author.name)
  })

  it('saves many in batches', async () => {
    const all = await new Seeding(part.source).createMany(authors, 450)
    expect(new Set(all.map(({ id }) => id)).size).toBe(450)
    expect(await part.source.getRepository(Author).count()).toBe(450)
  })

  it('runs seeders once, in order, each whole', async () => {
    // the data source of the part has the only connection of some databases
    const run = async (): Promise<readonly string[]> => {
      @Module({
        imports: [
          TypeOrmModule.forRootAsync({
            useFactory: () => ({ ...use.options, entities: [Book] }) as TypeOrmModuleOptions,
            dataSourceFactory: () => part.source,
          }),
          SeedModule.forRoot({
            seeders: [Library, Every, Broken],
            imports: [TypeOrmModule.forFeature([Author])],
          }),
        ],
      })
      class App {}
      const app = await createContext(App, { logger: false })
      return app.get(Seeders).run()
    }
    isBroken = true
    await expect(run()).rejects.toThrow('broken')
    expect(await part.source.getRepository(Author).count()).toBe(4)
    isBroken = false
    expect(await run()).toEqual(['Every', 'Broken'])
    expect(await run()).toEqual(['Every'])
    expect(await part.source.getRepository(Author).count()).toBe(5)
    await part.source.query('DROP TABLE corbel_seeds')
  })
}
