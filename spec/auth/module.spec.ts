import { Controller, createApp, Get, Injectable, Module, OpenApiModule, Post, UseGuards } from 'corbel'
import {
  AuthenticationGuard,
  Authenticated,
  AuthModule,
  AuthOptionsInvalid,
  AuthStrategy,
  BasicStrategy,
  CredentialsInvalid,
  credentialsOf,
  CurrentUser,
  Public,
  StrategyUnknown,
  type AuthOptions,
  type CredentialSource,
  type Principal,
} from 'corbel/auth'
import type { ExecutionContext } from 'corbel'
import { basic, serve, withAuthorization, type Served } from './served.js'

/** Takes the caller's word for it: `X-Caller: ada` or `X-Caller: ada;factors=otp;age=60`. */
class HeaderStrategy extends AuthStrategy {
  protected readonly scheme = 'Caller'

  constructor(
    readonly name = 'caller',
    private readonly field = 'x-caller',
  ) {
    super()
  }

  authenticate(source: CredentialSource): Principal | undefined {
    const value = source.header(this.field)
    if (value === undefined) return undefined
    if (value === 'wrong') throw new CredentialsInvalid({ reason: 'it is wrong.' })
    if (value === 'broken') throw new TypeError('a bug')
    const [id, ...rest] = value.split(';')
    const more = new URLSearchParams(rest.join('&'))
    return {
      id: id!,
      strategy: this.name,
      claims: {},
      ...(more.has('scopes') && { scopes: more.get('scopes')!.split('+').filter(Boolean) }),
      ...(more.has('factors') && { factors: [more.get('factors')!] }),
      ...(more.has('age') && { authenticatedAt: Date.now() - Number(more.get('age')) * 1000 }),
    }
  }

  describe() {
    return { type: 'apiKey', in: 'header', name: this.field }
  }
}

@Controller('things')
class ThingsController {
  @Get()
  mine(@CurrentUser() user: Principal) {
    return { id: user.id, strategy: user.strategy }
  }

  @Authenticated('other')
  @Get('other')
  other(@CurrentUser() user: Principal) {
    return { id: user.id, strategy: user.strategy }
  }

  @Authenticated({ strategy: ['caller', 'other'], optional: true })
  @Get('either')
  either(@CurrentUser('id') id?: string) {
    return { id: id ?? null }
  }

  @Authenticated({ scopes: ['things:write'] })
  @Post()
  write() {
    return { written: true }
  }

  @Authenticated({ factors: ['otp'], maxAge: '10m' })
  @Get('secret')
  secret() {
    return { secret: true }
  }

  @Public()
  @Get('open')
  open(@CurrentUser() user?: Principal) {
    return { user: user ?? null }
  }
}

const caller = (value: string, method = 'GET'): RequestInit => ({ method, headers: { 'x-caller': value } })

describe('AuthModule', () => {
  let served: Served
  const start = async (options: Partial<AuthOptions> & { guardAll?: boolean } = {}) => {
    const strategies = [new HeaderStrategy(), new HeaderStrategy('other', 'x-other')]
    served = await serve({
      imports: [AuthModule.forRoot({ strategies, ...options })],
      controllers: [ThingsController],
    })
    return served.send
  }
  afterEach(() => served.close())

  it('asks every endpoint that is not public, by the first strategy', async () => {
    const send = await start()
    expect((await send('/things', caller('ada'))).body).toEqual({ id: 'ada', strategy: 'caller' })
    const refused = await send('/things', { headers: { 'x-other': 'ada' } })
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Caller'])
    expect((await send('/things/open')).body).toEqual({ user: null })
    // public means that credentials are not looked at, not even at wrong ones
    expect((await send('/things/open', caller('wrong'))).status).toBe(200)
  })

  it('asks the strategies that a route names, in their order', async () => {
    const send = await start()
    expect((await send('/things/other', caller('ada'))).status).toBe(401)
    const other = await send('/things/other', { headers: { 'x-other': 'ben' } })
    expect(other.body).toEqual({ id: 'ben', strategy: 'other' })
    const both = await send('/things/either', { headers: { 'x-other': 'ben', 'x-caller': 'ada' } })
    expect(both.body).toEqual({ id: 'ada' })
    expect((await send('/things/either', { headers: { 'x-other': 'ben' } })).body).toEqual({ id: 'ben' })
    expect((await send('/things/either')).body).toEqual({ id: null })
  })

  it('does not pass over wrong credentials to the next strategy, and not where they are optional', async () => {
    const send = await start()
    const answer = await send('/things/either', { headers: { 'x-caller': 'wrong', 'x-other': 'ben' } })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toBe(
      'Caller error="invalid_token", error_description="The credentials are not valid."',
    )
    expect(answer.text).not.toContain('it is wrong')
  })

  it('names every strategy that would do in the challenge', async () => {
    const send = await start({ default: ['caller', 'other'] })
    expect((await send('/things')).headers.get('www-authenticate')).toBe('Caller, Caller')
  })

  it('takes a bug of a strategy for a bug, not for wrong credentials', async () => {
    const send = await start()
    expect((await send('/things', caller('broken'))).status).toBe(500)
  })

  it('asks for scopes where the credential is limited to some (RFC 6750 §3.1)', async () => {
    const send = await start()
    expect((await send('/things', caller('ada;scopes=things:write', 'POST'))).status).toBe(201)
    expect((await send('/things', caller('ada', 'POST'))).status).toBe(201)
    for (const scopes of ['things:read', '']) {
      const refused = await send('/things', caller(`ada;scopes=${scopes}`, 'POST'))
      expect([refused.status, refused.headers.get('www-authenticate'), refused.body]).toMatchObject([
        403,
        'Caller error="insufficient_scope", scope="things:write"',
        { code: 'CORBEL_AUTH_SCOPE_INSUFFICIENT' },
      ])
    }
  })

  it('asks for a stronger or a newer login (RFC 9470 §3)', async () => {
    const send = await start()
    expect((await send('/things/secret', caller('ada;factors=otp;age=60'))).status).toBe(200)
    const weak = await send('/things/secret', caller('ada;age=60'))
    expect([weak.status, weak.headers.get('www-authenticate'), weak.body]).toMatchObject([
      401,
      expect.stringMatching(/error="insufficient_user_authentication".*acr_values="otp"$/),
      { code: 'CORBEL_AUTH_STEP_UP_REQUIRED' },
    ])
    const old = await send('/things/secret', caller('ada;factors=otp;age=601'))
    expect(old.headers.get('www-authenticate')).toMatch(/max_age="600"$/)
    expect((await send('/things/secret', caller('ada;factors=otp'))).status).toBe(401)
  })

  it('can leave endpoints open unless they ask', async () => {
    const send = await start({ policy: 'public' })
    expect((await send('/things/other')).status).toBe(401)
    expect((await send('/things/open')).status).toBe(200)
  })

  it('leads password managers to the page that changes a password', async () => {
    const send = await start({ changePassword: '/account/password' })
    const answer = await send('/.well-known/change-password')
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/account/password'])
  })

  it('guards only what asks for the guard, if it is told so', async () => {
    @UseGuards(AuthenticationGuard)
    @Controller('guarded')
    class GuardedController {
      @Get()
      show(@CurrentUser('id') id: string) {
        return { id }
      }
    }
    @Controller('free')
    class FreeController {
      @Get()
      show() {
        return { free: true }
      }
    }
    served = await serve({
      imports: [AuthModule.forRoot({ strategies: [new HeaderStrategy()], guardAll: false })],
      controllers: [GuardedController, FreeController],
    })
    expect((await served.send('/free')).status).toBe(200)
    expect((await served.send('/guarded')).status).toBe(401)
    expect((await served.send('/guarded', caller('ada'))).body).toEqual({ id: 'ada' })
  })
})

describe('the options of AuthModule', () => {
  const boot = (options: AuthOptions) => {
    @Module({ imports: [AuthModule.forRoot(options)], controllers: [ThingsController] })
    class AppModule {}
    return createApp(AppModule, { logger: false }).then((app) => app.init())
  }

  it('are made by a factory, a class or a provider', async () => {
    @Injectable()
    class Users {
      find = (name: string, password: string) => (password === 'right' ? { id: name } : undefined)
    }
    @Module({ providers: [Users], exports: [Users] })
    class UsersModule {}
    @Controller()
    class RootController {
      @Get()
      show(@CurrentUser('id') id: string) {
        return { id }
      }
    }
    @Injectable()
    class Options {
      constructor(private readonly users: Users) {}
      createAuthOptions() {
        return { strategies: [new BasicStrategy({ verify: this.users.find })] }
      }
    }
    @Module({ imports: [UsersModule], providers: [Options], exports: [Options] })
    class OptionsModule {}
    const forms = [
      AuthModule.forRootAsync({
        imports: [UsersModule],
        inject: [Users],
        useFactory: (users: Users) => ({ strategies: [new BasicStrategy({ verify: users.find })] }),
      }),
      AuthModule.forRootAsync({ imports: [UsersModule], useClass: Options }),
      AuthModule.forRootAsync({ imports: [OptionsModule], useExisting: Options }),
    ]
    for (const form of forms) {
      const served = await serve({ imports: [form], controllers: [RootController] })
      expect((await served.send('/', withAuthorization(basic('ada', 'right')))).body).toEqual({ id: 'ada' })
      expect((await served.send('/', withAuthorization(basic('ada', 'wrong')))).status).toBe(401)
      await served.close()
    }
    expect(() => AuthModule.forRootAsync({})).toThrow(AuthOptionsInvalid)
  })

  it('are checked at boot', async () => {
    const strategies = [new HeaderStrategy()]
    await expect(boot({ strategies: [] })).rejects.toThrow(/no strategies/)
    await expect(boot({ strategies: [...strategies, new HeaderStrategy()] })).rejects.toThrow(
      /named "caller"/,
    )
    await expect(boot({ strategies, default: 'typo' })).rejects.toThrow(
      /default of AuthModule names .* "typo"/,
    )
    await expect(boot({ strategies })).rejects.toThrow(/ThingsController\.other names the strategy "other"/)
    await expect(boot({ strategies })).rejects.toThrow(StrategyUnknown)
    for (const changePassword of ['https://evil.example', '//evil.example', 'account'])
      expect(() => AuthModule.forRoot({ strategies, changePassword })).toThrow(AuthOptionsInvalid)
  })

  it('are seen by documents: schemes, alternatives, scopes, 401 and 403', async () => {
    @Module({
      imports: [
        AuthModule.forRoot({ strategies: [new HeaderStrategy(), new HeaderStrategy('other', 'x-other')] }),
        OpenApiModule.forRoot({ title: 'Things', version: '1' }),
      ],
      controllers: [ThingsController],
    })
    class AppModule {}
    const app = await createApp(AppModule, { logger: false })
    const document = (await app.inject({ url: '/openapi.json' })).json<{
      paths: Record<string, Record<string, { security: unknown; responses: Record<string, unknown> }>>
      components: { securitySchemes: unknown }
    }>()
    const { paths, components } = document
    expect(components.securitySchemes).toEqual({
      caller: { type: 'apiKey', in: 'header', name: 'x-caller' },
      other: { type: 'apiKey', in: 'header', name: 'x-other' },
    })
    expect(paths['/things']!['get']!.security).toEqual([{ caller: [] }])
    expect(paths['/things/either']!['get']!.security).toEqual([{}, { caller: [] }, { other: [] }])
    expect(paths['/things']!['post']!.security).toEqual([{ caller: ['things:write'] }])
    expect(Object.keys(paths['/things']!['post']!.responses)).toEqual(expect.arrayContaining(['401', '403']))
    expect(paths['/things/open']!['get']!.responses).not.toHaveProperty('401')
    await app.close()
  })
})

describe('the credentials of a WebSocket', () => {
  it('are those of the request that it began with, and the principal stays with the client', async () => {
    const client = {
      handshake: {
        headers: { 'x-caller': 'ada', cookie: 'a=1; session=s%20x', host: 'a.example' },
        url: '/chat?token=1',
        address: '10.0.0.1',
      },
    }
    const context = {
      getType: () => 'ws',
      getClass: () => ThingsController,
      getHandler: () => ThingsController.prototype.mine,
      switchToWs: () => ({ getClient: () => client }),
    } as unknown as ExecutionContext
    const source = credentialsOf(context)
    expect([source.transport, source.host, source.path, source.address]).toEqual([
      'ws',
      'a.example',
      '/chat',
      '10.0.0.1',
    ])
    expect([source.cookie('session'), source.cookie('b'), source.header('none')]).toEqual([
      's x',
      undefined,
      undefined,
    ])
    @Module({ imports: [AuthModule.forRoot({ strategies: [new HeaderStrategy()] })] })
    class AppModule {}
    const app = await createApp(AppModule, { logger: false })
    expect(await app.get(AuthenticationGuard, { strict: false }).canActivate(context)).toBe(true)
    expect(client).toMatchObject({ user: { id: 'ada' } })
    await app.close()
  })
})
