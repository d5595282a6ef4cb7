import {
  ContextIdFactory,
  Controller,
  createApp,
  Get,
  Inject,
  Injectable,
  Module,
  REQUEST,
  Scope,
  type ContextId,
  type HttpRequest,
} from 'corbel'

let connections = 0

@Injectable({ scope: Scope.REQUEST, durable: true })
class TenantDatabase {
  readonly number = ++connections
  constructor(@Inject(REQUEST) readonly payload: { tenant: string }) {}
}

@Injectable({ scope: Scope.REQUEST })
class Visit {
  constructor(
    readonly database: TenantDatabase,
    @Inject(REQUEST) readonly request: HttpRequest,
  ) {}
}

@Controller()
class VisitController {
  constructor(private readonly visit: Visit) {}
  @Get() show(): object {
    const { database, request } = this.visit
    return { tenant: database.payload.tenant, database: database.number, url: request.url }
  }
}

@Module({ controllers: [VisitController], providers: [TenantDatabase, Visit] })
class App {}

describe('durable providers', () => {
  afterEach(() => ContextIdFactory.apply(undefined))

  it('are shared by the requests of one tree, while others live for their request', async () => {
    const tenants = new Map<string, ContextId>()
    ContextIdFactory.apply({
      attach(contextId: ContextId, request: HttpRequest) {
        const tenant = request.get('x-tenant') ?? ''
        if (!tenants.has(tenant)) tenants.set(tenant, ContextIdFactory.create())
        return {
          resolve: (info) => (info.isTreeDurable ? tenants.get(tenant)! : contextId),
          payload: { tenant },
        }
      },
    })
    const app = await createApp(App, { logger: false })
    const visit = async (tenant: string, url: string): Promise<unknown> =>
      (await app.inject({ url, headers: { 'x-tenant': tenant } })).json()
    expect(await visit('a', '/?1')).toEqual({ tenant: 'a', database: 1, url: '/?1' })
    expect(await visit('b', '/?2')).toEqual({ tenant: 'b', database: 2, url: '/?2' })
    expect(await visit('a', '/?3')).toEqual({ tenant: 'a', database: 1, url: '/?3' })
    await app.close()
  })
})
