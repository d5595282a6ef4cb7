import { Agent, get } from 'node:http'
import {
  ContextIdFactory,
  Controller,
  createApp,
  createContext,
  Get,
  Inject,
  Injectable,
  Module,
  REQUEST,
  RequestContext,
  Scope,
  UseGuards,
  type Application,
  type CanActivate,
  type Class,
  type ContextId,
} from 'corbel'
import { Test } from 'corbel/testing'
import { heapGrowth, repeat, Witness } from '../support/memory.js'

/** Of three objects a request, each has its turn. */
const SAMPLE = 10
let visits = new Witness(SAMPLE)

@Injectable({ scope: Scope.REQUEST })
class Visit {
  readonly notes = new Array<string>(100).fill('note')
  constructor(
    @Inject(REQUEST) readonly request: object,
    readonly context: RequestContext,
  ) {
    visits.see(this)
    visits.see(request)
    context.set('visit', this)
  }
}

@Injectable({ scope: Scope.REQUEST, durable: true })
class Tenant {
  readonly notes = new Array<string>(100).fill('note')
}

@Injectable({ scope: Scope.TRANSIENT })
class Fresh {
  constructor() {
    visits.see(this)
  }
}

@Injectable()
class Open implements CanActivate {
  constructor(private readonly context: RequestContext) {}
  canActivate(): boolean {
    this.context.set('open', new Array<string>(10).fill('note'))
    return true
  }
}

@Controller()
@UseGuards(Open)
class VisitController {
  constructor(
    private readonly visit: Visit,
    readonly tenant: Tenant,
    readonly fresh: Fresh,
  ) {}
  @Get() async show(): Promise<number> {
    await Promise.resolve()
    return this.visit.notes.length
  }
}

@Module({ controllers: [VisitController], providers: [Visit, Tenant, Fresh] })
class App {}

const agent = new Agent({ keepAlive: true, maxSockets: 4 })
afterAll(() => agent.destroy())

/** A request over a connection that is kept open. */
const request = (url: string): Promise<void> =>
  new Promise((resolve, reject) => {
    get(url, { agent }, (response) => response.resume().on('end', resolve)).on('error', reject)
  })

const listening = async (): Promise<Application> => {
  const app = await createApp(App, { logger: false })
  await app.listen(0, '127.0.0.1')
  return app
}

beforeEach(() => {
  visits = new Witness(SAMPLE)
})
afterEach(() => ContextIdFactory.apply(undefined))

describe('1,000 applications that are created and closed', () => {
  const resources = (): number =>
    process.getActiveResourcesInfo().filter((name) => name !== 'Immediate').length
  const listeners = (): number[] => ['SIGINT', 'SIGTERM', 'exit'].map((name) => process.listenerCount(name))

  it('leave none behind that has listened, answered over a kept connection, and heard of signals', async () => {
    const apps = new Witness()
    const cycle = async (): Promise<void> => {
      const app = await listening()
      apps.see(app)
      apps.see(app.getHttpServer())
      app.enableShutdownHooks(['SIGUSR2'])
      await request(await app.getUrl())
      await app.close()
    }
    await repeat(50, cycle)
    const before = { listeners: listeners(), resources: resources() }
    await repeat(150, cycle)
    // one kept application would be some 30 KiB
    expect(await heapGrowth(() => repeat(160, cycle))).toBeLessThan(160 * 2048)
    expect(apps.total).toBe(2_000)
    expect(await apps.left()).toBeLessThan(10)
    expect(await visits.left()).toBeLessThan(10)
    expect(listeners()).toEqual(before.listeners)
    expect(resources()).toBeLessThan(before.resources + 10)
  }, 900_000)

  it('leave none behind whose classes were made for it, nor the classes', async () => {
    const left = new Witness()
    const cycle = async (): Promise<void> => {
      @Injectable()
      class Service {}
      @Controller()
      class Home {
        constructor(readonly service: Service) {}
        @Get() read(): string {
          return 'home'
        }
      }
      @Module({ controllers: [Home], providers: [Service] })
      class Root {}
      const app = await createApp(Root, { logger: false })
      await app.inject('/')
      for (const one of [app, app.get(Service), Root, Home, Service]) left.see(one)
      await app.close()
    }
    await repeat(100, cycle)
    expect(await left.left()).toBeLessThan(10)
  }, 300_000)

  it('leave none behind that was a context, a testing module, or failed to start', async () => {
    const left = new Witness()
    class Missing {}
    @Injectable()
    class Broken {
      constructor(readonly missing: Missing) {}
    }
    @Module({ providers: [Broken] })
    class BrokenModule {}
    const cycle = async (): Promise<void> => {
      const context = await createContext(App, { logger: false })
      const module = await Test.createTestingModule({ imports: [App] })
        .overrideGuard(Open)
        .useValue({ canActivate: () => true })
        .compile()
      await module.createApp().inject('/')
      const error: unknown = await createApp(BrokenModule, { logger: false }).catch(
        (reason: unknown) => reason,
      )
      for (const one of [context, module, error as object]) left.see(one)
      await Promise.all([context.close(), module.close()])
    }
    await repeat(100, cycle)
    expect(left.total).toBe(300)
    expect(await left.left()).toBeLessThan(10)
  }, 300_000)

  it('would be noticed if they were kept', async () => {
    const apps = new Witness()
    const kept: Application[] = []
    await repeat(30, async () => {
      const app = await createApp(App, { logger: false })
      apps.see(app)
      kept.push(app)
      await app.close()
    })
    expect(await apps.left()).toBe(30)
    expect(kept).toHaveLength(30)
  })
})

describe('thousands of requests through request scope', () => {
  it('leave nothing behind', async () => {
    const app = await createApp(App, { logger: false })
    const ask = (): Promise<unknown> => app.inject('/')
    await repeat(1_000, ask)
    expect(await heapGrowth(() => repeat(5_000, ask))).toBeLessThan(5_000 * 50)
    expect(visits.total).toBe(26_000 * 3)
    expect(await visits.left()).toBeLessThan(10)
    await app.close()
  }, 300_000)

  it('leave nothing behind, over connections that are kept open', async () => {
    const app = await listening()
    const url = await app.getUrl()
    await repeat(500, () => Promise.all([request(url), request(url), request(url), request(url)]))
    expect(visits.total).toBe(2_000 * 3)
    // what the last requests of the open connections have is still theirs
    expect(await visits.left()).toBeLessThan(50)
    await app.close()
  }, 300_000)

  it('leave nothing behind, in durable trees, but the trees', async () => {
    const tenants = new Map<string, ContextId>()
    ContextIdFactory.apply({
      attach(contextId: ContextId, { url }: { url: string }) {
        if (!tenants.has(url)) tenants.set(url, ContextIdFactory.create())
        return {
          resolve: ({ isTreeDurable }) => (isTreeDurable ? tenants.get(url)! : contextId),
          payload: { url },
        }
      },
    })
    const app = await createApp(App, { logger: false })
    let count = 0
    const ask = (): Promise<unknown> => app.inject(`/?${count++ % 10}`)
    await repeat(500, ask)
    expect(await heapGrowth(() => repeat(1_000, ask))).toBeLessThan(1_000 * 250)
    expect(tenants.size).toBe(10)
    expect(await visits.left()).toBeLessThan(50)
    await app.close()
  }, 300_000)

  it('leave nothing behind when they are resolved by hand', async () => {
    const context = await createContext(App, { logger: false })
    await repeat(1_000, async () => {
      const id = ContextIdFactory.create()
      context.registerRequestByContextId({ url: '/' }, id)
      // there is no request, so no context to note the visit in
      await context.get(RequestContext).run(() => context.resolve(VisitController as Class, id))
    })
    expect(visits.total).toBe(3_000)
    expect(await visits.left()).toBeLessThan(50)
    await context.close()
  }, 300_000)
})
