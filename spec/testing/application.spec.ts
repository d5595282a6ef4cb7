import {
  Controller,
  Get,
  Injectable,
  Logger,
  Module,
  Post,
  Body,
  Scope,
  type LoggerService,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from 'corbel'
import { Test, TestingModule, type TestingModuleBuilder } from 'corbel/testing'
import request from 'supertest'

const compiled: TestingModule[] = []
afterEach(async () => {
  await Promise.all(compiled.splice(0).map((module) => module.close()))
  Logger.overrideLogger(true)
})
const compile = async (builder: TestingModuleBuilder): Promise<TestingModule> => {
  const module = await builder.compile()
  compiled.push(module)
  return module
}

@Injectable()
class Store implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  readonly events: string[] = []
  value = 'empty'
  onModuleInit(): void {
    this.events.push('init')
  }
  onApplicationBootstrap(): void {
    this.events.push('bootstrap')
  }
  onModuleDestroy(): void {
    this.events.push('destroy')
  }
}
@Injectable({ scope: Scope.TRANSIENT })
class Fresh {}
@Controller('store')
class StoreController {
  constructor(readonly store: Store) {}
  @Get() read(): object {
    return { value: this.store.value }
  }
  @Post() write(@Body('value') value: string): void {
    this.store.value = value
  }
}
@Module({ controllers: [StoreController], providers: [Store, Fresh], exports: [Store] })
class StoreModule {}
const builder = () => Test.createTestingModule({ imports: [StoreModule] })

describe('a compiled testing module', () => {
  it('gives singletons, controllers, modules, and instances of other scopes', async () => {
    const module = await compile(builder())
    expect(module).toBeInstanceOf(TestingModule)
    expect(module.get(StoreController).store).toBe(module.get(Store))
    expect(module.get(StoreModule)).toBeInstanceOf(StoreModule)
    expect(module.select(StoreModule).get(Store, { strict: true })).toBe(module.get(Store))
    expect(() => module.get(Store, { strict: true })).toThrow(/not provided/)
    expect(await module.resolve(Fresh)).not.toBe(await module.resolve(Fresh))
    expect(() => module.get(Fresh)).toThrow(/resolve/)
  })

  it('runs no hook before init, and each once, with an application or without', async () => {
    const alone = await compile(builder())
    const { events } = alone.get(Store)
    expect(events).toEqual([])
    await alone.init()
    await alone.init()
    expect(events).toEqual(['init', 'bootstrap'])
    await alone.createApp().init()
    expect(events).toEqual(['init', 'bootstrap'])
    await alone.close()
    await alone.close()
    expect(events).toEqual(['init', 'bootstrap', 'destroy'])

    const served = await compile(builder())
    await served.createApp().init()
    await served.init()
    await served.createApp().close()
    await served.close()
    expect(served.get(Store).events).toEqual(['init', 'bootstrap', 'destroy'])
  })

  it('reports problems as an application does', async () => {
    @Injectable()
    class Needy {
      constructor(readonly store: Store) {}
    }
    const broken = Test.createTestingModule({ providers: [Needy] })
    await expect(broken.compile()).rejects.toThrow(/Needy\(\?\)[^]*Store/)
  })

  it('can be described, which is what a snapshot is for; CORBEL_TESTING_PREVIEW', async () => {
    const module = await builder().compile({ snapshot: true })
    compiled.push(module)
    expect(module.describe().modules.map(({ name }) => name)).toContain('StoreModule')
    await expect(builder().compile({ preview: true })).rejects.toThrow(/overrideProvider\(\)/)
  })
})

describe('createApp of a testing module', () => {
  it('answers test clients that are given the server after init', async () => {
    const app = (await compile(builder())).createApp()
    await app.init()
    await request(app.getHttpServer() as never)
      .post('/store')
      .send({ value: 'full' })
      .expect(201)
    await request(app.getHttpServer() as never)
      .get('/store')
      .expect(200, { value: 'full' })
  })

  it('answers test clients that were given the server before init, or that forget it', async () => {
    const early = (await compile(builder())).createApp()
    const server = early.getHttpServer()
    early.setGlobalPrefix('api')
    await early.init()
    await request(server as never)
      .get('/api/store')
      .expect(200, { value: 'empty' })
    const forgotten = (await compile(builder())).createApp()
    const get = () => request(forgotten.getHttpServer() as never).get('/store')
    const answers = await Promise.all([get(), get()])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
  })

  it('says why a request failed that came before an init which fails', async () => {
    @Injectable()
    class Failing implements OnModuleInit {
      onModuleInit(): void {
        throw new Error('no database')
      }
    }
    const error = vi.fn()
    const module = await compile(
      Test.createTestingModule({ providers: [Failing] }).setLogger({ log: vi.fn(), warn: vi.fn(), error }),
    )
    await request(module.createApp().getHttpServer() as never)
      .get('/')
      .expect(500)
    expect(String(error.mock.calls[0]![0])).toContain('no database')
  })

  it('takes options and settings, and is the same application each time; CORBEL_TESTING_APP_EXISTS', async () => {
    const module = await compile(builder())
    const app = module.createApp({ errors: 'plain', caseSensitive: false })
    app.setGlobalPrefix('v')
    const missing = await app.inject('/v/nothing')
    expect(missing.json()).toEqual({ statusCode: 404, message: 'Cannot GET /v/nothing', error: 'Not Found' })
    expect((await app.inject('/V/STORE')).status).toBe(200)
    expect(module.createApp()).toBe(app)
    expect(() => module.createApp({ errors: 'problem' })).toThrow(/first createApp/)
  })

  it('listens like any other, without listeners for signals', async () => {
    const before = process.listenerCount('SIGTERM')
    const app = (await compile(builder())).createApp()
    await app.listen(0, '127.0.0.1')
    expect(await (await fetch(`${await app.getUrl()}/store`)).json()).toEqual({ value: 'empty' })
    expect(process.listenerCount('SIGTERM')).toBe(before)
  })

  it('shares instances with its module and with no other application', async () => {
    const [first, second] = await Promise.all([compile(builder()), compile(builder())])
    const [one, two] = [first!.createApp(), second!.createApp()]
    await Promise.all([one.listen(0, '127.0.0.1'), two.listen(0, '127.0.0.1')])
    first!.get(Store).value = 'first'
    const read = async (url: string) => (await fetch(`${url}/store`)).json()
    expect(await read(await one.getUrl())).toEqual({ value: 'first' })
    expect(await read(await two.getUrl())).toEqual({ value: 'empty' })
    await first!.close()
    expect(await read(await two.getUrl())).toEqual({ value: 'empty' })
  })
})

describe('setLogger', () => {
  @Injectable()
  class Talker {
    private readonly logger = new Logger('Talker')
    constructor() {
      this.logger.log('built')
      this.logger.debug('in detail')
    }
  }
  const talking = () => Test.createTestingModule({ providers: [Talker] })
  const written = async (action: () => Promise<unknown>): Promise<string> => {
    const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    try {
      await action()
      return out.mock.calls.map(([text]) => String(text)).join('')
    } finally {
      out.mockRestore()
    }
  }

  it('is silent by default, also while providers are built', async () => {
    expect(await written(() => compile(talking()))).toBe('')
  })

  it('takes a logger, which hears of everything from the beginning', async () => {
    const lines: unknown[][] = []
    const logger: LoggerService = {
      log: (...values) => lines.push(['log', ...values]),
      warn: (...values) => lines.push(['warn', ...values]),
      error: (...values) => lines.push(['error', ...values]),
      debug: (...values) => lines.push(['debug', ...values]),
    }
    await compile(talking().setLogger(logger))
    expect(lines).toEqual([
      ['log', 'built', 'Talker'],
      ['debug', 'in detail', 'Talker'],
    ])
  })

  it('takes levels', async () => {
    const text = await written(() => compile(talking().setLogger(['debug'])))
    expect(text).toContain('in detail')
    expect(text).not.toContain('built')
  })
})
