import {
  APP_FILTER,
  APP_GUARD,
  Body,
  Catch,
  Controller,
  createApp,
  createContext,
  forwardRef,
  formatDescription,
  Get,
  Global,
  Inject,
  Injectable,
  InjectionToken,
  Module,
  Param,
  ParseIntPipe,
  Post,
  REQUEST,
  RouterModule,
  Scope,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  Version,
  VERSION_NEUTRAL,
  VersioningType,
  type Application,
  type ApplicationDescription,
  type DynamicModule,
  type EndpointDescription,
  type ProviderDescription,
} from 'corbel'

@Injectable({ scope: Scope.REQUEST })
class Visit {}
@Injectable()
class Audit {
  constructor(readonly visit: Visit) {}
}
@Injectable()
class Users {
  constructor(
    readonly audit: Audit,
    @Inject('LIMIT') readonly limit: number,
  ) {}
}
@Injectable({ scope: Scope.REQUEST, durable: true })
class Tenant {
  constructor(@Inject(REQUEST) readonly request: object) {}
}
@Injectable({ scope: Scope.TRANSIENT })
class Fresh {}
@Injectable()
class Open {
  canActivate(): boolean {
    return true
  }
}
@Injectable()
class Second extends Open {}
class Timing {
  intercept(_context: unknown, next: { handle(): unknown }): unknown {
    return next.handle()
  }
}
class Trim {
  transform(value: unknown): unknown {
    return value
  }
}
@Catch(RangeError)
class RangeFilter {
  catch(): void {}
}
@Catch()
class AnyFilter {
  catch(): void {}
}

@Controller('users')
@UseGuards(Open)
@UseInterceptors(Timing)
@UseFilters(RangeFilter)
class UsersController {
  constructor(readonly users: Users) {}
  @Get(':id')
  @UseGuards(Second)
  find(@Param('id', ParseIntPipe) id: number): number {
    return id
  }
  @Post()
  @Version(['2', VERSION_NEUTRAL])
  @UsePipes(Trim)
  @UseFilters(AnyFilter)
  add(@Body('name') name: string, @Param() _params: object): string {
    return name
  }
}
@Controller({ path: 'tenant', host: ':name.example.com', version: '9' })
class TenantController {
  @Get() read(): void {}
}

const MANY = new InjectionToken<string>('MANY', { multi: true })

@Global()
@Module({
  providers: [
    { provide: 'LIMIT', useValue: 5 },
    { provide: 'MAXIMUM', useExisting: 'LIMIT' },
  ],
  exports: ['LIMIT'],
})
class SettingsModule {}
@Module({ providers: [Fresh] })
class StoreModule {
  static forFeature(name: string): DynamicModule {
    const provide = `STORE_${name}`
    return { module: StoreModule, providers: [{ provide, useFactory: () => name }], exports: [provide] }
  }
}
@Module({
  imports: [SettingsModule, StoreModule.forFeature('USERS'), StoreModule],
  controllers: [UsersController, TenantController],
  providers: [
    Users,
    Audit,
    Visit,
    Tenant,
    { provide: 'AUDITOR', useClass: Audit },
    { provide: MANY, useValue: 'a' },
    { provide: MANY, useValue: 'b' },
  ],
  exports: [Users, StoreModule],
})
class UsersModule {}
@Module({
  imports: [UsersModule, RouterModule.register([{ path: 'admin', module: UsersModule }])],
  providers: [
    { provide: APP_GUARD, useClass: Second },
    { provide: APP_FILTER, useClass: AnyFilter },
  ],
})
class AppModule {}

let app: Application
const describing = async (
  set: (application: Application) => unknown = () => undefined,
): Promise<ApplicationDescription> => {
  app = await createApp(AppModule, { logger: false })
  set(app)
  await app.init()
  return app.describe()
}
afterEach(() => app?.close())

describe('app.describe(), modules', () => {
  const moduleOf = async (name: string) => (await describing()).modules.find((one) => one.name === name)!

  it('tells what they import and export, and which are global or dynamic', async () => {
    const { modules } = await describing()
    expect(modules.map(({ name, global, dynamic }) => ({ name, global, dynamic }))).toEqual([
      { name: 'AppModule', global: false, dynamic: false },
      { name: 'UsersModule', global: false, dynamic: false },
      { name: 'SettingsModule', global: true, dynamic: false },
      { name: 'StoreModule', global: false, dynamic: true },
      { name: 'StoreModule', global: false, dynamic: false },
      { name: 'RouterModule', global: false, dynamic: true },
    ])
    expect(new Set(modules.map(({ id }) => id)).size).toBe(modules.length)
    const [, users, settings, store] = modules
    expect(users!.imports).toEqual(['SettingsModule', 'StoreModule', 'StoreModule'])
    expect(users!.exports).toEqual(['Users', 'StoreModule', 'StoreModule'])
    expect(settings!.exports).toEqual(['"LIMIT"'])
    expect(store!.providers.map(({ token, kind }) => [token, kind])).toEqual([
      ['Fresh', 'class'],
      ['"STORE_USERS"', 'factory'],
    ])
  })

  it('tells of each provider its kind, class, dependencies and scope', async () => {
    const { providers } = await moduleOf('UsersModule')
    const byToken = (token: string) => providers.filter((one) => one.token === token)
    expect(byToken('Users')).toEqual([
      {
        token: 'Users',
        kind: 'class',
        scope: 'request',
        because: 'it needs Audit, which needs Visit',
        dependencies: ['Audit', '"LIMIT"'],
      },
    ])
    expect(byToken('"AUDITOR"')).toMatchObject([{ kind: 'class', class: 'Audit' }])
    expect(byToken('Visit')).toMatchObject([{ because: 'it is declared with Scope.REQUEST' }])
    expect(byToken('Tenant')).toMatchObject([{ scope: 'request', durable: true, dependencies: ['REQUEST'] }])
    expect(byToken('MANY')).toHaveLength(2)
    const settings = await moduleOf('SettingsModule')
    expect(settings.providers).toEqual([
      { token: '"LIMIT"', kind: 'value', scope: 'singleton', dependencies: [] },
      { token: '"MAXIMUM"', kind: 'alias', scope: 'singleton', dependencies: ['"LIMIT"'] },
    ])
    expect((await moduleOf('StoreModule')).providers[0]).toMatchObject({ token: 'Fresh', scope: 'transient' })
  })

  it('tells of controllers why they are request-scoped, by the shortest way', async () => {
    const { controllers } = await moduleOf('UsersModule')
    expect(controllers[0]).toMatchObject({
      token: 'UsersController',
      because: 'it needs Users, which needs Audit, which needs Visit',
    })
    expect(controllers[1]).toEqual({
      token: 'TenantController',
      kind: 'class',
      scope: 'singleton',
      dependencies: [],
    })
  })

  it('finds the reason in circles and in REQUEST itself', async () => {
    @Injectable()
    class Left {
      constructor(@Inject(forwardRef(() => Right)) readonly right: object) {}
    }
    @Injectable()
    class Right {
      constructor(
        @Inject(forwardRef(() => Left)) readonly left: object,
        @Inject(REQUEST) readonly request: object,
      ) {}
    }
    @Module({ providers: [Left, Right] })
    class Circle {}
    const context = await createContext(Circle, { logger: false })
    const { providers } = context.describe().modules[0]!
    const because = (one: ProviderDescription) => one.because
    expect(providers.map(because)).toEqual(['it needs Right, which needs REQUEST', 'it needs REQUEST'])
    expect(context.describe().endpoints).toEqual([])
    await context.close()
  })
})

describe('app.describe(), endpoints', () => {
  const find = ({ endpoints }: ApplicationDescription, handler: string): EndpointDescription =>
    endpoints.find((one) => one.handler === handler)!

  it('tells the steps of each plan in order', async () => {
    const description = await describing()
    expect(find(description, 'UsersController.find')).toMatchObject({
      kind: 'http',
      module: 'UsersModule',
      needsScope: true,
      plan: [
        'guard Second',
        'guard Open',
        'guard Second',
        'interceptor Timing',
        'pipe ParseIntPipe on [0]',
        'handler',
        'filter RangeFilter',
        'filter AnyFilter',
      ],
    })
    expect(find(description, 'UsersController.add').plan).toEqual([
      'guard Second',
      'guard Open',
      'interceptor Timing',
      'pipe Trim on [0]',
      'pipe Trim on [1]',
      'handler',
      'filter AnyFilter',
      'filter RangeFilter',
      'filter AnyFilter',
    ])
    expect(find(description, 'TenantController.read')).toMatchObject({ needsScope: false })
  })

  it('tells the middleware in front of it', async () => {
    function first(_request: unknown, _response: unknown, next: () => void): void {
      next()
    }
    const description = await describing((application) => application.use(first))
    expect(find(description, 'UsersController.find').middleware).toEqual(['first'])
    expect(formatDescription(description)).toContain('\n  middleware first → guard Second')
  })

  it('tells paths with prefix, module and version, hosts and versions', async () => {
    const description = await describing((application) =>
      application
        .setGlobalPrefix('api', { exclude: ['admin/tenant'] })
        .enableVersioning({ defaultVersion: '1' }),
    )
    expect(find(description, 'UsersController.find')).toMatchObject({
      method: 'GET',
      path: '/admin/users/:id',
      paths: ['/api/v1/admin/users/:id'],
      versions: ['1'],
    })
    expect(find(description, 'UsersController.add')).toMatchObject({
      method: 'POST',
      paths: ['/api/v2/admin/users', '/api/admin/users'],
      versions: ['2', 'neutral'],
    })
    expect(find(description, 'TenantController.read')).toMatchObject({
      host: ':name.example.com',
      paths: ['/v9/admin/tenant'],
    })
  })

  it('tells versions that the path does not', async () => {
    const description = await describing((one) => one.enableVersioning({ type: VersioningType.HEADER }))
    expect(find(description, 'UsersController.add')).toMatchObject({
      paths: ['/admin/users'],
      versions: ['2', 'neutral'],
    })
    expect(find(description, 'UsersController.find')).not.toHaveProperty('versions')
  })

  it('is plain data, before and after the application is initialised', async () => {
    const after = await describing()
    expect(JSON.parse(JSON.stringify(after))).toEqual(after)
    const early = await createApp(AppModule, { logger: false })
    expect(early.describe().modules).toEqual(after.modules)
    expect(early.describe().endpoints.every(({ plan }) => plan.length === 0)).toBe(true)
    await early.close()
  })
})

describe('formatDescription', () => {
  it('writes modules and endpoints as a person reads them', async () => {
    const text = formatDescription(
      await describing((application) => application.setGlobalPrefix('api').enableVersioning()),
    )
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        'AppModule',
        'UsersModule',
        '  imports SettingsModule, StoreModule, StoreModule',
        '  exports Users, StoreModule, StoreModule',
        '  controller UsersController ← Users [request: it needs Users, which needs Audit, which needs Visit]',
        '  provider "AUDITOR" = Audit ← Visit [request: it needs Visit]',
        '  provider Tenant ← REQUEST [durable: it is declared with Scope.REQUEST]',
        'SettingsModule (global)',
        '  provider "LIMIT" = value',
        '  provider "MAXIMUM" = alias ← "LIMIT"',
        'StoreModule (dynamic)',
        '  provider Fresh [transient]',
        'GET    /api/admin/users/:id                   UsersController.find (UsersModule)',
        'POST   /api/v2/admin/users, /api/admin/users  UsersController.add (UsersModule)',
        'GET    :name.example.com/api/v9/admin/tenant  TenantController.read (UsersModule)',
        '  guard Second → guard Open → guard Second → interceptor Timing → pipe ParseIntPipe on [0] → handler → filter RangeFilter → filter AnyFilter',
      ]),
    )
  })

  it('writes versions that the path does not tell, and nothing for an empty application', async () => {
    const text = formatDescription(
      await describing((one) => one.enableVersioning({ type: VersioningType.HEADER })),
    )
    expect(text).toContain('POST   /admin/users (version 2, neutral)')
    expect(formatDescription({ modules: [], endpoints: [] })).toBe('')
  })

  it('takes endpoints of other transports', () => {
    const endpoint = {
      kind: 'job',
      handler: 'Mail.send',
      module: 'MailModule',
      plan: ['handler'],
      needsScope: false,
    }
    expect(formatDescription({ modules: [], endpoints: [endpoint] }).trim()).toBe(
      'job  Mail.send (MailModule)',
    )
  })
})
