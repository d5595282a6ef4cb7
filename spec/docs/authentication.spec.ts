import {
  APP_GUARD,
  Body,
  Controller,
  createApp,
  Get,
  HttpCode,
  Injectable,
  Module,
  Post,
  UnauthorizedException,
} from 'corbel'
import {
  Authenticated,
  CurrentUser,
  JwtGuard,
  JwtModule,
  JwtService,
  PasswordHasher,
  Public,
} from 'corbel/auth'
import { IsEmail, IsString } from 'class-validator'

// #region login
class Credentials {
  @IsEmail() email: string
  @IsString() password: string
}

@Injectable()
class Accounts {
  private readonly hashes = new Map<string, string>()

  constructor(
    private readonly jwt: JwtService,
    private readonly passwords: PasswordHasher,
  ) {}

  async register({ email, password }: Credentials): Promise<void> {
    this.hashes.set(email, await this.passwords.hash(password))
  }

  async login({ email, password }: Credentials): Promise<{ token: string }> {
    const hash = this.hashes.get(email)
    if (hash === undefined || !(await this.passwords.verify(password, hash))) {
      throw new UnauthorizedException('E-mail or password is wrong')
    }
    return { token: await this.jwt.sign({ sub: email }) }
  }
}
// #endregion

// #region controller
@Controller()
class AccountController {
  constructor(private readonly accounts: Accounts) {}

  @Public()
  @Post('register')
  async register(@Body() credentials: Credentials): Promise<void> {
    await this.accounts.register(credentials)
  }

  @Public()
  @Post('login')
  @HttpCode(200)
  login(@Body() credentials: Credentials): Promise<{ token: string }> {
    return this.accounts.login(credentials)
  }

  @Get('me')
  me(@CurrentUser('sub') email: string): object {
    return { email }
  }

  @Authenticated({ optional: true })
  @Get('greeting')
  greet(@CurrentUser('sub') email?: string): string {
    return email === undefined ? 'Hello, stranger' : `Hello, ${email}`
  }
}
// #endregion

// #region module
@Module({
  imports: [
    JwtModule.register({ secret: 'at least thirty-two bytes, from the environment', expiresIn: '15m' }),
  ],
  controllers: [AccountController],
  providers: [Accounts, PasswordHasher, { provide: APP_GUARD, useClass: JwtGuard }],
})
class AppModule {}
// #endregion

describe('docs/authentication.md', () => {
  it('logs in, and guards what is not public', async () => {
    const app = await createApp(AppModule, { logger: false })
    const payload = { email: 'ada@example.com', password: 'analytical engine' }
    await app.inject({ method: 'POST', url: '/register', payload })
    const { token } = (await app.inject({ method: 'POST', url: '/login', payload })).json<{ token: string }>()
    const get = (url: string, bearer = token) =>
      app.inject({ url, headers: bearer === '' ? {} : { authorization: `Bearer ${bearer}` } })
    expect((await get('/me')).json()).toEqual({ email: 'ada@example.com' })
    expect((await get('/greeting')).body).toBe('Hello, ada@example.com')
    expect((await get('/greeting', '')).body).toBe('Hello, stranger')
    const refused = await get('/me', '')
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([
      401,
      expect.stringMatching(/^Bearer/),
    ])
    expect((await get('/me', `${token}x`)).status).toBe(401)
    const wrong = { ...payload, password: 'difference engine' }
    expect((await app.inject({ method: 'POST', url: '/login', payload: wrong })).status).toBe(401)
    await app.close()
  })
})
