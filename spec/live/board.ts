import {
  Body,
  Controller,
  ForbiddenException,
  Get,
  Headers,
  Injectable,
  Module,
  NotFoundException,
  Param,
  ParseIntPipe,
  Post,
  Put,
  Query,
  Res,
  UseGuards,
  type CanActivate,
  type Class,
  type CreateAppOptions,
  type ExecutionContext,
  type HttpRequest,
  type HttpResponse,
} from 'corbel'
import { Invalidates, Live, LiveModule, LiveQueries, type LiveModuleOptions } from 'corbel/live'
import { serve, type Served } from '../web/serve.js'
import { TestClient } from '../websocket/client.js'
import { EventReader } from './event-reader.js'

/** What is shown. */
@Injectable()
export class Notes {
  texts: string[] = ['first']
  runs = 0
  /** Calls of handlers that are going on, and the most at once. */
  current = 0
  most = 0
  /** Holds handlers back until it resolves. */
  gate: Promise<void> | undefined
  /** What a handler throws. */
  error: Error | undefined
  readonly closed = new Set<string>()

  constructor(private readonly live: LiveQueries) {}

  async read(): Promise<readonly string[]> {
    this.runs += 1
    this.most = Math.max(this.most, (this.current += 1))
    try {
      const texts = [...this.texts]
      await this.gate
      if (this.error !== undefined) throw this.error
      return texts
    } finally {
      this.current -= 1
    }
  }

  @Invalidates('notes')
  async add(text: string): Promise<void> {
    await Promise.resolve()
    if (text === '') throw new Error('empty')
    this.texts.push(text)
  }

  watch(key: string): void {
    this.live.watch(key)
  }
}

@Injectable()
export class MayRead implements CanActivate {
  constructor(private readonly notes: Notes) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<HttpRequest>()
    const user = headers['x-user'] as string | undefined
    return user !== undefined && !this.notes.closed.has(user)
  }
}

@Controller('notes')
export class NotesController {
  constructor(private readonly notes: Notes) {}

  @Get()
  @Live({ keys: 'notes' })
  list() {
    return this.notes.read()
  }

  @Get('text')
  @Live({ keys: ['notes'] })
  text() {
    return this.notes.texts.join('\n')
  }

  @Get('nothing')
  @Live()
  nothing() {
    return undefined
  }

  @Get('bytes')
  @Live()
  bytes() {
    return Buffer.from('abc')
  }

  @Get('long')
  @Live({ keys: 'notes', patch: false })
  long() {
    return { texts: this.notes.texts, filler: 'x'.repeat(2_000) }
  }

  @Get('large')
  @Live({ keys: 'notes' })
  large() {
    return { texts: this.notes.texts, filler: 'x'.repeat(2_000) }
  }

  @Get('mine')
  @Live({ keys: 'notes' })
  @UseGuards(MayRead)
  async mine(@Headers('x-user') user: string) {
    return { user, texts: await this.notes.read() }
  }

  @Get('shared')
  @Live({ keys: 'notes', share: () => 'everybody' })
  shared() {
    return this.notes.read()
  }

  @Get('paged')
  @Live({ keys: (page: number) => [`page ${page}`] })
  async paged(@Query('page', ParseIntPipe) page: number) {
    return { page, texts: await this.notes.read() }
  }

  @Get('watched')
  @Live()
  async watched() {
    this.notes.watch(`at ${this.notes.texts.length}`)
    return this.notes.read()
  }

  @Get('plain') plain() {
    return this.notes.read()
  }

  @Get('by-hand')
  @Live()
  byHand(@Res() response: HttpResponse) {
    response.status(202).json({ by: 'hand' })
  }

  @Get(':index')
  @Live({ keys: 'notes' })
  one(@Param('index', ParseIntPipe) index: number) {
    const text = this.notes.texts[index]
    if (text === 'secret') throw new ForbiddenException('Not for you')
    if (text === undefined) throw new NotFoundException(`There is no note ${index}`)
    return { index, text }
  }

  @Post()
  @Invalidates(() => ['notes'])
  create(@Body('text') text: string) {
    this.notes.texts.push(text)
    return { count: this.notes.texts.length }
  }

  @Put(':page')
  @Invalidates((page: string) => `page ${page}`)
  change(@Param('page') _page: string, @Body('text') text: string) {
    this.notes.texts.push(text)
  }
}

/** A board that is served. */
export interface Board extends Served {
  readonly notes: Notes
  readonly live: LiveQueries
  /** Asks for a stream of events. */
  events(path: string, headers?: Record<string, string>): Promise<EventReader>
  /** Connects by WebSocket. */
  connect(headers?: Record<string, string>): Promise<TestClient>
}

const clients: TestClient[] = []

afterEach(() => {
  for (const { socket } of clients.splice(0)) socket.terminate()
})

/**
 * Serves the board until the end of the test.
 *
 * @param options of `LiveModule`; runs follow each other without a pause unless they say so
 * @param more controllers, options of `createApp`, and a module in the place of `LiveModule.forRoot`
 */
export async function serveBoard(
  options: LiveModuleOptions = {},
  more: {
    controllers?: Class[]
    app?: CreateAppOptions
    imports?: any[]
    providers?: any[]
    adapter?: object
  } = {},
): Promise<Board> {
  const { controllers = [], imports = [], providers = [], adapter } = more
  @Module({
    imports: [LiveModule.forRoot({ interval: 0, ...options }), ...imports],
    controllers: [NotesController, ...controllers],
    providers: [Notes, MayRead, ...providers],
    exports: [Notes],
  })
  class BoardModule {}
  const served = await serve(BoardModule, more.app, (app) => adapter && app.useWebSocketAdapter(adapter))
  return {
    ...served,
    notes: served.app.get(Notes),
    live: served.app.get(LiveQueries),
    events: async (path, headers = {}) =>
      new EventReader(await served.fetch(path, { headers: { accept: 'text/event-stream', ...headers } })),
    connect: async (headers = {}) => {
      // what is compressed is not slow
      const options = { headers, perMessageDeflate: false }
      const client = await TestClient.open(`${served.url}/live`, options)
      clients.push(client)
      return client
    },
  }
}

/** A gate for handlers: closed until it is opened. */
export function gate(): { readonly closed: Promise<void>; open(): void } {
  let open!: () => void
  const closed = new Promise<void>((resolve) => (open = resolve))
  return { closed, open }
}
