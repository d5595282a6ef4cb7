import {
  APP_GUARD,
  ConflictException,
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
    if (this.hashes.has(email)) throw new ConflictException('There is an account with this e-mail already')
    this.hashes.set(email, await this.passwords.hash(password))
  }

  async login({ email, password }: Credentials): Promise<{ token: string }> {
    // undefined for an unknown address: takes as long as a wrong password, and is refused alike
    const hash = this.hashes.get(email)
    if (!(await this.passwords.verify(password, hash))) {
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
    const forged = await get('/me', `${token}x`)
    expect([forged.status, forged.headers['www-authenticate']]).toEqual([
      401,
      'Bearer error="invalid_token", error_description="The credentials are not valid."',
    ])
    await app.close()
  })

  it('does not tell accounts apart at login, neither by the answer nor by the work', async () => {
    const app = await createApp(AppModule, { logger: false })
    const payload = { email: 'ada@example.com', password: 'analytical engine' }
    await app.inject({ method: 'POST', url: '/register', payload })
    const verify = jest.spyOn(app.get(PasswordHasher), 'verify')
    const wrong = { ...payload, password: 'difference engine' }
    const known = await app.inject({ method: 'POST', url: '/login', payload: wrong })
    const unknown = await app.inject({
      method: 'POST',
      url: '/login',
      payload: { ...wrong, email: 'ben@example.com' },
    })
    expect([known.status, unknown.status, unknown.body]).toEqual([401, 401, known.body])
    expect(verify.mock.calls).toEqual([
      ['difference engine', expect.stringMatching(/^\$argon2id/)],
      ['difference engine', undefined],
    ])
    await app.close()
  })
})
