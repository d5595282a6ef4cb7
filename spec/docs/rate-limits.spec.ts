import { Controller, createApp, Get, Module, Post, RateLimit, RateLimitModule, SkipRateLimit } from 'corbel'

// #region routes
@Controller()
class ApiController {
  @Get('search')
  search() {
    return []
  }

  @Post('login')
  @RateLimit({ name: 'login', limit: 5, window: '15m' }) // beside those of the application
  login() {
    return {}
  }

  @Get('health')
  @SkipRateLimit()
  health() {
    return { ok: true }
  }
}
// #endregion

// #region module
@Module({
  imports: [
    RateLimitModule.forRoot({
      limits: [
        { name: 'burst', limit: 20, window: '1s', algorithm: 'token-bucket' },
        { name: 'day', limit: 10_000, window: '1d', by: ({ request }) => request.get('x-api-key') },
      ],
    }),
  ],
  controllers: [ApiController],
})
class AppModule {}
// #endregion

describe('docs/rate-limits.md', () => {
  it('limits what clients may ask for', async () => {
    const app = await createApp(AppModule, { logger: false })
    const { headers } = await app.inject({ url: '/search', headers: { 'x-api-key': 'one' } })
    expect(headers['ratelimit-policy']).toBe('"burst";q=20;w=1, "day";q=10000;w=86400')
    expect((await app.inject('/health')).headers['ratelimit']).toBeUndefined()
    for (let attempt = 0; attempt < 5; attempt += 1)
      expect((await app.inject({ method: 'POST', url: '/login' })).statusCode).toBe(201)
    expect((await app.inject({ method: 'POST', url: '/login' })).statusCode).toBe(429)
    await app.close()
  })
})
