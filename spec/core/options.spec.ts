import {
  ConsoleLogger,
  Controller,
  createApp,
  createContext,
  Get,
  Inject,
  Injectable,
  Logger,
  LOG_LEVELS,
  Module,
  type Application,
  type ApplicationContext,
  type LoggerService,
} from 'corbel'

class Recorder implements LoggerService {
  readonly lines: unknown[][] = []
  log(...values: unknown[]): void {
    this.lines.push(['log', ...values])
  }
  error(...values: unknown[]): void {
    this.lines.push(['error', ...values])
  }
  warn(...values: unknown[]): void {
    this.lines.push(['warn', ...values])
  }
}

@Injectable()
class Clock {
  readonly zone = 'UTC'
}
@Injectable()
class Talker {
  private readonly logger = new Logger(Talker.name)
  constructor() {
    this.logger.log('built')
  }
  talk(): void {
    for (const level of LOG_LEVELS) this.logger[level](`${level} said`)
  }
  onModuleInit(): void {
    this.logger.warn('starting')
  }
}
@Controller()
class Home {
  @Get() read(): never {
    throw new Error('It broke.')
  }
}
@Module({ controllers: [Home], providers: [Clock, Talker] })
class AppModule {}

const open: ApplicationContext[] = []
const keep = <T extends ApplicationContext>(app: T): T => {
  open.push(app)
  return app
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()))
  Logger.overrideLogger(true)
  jest.restoreAllMocks()
})

/** What is printed on both streams, without its time. */
const printed = (): (() => string[]) => {
  const lines: string[] = []
  for (const stream of [process.stdout, process.stderr]) {
    jest.spyOn(stream, 'write').mockImplementation((text) => {
      lines.push(String(text).slice(25).trimEnd())
      return true
    })
  }
  return () => lines
}

describe('createContext', () => {
  it('is an application without HTTP: built, initialised, looked up and closed', async () => {
    const events: string[] = []
    @Injectable()
    class Worker {
      constructor(@Inject('NAME') readonly name: string) {}
      onModuleInit() {
        events.push('init')
      }
      onApplicationBootstrap() {
        events.push('bootstrap')
      }
      onModuleDestroy() {
        events.push('destroy')
      }
      beforeApplicationShutdown(signal?: string) {
        events.push(`before ${signal}`)
      }
      onApplicationShutdown(signal?: string) {
        events.push(`shutdown ${signal}`)
      }
    }
    @Module({ providers: [Worker, { provide: 'NAME', useFactory: async () => 'ada' }] })
    class WorkerModule {}
    const context = await createContext(WorkerModule, { logger: false })
    expect(events).toEqual(['init', 'bootstrap'])
    expect(context.get(Worker).name).toBe('ada')
    expect(await context.resolve(Worker)).toBe(context.get(Worker))
    expect('listen' in context).toBe(false)
    await context.close('SIGTERM')
    expect(events.slice(2)).toEqual(['destroy', 'before SIGTERM', 'shutdown SIGTERM'])
  })

  it('takes a module with controllers, which are built and serve nobody', async () => {
    const context = keep(await createContext(AppModule, { logger: false }))
    expect(context.get(Home)).toBeInstanceOf(Home)
    expect(context.describe().endpoints).toEqual([])
  })

  it('takes dynamic modules', async () => {
    const context = keep(
      await createContext(
        { module: class Root {}, providers: [{ provide: 'A', useValue: 1 }] },
        { logger: false },
      ),
    )
    expect(context.get('A')).toBe(1)
  })
})

describe('logger', () => {
  it('false silences constructors, hooks, requests and the framework', async () => {
    const lines = printed()
    const app = keep(await createApp(AppModule, { logger: false, shutdownSignals: false }))
    await app.listen(0, '127.0.0.1')
    expect((await fetch(await app.getUrl())).status).toBe(500)
    app.get(Talker).talk()
    expect(lines()).toEqual([])
  })

  it('a list prints these levels alone; true and nothing print all but debug and verbose', async () => {
    const said = async (logger: (typeof LOG_LEVELS)[number][] | true | undefined): Promise<string[]> => {
      const lines = printed()
      const app = keep(await createApp(AppModule, logger === undefined ? {} : { logger }))
      app.get(Talker).talk()
      const texts = lines().filter((line) => line.endsWith('said'))
      jest.restoreAllMocks()
      return texts.map((line) => line.split(' ').at(-2)!)
    }
    expect(await said(['error', 'debug'])).toEqual(['error', 'debug'])
    expect(await said([...LOG_LEVELS])).toEqual([...LOG_LEVELS])
    expect(await said([])).toEqual([])
    const usual = ['fatal', 'error', 'warn', 'log']
    expect(await said(true)).toEqual(usual)
    expect(await said(undefined)).toEqual(usual)
  })

  it('a logger of one’s own hears of everything, with the name of the context last', async () => {
    const logger = new Recorder()
    const app = keep(await createApp(AppModule, { logger, shutdownSignals: false }))
    await app.listen(0, '127.0.0.1')
    await fetch(await app.getUrl())
    expect(logger.lines).toEqual([
      ['log', 'built', 'Talker'],
      ['warn', 'starting', 'Talker'],
      ['log', expect.stringMatching(/^Listening on http:\/\/127\.0\.0\.1:\d+ \(1 routes\)$/), 'Corbel'],
      ['error', expect.objectContaining({ message: 'It broke.' }), 'GET /'],
    ])
  })

  it('a logger without debug, verbose and fatal drops the first two, and gets fatal as error', async () => {
    const logger = new Recorder()
    const app = keep(await createApp(AppModule, { logger }))
    app.get(Talker).talk()
    expect(logger.lines.slice(1)).toEqual([
      ['error', 'fatal said', 'Talker'],
      ['error', 'error said', 'Talker'],
      ['warn', 'warn said', 'Talker'],
      ['log', 'log said', 'Talker'],
    ])
  })

  it('a class derived from ConsoleLogger changes what it wants to', async () => {
    class Shouting extends ConsoleLogger {
      override log(message: unknown, ...details: unknown[]): void {
        super.log(String(message).toUpperCase(), ...details)
      }
    }
    const lines = printed()
    keep(await createApp(AppModule, { logger: new Shouting() }))
    expect(lines()).toEqual(['LOG     [Talker] BUILT'])
  })
})

describe('ConsoleLogger', () => {
  it('takes the stack that follows a message for what it is, and the last text for the context', () => {
    const lines = printed()
    const logger = new ConsoleLogger('Mine')
    const stack = 'Error: broken\n    at work (work.ts:1:2)\n    at main (main.ts:3:4)'
    logger.error('It broke', stack)
    logger.error('It broke', stack, 'Other')
    logger.error('two\nlines', 'Other')
    logger.log({ a: 1 }, ['b'], 'Other')
    expect(lines()).toEqual([
      `ERROR   [Mine] It broke \n    ${stack}`,
      `ERROR   [Other] It broke \n    ${stack}`,
      'ERROR   [Other] two ⏎ lines',
      'LOG     [Other] {"a":1} ["b"]',
    ])
  })
})

describe('bufferLogs', () => {
  it('keeps messages for a logger that the container builds', async () => {
    @Injectable()
    class OwnLogger extends Recorder {
      constructor(readonly clock: Clock) {
        super()
      }
    }
    @Module({ imports: [AppModule], providers: [OwnLogger, Clock] })
    class Root {}
    const lines = printed()
    const app = keep(await createApp(Root, { bufferLogs: true }))
    const logger = app.get(OwnLogger)
    app.useLogger(logger)
    await app.init()
    expect(logger.lines).toEqual([
      ['log', 'built', 'Talker'],
      ['warn', 'starting', 'Talker'],
    ])
    expect(lines()).toEqual([])
  })

  it('prints what was kept once the application starts, if nobody names a logger', async () => {
    const lines = printed()
    const app: Application = keep(await createApp(AppModule, { bufferLogs: true }))
    expect(lines()).toEqual([])
    await app.init()
    expect(lines()).toEqual(['LOG     [Talker] built', 'WARN    [Talker] starting'])
  })

  it('drops what was kept if the logger is to be silent', async () => {
    const lines = printed()
    const app = keep(await createApp(AppModule, { bufferLogs: true, logger: false }))
    await app.init()
    app.flushLogs()
    expect(lines()).toEqual([])
  })

  it('flushLogs writes at once, and what comes later as it comes', async () => {
    const lines = printed()
    const app = keep(await createApp(AppModule, { bufferLogs: true, logger: ['log'] }))
    app.flushLogs()
    app.flushLogs()
    app.get(Talker).talk()
    expect(lines()).toEqual(['LOG     [Talker] built', 'LOG     [Talker] log said'])
  })
})

describe('useLogger', () => {
  it('takes levels and false, too', async () => {
    const lines = printed()
    const app = keep(await createApp(AppModule, { logger: false }))
    app.useLogger(['verbose'])
    app.get(Talker).talk()
    app.useLogger(false)
    app.get(Talker).talk()
    expect(lines()).toEqual(['VERBOSE [Talker] verbose said'])
  })
})

describe('abortOnError', () => {
  @Injectable()
  class Needy {
    constructor(@Inject('NOTHING') readonly nothing: unknown) {}
  }
  @Module({ providers: [Needy] })
  class BrokenModule {}
  @Module({ providers: [{ provide: 'FAILS', useFactory: () => Promise.reject(new Error('no database')) }] })
  class FailingModule {}

  it('whatever it says, a failed boot is thrown, and the process goes on', async () => {
    const exit = jest.spyOn(process, 'exit').mockImplementation((() => undefined) as never)
    const abort = jest.spyOn(process, 'abort').mockImplementation((() => undefined) as never)
    for (const options of [{}, { abortOnError: false }, { abortOnError: true }]) {
      const silent = { ...options, logger: false } as const
      await expect(createApp(BrokenModule, silent)).rejects.toMatchObject({ code: 'CORBEL_BOOT_FAILED' })
      await expect(createContext(BrokenModule, silent)).rejects.toMatchObject({ code: 'CORBEL_BOOT_FAILED' })
      await expect(createApp(FailingModule, silent)).rejects.toThrow('no database')
    }
    expect(exit).not.toHaveBeenCalled()
    expect(abort).not.toHaveBeenCalled()
  })
})
