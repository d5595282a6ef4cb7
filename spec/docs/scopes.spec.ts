import {
  ContextIdFactory,
  Controller,
  createApp,
  Get,
  Inject,
  Injectable,
  INQUIRER,
  Module,
  REQUEST,
  RequestContext,
  Scope,
  type ContextId,
  type ContextIdStrategy,
  type HostComponentInfo,
  type HttpRequest,
} from 'corbel'

describe('docs/scopes.md', () => {
  it('request scope', async () => {
    // #region request
    @Injectable({ scope: Scope.REQUEST })
    class Visitor {
      constructor(@Inject(REQUEST) private readonly request: HttpRequest) {}

      get language(): string {
        return this.request.get('accept-language')?.slice(0, 2) ?? 'en'
      }
    }

    @Controller('greeting')
    class GreetingController {
      constructor(private readonly visitor: Visitor) {} // lives for one request too

      @Get()
      greet(): string {
        return this.visitor.language === 'de' ? 'Guten Tag' : 'Hello'
      }
    }
    // #endregion
    @Module({ controllers: [GreetingController], providers: [Visitor] })
    class App {}
    const app = await createApp(App, { logger: false })
    expect((await app.inject({ url: '/greeting', headers: { 'accept-language': 'de-AT' } })).body).toBe(
      'Guten Tag',
    )
    expect((await app.inject('/greeting')).body).toBe('Hello')
    expect(app.describe().modules[0]!.controllers[0]).toMatchObject({
      scope: 'request',
      because: 'it needs Visitor',
    })
    await app.close()
  })

  it('transient', async () => {
    // #region transient
    @Injectable({ scope: Scope.TRANSIENT })
    class Log {
      private readonly name: string

      constructor(@Inject(INQUIRER) owner: object) {
        this.name = owner.constructor.name
      }

      line(text: string): string {
        return `[${this.name}] ${text}`
      }
    }

    @Injectable()
    class Orders {
      constructor(readonly log: Log) {} // a Log of its own
    }
    // #endregion
    @Module({ providers: [Orders, Log] })
    class App {}
    const app = await createApp(App, { logger: false })
    expect(app.get(Orders).log.line('paid')).toBe('[Orders] paid')
    await app.close()
  })
})

describe('docs/scopes.md, without request scope', () => {
  it('request context', async () => {
    // #region context
    @Injectable()
    class Audit {
      constructor(private readonly context: RequestContext) {} // a singleton

      note(what: string): string {
        const request = this.context.host!.switchToHttp().getRequest<HttpRequest>()
        return `${request.get('x-user')}: ${what}`
      }
    }
    // #endregion
    @Controller()
    class AuditController {
      constructor(private readonly audit: Audit) {}
      @Get() show(): string {
        return this.audit.note('looked')
      }
    }
    @Module({ controllers: [AuditController], providers: [Audit] })
    class App {}
    const app = await createApp(App, { logger: false })
    expect((await app.inject({ url: '/', headers: { 'x-user': 'ada' } })).body).toBe('ada: looked')
    await app.close()
  })
})

describe('docs/scopes.md, durable trees', () => {
  afterEach(() => ContextIdFactory.apply(undefined))

  it('one tree for each tenant', async () => {
    // #region durable
    class PerTenant implements ContextIdStrategy {
      private readonly tenants = new Map<string, ContextId>()

      attach(contextId: ContextId, request: HttpRequest) {
        const tenant = request.get('x-tenant') ?? 'nobody'
        if (!this.tenants.has(tenant)) this.tenants.set(tenant, ContextIdFactory.create())
        return {
          resolve: (info: HostComponentInfo) => (info.isTreeDurable ? this.tenants.get(tenant)! : contextId),
          payload: { tenant }, // what REQUEST means in the tree of the tenant
        }
      }
    }
    ContextIdFactory.apply(new PerTenant())

    @Injectable({ scope: Scope.REQUEST, durable: true })
    class Database {
      constructor(@Inject(REQUEST) readonly of: { tenant: string }) {} // once for each tenant
    }
    // #endregion
    @Controller()
    class TenantController {
      constructor(private readonly database: Database) {}
      @Get() show(): string {
        return this.database.of.tenant
      }
    }
    @Module({ controllers: [TenantController], providers: [Database] })
    class App {}
    const app = await createApp(App, { logger: false })
    expect((await app.inject({ url: '/', headers: { 'x-tenant': 'ada' } })).body).toBe('ada')
    await app.close()
  })
})
