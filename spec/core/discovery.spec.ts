import {
  Controller,
  createContext,
  DiscoveryModule,
  DiscoveryService,
  Get,
  Injectable,
  LazyModuleLoader,
  MetadataScanner,
  Module,
  Scope,
  UseGuards,
} from 'corbel'

const Webhook = DiscoveryService.createDecorator<string>()

@Webhook('github')
@Injectable()
class GithubHooks {
  @Webhook('push')
  push(): void {}
}

@Injectable({ scope: Scope.REQUEST })
class PerRequest {}

@Injectable()
class Allow {
  canActivate(): boolean {
    return true
  }
}

@Controller('hooks')
@UseGuards(Allow)
class HooksController {
  constructor(readonly perRequest: PerRequest) {}
  @Get(':id') find(): string {
    return 'x'
  }
}

@Module({ imports: [DiscoveryModule], providers: [GithubHooks, PerRequest], controllers: [HooksController] })
class HooksModule {}

describe('DiscoveryService', () => {
  it('finds classes by decorator, with the values on class and methods', async () => {
    const app = await createContext(HooksModule)
    const discovery = app.get(DiscoveryService)
    const [found] = discovery.getProviders({ metadataKey: Webhook.KEY })
    expect(found!.instance).toBe(app.get(GithubHooks))
    expect(discovery.getMetadataByDecorator(Webhook, found!)).toBe('github')
    const methods = app.get(MetadataScanner).getAllMethodNames(GithubHooks.prototype)
    expect(methods.map((name) => discovery.getMetadataByDecorator(Webhook, found!, name))).toEqual(['push'])
    expect(discovery.getControllers({ include: [HooksModule] }).map(({ name }) => name)).toEqual([
      'HooksController',
    ])
    await app.close()
  })
})

describe('LazyModuleLoader', () => {
  it('loads a module once, with the singletons that are there', async () => {
    @Injectable()
    class Clock {}
    @Module({ providers: [Clock], exports: [Clock] })
    class ClockModule {}
    @Injectable()
    class Report {
      constructor(readonly clock: Clock) {}
    }
    @Module({ imports: [ClockModule], providers: [Report] })
    class ReportModule {}
    @Module({ imports: [ClockModule] })
    class App {}
    const app = await createContext(App)
    const loader = app.get(LazyModuleLoader)
    const [first, second] = await Promise.all([
      loader.load(() => ReportModule),
      loader.load(async () => ReportModule),
    ])
    expect(first).toBe(second)
    expect(first.get(Report).clock).toBe(app.get(Clock))
    await app.close()
  })

  it('reports what is wrong with the module, and can load another one afterwards', async () => {
    @Injectable()
    class Broken {
      constructor(readonly missing: GithubHooks) {}
    }
    @Module({ providers: [Broken] })
    class BrokenModule {}
    @Module({ providers: [GithubHooks] })
    class FineModule {}
    @Module({})
    class App {}
    const app = await createContext(App)
    const loader = app.get(LazyModuleLoader)
    await expect(loader.load(() => BrokenModule)).rejects.toThrow(/Broken\(\?\).*GithubHooks/)
    expect((await loader.load(() => FineModule)).get(GithubHooks)).toBeInstanceOf(GithubHooks)
    await app.close()
  })
})

describe('DiscoveryService.createDecorator', () => {
  const Job = DiscoveryService.createDecorator<{ every: number }>()
  const Unused = DiscoveryService.createDecorator()
  const Bare = DiscoveryService.createDecorator()

  @Job({ every: 1 })
  @Injectable()
  class Cleaner {
    @Job({ every: 2 }) clean() {}
    rest() {}
  }
  @Injectable()
  class Inheriting extends Cleaner {}
  @Bare()
  @Controller('bare')
  class BareController {
    @Bare() @Get() read() {}
  }
  @Module({
    imports: [DiscoveryModule],
    controllers: [BareController],
    providers: [
      Cleaner,
      Inheriting,
      { provide: 'MADE', useFactory: () => new Cleaner() },
      { provide: 'AGAIN', useClass: Cleaner, scope: Scope.REQUEST },
      { provide: 'NULL', useValue: null },
      { provide: 'TEXT', useValue: 'text' },
    ],
  })
  class JobsModule {}

  const start = async () => {
    const app = await createContext(JobsModule, { logger: false })
    return { app, discovery: app.get(DiscoveryService) }
  }

  it('finds classes however they are provided, of every scope, and those that inherit it', async () => {
    const { discovery } = await start()
    const found = discovery.getProviders({ metadataKey: Job.KEY })
    expect(found.map(({ name }) => name)).toEqual(['Cleaner', 'Inheriting', 'MADE', 'AGAIN'])
    expect(found.map((one) => discovery.getMetadataByDecorator(Job, one))).toEqual(
      Array.from({ length: 4 }, () => ({ every: 1 })),
    )
    expect(found.map(({ instance }) => instance instanceof Cleaner)).toEqual([true, true, true, false])
    expect(found.map((one) => one.isDependencyTreeStatic())).toEqual([true, true, true, false])
    expect(found[0]!.host.metatype).toBe(JobsModule)
  })

  it('reads methods, and says undefined where there is nothing to read', async () => {
    const { discovery } = await start()
    const [cleaner] = discovery.getProviders({ metadataKey: Job.KEY })
    expect(discovery.getMetadataByDecorator(Job, cleaner!, 'clean')).toEqual({ every: 2 })
    expect(discovery.getMetadataByDecorator(Job, cleaner!, 'rest')).toBeUndefined()
    expect(discovery.getMetadataByDecorator(Job, cleaner!, 'nowhere')).toBeUndefined()
    expect(discovery.getMetadataByDecorator(Unused, cleaner!)).toBeUndefined()
  })

  it('finds controllers, without an argument, too', async () => {
    const { discovery } = await start()
    const found = discovery.getControllers({ metadataKey: Bare.KEY })
    expect(found.map(({ metatype }) => metatype)).toEqual([BareController])
    expect(discovery.getMetadataByDecorator(Bare, found[0]!, 'read')).toEqual({})
    expect(discovery.getProviders({ metadataKey: Bare.KEY })).toEqual([])
    expect(discovery.getProviders({ metadataKey: Unused.KEY })).toEqual([])
  })

  it('keeps to the modules that are included', async () => {
    @Module({ imports: [JobsModule] })
    class App {}
    const app = await createContext(App, { logger: false })
    const discovery = app.get(DiscoveryService)
    expect(discovery.getProviders({ include: [App], metadataKey: Job.KEY })).toEqual([])
    expect(discovery.getProviders({ include: [JobsModule], metadataKey: Job.KEY })).toHaveLength(4)
    expect(discovery.getControllers({ include: [App] })).toEqual([])
  })

  it('tells values, factories, aliases and transient classes apart', async () => {
    class Plain {}
    @Injectable({ scope: Scope.TRANSIENT })
    class Fresh {}
    @Module({
      imports: [DiscoveryModule],
      providers: [
        Plain,
        Fresh,
        { provide: 'ALIAS', useExisting: Plain },
        { provide: 'MADE', useFactory: () => new Plain() },
      ],
    })
    class App {}
    const app = await createContext(App, { logger: false })
    const found = app.get(DiscoveryService).getProviders({ include: [App] })
    const of = (token: unknown) => found.find((one) => one.token === token)!
    expect(of('ALIAS').instance).toBe(app.get(Plain))
    expect(found.filter((one) => one.isAlias).map(({ name }) => name)).toEqual(['ALIAS'])
    expect(found.filter((one) => one.isTransient)).toEqual([of(Fresh)])
    expect(of('MADE').isNotMetatype).toBe(true)
    expect(of(Plain).isNotMetatype).toBe(false)
  })
})
