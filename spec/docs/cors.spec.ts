import { Controller, Cors, createApp, Get, Module, Post } from 'corbel'

// #region route
@Controller('widgets')
class WidgetsController {
  @Get()
  @Cors() // any origin, without cookies
  list(): readonly string[] {
    return ['clock']
  }

  @Post()
  @Cors({ origin: ['https://admin.example'], credentials: true, maxAge: 600 })
  add(): void {}

  @Get('secret')
  @Cors(false) // none, whatever the application says
  secret(): string {
    return 'secret'
  }
}
// #endregion

@Module({ controllers: [WidgetsController] })
class AppModule {}

describe('docs/cors.md', () => {
  it('allows origins', async () => {
    const logger = false
    const partners = { allow: async (origin: string | undefined) => origin === 'https://partner.example' }
    // #region app
    const app = await createApp(AppModule, {
      logger,
      cors: {
        origin: (origin) => partners.allow(origin), // or a string, a pattern, a list, true
        credentials: true,
        exposedHeaders: ['x-total-count'],
        maxAge: 600, // seconds for which browsers keep the answer to a preflight
      },
    })
    // #endregion
    const from = (url: string, origin: string, method?: string) =>
      app.inject({
        url,
        method: method === undefined ? 'GET' : 'OPTIONS',
        headers: { origin, ...(method !== undefined && { 'access-control-request-method': method }) },
      })
    const allowed = 'access-control-allow-origin'
    expect((await from('/nowhere', 'https://partner.example')).headers[allowed]).toBe(
      'https://partner.example',
    )
    expect((await from('/nowhere', 'https://other.example')).headers[allowed]).toBeUndefined()
    expect((await from('/widgets', 'https://other.example')).headers[allowed]).toBe('*')
    expect((await from('/widgets', 'https://admin.example', 'POST')).headers[allowed]).toBe(
      'https://admin.example',
    )
    expect((await from('/widgets/secret', 'https://partner.example')).headers[allowed]).toBeUndefined()
    await app.close()
  })
})
