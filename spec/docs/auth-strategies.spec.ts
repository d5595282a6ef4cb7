import {
  Body,
  CacheControl,
  Controller,
  createApp,
  Delete,
  Get,
  HttpCode,
  Injectable,
  MemoryMailer,
  Module,
  Post,
  Query,
  Redirect,
  Req,
  Res,
  type HttpRequest,
  type WebResponse,
} from 'corbel'
import {
  ApiKeys,
  ApiKeyStrategy,
  Authenticated,
  AuthModule,
  BearerStrategy,
  bindingOf,
  browserBinding,
  CurrentUser,
  EmailLogin,
  JwksVerifier,
  JwtModule,
  JwtService,
  MemoryApiKeyStore,
  MemoryRefreshTokenStore,
  OneTimeTokens,
  PasswordLogin,
  PasswordReset,
  Public,
  RefreshTokens,
  tenantFromHost,
  TenantStrategy,
  TokenRevocations,
  type Principal,
  type TokenPair,
} from 'corbel/auth'
import { AccountLinks, google, MemoryAccountLinkStore, ProviderLogin } from 'corbel/auth/oidc'
import { MemorySecondFactorStore, SecondFactor } from 'corbel/auth/totp'

/** Stands for a table of accounts. */
class AccountTable {
  private readonly rows = new Map<string, { id: string; email: string; passwordHash?: string }>()

  findByLogin(email: string) {
    return [...this.rows.values()].find((one) => one.email === email)
  }

  get(id: string) {
    return this.rows.get(id)
  }

  savePasswordHash(id: string, passwordHash: string): void {
    this.rows.set(id, { ...this.rows.get(id)!, passwordHash })
  }

  add(id: string, email: string): void {
    this.rows.set(id, { id, email })
  }
}

const accounts = new AccountTable()
const mailer = new MemoryMailer()

// #region services
const passwords = new PasswordLogin({ accounts })
const revocations = new TokenRevocations({ lifetime: '10m' })
const secondFactor = new SecondFactor({ store: new MemorySecondFactorStore(), issuer: 'Shop' })
const apiKeys = new ApiKeys({ store: new MemoryApiKeyStore(), prefix: 'shop' })
// #endregion

// #region tokens
@Module({
  imports: [JwtModule.register({ secret: 'at least thirty-two bytes, from the environment' })],
  providers: [
    {
      provide: RefreshTokens,
      inject: [JwtService],
      useFactory: (jwt: JwtService) =>
        new RefreshTokens({
          jwt,
          store: new MemoryRefreshTokenStore(),
          revocations,
          claims: (id, login) =>
            accounts.get(id) === undefined ? undefined : { ...login, roles: ['customer'] },
        }),
    },
  ],
  exports: [JwtModule, RefreshTokens],
})
class TokensModule {}
// #endregion

// #region login
@Public()
@CacheControl({ noStore: true }) // RFC 6749 §5.1
@Controller('login')
class LoginController {
  private readonly steps = new OneTimeTokens()

  constructor(private readonly tokens: RefreshTokens) {}

  @Post()
  @HttpCode(200)
  async password(
    @Body() { email, password }: { email: string; password: string },
  ): Promise<TokenPair | { step: string }> {
    const { id } = await passwords.login(email, password)
    // a step by itself opens nothing: it says that the password was right
    if (await secondFactor.isEnrolled(id)) return { step: await this.steps.issue('second factor', id) }
    return this.tokens.issue(id, { amr: ['pwd'] })
  }

  @Post('code')
  @HttpCode(200)
  async code(@Body() { step, code }: { step: string; code: string }): Promise<TokenPair> {
    const id = await this.steps.take<string>('second factor', step)
    const { factor } = await secondFactor.verify(id, code)
    return this.tokens.issue(id, { amr: ['pwd', factor] })
  }

  @Post('refresh')
  @HttpCode(200)
  refresh(@Body() { refresh_token: token }: TokenPair): Promise<TokenPair> {
    return this.tokens.refresh(token)
  }

  @Post('end')
  @HttpCode(204)
  end(@Body() { refresh_token: token }: TokenPair): Promise<void> {
    return this.tokens.revoke(token)
  }
}
// #endregion

// #region guarded
@Controller('account')
class AccountController {
  @Get()
  show(@CurrentUser() { id, roles }: Principal): object {
    return { id, roles }
  }

  @Authenticated({ strategy: ['jwt', 'api-key'], scopes: ['orders:read'] })
  @Get('orders')
  orders(): object {
    return []
  }

  @Authenticated({ factors: ['otp'], maxAge: '10m' })
  @Delete()
  delete(): void {
    // only for who has shown his second factor within ten minutes
  }
}
// #endregion

// #region keys
@Controller('keys')
class KeysController {
  @Post()
  async issue(@CurrentUser('id') id: string): Promise<{ key: string }> {
    const { key } = await apiKeys.issue(id, { name: 'CI', scopes: ['orders:read'], lifetime: '90d' })
    return { key }
  }
}
// #endregion

// #region mail
const emailLogin = new EmailLogin({
  mailer,
  find: (address) => accounts.findByLogin(address)?.id,
  page: 'https://shop.example/login/mail',
})

@Public()
@Controller('mail')
class MailController {
  constructor(private readonly tokens: RefreshTokens) {}

  @Post()
  @HttpCode(202)
  async send(
    @Body() { email }: { email: string },
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: WebResponse,
  ): Promise<string> {
    await emailLogin.sendLink(email, browserBinding(request, response))
    return 'If there is an account, a mail is on its way.'
  }

  @Post('take')
  @HttpCode(200)
  async take(@Body() { token }: { token: string }, @Req() request: HttpRequest): Promise<TokenPair> {
    return this.tokens.issue(await emailLogin.takeLink(token, bindingOf(request)), { amr: ['mca'] })
  }
}
// #endregion

// #region reset
const reset = new PasswordReset({
  mailer,
  passwords,
  find: (address) => accounts.findByLogin(address),
  get: (id) => accounts.get(id),
  page: 'https://shop.example/password/new',
})
// #endregion

// #region social
const links = new AccountLinks({
  links: new MemoryAccountLinkStore(),
  findByEmail: (email) => {
    const account = accounts.findByLogin(email)
    return account && { id: account.id, emailVerified: false }
  },
  create: ({ email = '' }) => {
    const id = crypto.randomUUID()
    accounts.add(id, email)
    return id
  },
})

@Injectable()
class GoogleLogin extends ProviderLogin {
  constructor() {
    super(
      google({
        clientId: 'from the console',
        clientSecret: 'from the environment',
        redirectUri: 'https://shop.example/google/back',
      }),
    )
  }
}

@Public()
@Controller('google')
class GoogleController {
  constructor(
    private readonly google: GoogleLogin,
    private readonly tokens: RefreshTokens,
  ) {}

  @Get()
  @Redirect()
  async begin(
    @Query('to') to: string | undefined,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: WebResponse,
  ): Promise<{ url: string }> {
    return { url: (await this.google.begin(browserBinding(request, response), to)).href }
  }

  @Get('back')
  async back(@Query() query: Record<string, unknown>, @Req() request: HttpRequest): Promise<TokenPair> {
    const { identity } = await this.google.finish(query, bindingOf(request))
    const { account } = await links.resolve(identity)
    return this.tokens.issue(account, { amr: ['fed'] })
  }
}
// #endregion

// #region module
@Module({
  imports: [
    TokensModule,
    AuthModule.forRootAsync({
      imports: [TokensModule],
      inject: [JwtService],
      useFactory: (tokens: JwtService) => ({
        strategies: [new BearerStrategy({ tokens, revocations }), new ApiKeyStrategy({ keys: apiKeys })],
        default: 'jwt',
      }),
      changePassword: '/account/password',
    }),
  ],
  controllers: [LoginController, AccountController, KeysController, MailController, GoogleController],
  providers: [GoogleLogin],
})
class AppModule {}
// #endregion

// #region tenants
const tenants = new TenantStrategy({
  tenant: tenantFromHost('app.example'),
  strategyFor: (tenant) => {
    const issuer = `https://id.example/${tenant}`
    return new BearerStrategy({
      tokens: new JwksVerifier({ keys: `${issuer}/jwks.json`, issuer, audience: tenant }),
    })
  },
})
// #endregion

describe('the pages about authentication', () => {
  it('show a login that works: password, second factor, tokens, keys, mail', async () => {
    accounts.add('ada', 'ada@shop.example')
    await passwords.change('ada', 'analytical engine')
    const app = await createApp(AppModule, { logger: false })
    const post = (url: string, payload: object, headers: Record<string, string> = {}) =>
      app.inject({ method: 'POST', url, payload, headers })
    const bearer = ({ access_token: token }: TokenPair) => ({ authorization: `Bearer ${token}` })

    const pair = (
      await post('/login', { email: 'ada@shop.example', password: 'analytical engine' })
    ).json<TokenPair>()
    expect((await app.inject({ url: '/account', headers: bearer(pair) })).json()).toEqual({
      id: 'ada',
      roles: ['customer'],
    })
    expect((await app.inject({ url: '/account' })).status).toBe(401)
    expect((await app.inject({ method: 'DELETE', url: '/account', headers: bearer(pair) })).status).toBe(401)

    const { key } = (await post('/keys', {}, bearer(pair))).json<{ key: string }>()
    expect((await app.inject({ url: '/account/orders', headers: { 'x-api-key': key } })).status).toBe(200)
    expect((await app.inject({ url: '/account', headers: { 'x-api-key': key } })).status).toBe(401)

    const next = (await post('/login/refresh', pair)).json<TokenPair>()
    expect((await post('/login/end', next)).status).toBe(204)
    expect((await app.inject({ url: '/account', headers: bearer(next) })).status).toBe(401)

    const { secret } = await secondFactor.enrol('ada', 'ada@shop.example')
    const { TOTP } = await import('otpauth')
    const codes = await secondFactor.confirm('ada', new TOTP({ secret }).generate())
    const { step } = (
      await post('/login', { email: 'ada@shop.example', password: 'analytical engine' })
    ).json<{ step: string }>()
    const strong = (await post('/login/code', { step, code: codes[0]! })).json<TokenPair>()
    expect((await app.inject({ method: 'DELETE', url: '/account', headers: bearer(strong) })).status).toBe(
      200,
    )

    const sent = await post('/mail', { email: 'ada@shop.example' })
    await emailLogin.settled()
    const cookie = String(sent.headers['set-cookie']).split(';', 1)[0]!
    const token = /#token=([\w-]+)/.exec(mailer.sent.at(-1)!.text)![1]!
    expect((await post('/mail/take', { token }, { cookie })).status).toBe(200)
    expect((await app.inject({ url: '/.well-known/change-password' })).headers['location']).toBe(
      '/account/password',
    )
    await app.close()
    expect([reset, links, tenants.name]).toContain('tenant')
  })
})
