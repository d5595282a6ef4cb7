import {
  APP_FILTER,
  APP_GUARD,
  APP_INTERCEPTOR,
  APP_PIPE,
  Catch,
  Controller,
  Get,
  Global,
  Inject,
  Injectable,
  InjectionToken,
  LazyModuleLoader,
  Module,
  Param,
  Scope,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type DynamicModule,
  type ExceptionFilter,
  type HttpResponse,
  type Interceptor,
  type ModuleMetadata,
  type PipeTransform,
  type Provider,
} from 'corbel'
import { Test, type TestingModule, type TestingModuleBuilder } from 'corbel/testing'

const compiled: TestingModule[] = []
afterEach(async () => {
  await Promise.all(compiled.splice(0).map((module) => module.close()))
})
const compile = async (builder: TestingModuleBuilder): Promise<TestingModule> => {
  const module = await builder.compile()
  compiled.push(module)
  return module
}
const get = async (builder: TestingModuleBuilder, path = '/'): Promise<string> => {
  const { status, body } = await (await compile(builder)).createApp().inject(path)
  return `${status} ${body}`
}

describe('overrideProvider', () => {
  @Injectable()
  class Clock {
    now(): string {
      return 'real'
    }
  }
  @Injectable()
  class Greeter {
    constructor(readonly clock: Clock) {}
  }
  @Module({ providers: [Clock, Greeter], exports: [Greeter] })
  class GreeterModule {}
  const builder = (metadata: ModuleMetadata = { imports: [GreeterModule] }) =>
    Test.createTestingModule(metadata)

  it('takes a value, also one that is undefined, null or false', async () => {
    const clock = { now: () => 'faked' }
    const module = await compile(builder().overrideProvider(Clock).useValue(clock))
    expect(module.get(Clock)).toBe(clock)
    expect(module.get(Greeter).clock).toBe(clock)
    for (const value of [undefined, null, false, 0, '']) {
      const odd = await compile(builder().overrideProvider(Clock).useValue(value))
      expect(odd.get(Clock)).toBe(value)
    }
  })

  it('takes a class, with dependencies of its own', async () => {
    @Injectable()
    class SlowClock extends Clock {
      constructor(@Inject('DELAY') readonly delay: number) {
        super()
      }
    }
    @Module({
      imports: [GreeterModule],
      providers: [Clock, { provide: 'DELAY', useValue: 5 }],
      exports: ['DELAY'],
    })
    @Global()
    class Root {}
    const module = await compile(
      builder({ imports: [Root] })
        .overrideProvider(Clock)
        .useClass(SlowClock),
    )
    expect(module.get(Greeter).clock).toMatchObject({ delay: 5 })
  })

  it('takes a factory, asynchronous or not, with what it injects', async () => {
    const factory = async (name: string, missing?: string) => ({ now: () => `${name} ${String(missing)}` })
    const module = await compile(
      builder({ imports: [GreeterModule], providers: [{ provide: 'ZONE', useValue: 'UTC' }] })
        .overrideProvider('ZONE')
        .useValue('CET')
        .overrideProvider(Clock)
        .useFactory({ factory, inject: [{ token: 'NOTHING', optional: true }] }),
    )
    expect(module.get(Greeter).clock.now()).toBe('undefined undefined')
    const sync = await compile(
      builder()
        .overrideProvider(Clock)
        .useFactory({ factory: () => ({ now: () => 'made' }) }),
    )
    expect(sync.get(Greeter).clock.now()).toBe('made')
  })

  it('replaces tokens of every kind, and every provider of a token', async () => {
    const SYMBOL = Symbol('symbol')
    const TOKEN = new InjectionToken<string>('TOKEN')
    @Module({ providers: [{ provide: 'TEXT', useValue: 'inner' }], exports: ['TEXT'] })
    class Inner {}
    const providers: Provider[] = [
      { provide: 'TEXT', useValue: 'outer' },
      { provide: SYMBOL, useFactory: () => 'symbol' },
      { provide: TOKEN, useExisting: 'TEXT' },
    ]
    const module = await compile(
      builder({ imports: [Inner], providers })
        .overrideProvider('TEXT')
        .useValue('text')
        .overrideProvider(SYMBOL)
        .useValue('other symbol')
        .overrideProvider(TOKEN)
        .useValue('other token'),
    )
    expect(module.get('TEXT')).toBe('text')
    expect(module.select(Inner).get('TEXT', { strict: true })).toBe('text')
    expect(module.get(SYMBOL)).toBe('other symbol')
    expect(module.get(TOKEN)).toBe('other token')
  })

  it('the last override of a token counts', async () => {
    const module = await compile(
      builder({ providers: [Clock] })
        .overrideProvider(Clock)
        .useValue('first')
        .overrideProvider(Clock)
        .useValue('second'),
    )
    expect(module.get(Clock)).toBe('second')
  })

  it('leaves what nobody provides missing', async () => {
    const unknown = builder({ providers: [Greeter] })
      .overrideProvider(Clock)
      .useValue({})
    await expect(unknown.compile()).rejects.toThrow(/Greeter/)
  })

  it('replaces request-scoped and transient providers', async () => {
    let made = 0
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {
      readonly name: string = 'real'
    }
    @Injectable({ scope: Scope.REQUEST })
    class FakePerRequest {
      readonly name = `fake ${++made}`
    }
    @Injectable({ scope: Scope.TRANSIENT })
    class Fresh {}
    @Controller()
    class Names {
      constructor(
        readonly current: PerRequest,
        readonly fresh: Fresh,
      ) {}
      @Get() name(): string {
        return `${this.current.name} ${this.fresh.constructor.name}`
      }
    }
    const metadata = { controllers: [Names], providers: [PerRequest, Fresh] }
    const perRequest = await compile(builder(metadata).overrideProvider(PerRequest).useClass(FakePerRequest))
    const app = perRequest.createApp()
    expect((await app.inject('/')).body).toBe('fake 1 Fresh')
    expect((await app.inject('/')).body).toBe('fake 2 Fresh')
    // a value makes a singleton of it, and of the controller
    const single = await compile(
      builder(metadata)
        .overrideProvider(PerRequest)
        .useValue({ name: 'value' })
        .overrideProvider(Fresh)
        .useValue(new Map()),
    )
    expect((await single.createApp().inject('/')).body).toBe('value Map')
    expect(single.get(Names)).toBeInstanceOf(Names)
    expect(single.get(PerRequest)).toEqual({ name: 'value' })
  })

  it('replaces providers of modules that are loaded later, and mocks what they lack', async () => {
    @Injectable()
    class Report {
      constructor(
        readonly clock: Clock,
        @Inject('PRINTER') readonly printer: string,
      ) {}
    }
    @Module({ providers: [Report, Clock] })
    class ReportModule {}
    const module = await compile(
      builder({})
        .overrideProvider(Clock)
        .useValue('fake clock')
        .useMocker((token) => `mock of ${String(token)}`),
    )
    const loaded = await module.get(LazyModuleLoader).load(() => ReportModule)
    expect(loaded.get(Report)).toMatchObject({ clock: 'fake clock', printer: 'mock of PRINTER' })
  })
})

describe('overrideGuard, overrideInterceptor, overridePipe and overrideFilter', () => {
  @Injectable()
  class Closed implements CanActivate {
    canActivate(): boolean {
      return false
    }
  }
  @Injectable()
  class Shout implements Interceptor {
    async intercept(_context: unknown, next: CallHandler): Promise<unknown> {
      return `${String(await next.handle())}!`
    }
  }
  @Injectable()
  class Upper implements PipeTransform<string> {
    transform(value: string): string {
      return value.toUpperCase()
    }
  }
  class Broken extends Error {}
  @Catch(Broken)
  class BrokenFilter implements ExceptionFilter {
    catch(_error: unknown, host: ArgumentsHost): void {
      host.switchToHttp().getResponse<HttpResponse>().status(418).send('broken')
    }
  }
  @Controller()
  class Plain {
    @Get('say/:word') say(@Param('word') word: string): string {
      if (word.toLowerCase() === 'break') throw new Broken()
      return word
    }
  }
  @Controller()
  @UseGuards(Closed)
  @UseInterceptors(Shout)
  @UsePipes(Upper)
  @UseFilters(BrokenFilter)
  class OnClass extends Plain {
    @Get('say/:word') override say(@Param('word') word: string): string {
      return super.say(word)
    }
  }
  @Controller()
  class OnMethod extends Plain {
    @UseGuards(Closed)
    @UseInterceptors(Shout)
    @UsePipes(Upper)
    @UseFilters(BrokenFilter)
    @Get('say/:word')
    override say(@Param('word') word: string): string {
      return super.say(word)
    }
  }
  @Controller()
  @UseGuards(Closed)
  @UseInterceptors(Shout)
  @UseFilters(BrokenFilter)
  class OnParameter extends Plain {
    @Get('say/:word') override say(@Param('word', Upper) word: string): string {
      return super.say(word)
    }
  }
  const asClass: Provider[] = [
    { provide: APP_GUARD, useClass: Closed },
    { provide: APP_INTERCEPTOR, useClass: Shout },
    { provide: APP_PIPE, useClass: Upper },
    { provide: APP_FILTER, useClass: BrokenFilter },
  ]
  const asExisting: Provider[] = [
    Closed,
    Shout,
    Upper,
    BrokenFilter,
    { provide: APP_GUARD, useExisting: Closed },
    { provide: APP_INTERCEPTOR, useExisting: Shout },
    { provide: APP_PIPE, useExisting: Upper },
    { provide: APP_FILTER, useExisting: BrokenFilter },
  ]
  class Open implements CanActivate {
    canActivate(): boolean {
      return true
    }
  }
  class Whisper implements Interceptor {
    async intercept(_context: unknown, next: CallHandler): Promise<unknown> {
      return `${String(await next.handle())}…`
    }
  }
  class Same implements PipeTransform<string> {
    transform(value: string): string {
      return value
    }
  }
  @Catch()
  class TeaFilter implements ExceptionFilter {
    catch(_error: unknown, host: ArgumentsHost): void {
      host.switchToHttp().getResponse<HttpResponse>().status(503).send('replaced')
    }
  }

  describe.each<[string, ModuleMetadata]>([
    ['on a class', { controllers: [OnClass] }],
    ['on a method', { controllers: [OnMethod] }],
    ['on a parameter', { controllers: [OnParameter] }],
    ['as classes under APP_ tokens', { controllers: [Plain], providers: asClass }],
    ['as existing providers under APP_ tokens', { controllers: [Plain], providers: asExisting }],
  ])('%s', (_name, metadata) => {
    const open = () => Test.createTestingModule(metadata).overrideGuard(Closed).useValue(new Open())

    it('guards', async () => {
      expect(await get(Test.createTestingModule(metadata), '/say/hi')).toMatch(/^403/)
      expect(await get(open(), '/say/hi')).toBe('200 HI!')
      const byClass = Test.createTestingModule(metadata).overrideGuard(Closed).useClass(Open)
      expect(await get(byClass, '/say/hi')).toBe('200 HI!')
    })

    it('interceptors', async () => {
      const byClass = open().overrideInterceptor(Shout).useClass(Whisper)
      expect(await get(byClass, '/say/hi')).toBe('200 HI…')
      const byValue = open().overrideInterceptor(Shout).useValue(new Whisper())
      expect(await get(byValue, '/say/hi')).toBe('200 HI…')
    })

    it('pipes', async () => {
      const byValue = open()
        .overridePipe(Upper)
        .useValue({ transform: (value: string) => `<${value}>` })
      expect(await get(byValue, '/say/hi')).toBe('200 <hi>!')
      expect(await get(open().overridePipe(Upper).useClass(Same), '/say/hi')).toBe('200 hi!')
    })

    it('filters', async () => {
      expect(await get(open(), '/say/break')).toBe('418 broken')
      const byFactory = open()
        .overrideFilter(BrokenFilter)
        .useFactory({ factory: () => new TeaFilter() })
      expect(await get(byFactory, '/say/break')).toBe('503 replaced')
    })
  })

  it('a token of many is replaced as a whole by overrideProvider', async () => {
    const builder = Test.createTestingModule({ controllers: [Plain], providers: asClass })
      .overrideProvider(APP_GUARD)
      .useValue(new Open())
    expect(await get(builder, '/say/hi')).toBe('200 HI!')
  })

  it('overrideProvider of a class leaves what is provided under another token', async () => {
    const builder = Test.createTestingModule({ controllers: [Plain], providers: asClass })
      .overrideProvider(Closed)
      .useValue(new Open())
    expect(await get(builder, '/say/hi')).toMatch(/^403/)
  })

  it('a request-scoped guard is replaced by a singleton, and the other way round', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class ScopedClosed extends Closed {}
    @Controller()
    @UseGuards(ScopedClosed)
    class Scoped {
      @Get() read(): string {
        return 'in'
      }
    }
    const controllers = [Scoped]
    expect(await get(Test.createTestingModule({ controllers }))).toMatch(/^403/)
    const single = Test.createTestingModule({ controllers }).overrideGuard(ScopedClosed).useClass(Open)
    expect(await get(single)).toBe('200 in')
    @Injectable({ scope: Scope.REQUEST })
    class ScopedOpen extends Open {}
    const scoped = Test.createTestingModule({ controllers }).overrideGuard(ScopedClosed).useClass(ScopedOpen)
    expect(await get(scoped)).toBe('200 in')
  })
})

describe('overrideModule', () => {
  @Module({ providers: [{ provide: 'DATA', useValue: 'real' }], exports: ['DATA'] })
  class DataModule {
    static forRoot(name: string): DynamicModule {
      return { module: DataModule, providers: [{ provide: 'NAME', useValue: name }], exports: ['NAME'] }
    }
  }
  @Module({ providers: [{ provide: 'DATA', useValue: 'fake' }], exports: ['DATA'] })
  class FakeDataModule {
    static forRoot(name: string): DynamicModule {
      return { module: FakeDataModule, providers: [{ provide: 'NAME', useValue: name }], exports: ['NAME'] }
    }
  }
  @Injectable()
  class Reader {
    constructor(@Inject('DATA') readonly data: string) {}
  }
  @Module({ imports: [DataModule], providers: [Reader] })
  class ReaderModule {}

  it('replaces a module deep in the graph', async () => {
    const module = await compile(
      Test.createTestingModule({ imports: [ReaderModule] })
        .overrideModule(DataModule)
        .useModule(FakeDataModule),
    )
    expect(module.get(Reader).data).toBe('fake')
    expect(() => module.select(DataModule)).toThrow(/DataModule/)
  })

  it('replaces a module by a dynamic one, and all dynamic modules of a class', async () => {
    const byDynamic = await compile(
      Test.createTestingModule({ imports: [ReaderModule] })
        .overrideModule(DataModule)
        .useModule(FakeDataModule.forRoot('test')),
    )
    expect([byDynamic.get(Reader).data, byDynamic.get('NAME')]).toEqual(['fake', 'test'])
    const ofDynamic = await compile(
      Test.createTestingModule({ imports: [DataModule.forRoot('production')] })
        .overrideModule(DataModule)
        .useModule(FakeDataModule.forRoot('test')),
    )
    expect(ofDynamic.get('NAME')).toBe('test')
  })

  it('replaces one dynamic module by its object', async () => {
    const first = DataModule.forRoot('first')
    const module = await compile(
      Test.createTestingModule({ imports: [first] })
        .overrideModule(first)
        .useModule(DataModule.forRoot('second')),
    )
    expect(module.get('NAME')).toBe('second')
  })

  it('replaces modules that are loaded later', async () => {
    const module = await compile(
      Test.createTestingModule({}).overrideModule(DataModule).useModule(FakeDataModule),
    )
    const loaded = await module.get(LazyModuleLoader).load(() => DataModule)
    expect(loaded.get('DATA')).toBe('fake')
  })

  it('replaces a module also where an importer exports it again', async () => {
    @Module({ imports: [DataModule], exports: [DataModule] })
    class SharedModule {}
    @Module({ imports: [SharedModule], providers: [Reader] })
    class FarModule {}
    for (const replacement of [FakeDataModule, FakeDataModule.forRoot('test')]) {
      const module = await compile(
        Test.createTestingModule({ imports: [FarModule] })
          .overrideModule(DataModule)
          .useModule(replacement),
      )
      expect(module.get(Reader).data).toBe('fake')
    }
  })

  it('goes together with overriding providers of the replacement', async () => {
    const module = await compile(
      Test.createTestingModule({ imports: [ReaderModule] })
        .overrideModule(DataModule)
        .useModule(FakeDataModule)
        .overrideProvider('DATA')
        .useValue('finest'),
    )
    expect(module.get(Reader).data).toBe('finest')
  })
})
