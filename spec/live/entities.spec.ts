import { Body, Controller, Delete, Get, Injectable, Module, Param, ParseIntPipe, Post, Put } from 'corbel'
import { InjectDataSource, InjectRepository, Transactional, TypeOrmModule } from 'corbel/database/typeorm'
import { Invalidates, Live, LiveModule, LiveQueries } from 'corbel/live'
import {
  ChildEntity,
  Column,
  DataSource,
  Entity,
  JoinTable,
  ManyToMany,
  PrimaryGeneratedColumn,
  TableInheritance,
  type Relation,
  type Repository,
} from 'typeorm'
import { databaseFile } from '../database/temporary.js'
import { serve } from '../web/serve.js'
import { EventReader } from './event-reader.js'
import { eventually } from '../support/eventually.js'

@Entity()
class Tag {
  @PrimaryGeneratedColumn() id: number
  @Column('varchar') name: string
}

@Entity()
@TableInheritance({ column: { type: 'varchar', name: 'kind' } })
class Article {
  @PrimaryGeneratedColumn() id: number
  @Column('varchar') title: string
  @ManyToMany(() => Tag) @JoinTable() tags: Relation<Tag>[]
}

@ChildEntity()
class Review extends Article {
  @Column('integer', { nullable: true }) stars: number | null
}

@Injectable()
class Articles {
  constructor(
    @InjectRepository(Article) readonly articles: Repository<Article>,
    @InjectRepository(Review) readonly reviews: Repository<Review>,
    @InjectRepository(Tag) readonly tags: Repository<Tag>,
    @InjectDataSource() readonly source: DataSource,
    private readonly live: LiveQueries,
  ) {}

  runs = 0

  titles = async (): Promise<readonly string[]> => {
    this.runs += 1
    return (await this.articles.find({ order: { id: 'ASC' } })).map(({ title }) => title)
  }

  @Transactional()
  async addTwo(first: string, second: string, gate?: Promise<void>): Promise<void> {
    await this.articles.save({ title: first })
    await gate
    if (second === '') throw new Error('no title')
    await this.articles.save({ title: second })
  }

  @Transactional()
  async addAndTell(title: string, gate: Promise<void>): Promise<void> {
    // written by hand: nobody hears of it but by the key
    await this.source.query(`INSERT INTO article (title, kind) VALUES ('${title}', 'Article')`)
    await this.live.invalidate('by hand')
    await gate
    if (title === 'bad') throw new Error('bad title')
  }

  @Transactional()
  async addMarked(title: string, gate: Promise<void>): Promise<void> {
    await this.mark(title)
    await gate
  }

  @Invalidates('by hand')
  async mark(title: string): Promise<void> {
    await this.source.query(`INSERT INTO article (title, kind) VALUES ('${title}', 'Article')`)
  }
}

@Controller('articles')
class ArticlesController {
  constructor(private readonly articles: Articles) {}

  @Get() @Live({ entities: [Article] }) list() {
    return this.articles.titles()
  }

  @Get('by-hand') @Live({ keys: 'by hand' }) byHand() {
    return this.articles.titles()
  }

  @Get('tagged') @Live({ entities: 'Tag' }) async tagged() {
    const found = await this.articles.articles.find({ relations: { tags: true } })
    return found.map(({ title, tags }) => `${title}: ${tags.map(({ name }) => name).join()}`)
  }

  @Post() create(@Body('title') title: string) {
    return this.articles.articles.save({ title })
  }

  @Put(':id') async change(@Param('id', ParseIntPipe) id: number, @Body('title') title: string) {
    await this.articles.articles.update(id, { title })
  }

  @Delete(':id') async remove(@Param('id', ParseIntPipe) id: number) {
    await this.articles.articles.delete(id)
  }
}

async function start() {
  @Module({
    imports: [
      LiveModule.forRoot({ interval: 0 }),
      TypeOrmModule.forRoot({ database: await databaseFile(), synchronize: true }),
      TypeOrmModule.forFeature([Article, Review, Tag]),
    ],
    controllers: [ArticlesController],
    providers: [Articles],
  })
  class AppModule {}
  const served = await serve(AppModule)
  const articles = served.app.get(Articles)
  const events = async (path = '/articles'): Promise<EventReader> => {
    const stream = new EventReader(await served.fetch(path, { headers: { accept: 'text/event-stream' } }))
    await stream.next()
    return stream
  }
  return { ...served, articles, events }
}

const gate = () => {
  let open!: () => void
  const closed = new Promise<void>((resolve) => (open = resolve))
  return { closed, open }
}

describe('live queries of entities', () => {
  it('hear of what requests write', async () => {
    const { events, post, fetch } = await start()
    const stream = await events()
    await post('/articles', { title: 'one' })
    expect((await stream.next())!.data).toEqual(['one'])
    await fetch('/articles/1', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{"title":"two"}',
    })
    expect((await stream.next())!.data).toEqual(['two'])
    await fetch('/articles/1', { method: 'DELETE' })
    expect((await stream.next())!.data).toEqual([])
    await stream.cancel()
  })

  it.each<[string, (articles: Articles) => Promise<unknown>]>([
    ['save', ({ articles }) => articles.save({ title: 'new' })],
    ['insert', ({ articles }) => articles.insert({ title: 'new' })],
    [
      'a query builder',
      ({ source }) => source.createQueryBuilder().insert().into(Article).values({ title: 'new' }).execute(),
    ],
    ['an entity that is derived from it', ({ reviews }) => reviews.save({ title: 'new', stars: 3 })],
    [
      'a transaction',
      ({ source }) => source.transaction((manager) => manager.save(Article, { title: 'new' })),
    ],
    [
      'a transaction by hand',
      async ({ source }) => {
        const runner = source.createQueryRunner()
        await runner.startTransaction()
        await runner.manager.save(Article, { title: 'new' })
        await runner.commitTransaction()
        await runner.release()
      },
    ],
  ])('hear of %s', async (_, write) => {
    const { events, articles } = await start()
    const stream = await events()
    await write(articles)
    expect((await stream.next())!.data).toEqual(['new'])
    await stream.cancel()
  })

  it('hear of relations from both sides', async () => {
    const { events, articles } = await start()
    const tag = await articles.tags.save({ name: 'stone' })
    const article = await articles.articles.save(articles.articles.create({ title: 'one', tags: [] }))
    const stream = await events('/articles/tagged')
    article.tags = [tag]
    await articles.articles.save(article)
    expect((await stream.next())!.data).toEqual(['one: stone'])
    await stream.cancel()
  })

  it('hear of a transaction once it is committed, and once for all that it has written', async () => {
    const { events, articles } = await start()
    const stream = await events()
    const { closed, open } = gate()
    const { runs } = articles
    const adding = articles.addTwo('one', 'two', closed)
    // what another one writes at the same time has to wait, so that nothing is in between
    open()
    await adding
    expect((await stream.next())!.data).toEqual(['one', 'two'])
    expect(articles.runs).toBe(runs + 1)
    await stream.cancel()
  })

  it('never hear of what is rolled back', async () => {
    const { events, articles } = await start()
    const stream = await events()
    const { runs } = articles
    await expect(articles.addTwo('one', '')).rejects.toThrow('no title')
    await articles.articles.save({ title: 'two' })
    expect((await stream.next())!.data).toEqual(['two'])
    expect(articles.runs).toBe(runs + 1)
    await stream.cancel()
  })

  it('are told by hand once the transaction is committed', async () => {
    const { events, articles, app } = await start()
    const stream = await events('/articles/by-hand')
    const { runs } = articles
    const started = app.get(LiveQueries).statistics.runs
    await expect(articles.addAndTell('bad', Promise.resolve())).rejects.toThrow('bad title')
    const { closed, open } = gate()
    const adding = articles.addAndTell('good', closed)
    await new Promise((resolve) => setImmediate(resolve))
    expect(app.get(LiveQueries).statistics.runs).toBe(started)
    open()
    await adding
    expect((await stream.next())!.data).toEqual(['good'])
    expect(articles.runs).toBe(runs + 1)
    await stream.cancel()
  })

  it('are told by @Invalidates once the transaction around it is committed', async () => {
    const { events, articles } = await start()
    const stream = await events('/articles/by-hand')
    const { runs } = articles
    const { closed, open } = gate()
    const adding = articles.addMarked('marked', closed)
    open()
    await adding
    await eventually(() => expect(articles.runs).toBe(runs + 1))
    expect((await stream.next())!.data).toEqual(['marked'])
    await stream.cancel()
  })
})
