import {
  Body,
  Controller,
  createApp,
  CsrfToken,
  Get,
  Header,
  HttpCode,
  Module,
  Post,
  Session,
  SkipCsrf,
  type Application,
} from 'corbel'
import { SessionModule, type HttpSession } from 'corbel/sessions'

// #region pages
@Controller()
class PagesController {
  @Get('login')
  @Header('content-type', 'text/html; charset=utf-8')
  page(@CsrfToken() token: string): string {
    return `<form method="post"><input type="hidden" name="_csrf" value="${token}"> … </form>`
  }

  @Get('csrf')
  token(@CsrfToken() token: string): { token: string } {
    return { token } // a script sends it as X-CSRF-Token
  }

  @Post('login')
  @HttpCode(204)
  login(@Session() session: HttpSession, @Body('user') user: string): void {
    session.login(user)
  }

  @SkipCsrf() // signed by who sends it, and without a cookie
  @Post('webhooks/payments')
  @HttpCode(204)
  paid(): void {}
}
// #endregion

@Module({ imports: [SessionModule.forRoot()], controllers: [PagesController] })
class AppModule {}

describe('the page on CSRF', () => {
  let app: Application
  beforeAll(async () => {
    const logger = false
    // #region app
    app = await createApp(AppModule, {
      logger,
      cookies: { secrets: 'at least thirty-two characters of it' },
      csrf: { trustedOrigins: ['https://app.example.com'] },
    })
    // #endregion
    await app.init()
  })
  afterAll(() => app.close())

  it('does what it says', async () => {
    const send = (headers: Record<string, string>, url = '/login') =>
      app.inject({ method: 'POST', url, headers, payload: { user: 'ada' } })
    expect((await send({ origin: 'https://app.example.com' })).statusCode).toBe(204)
    expect((await send({ origin: 'https://evil.example' })).statusCode).toBe(403)
    expect((await send({ origin: 'https://evil.example' }, '/webhooks/payments')).statusCode).toBe(204)
    expect((await app.inject({ url: '/csrf' })).json<{ token: string }>().token).toMatch(/^s:/)
    expect((await app.inject({ url: '/login' })).body).toContain('name="_csrf" value="s:')
  })
})
