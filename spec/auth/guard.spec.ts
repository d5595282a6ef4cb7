import {
  APP_FILTER,
  APP_GUARD,
  Catch,
  Controller,
  createApp,
  Get,
  Injectable,
  Module,
  UseGuards,
  type Application,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
} from 'corbel'
import {
  AuthGuard,
  Authenticated,
  AuthenticationFailed,
  challenge,
  CurrentUser,
  JwtGuard,
  JwtModule,
  JwtService,
  Public,
  TokenInvalid,
  type JwtModuleOptions,
  type JwtPayload,
} from 'corbel/auth'

const SECRET = 'a secret of the tests with enough bytes'

@Controller('account')
class AccountController {
  @Get()
  show(@CurrentUser() user: JwtPayload) {
    return { sub: user.sub }
  }

  @Get('id')
  id(@CurrentUser('sub') sub: string) {
    return { sub }
  }

  @Public()
  @Get('open')
  open(@CurrentUser() user?: JwtPayload) {
    return { user: user ?? null }
  }

  @Authenticated({ optional: true })
  @Get('maybe')
  maybe(@CurrentUser() user?: JwtPayload) {
    return { sub: user?.sub ?? null }
  }
}

@Public()
@Controller('open')
class OpenController {
  @Get()
  open() {
    return { open: true }
  }

  @Authenticated()
  @Get('closed')
  closed(@CurrentUser('sub') sub: string) {
    return { sub }
  }
}

describe('JwtGuard', () => {
  let app: Application

  async function start(
    options: Partial<JwtModuleOptions> = {},
    guard: new (...args: never[]) => CanActivate = JwtGuard,
    filter?: new () => ExceptionFilter,
  ) {
    @Module({
      imports: [JwtModule.register({ secret: SECRET, ...options })],
      controllers: [AccountController, OpenController],
      providers: [
        { provide: APP_GUARD, useClass: guard },
        ...(filter === undefined ? [] : [{ provide: APP_FILTER, useClass: filter }]),
      ],
    })
    class AppModule {}
    app = await createApp(AppModule, { logger: false })
    return app.get(JwtService)
  }

  const get = (url: string, authorization?: string | string[]) =>
    app.inject({ url, headers: { authorization } })

  afterEach(() => app.close())

  it('makes the claims of a valid token the current user', async () => {
    const jwt = await start()
    const token = await jwt.sign({ sub: '7' })
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      const response = await get('/account', `${scheme} ${token}`)
      expect([response.status, response.json()]).toEqual([200, { sub: '7' }])
    }
    expect((await get('/account/id', `Bearer ${token}`)).json()).toEqual({ sub: '7' })
  })

  it('challenges who brings no credentials, without an error code (RFC 6750 §3.1)', async () => {
    await start({ realm: 'accounts' })
    for (const authorization of [undefined, 'Basic dXNlcjpwYXNz']) {
      const response = await get('/account', authorization)
      expect(response.status).toBe(401)
      expect(response.headers['www-authenticate']).toBe('Bearer realm="accounts"')
    }
  })

  it('tells that a token has expired (RFC 6750 §3)', async () => {
    const jwt = await start()
    const expired = await jwt.sign({ exp: 1 })
    const response = await get('/account', `Bearer ${expired}`)
    expect(response.status).toBe(401)
    expect(response.headers['www-authenticate']).toBe(
      'Bearer error="invalid_token", error_description="The token has expired. Log in again."',
    )
    expect(response.json()).toMatchObject({ status: 401, detail: 'The token has expired. Log in again.' })
  })

  it('does not tell which check a token failed', async () => {
    const jwt = await start({ issuer: 'me', audience: 'you' })
    const token = await jwt.sign({ sub: '7' })
    const wrong = [
      `${token.slice(0, -8)}AAAAAAAA`,
      await jwt.sign({}, { issuer: 'others' }),
      await jwt.sign({}, { audience: 'others' }),
      await jwt.sign({}, { notBefore: 3600 }),
      'not.a.token',
      'two tokens',
    ]
    const answers = await Promise.all(wrong.map((one) => get('/account', `Bearer ${one}`)))
    for (const { status, headers, body } of answers) {
      expect([status, headers['www-authenticate'], body]).toEqual([
        401,
        'Bearer error="invalid_token", error_description="The credentials are not valid."',
        answers[0]?.body,
      ])
    }
    expect(answers[0]?.json()).toMatchObject({ detail: 'The credentials are not valid.' })
  })

  it('leaves which check it was to a filter', async () => {
    const causes: unknown[] = []
    @Catch(AuthenticationFailed)
    class Log implements ExceptionFilter<AuthenticationFailed> {
      catch(exception: AuthenticationFailed) {
        causes.push(exception.cause)
        throw exception
      }
    }
    const jwt = await start({}, JwtGuard, Log)
    const token = await jwt.sign({})
    expect((await get('/account', `Bearer ${token.slice(0, -8)}AAAAAAAA`)).status).toBe(401)
    expect(causes).toEqual([
      expect.objectContaining({
        code: 'CORBEL_TOKEN_INVALID',
        message: expect.stringContaining('signature'),
      }),
    ])
  })

  it.each([
    'Bearer',
    'Bearer ',
    'Bearer a b',
    'Bearer a, Bearer b',
    'Bearer "quoted"',
    'Bearer not.a.token',
    `Bearer ${'x'.repeat(200)}`,
  ])('refuses a malformed header: %s', async (authorization) => {
    await start()
    const response = await get('/account', authorization)
    expect(response.status).toBe(401)
    expect(response.headers['www-authenticate']).toMatch(/^Bearer error="invalid_token"/)
  })

  it('reads another scheme if it is told to', async () => {
    const jwt = await start({ scheme: 'Token' })
    const token = await jwt.sign({ sub: '7' })
    expect((await get('/account', `Token ${token}`)).status).toBe(200)
    const response = await get('/account', `Bearer ${token}`)
    expect([response.status, response.headers['www-authenticate']]).toEqual([401, 'Token'])
  })

  it('lets everybody in where it is public, method before class', async () => {
    const jwt = await start()
    expect((await get('/account/open', 'Bearer wrong')).json()).toEqual({ user: null })
    expect((await get('/open')).status).toBe(200)
    expect((await get('/open/closed')).status).toBe(401)
    expect((await get('/open/closed', `Bearer ${await jwt.sign({ sub: '7' })}`)).json()).toEqual({ sub: '7' })
  })

  it('lets nobody or somebody in where it is optional, but no wrong token', async () => {
    const jwt = await start()
    expect((await get('/account/maybe')).json()).toEqual({ sub: null })
    expect((await get('/account/maybe', `Bearer ${await jwt.sign({ sub: '7' })}`)).json()).toEqual({
      sub: '7',
    })
    expect((await get('/account/maybe', 'Bearer wrong')).status).toBe(401)
  })

  it('can look the user up, and refuses a token whose user is gone', async () => {
    @Injectable()
    class UserGuard extends JwtGuard {
      protected override principal(payload: JwtPayload) {
        return payload.sub === '7' ? { sub: 'seven' } : undefined
      }
    }
    const jwt = await start({}, UserGuard)
    expect((await get('/account', `Bearer ${await jwt.sign({ sub: '7' })}`)).json()).toEqual({ sub: 'seven' })
    expect((await get('/account', `Bearer ${await jwt.sign({ sub: '8' })}`)).status).toBe(401)
  })

  it('works on one controller, with the module imported where it is used', async () => {
    @UseGuards(JwtGuard)
    @Controller('guarded')
    class GuardedController {
      @Get()
      show(@CurrentUser('sub') sub: string) {
        return { sub }
      }
    }
    @Module({ imports: [JwtModule.register({ secret: SECRET })], controllers: [GuardedController] })
    class AppModule {}
    app = await createApp(AppModule, { logger: false })
    expect((await get('/guarded')).status).toBe(401)
  })

  it('serves ways to log in of the application’s own', async () => {
    class KeyGuard extends AuthGuard {
      protected override readonly scheme = 'Key'
      protected override authenticate(context: ExecutionContext) {
        const key = context
          .switchToHttp()
          .getRequest<{ get(name: string): string | undefined }>()
          .get('x-key')
        if (key === 'broken') throw new TypeError('a bug')
        if (key === 'wrong') throw new TokenInvalid({ reason: 'it is wrong.' })
        if (key === 'own')
          throw new AuthenticationFailed('The key was revoked.', challenge('Key', { error: 'revoked' }))
        return key === undefined ? undefined : { sub: key }
      }
    }
    await start({}, KeyGuard)
    const withKey = (key: string) => app.inject({ url: '/account', headers: { 'x-key': key } })
    expect((await withKey('seven')).json()).toEqual({ sub: 'seven' })
    expect((await get('/account')).headers['www-authenticate']).toBe('Key')
    const wrong = await withKey('wrong')
    expect([wrong.status, wrong.headers['www-authenticate']]).toEqual([
      401,
      'Key error="invalid_token", error_description="The credentials are not valid."',
    ])
    const own = await withKey('own')
    expect([own.status, own.headers['www-authenticate'], own.json()]).toMatchObject([
      401,
      'Key error="revoked"',
      { detail: 'The key was revoked.' },
    ])
    expect((await withKey('broken')).status).toBe(500)
  })
})

describe('challenges', () => {
  it('write no character that a description may not have (RFC 6750 §3)', () => {
    expect(challenge('Key', { realm: undefined, error_description: 'it is "wrong"\r\n.' })).toBe(
      `Key error_description="it is 'wrong'''."`,
    )
  })
})
