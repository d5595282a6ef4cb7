import {
  type CanActivate,
  Controller,
  createApp,
  type ExecutionContext,
  Get,
  type HttpRequest,
  MemoryRateLimitStore,
  Module,
  Post,
  RateLimit,
  RateLimitModule,
  type RateLimitModuleOptions,
  type RateLimitRule,
  SkipRateLimit,
  UseGuards,
  type CreateAppOptions,
} from 'corbel'
import { RedisModule } from 'corbel/redis'
import { networkOf } from '../../lib/security/rate-limits/step.js'
import { clock } from '../ports/clock.js'
import { isRedisMissing, openTestRedis, PATIENT } from '../support/redis.js'
import { serve } from '../web/serve.js'

class UserGuard implements CanActivate {
  canActivate(context: ExecutionContext) {
    const request = context.switchToHttp().getRequest<HttpRequest>()
    const id = request.get('x-user')
    if (id !== undefined) request['user'] = { id }
    return true
  }
}
const PLANS: Readonly<Record<string, number>> = { free: 1, paid: 3 }

@Controller()
class Api {
  @Get('a') a() {
    return {}
  }
  @Get('b') b() {
    return {}
  }
  @Get('free') @SkipRateLimit() free() {
    return {}
  }
  @Post('login') @RateLimit({ name: 'login', limit: 2, window: '15m' }) login() {
    return {}
  }
  @Get('user') @UseGuards(UserGuard) @RateLimit({ limit: 1, window: '1m', by: 'user' }) user() {
    return {}
  }
  @Get('all') @RateLimit({ limit: 1, window: '1m', by: 'route' }) all() {
    return {}
  }
  @Get('key')
  @RateLimit({ limit: 1, window: '1m', by: ({ request }) => request.get('x-key') })
  key() {
    return {}
  }
  @Get('cost')
  @RateLimit({ limit: 10, window: '1m', cost: ({ query }) => Number(query['size']) })
  cost() {
    return {}
  }
  @Get('plan')
  @RateLimit({ limit: ({ request }) => PLANS[request.get('x-plan') ?? 'free'] ?? 0, window: '1m' })
  plan() {
    return {}
  }
}

const limited = async (options: RateLimitModuleOptions = {}, app: CreateAppOptions = {}) => {
  const { now, later } = clock()
  @Module({
    imports: [RateLimitModule.forRoot({ store: new MemoryRateLimitStore({ now }), ...options })],
    controllers: [Api],
  })
  class Root {}
  const served = await serve(Root, app)
  const statuses = async (path: string, headers: Record<string, string>[] = [{}]) => {
    const list: number[] = []
    for (const one of headers) list.push((await served.fetch(path, { headers: one })).status)
    return list
  }
  return { ...served, statuses, later }
}

describe('rate limits', () => {
  it('tell what is left, and refuse what is too much', async () => {
    const { fetch, later } = await limited({
      limits: [{ limit: 2, window: '1m', algorithm: 'fixed-window' }],
    })
    const first = await fetch('/a')
    expect(first.headers.get('ratelimit-policy')).toBe('"default";q=2;w=60')
    expect(first.headers.get('ratelimit')).toBe('"default";r=1;t=60')
    later(15_000)
    expect((await fetch('/b')).headers.get('ratelimit')).toBe('"default";r=0;t=45')
    const refused = await fetch('/a')
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('45')
    expect(refused.headers.get('ratelimit')).toBe('"default";r=0;t=45')
    expect(await refused.json()).toMatchObject({ code: 'CORBEL_RATE_LIMITED' })
    later(45_000)
    expect((await fetch('/a')).status).toBe(200)
  })

  it('stand beside each other', async () => {
    const { fetch } = await limited({
      limits: [
        { name: 'burst', limit: 5, window: '1s' },
        { name: 'day', limit: 1, window: '1d' },
      ],
    })
    const answer = await fetch('/a')
    expect(answer.headers.get('ratelimit-policy')).toBe('"burst";q=5;w=1, "day";q=1;w=86400')
    expect((await fetch('/a')).status).toBe(429)
    expect((await fetch('/free')).status).toBe(200)
  })

  it('count nothing where there are none', async () => {
    const { fetch, app } = await limited()
    expect((await fetch('/a')).headers.get('ratelimit')).toBeNull()
    const steps = (handler: string) =>
      app
        .describe()
        .endpoints.find((one) => one.handler === handler)!
        .plan.join()
    expect(steps('Api.a')).not.toContain('rate limit')
    expect(steps('Api.all')).toContain('rate limit default')
  })

  it('count by user, where a guard has found one', async () => {
    const { statuses } = await limited()
    const [ada, bob] = [{ 'x-user': 'ada' }, { 'x-user': 'bob' }]
    expect(await statuses('/user', [ada, ada, bob, {}, {}, { 'x-user': '127.0.0.1' }])).toEqual([
      200, 429, 200, 200, 429, 200,
    ])
  })

  it('count a route, a key of the application, a cost, and by plan', async () => {
    const { statuses } = await limited()
    expect(await statuses('/all', [{}, {}])).toEqual([200, 429])
    const [one, two] = [{ 'x-key': '1' }, { 'x-key': '2' }]
    expect(await statuses('/key', [one, one, two, {}, {}])).toEqual([200, 429, 200, 200, 200])
    expect([
      ...(await statuses('/cost?size=6')),
      ...(await statuses('/cost?size=6')),
      ...(await statuses('/cost?size=4')),
    ]).toEqual([200, 429, 200])
    const paid = { 'x-plan': 'paid' }
    expect(await statuses('/plan', [paid, paid, paid, paid, { 'x-plan': 'unknown' }])).toEqual([
      200, 200, 200, 429, 429,
    ])
  })

  it('are not reached by calls that are skipped', async () => {
    const { statuses } = await limited({
      limits: [{ limit: 1, window: '1m' }],
      skip: ({ request }) => request.get('x-probe') === 'yes',
    })
    const probe = { 'x-probe': 'yes' }
    expect(await statuses('/a', [probe, probe, {}, {}])).toEqual([200, 200, 200, 429])
  })

  it('that cannot be counted are found at boot', async () => {
    for (const rule of [
      { limit: -1, window: '1m' },
      { limit: 1.5, window: '1m' },
      { limit: 1, window: 'soon' },
      { limit: 1, window: 0 },
      { limit: 1, window: '1m', name: 'a b' },
      { limit: 1, window: '1m', cost: -1 },
    ] satisfies RateLimitRule[]) {
      @Module({ imports: [RateLimitModule.forRoot({ limits: [rule] })], controllers: [Api] })
      class Root {}
      const boot = async (): Promise<unknown> => (await createApp(Root, { logger: false })).init()
      await expect(boot()).rejects.toMatchObject({ code: 'CORBEL_RATE_LIMIT_INVALID' })
    }
  })
})

describe('attacks on rate limits', () => {
  it('gain nothing by X-Forwarded-For, unless a proxy is trusted', async () => {
    const limits = [{ limit: 1, window: '1m' }]
    const headers = [1, 2, 3].map((host) => ({ 'x-forwarded-for': `203.0.113.${host}` }))
    expect(await (await limited({ limits })).statuses('/a', headers)).toEqual([200, 429, 429])
    const behind = await limited({ limits }, { trustProxy: 'loopback' })
    expect(await behind.statuses('/a', [...headers, ...headers])).toEqual([200, 200, 200, 429, 429, 429])
    // only the last address is the proxy's word
    const forged = [1, 2].map((host) => ({ 'x-forwarded-for': `198.51.100.${host}, 203.0.113.9` }))
    expect(await behind.statuses('/a', forged)).toEqual([200, 429])
  })

  it('gain nothing by the addresses of one network', () => {
    expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64')
    expect(networkOf('2001:DB8:1:2::9%eth0')).toBe('2001:db8:1:2::/64')
    expect(networkOf('2001:db8::1')).toBe('2001:db8:0:0::/64')
    expect(networkOf('::1')).toBe('0:0:0:0::/64')
    expect(networkOf('::ffff:192.0.2.1')).toBe('192.0.2.1')
    expect(networkOf('192.0.2.1')).toBe('192.0.2.1')
  })

  it('find passwords no faster by trying many at once', async () => {
    const { fetch } = await limited()
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetch('/login', { method: 'POST' })))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(2)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(18)
  })
})

describe.skipIf(await isRedisMissing())('rate limits in Redis', () => {
  it('are those of all processes together', async () => {
    const opened = openTestRedis()
    @Module({
      imports: [
        RedisModule.forRoot({ ...PATIENT, keyPrefix: opened.keyPrefix }),
        RateLimitModule.forRoot({ limits: [{ limit: 3, window: '1d' }] }),
      ],
      controllers: [Api],
    })
    class Root {}
    const [one, two] = [await serve(Root), await serve(Root)]
    const statuses = []
    for (const { fetch } of [one, two, one, two]) statuses.push((await fetch('/a')).status)
    expect(statuses).toEqual([200, 200, 200, 429])
    await Promise.all([one.app.close(), two.app.close()])
    await opened.close()
  })
})
