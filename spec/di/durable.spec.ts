import {
  ContextIdFactory,
  Controller,
  createApp,
  ForbiddenException,
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

describe('a tree of durable providers', () => {
  let built: string[] = []

  @Injectable({ scope: Scope.REQUEST, durable: true })
  class Tenant {
    constructor(@Inject(REQUEST) readonly payload: { tenant?: string; url?: string }) {
      built.push(`Tenant ${payload.tenant ?? payload.url}`)
    }
  }
  // needs only what is durable: is durable itself
  @Injectable()
  class Between {
    constructor(readonly tenant: Tenant) {
      built.push('Between')
    }
  }
  @Injectable({ scope: Scope.REQUEST })
  class PerRequest {
    constructor(readonly between: Between) {
      built.push('PerRequest')
    }
  }
  @Controller('durable')
  class DurableController {
    constructor(readonly between: Between) {
      built.push('DurableController')
    }
    @Get() read() {
      return this.between.tenant.payload.tenant ?? 'none'
    }
  }
  @Controller('request')
  class RequestController {
    constructor(readonly perRequest: PerRequest) {}
    @Get() read() {
      return this.perRequest.between.tenant.payload.tenant ?? 'none'
    }
  }
  @Module({ controllers: [DurableController, RequestController], providers: [Tenant, Between, PerRequest] })
  class TenantModule {}

  /** One tree for each tenant named in the query; `?tenant=broken` has a strategy that fails. */
  const apply = (form: 'object' | 'function') => {
    const tenants = new Map<string, ContextId>()
    ContextIdFactory.apply({
      attach(contextId: ContextId, request: HttpRequest) {
        const { tenant } = request.query as { tenant?: string }
        if (tenant === undefined) return undefined
        if (tenant === 'broken') throw new ForbiddenException('Which tenant?')
        if (!tenants.has(tenant)) tenants.set(tenant, ContextIdFactory.create())
        const resolve = ({ isTreeDurable }: { isTreeDurable: boolean }) =>
          isTreeDurable ? tenants.get(tenant)! : contextId
        return form === 'function' ? resolve : { resolve, payload: { tenant } }
      },
    })
  }

  const start = async () => {
    built = []
    const app = await createApp(TenantModule, { logger: false })
    const get = async (url: string) => {
      const answer = await app.inject(url)
      return answer.status === 200 ? answer.body : answer.status
    }
    return { app, get }
  }

  afterEach(() => ContextIdFactory.apply(undefined))

  it('includes what needs only durable things, the controller too', async () => {
    apply('object')
    const { app, get } = await start()
    expect([
      await get('/durable?tenant=a'),
      await get('/durable?tenant=a'),
      await get('/durable?tenant=b'),
    ]).toEqual(['a', 'a', 'b'])
    expect(built).toEqual([
      'Tenant a',
      'Between',
      'DurableController',
      'Tenant b',
      'Between',
      'DurableController',
    ])
    await app.close()
  })

  it('is shared by what lives for a request', async () => {
    apply('object')
    const { app, get } = await start()
    expect([await get('/request?tenant=a'), await get('/request?tenant=a')]).toEqual(['a', 'a'])
    expect(built).toEqual(['Tenant a', 'Between', 'PerRequest', 'PerRequest'])
    await app.close()
  })

  it('lives for the request where the strategy attaches it to nothing', async () => {
    apply('object')
    const { app, get } = await start()
    expect([await get('/durable'), await get('/durable')]).toEqual(['none', 'none'])
    expect(built.filter((one) => one === 'Tenant /durable')).toHaveLength(2)
    await app.close()
  })

  it('has no payload where the strategy is a function', async () => {
    apply('function')
    const { app, get } = await start()
    // REQUEST of a shared tree cannot be the request of whoever came first
    expect(await get('/durable?tenant=a')).toBe(500)
    await app.close()
  })

  it('answers with what the strategy throws, and serves others on', async () => {
    apply('object')
    const { app, get } = await start()
    expect([await get('/durable?tenant=broken'), await get('/durable?tenant=a')]).toEqual([403, 'a'])
    await app.close()
  })
})
