import {
  Controller,
  Cookies,
  createApp,
  EncryptedCookie,
  Get,
  Module,
  Post,
  Res,
  SignedCookies,
  type WebResponse,
} from 'corbel'

// #region cookies
@Controller()
class AccountController {
  @Post('login')
  login(@Res({ passthrough: true }) response: WebResponse): void {
    response.cookie('theme', 'dark', { maxAge: 86_400_000 })
    response.cookie('visitor', '42', { signed: true }) // can be read, not changed
    response.cookie('__Host-account', { user: 7 }, { encrypted: true, maxAge: 3_600_000 }) // neither
  }

  @Get('account')
  account(
    @Cookies('theme') theme: string | undefined,
    @SignedCookies('visitor') visitor: string | undefined,
    @EncryptedCookie('__Host-account') account: { user: number } | undefined,
  ): object {
    return { theme, visitor, account }
  }

  @Post('logout')
  logout(@Res({ passthrough: true }) response: WebResponse): void {
    response.clearCookie('__Host-account')
  }
}
// #endregion

@Module({ controllers: [AccountController] })
class AppModule {}

describe('docs/cookies.md', () => {
  it('sets and reads them', async () => {
    process.env['COOKIE_SECRET'] = 'of more than 32 characters, from the environment'
    // #region secrets
    const app = await createApp(AppModule, {
      logger: false,
      cookies: {
        secrets: [process.env['COOKIE_SECRET']!], // the newest first
        defaults: { sameSite: 'strict' },
      },
    })
    // #endregion
    const login = await app.inject({ method: 'POST', url: '/login' })
    const cookies = [login.headers['set-cookie']].flat().map((one) => one!.split(';', 1)[0]!)
    const headers = { cookie: cookies.join('; ') }
    expect((await app.inject({ method: 'GET', url: '/account', headers })).json()).toEqual({
      theme: 'dark',
      visitor: '42',
      account: { user: 7 },
    })
    const logout = await app.inject({ method: 'POST', url: '/logout' })
    expect([logout.headers['set-cookie']].flat()[0]).toContain(
      '__Host-account=; Path=/; Expires=Thu, 01 Jan 1970',
    )
    await app.close()
  })
})
