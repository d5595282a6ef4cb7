import {
  ConsoleLogger,
  Controller,
  createApp,
  createContext,
  Get,
  Injectable,
  Logger,
  Module,
  Scope,
  type LoggerService,
} from 'corbel'
import { stablePort } from '../support/stable-port.js'

@Injectable()
class Own {}
@Injectable()
class Inner {}
@Module({ providers: [Inner] })
class InnerModule {}
@Module({ imports: [InnerModule], providers: [Own] })
class AppModule {}

afterEach(() => {
  Logger.overrideLogger(true)
  jest.restoreAllMocks()
})

describe('get, select and resolve of an application', () => {
  it('get looks everywhere, and with strict only in the root module', async () => {
    const app = await createContext(AppModule, { logger: false })
    expect(app.get(Inner)).toBeInstanceOf(Inner)
    expect(app.get(Own, { strict: true })).toBeInstanceOf(Own)
    expect(() => app.get(Inner, { strict: true })).toThrow(/not provided in AppModule/)
    expect(() => app.get('NOTHING')).toThrow(/"NOTHING" is not provided in this application/)
  })

  it('get gives modules and controllers, too', async () => {
    @Controller()
    class Cats {
      @Get() read() {}
    }
    @Module({ controllers: [Cats] })
    class CatsModule {}
    const app = await createApp(CatsModule, { logger: false })
    expect(app.get(Cats)).toBeInstanceOf(Cats)
    expect(app.get(CatsModule)).toBeInstanceOf(CatsModule)
  })

  it('get finds a provider that a module replaced by a value of false', async () => {
    @Module({ providers: [{ provide: 'FLAG', useValue: false }] })
    class FlagModule {}
    const app = await createContext(FlagModule, { logger: false })
    expect(app.get('FLAG')).toBe(false)
  })

  it('select looks from another module', async () => {
    const app = await createContext(AppModule, { logger: false })
    expect(app.select(InnerModule).get(Inner, { strict: true })).toBe(app.get(Inner))
    expect(() => app.select(InnerModule).get(Own, { strict: true })).toThrow(/not provided in InnerModule/)
    class Unknown {}
    expect(() => app.select(Unknown)).toThrow(/Unknown is not part of this application/)
  })

  it('resolve makes request-scoped and transient instances', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class Fresh {}
    @Module({ providers: [Fresh] })
    class FreshModule {}
    const app = await createContext(FreshModule, { logger: false })
    expect(await app.resolve(Fresh)).not.toBe(await app.resolve(Fresh))
  })
})

describe('the application as a module sees it', () => {
  it('has one life with the whole: hooks are called once', async () => {
    const calls: string[] = []
    @Module({})
    class Leaf {
      onModuleInit() {
        calls.push('init')
      }
      onModuleDestroy() {
        calls.push('destroy')
      }
    }
    @Module({ imports: [Leaf] })
    class Root {}
    const app = await createApp(Root, { logger: false })
    const selected = app.select(Leaf)
    expect(await selected.init()).toBe(selected)
    await app.init()
    await selected.close()
    await app.close()
    expect(calls).toEqual(['init', 'destroy'])
  })
})

describe('the life of an application', () => {
  it('does not hold the process: create and close leaves nothing behind', async () => {
    const before = process.eventNames().map((name) => process.listenerCount(name))
    for (let i = 0; i < 50; i++) await (await createContext(AppModule, { logger: false })).close()
    expect(process.eventNames().map((name) => process.listenerCount(name))).toEqual(before)
  })

  it('ends with close: it neither starts nor listens again', async () => {
    const onModuleInit = jest.fn()
    @Module({ providers: [{ provide: 'SERVICE', useValue: { onModuleInit } }] })
    class App {}
    const app = await createApp(App, { logger: false })
    await app.close()
    const closed = { code: 'CORBEL_APPLICATION_CLOSED' }
    await expect(app.init()).rejects.toMatchObject(closed)
    await expect(app.listen(0, '127.0.0.1')).rejects.toMatchObject(closed)
    expect(onModuleInit).not.toHaveBeenCalled()
    expect(app.getHttpServer().listening).toBe(false)
  })

  it('refuses settings that would come too late', async () => {
    const app = await createApp(AppModule, { logger: false })
    await app.init()
    expect(() => app.setGlobalPrefix('api')).toThrow(/setGlobalPrefix\(\) has no effect after init\(\)/)
    expect(() => app.useGlobalGuards()).toThrow(/CORBEL_ALREADY_INITIALISED|useGlobalGuards/)
    await app.close()
  })

  it('listens, tells its address, answers, and frees the port', async () => {
    // systems choose free ports further up: nobody is given this one while it is free
    const port = await stablePort()
    const app = await createApp(AppModule, { logger: false, shutdownSignals: false })
    const done = jest.fn()
    await app.listen(port, '127.0.0.1', done)
    expect(done).toHaveBeenCalledTimes(1)
    const url = await app.getUrl()
    expect(url).toBe(`http://127.0.0.1:${port}`)
    expect((await fetch(url)).status).toBe(404)
    await app.close()
    await expect(fetch(url)).rejects.toThrow()
    const again = await createApp(AppModule, { logger: false, shutdownSignals: false })
    await again.listen(port, '127.0.0.1')
    await again.close()
  })

  it('tells a wildcard address as loopback, and no address before it listens', async () => {
    const app = await createApp(AppModule, { logger: false, shutdownSignals: false })
    await expect(app.getUrl()).rejects.toThrow(/does not listen yet/)
    await app.listen(0)
    expect(await app.getUrl()).toMatch(/^http:\/\/(?:\[::1\]|127\.0\.0\.1):\d+$/)
    await app.close()
  })

  it('rejects listen with a clear error if the port is taken', async () => {
    const first = await createApp(AppModule, { logger: false, shutdownSignals: false })
    await first.listen(0, '127.0.0.1')
    const { port } = new URL(await first.getUrl())
    const second = await createApp(AppModule, { logger: false, shutdownSignals: false })
    await expect(second.listen(Number(port), '127.0.0.1')).rejects.toThrow(/in use/)
    await second.close()
    await first.close()
  })
})

describe('the logger option', () => {
  class Recorder implements LoggerService {
    readonly lines: string[] = []
    private note(level: string, values: unknown[]) {
      this.lines.push([level, ...values.map(String)].join(' '))
    }
    log(...values: unknown[]) {
      this.note('log', values)
    }
    error(...values: unknown[]) {
      this.note('error', values)
    }
    warn(...values: unknown[]) {
      this.note('warn', values)
    }
  }
  @Injectable()
  class Talker {
    private readonly logger = new Logger(Talker.name)
    constructor() {
      this.logger.log('built')
    }
    talk() {
      this.logger.warn('careful')
      this.logger.debug('nobody listens')
      Logger.log('static', 'Place')
    }
  }
  @Module({ providers: [Talker] })
  class TalkModule {}

  it('takes a logger, which gets every message from the beginning', async () => {
    const logger = new Recorder()
    const app = await createContext(TalkModule, { logger })
    app.get(Talker).talk()
    expect(logger.lines).toEqual(['log built Talker', 'warn careful Talker', 'log static Place'])
  })

  it('takes false for silence', async () => {
    const out = jest.spyOn(process.stdout, 'write')
    const err = jest.spyOn(process.stderr, 'write')
    const app = await createContext(TalkModule, { logger: false })
    app.get(Talker).talk()
    expect(out).not.toHaveBeenCalled()
    expect(err).not.toHaveBeenCalled()
  })

  it('takes the levels to print', async () => {
    const out = jest.spyOn(process.stdout, 'write').mockReturnValue(true)
    const err = jest.spyOn(process.stderr, 'write').mockReturnValue(true)
    const app = await createContext(TalkModule, { logger: ['warn'] })
    app.get(Talker).talk()
    expect(out).not.toHaveBeenCalled()
    expect(err.mock.calls.map(([text]) => String(text))).toEqual([
      expect.stringMatching(/WARN {4}\[Talker\] careful\n$/),
    ])
  })

  it('can be replaced later by useLogger', async () => {
    const first = new Recorder()
    const second = new Recorder()
    const app = await createContext(TalkModule, { logger: first })
    app.useLogger(second)
    app.get(Talker).talk()
    expect(first.lines).toEqual(['log built Talker'])
    expect(second.lines).toContain('warn careful Talker')
  })

  it('keeps messages with bufferLogs until it is known where they go', async () => {
    const logger = new Recorder()
    const out = jest.spyOn(process.stdout, 'write')
    const app = await createApp(TalkModule, { bufferLogs: true })
    expect(out).not.toHaveBeenCalled()
    app.useLogger(logger)
    expect(logger.lines).toEqual(['log built Talker'])
    app.get(Talker).talk()
    expect(logger.lines).toHaveLength(3)
  })

  it('writes kept messages when the application is initialised, when asked to, and when the boot fails', async () => {
    const logger = new Recorder()
    const app = await createApp(TalkModule, { bufferLogs: true, logger })
    app.flushLogs()
    expect(logger.lines).toEqual(['log built Talker'])
    const other = new Recorder()
    const context = await createContext(TalkModule, { bufferLogs: true, logger: other })
    expect(other.lines).toEqual(['log built Talker'])
    await context.close()
    const third = new Recorder()
    @Module({
      providers: [
        Talker,
        { provide: 'X', useFactory: (_: Talker) => Promise.reject(new Error('no')), inject: [Talker] },
      ],
    })
    class Failing {}
    await expect(createApp(Failing, { bufferLogs: true, logger: third })).rejects.toThrow('no')
    expect(third.lines).toEqual(['log built Talker'])
  })
})

describe('ConsoleLogger', () => {
  it('prints context and message on one line, errors with their stack', () => {
    const out = jest.spyOn(process.stdout, 'write').mockReturnValue(true)
    const err = jest.spyOn(process.stderr, 'write').mockReturnValue(true)
    const logger = new ConsoleLogger('Place')
    logger.log('one\nLOG forged')
    logger.log('two', 'Elsewhere')
    logger.error(new Error('broken'))
    logger.debug('not printed by default')
    expect(out.mock.calls.map(([text]) => String(text).slice(25))).toEqual([
      'LOG     [Place] one ⏎ LOG forged\n',
      'LOG     [Elsewhere] two\n',
    ])
    expect(String(err.mock.calls[0]![0])).toMatch(/ERROR {3}\[Place\] Error: broken\n {4}at /)
  })

  it('can print JSON, and change its levels and context', () => {
    const out = jest.spyOn(process.stdout, 'write').mockReturnValue(true)
    const logger = new ConsoleLogger({ json: true, logLevels: ['debug'] })
    logger.setContext('Place')
    logger.debug('hello')
    logger.log('not printed')
    expect(logger.isLevelEnabled('log')).toBe(false)
    expect(out).toHaveBeenCalledTimes(1)
    expect(JSON.parse(String(out.mock.calls[0]![0]))).toMatchObject({
      level: 'debug',
      context: 'Place',
      message: 'hello',
    })
    logger.setLogLevels(['log'])
    expect(logger.isLevelEnabled('log')).toBe(true)
  })

  it('is a base for loggers that the container builds', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class MyLogger extends ConsoleLogger {}
    @Injectable()
    class Service {
      constructor(readonly logger: MyLogger) {
        logger.setContext('Service')
      }
    }
    @Module({ providers: [MyLogger, Service] })
    class LogModule {}
    const app = await createContext(LogModule, { logger: false })
    expect(app.get(Service).logger).toBeInstanceOf(ConsoleLogger)
  })
})
