import {
  Controller,
  Deprecated,
  Get,
  Inject,
  Injectable,
  MemoryUsageCounter,
  Module,
  UsageCounter,
  UsageReporter,
  UsageUnguarded,
  VERSION_NEUTRAL,
  VersioningModule,
  type ApiUse,
  type Application,
  type CanActivate,
  type ExecutionContext,
  type UsageOptions,
  type UsageReport,
  type UsageRow,
} from 'corbel'
import { createLog, read, start, type Log } from './start.js'

@Controller({ path: 'cats', version: ['1', '2'] })
class Cats {
  @Get() list(): string {
    return 'cats'
  }
  @Get('old')
  @Deprecated({ since: '2026-01-01', sunset: '2099-01-01', message: 'Use <b>dogs</b>.' })
  old(): string {
    return 'old'
  }
}
@Controller('health')
class Health {
  @Get() health(): string {
    return 'fine'
  }
}
@Injectable()
class Secret {
  readonly word = 'open'
}
@Module({ providers: [Secret], exports: [Secret] })
class SecretModule {}
@Injectable()
class AdminGuard implements CanActivate {
  constructor(@Inject(Secret) private readonly secret: Secret) {}
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ get(name: string): string | undefined }>()
    return request.get('x-admin') === this.secret.word
  }
}

const boot = (usage: Partial<UsageOptions> = {}, log?: Log, prefix = ''): Promise<Application> => {
  const imports = [
    VersioningModule.forRoot({
      usage: { guards: [AdminGuard], ...usage },
      imports: [SecretModule],
      deprecations: { log: false },
    }),
  ]
  const deprecated = { '1': { since: '2026-02-01', sunset: '2098-01-01', successor: '/v2' } }
  return start({ controllers: [Cats, Health], imports }, { deprecated }, log, (app) =>
    app.setGlobalPrefix(prefix),
  )
}
const call = (app: Application, url: string, client?: string) =>
  app.inject({ url, headers: client === undefined ? {} : { 'x-client-id': client } })
const admin = { 'x-admin': 'open' }
const report = async (app: Application, query = ''): Promise<UsageReport> =>
  (await app.inject({ url: `/api-usage.json${query}`, headers: admin })).json()

describe('the use of the API', () => {
  it('is counted by route, version and client, what goes first on top', async () => {
    const app = await boot()
    await call(app, '/v1/cats', 'a')
    await call(app, '/v1/cats', 'a')
    await call(app, '/v1/cats', 'b')
    await call(app, '/v2/cats')
    await call(app, '/health', 'a')
    await call(app, '/v3/cats', 'a')
    const { routes } = await report(app)
    expect(
      routes.map(({ route, version, total, clients, deprecated }) => [
        route,
        version,
        total,
        clients.map(({ client, count }) => [client, count]),
        deprecated?.sunset,
      ]),
    ).toEqual([
      // prettier-ignore
      ['GET /v1/cats', '1', 3, [['a', 2], ['b', 1]], '2098-01-01T00:00:00.000Z'], // prettier-ignore
      ['GET /v1/cats/old', '1', 0, [], '2099-01-01T00:00:00.000Z'],
      ['GET /v2/cats/old', '2', 0, [], '2099-01-01T00:00:00.000Z'],
      ['GET /v2/cats', '2', 1, [['unknown', 1]], undefined],
    ])
    expect(routes[0]!.last).toMatch(/^\d{4}-\d\d-\d\dT/)
    expect(routes[1]!.last).toBeNull()
  })

  it('can be asked about', async () => {
    const app = await boot()
    await call(app, '/v1/cats', 'a')
    await call(app, '/v2/cats', 'b')
    const of = async (query: string): Promise<string[]> =>
      (await report(app, query)).routes.map(({ route }) => route)
    expect(await of('?version=2')).toEqual(['GET /v2/cats/old', 'GET /v2/cats'])
    expect(await of('?client=b')).toEqual(['GET /v2/cats'])
    expect(await of('?client=nobody')).toEqual([])
    expect(await of('?deprecated=true')).toEqual(['GET /v1/cats', 'GET /v1/cats/old', 'GET /v2/cats/old'])
    expect(await of('?deprecated=false&version=1')).toEqual([])
    expect(await of('?version=1&version=2&deprecated=perhaps')).toHaveLength(4)
  })

  it('is shown to those whom the guards let in, and not to caches', async () => {
    const app = await boot()
    for (const path of ['/api-usage', '/api-usage.json']) {
      expect((await app.inject(path)).status).toBe(403)
      const answer = await app.inject({ url: path, headers: admin })
      expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'no-store'])
    }
  })

  it('has a page that runs nothing, whatever clients call themselves', async () => {
    const app = await boot()
    const client = `"><script>alert('1')</script>&`
    await call(app, '/v1/cats', client)
    for (const query of ['', `?client=${encodeURIComponent(client)}`, '?version=%3Cb%3E']) {
      const page = await app.inject({ url: `/api-usage${query}`, headers: admin })
      expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
      expect(page.headers['content-security-policy']).toMatch(
        /^default-src 'none'; style-src 'sha256-[\w+/]{43}='/,
      )
      expect(page.body).not.toMatch(/<script|<b>/)
    }
    const { body } = await app.inject({ url: '/api-usage', headers: admin })
    expect(body).toContain('&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;')
    expect(body).toContain('Use &lt;b&gt;dogs&lt;/b&gt;.')
    expect(body).toContain('sunset 2098-01-01')
    expect(body).toContain('no calls counted')
  })

  it('is below the global prefix, at the path of the option', async () => {
    const app = await boot({ path: '/admin/use/' }, undefined, 'api')
    const { body } = await app.inject({ url: '/api/admin/use/', headers: admin })
    expect(body).toContain('href="/api/admin/use.json"')
    expect((await app.inject({ url: '/api/admin/use.json', headers: admin })).status).toBe(200)
  })

  it('needs a guard', () => {
    expect(() => VersioningModule.forRoot({ usage: { guards: [] } })).toThrow(UsageUnguarded)
    expect(() => VersioningModule.forRoot({ usage: {} as UsageOptions })).toThrow('names no guard')
  })

  it('is off by default', async () => {
    const app = await start({ controllers: [Cats], imports: [VersioningModule.forRoot()] })
    expect(await read(app, '/api-usage')).toBe(404)
    expect(app.describe().endpoints.some(({ plan }) => plan.includes('count the use'))).toBe(false)
    expect(await app.get(UsageReporter).report()).toMatchObject({ routes: [] })
  })

  it('may be counted elsewhere, by a class that the container builds', async () => {
    const uses: ApiUse[] = []
    @Injectable()
    class Shared extends UsageCounter {
      constructor(readonly secret: Secret) {
        super()
      }
      record(use: ApiUse): void {
        uses.push(use)
        if (use.client === 'fail') throw new Error(`no ${this.secret.word} socket`)
      }
      async read(): Promise<UsageRow[]> {
        return [{ route: 'GET /v0/gone', version: '0', client: 'a', count: 7, first: 0, last: 1 }]
      }
    }
    const log = createLog()
    const app = await boot({ counter: Shared }, log)
    await call(app, '/v1/cats', 'a')
    expect((await call(app, '/v1/cats', 'fail')).status).toBe(200)
    expect(log.errors.map(String)).toEqual(['Error: no open socket'])
    expect(uses[0]).toMatchObject({ route: 'GET /v1/cats', version: '1', client: 'a' })
    expect((await report(app)).routes.find(({ removed }) => removed)).toMatchObject({
      route: 'GET /v0/gone',
      total: 7,
    })
    const page = await app.inject({ url: '/api-usage', headers: admin })
    expect(page.body).toContain('<span class="quiet">removed</span>')
  })
})

describe('MemoryUsageCounter', () => {
  const use = (route: string, client: string, at = 1): ApiUse => ({ route, version: '1', client, at })

  it('keeps first and last, and gives copies', () => {
    const counter = new MemoryUsageCounter()
    counter.record(use('r', 'a', 5))
    const [before] = counter.read()
    counter.record(use('r', 'a', 9))
    expect(before).toMatchObject({ count: 1, first: 5, last: 5 })
    expect(counter.read()).toEqual([{ route: 'r', version: '1', client: 'a', count: 2, first: 5, last: 9 }])
  })

  it('is bounded: those for whom there is no room are counted together, route by route', () => {
    const counter = new MemoryUsageCounter(3)
    for (let i = 0; i < 100; i++) counter.record(use(`r${i % 2}`, `c${i}`))
    counter.record(use('r0', 'c0'))
    const rows = counter.read()
    expect(rows.map(({ route, client, count }) => `${route} ${client} ${count}`)).toEqual([
      'r0 c0 2',
      'r0 c2 1',
      'r0 (others) 48',
      'r1 c1 1',
      'r1 (others) 49',
    ])
  })
})

it('a neutral route that is deprecated is counted, too', async () => {
  @Controller({ path: 'x', version: VERSION_NEUTRAL })
  @Deprecated({ since: '2026-01-01' })
  class Neutral {
    @Get() x(): string {
      return 'x'
    }
  }
  class Everyone implements CanActivate {
    canActivate(): boolean {
      return true
    }
  }
  const imports = [VersioningModule.forRoot({ usage: { guards: [new Everyone()] } })]
  const app = await start({ controllers: [Neutral], imports })
  await call(app, '/x', 'a')
  expect((await report(app)).routes).toMatchObject([{ route: 'GET /x', version: null, total: 1 }])
})
