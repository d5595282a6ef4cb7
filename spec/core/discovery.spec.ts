import {
  Controller,
  createApp,
  createContext,
  DiscoveryModule,
  DiscoveryService,
  Get,
  Injectable,
  LazyModuleLoader,
  MetadataScanner,
  Module,
  RouterModule,
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

describe('app.describe()', () => {
  it('tells modules, scopes with their reason, and the plan of each endpoint as plain data', async () => {
    @Module({ imports: [HooksModule, RouterModule.register([{ path: 'v', children: [HooksModule] }])] })
    class App {}
    const app = await createApp(App, { logger: false })
    await app.init()
    const { modules, endpoints } = app.describe()
    const hooks = modules.find(({ name }) => name === 'HooksModule')!
    expect(hooks.imports).toEqual(['DiscoveryModule'])
    expect(hooks.controllers).toEqual([
      {
        token: 'HooksController',
        kind: 'class',
        scope: 'request',
        because: 'it needs PerRequest',
        dependencies: ['PerRequest'],
      },
    ])
    expect(endpoints).toEqual([
      {
        kind: 'http',
        method: 'GET',
        path: '/v/hooks/:id',
        handler: 'HooksController.find',
        module: 'HooksModule',
        plan: ['guard Allow', 'handler'],
        needsScope: true,
      },
    ])
    expect((await app.inject('/v/hooks/1')).status).toBe(200)
    expect((await app.inject('/hooks/1')).status).toBe(404)
    await app.close()
  })
})

describe('RouterModule', () => {
  it('nests paths of modules', async () => {
    @Controller('users')
    class UsersController {
      @Get() list(): string[] {
        return ['ada']
      }
    }
    @Module({ controllers: [UsersController] })
    class UsersModule {}
    @Controller()
    class DashboardController {
      @Get() show(): string {
        return 'dashboard'
      }
    }
    @Module({ controllers: [DashboardController], imports: [UsersModule] })
    class AdminModule {}
    const tree = [
      { path: 'admin', module: AdminModule, children: [{ path: '/staff/', module: UsersModule }] },
    ]
    @Module({ imports: [AdminModule, RouterModule.register(tree)] })
    class App {}
    const app = await createApp(App, { logger: false })
    expect((await app.inject('/admin')).body).toBe('dashboard')
    expect((await app.inject('/admin/staff/users')).json()).toEqual(['ada'])
    await app.close()
  })
})
