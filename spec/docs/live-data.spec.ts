import { IsString, Length } from 'class-validator'
import {
  Body,
  Controller,
  createApp,
  Get,
  Injectable,
  Module,
  NotFoundException,
  Param,
  Post,
  Put,
  Sse,
  type Application,
} from 'corbel'
import { InjectRepository, TypeOrmModule } from 'corbel/database/typeorm'
import { Invalidates, Live, LiveModule, LiveQueries } from 'corbel/live'
import {
  ConnectedSocket,
  GatewayServers,
  MessageBody,
  MessageStream,
  SubscribeMessage,
  WebSocketGateway,
  type Server,
  type Socket,
} from 'corbel/websocket'
import { Column, Entity, PrimaryColumn, type Repository } from 'typeorm'
import { databaseFile } from '../database/temporary.js'
import { EventReader } from '../live/event-reader.js'
import { TestClient } from '../websocket/client.js'
import { eventually } from '../support/eventually.js'

@Entity()
class Article {
  @PrimaryColumn('varchar') slug: string
  @Column('varchar') title: string
}

class NewArticle {
  @IsString() slug: string
  @Length(1, 100) title: string
}

// #region entities
@Controller('articles')
class ArticlesController {
  constructor(@InjectRepository(Article) private readonly articles: Repository<Article>) {}

  @Get()
  @Live({ entities: [Article] })
  list() {
    return this.articles.find({ order: { slug: 'ASC' } })
  }

  @Post() create(@Body() article: NewArticle) {
    return this.articles.save(article)
  }
}

@Module({
  imports: [LiveModule.forRoot(), TypeOrmModule.forFeature([Article])],
  controllers: [ArticlesController],
})
class ArticlesModule {}
// #endregion

// #region keys
@Injectable()
class Prices {
  private readonly prices = new Map([['stone', 12]])

  of(item: string): number | undefined {
    return this.prices.get(item)
  }

  @Invalidates((item: string) => `price of ${item}`)
  set(item: string, price: number): void {
    this.prices.set(item, price)
  }
}

@Controller('prices')
class PricesController {
  constructor(private readonly prices: Prices) {}

  @Get(':item')
  @Live({ keys: (item: string) => `price of ${item}` })
  find(@Param('item') item: string) {
    const price = this.prices.of(item)
    if (price === undefined) throw new NotFoundException()
    return { item, price }
  }

  @Put(':item') set(@Param('item') item: string, @Body('price') price: number) {
    this.prices.set(item, price)
  }
}
// #endregion

// #region by-hand
@Controller('news')
class NewsController {
  private readonly sources = ['weather', 'sports']

  constructor(private readonly live: LiveQueries) {}

  @Get()
  @Live()
  async all() {
    // what the result depends on shows only while it is made
    this.live.watch(...this.sources.map((source) => `news of ${source}`))
    return this.sources
  }

  async somethingHappened(source: string) {
    await this.live.invalidate(`news of ${source}`)
  }
}
// #endregion

// #region streams
@WebSocketGateway({ path: '/rows' })
class RowsGateway {
  @SubscribeMessage('export')
  async *export(@MessageBody('table') table: string) {
    for (let row = 1; row <= 3; row += 1) yield { table, row }
  }

  @SubscribeMessage('import')
  async import(@MessageStream() rows: AsyncIterable<{ price: number }>) {
    let total = 0
    for await (const { price } of rows) total += price
    return { total }
  }

  @SubscribeMessage('enter')
  enter(@ConnectedSocket() client: Socket) {
    client.join('board')
    return true
  }
}
// #endregion

// #region rooms
@Controller()
class BoardController {
  constructor(private readonly servers: GatewayServers) {}

  @Sse('board')
  board() {
    return this.servers.at<Server>('/rows').stream('board')
  }

  @Post('board') tell(@Body('text') text: string) {
    this.servers.at<Server>('/rows').to('board').emit('told', text)
  }
}
// #endregion

const apps: Application[] = []
const clients: TestClient[] = []

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate()
  for (const app of apps.splice(0)) await app.close()
})

async function start(module: Parameters<typeof Module>[0]) {
  class Root {}
  Module(module!)(Root)
  const app = await createApp(Root, { logger: false, shutdownSignals: false })
  apps.push(app)
  await app.listen(0, '127.0.0.1')
  const url = await app.getUrl()
  return {
    app,
    events: async (path: string) =>
      new EventReader(await fetch(url + path, { headers: { accept: 'text/event-stream' } })),
    send: (method: string, path: string, body: unknown) =>
      fetch(url + path, {
        method,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    connect: async (path: string) => {
      const client = await TestClient.open(url + path)
      clients.push(client)
      return client
    },
  }
}

describe('docs/live-data.md', () => {
  it('shows results of entities', async () => {
    const database = await databaseFile()
    const { events, send } = await start({
      imports: [TypeOrmModule.forRoot({ database, synchronize: true }), ArticlesModule],
    })
    const stream = await events('/articles')
    expect(await stream.next()).toMatchObject({ type: 'result', data: [] })
    const article = { slug: 'a', title: 'A' }
    await send('POST', '/articles', article)
    expect(await stream.next()).toMatchObject({ data: [article] })
    await stream.cancel()
  })

  it('shows keys of arguments', async () => {
    const { events, send, connect } = await start({
      imports: [LiveModule.forRoot()],
      controllers: [PricesController],
      providers: [Prices],
    })
    const stream = await events('/prices/stone')
    const client = await connect('/live')
    client.emit('subscribe', { url: '/prices/stone' }, 1)
    expect((await client.messages(1))[0]).toMatchObject({ id: 1, data: { result: { price: 12 } } })
    expect(await stream.next()).toMatchObject({ data: { item: 'stone', price: 12 } })
    await send('PUT', '/prices/stone', { price: 13 })
    expect(await stream.next()).toMatchObject({ data: { item: 'stone', price: 13 } })
    expect((await client.messages(2))[1]).toMatchObject({ event: 'live', data: { id: 1 } })
    await stream.cancel()
  })

  it('shows keys that are told by hand', async () => {
    const { app, events } = await start({ imports: [LiveModule.forRoot()], controllers: [NewsController] })
    const stream = await events('/news')
    await stream.next()
    const { runs } = app.get(LiveQueries).statistics
    await app.get(NewsController).somethingHappened('sports')
    await eventually(() => expect(app.get(LiveQueries).statistics.runs).toBe(runs + 1))
    await stream.cancel()
  })

  it('shows streams, and event streams in rooms', async () => {
    const { events, send, connect } = await start({
      controllers: [BoardController],
      providers: [RowsGateway],
    })
    const client = await connect('/rows')
    expect(await client.emit('export', { table: 'a' }, 1).messages(4)).toEqual([
      { id: 1, data: { table: 'a', row: 1 } },
      { id: 1, data: { table: 'a', row: 2 } },
      { id: 1, data: { table: 'a', row: 3 } },
      { id: 1, event: 'end' },
    ])
    client.emit('import', undefined, 2).emit('next', { price: 1 }, 2).emit('next', { price: 2 }, 2)
    expect((await client.emit('end', undefined, 2).messages(5))[4]).toEqual({ id: 2, data: { total: 3 } })
    const stream = await events('/board')
    const told = stream.next()
    await send('POST', '/board', { text: 'hello' })
    expect(await told).toMatchObject({ type: 'told', data: 'hello' })
    await stream.cancel()
  })
})
