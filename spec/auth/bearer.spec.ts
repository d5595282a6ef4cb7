import { Body, Controller, Get, HttpCode, Module, Post } from 'corbel'
import {
  Authenticated,
  AuthModule,
  BearerStrategy,
  CurrentUser,
  JwtModule,
  JwtService,
  MemoryRefreshTokenStore,
  Public,
  RefreshTokens,
  TokenRevocations,
  type JwtModuleOptions,
  type Principal,
  type TokenPair,
} from 'corbel/auth'
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { json, serve, withAuthorization, type Served } from './served.js'

const SECRET = 'a secret of the tests with enough bytes'
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const pem = (key: { export(options: object): string | Buffer }, type: string) =>
  key.export({ type, format: 'pem' }).toString()
const soon = () => Math.floor(Date.now() / 1000) + 600

/** A token made by hand, signed with HMAC whatever its head says. */
function forge(header: object, payload: object, key: string): string {
  const text = `${part(header)}.${part(payload)}`
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
}

@Controller()
class RootController {
  @Get()
  show(@CurrentUser() { id, roles, scopes }: Principal) {
    return { id, roles, scopes }
  }

  @Authenticated({ scopes: ['write'] })
  @Get('write')
  write() {
    return { written: true }
  }
}

describe('BearerStrategy', () => {
  let served: Served
  let jwt: JwtService
  const revocations = new TokenRevocations()
  const send = (token: string, path = '/') => served.send(path, withAuthorization(`Bearer ${token}`))
  const start = async (options: JwtModuleOptions) => {
    served = await serve({
      imports: [
        AuthModule.forRootAsync({
          imports: [JwtModule.register(options)],
          inject: [JwtService],
          useFactory: (tokens: JwtService) => {
            jwt = tokens
            return { strategies: [new BearerStrategy({ tokens, revocations })] }
          },
        }),
      ],
      controllers: [RootController],
    })
  }
  afterEach(() => served.close())

  it('makes a principal of the registered claims', async () => {
    await start({ secret: SECRET, issuer: 'me', audience: 'api' })
    const token = await jwt.sign({ sub: '7', roles: ['editor'], scope: 'read write' })
    for (const answer of [await send(token), await send(token)])
      expect(answer.body).toEqual({ id: '7', roles: ['editor'], scopes: ['read', 'write'] })
    expect((await send(token, '/write')).status).toBe(200)
    const limited = await send(await jwt.sign({ sub: '7', scope: 'read' }), '/write')
    expect([limited.status, limited.headers.get('www-authenticate')]).toEqual([
      403,
      'Bearer error="insufficient_scope", scope="write"',
    ])
    // without a subject nobody can be meant
    expect((await send(await jwt.sign({ roles: ['admin'] }))).status).toBe(401)
  })

  it('refuses what attackers send, all alike', async () => {
    await start({ secret: SECRET, issuer: 'me', audience: 'api' })
    const good = { sub: '7', iss: 'me', aud: 'api', exp: soon() }
    const head = { alg: 'HS256', typ: 'JWT' }
    expect((await send(forge(head, good, SECRET))).status).toBe(200)
    const [, body, signature] = forge(head, good, SECRET).split('.')
    const attacks = {
      'alg none': `${part({ alg: 'none' })}.${part(good)}.`,
      'alg nOnE': `${part({ alg: 'nOnE' })}.${part(good)}.`,
      'no signature': `${part(head)}.${body}.`,
      'another secret': forge(head, good, 'another secret of the tests, long enough'),
      'an empty secret': forge(head, good, '\0'),
      'another payload': `${part(head)}.${part({ ...good, sub: '1' })}.${signature}`,
      'another issuer': forge(head, { ...good, iss: 'others' }, SECRET),
      'another audience': forge(head, { ...good, aud: 'others' }, SECRET),
      'no audience': forge(head, { ...good, aud: undefined }, SECRET),
      'not yet': forge(head, { ...good, nbf: soon() }, SECRET),
      'an unknown critical extension': forge({ ...head, crit: ['x'], x: 1 }, good, SECRET),
      'a key of its own': forge({ ...head, jwk: { kty: 'oct', k: 'AAAA' } }, good, 'AAAA'),
      'a key elsewhere': forge({ ...head, jku: 'http://127.0.0.1:1/', kid: '../../dev/null' }, good, '\0'),
      'an expiry that is no number': forge(head, { ...good, exp: 'never' }, SECRET),
      garbage: 'a.b.c',
    }
    for (const [what, token] of Object.entries(attacks)) {
      const { status, headers } = await send(token)
      expect([what, status, headers.get('www-authenticate')]).toEqual([
        what,
        401,
        'Bearer error="invalid_token", error_description="The credentials are not valid."',
      ])
    }
    const expired = await send(forge(head, { ...good, exp: 1 }, SECRET))
    expect(expired.headers.get('www-authenticate')).toContain('The token has expired.')
  })

  it('never takes a public key for a secret (algorithm confusion), with one key or several', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const open = pem(publicKey, 'spki')
    const pair = { privateKey: pem(privateKey, 'pkcs8'), publicKey: open }
    for (const options of [
      { ...pair, algorithm: 'RS256' as const },
      {
        keys: [
          { kid: 'rsa', ...pair },
          { kid: 'shared', secret: SECRET },
        ],
      },
    ]) {
      await start(options)
      expect((await send(await jwt.sign({ sub: '7' }))).status).toBe(200)
      for (const kid of [undefined, 'rsa', 'shared', 'other', '__proto__', 7]) {
        const token = forge({ alg: 'HS256', kid }, { sub: '7', exp: soon() }, open)
        expect((await send(token)).status).toBe(401)
      }
      if (options.keys !== undefined) await served.close()
    }
    // the second key is good under its own name and algorithm alone
    await start({
      keys: [
        { kid: 'rsa', ...pair },
        { kid: 'shared', secret: SECRET },
      ],
    })
    const claims = { sub: '7', exp: soon() }
    expect((await send(forge({ alg: 'HS256', kid: 'shared' }, claims, SECRET))).status).toBe(200)
    expect((await send(forge({ alg: 'HS256', kid: 'rsa' }, claims, SECRET))).status).toBe(401)
    expect((await send(forge({ alg: 'HS512', kid: 'shared' }, claims, SECRET))).status).toBe(401)
    expect((await send(forge({ alg: 'HS256' }, claims, SECRET))).status).toBe(401)
    expect(jwt.publicKeys().keys).toEqual([
      expect.objectContaining({ kid: 'rsa', kty: 'RSA', alg: 'RS256', use: 'sig' }),
    ])
    expect(JSON.stringify(jwt.publicKeys())).not.toMatch(/"(?:d|k|p|q)"/)
  })

  it.each([
    ['EdDSA', () => generateKeyPairSync('ed25519')],
    ['ES256', () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' })],
    ['ES384', () => generateKeyPairSync('ec', { namedCurve: 'secp384r1' })],
  ])('verifies %s', async (algorithm, make) => {
    const { privateKey } = make()
    await start({ privateKey: pem(privateKey, 'pkcs8') })
    const token = await jwt.sign({ sub: '7' })
    expect(jwt.decode(token)?.header['alg']).toBe(algorithm)
    expect((await send(token)).status).toBe(200)
    expect((await send(`${token.slice(0, -6)}AAAAAA`)).status).toBe(401)
  })

  it('refuses remembered tokens once they are revoked: one, those of a login, those of a subject', async () => {
    await start({ secret: SECRET })
    const sign = (claims: object) => jwt.sign({ iat: Math.floor(Date.now() / 1000) - 5, ...claims })
    const one = await sign({ sub: 'a', jti: 'j1' })
    const login = await sign({ sub: 'b', jti: 'j2', sid: 's1' })
    const subject = await sign({ sub: 'c', jti: 'j3' })
    const other = await sign({ sub: 'd', jti: 'j4', sid: 's2' })
    for (const token of [one, login, subject, other]) expect((await send(token)).status).toBe(200)
    await revocations.revokeToken('j1')
    await revocations.revokeLogin('s1')
    await revocations.revokeSubject('c')
    for (const token of [one, login, subject]) expect((await send(token)).status).toBe(401)
    expect((await send(other)).status).toBe(200)
    const fresh = await jwt.sign({ sub: 'c', iat: soon() - 599 })
    expect((await send(fresh)).status).toBe(200)
  })
})

describe('remembered tokens', () => {
  it('expire on time, and are verified once', async () => {
    let verified = 0
    const exp = Math.floor(Date.now() / 1000) + 100
    const tokens = { verify: async () => (verified++, { sub: '7', exp }) }
    const strategy = new BearerStrategy({ tokens })
    const source = { header: () => 'Bearer a.b.c' } as never
    await strategy.authenticate(source)
    // known by now: no promise
    expect(strategy.authenticate(source)).toMatchObject({ id: '7', strategy: 'jwt' })
    expect(verified).toBe(1)
    const clock = jest.spyOn(Date, 'now').mockReturnValue(exp * 1000)
    try {
      await strategy.authenticate(source)
      expect(verified).toBe(2)
    } finally {
      clock.mockRestore()
    }
  })

  it('are bounded in number and size, so that clients cannot fill the memory', async () => {
    let verified = 0
    const exp = Math.floor(Date.now() / 1000) + 100
    const tokens = { verify: async () => (verified++, { sub: '7', exp }) }
    const strategy = new BearerStrategy({ tokens, cache: 10 })
    const ask = (token: string) => strategy.authenticate({ header: () => `Bearer ${token}` } as never)
    for (let i = 0; i < 100; i += 1) await ask(`a.b.${i}`)
    const { known } = strategy as unknown as { known: { count: number } }
    expect(known.count).toBeLessThanOrEqual(10)
    await ask('a.b.99')
    expect(verified).toBe(100)
    await ask('a.b.0')
    expect(verified).toBe(101)
    const long = `a.b.${'c'.repeat(5000)}`
    await ask(long)
    await ask(long)
    expect(verified).toBe(103)
    await expect(ask('a.b')).rejects.toMatchObject({ code: 'CORBEL_TOKEN_INVALID' })
  })

  it('are not shared where a token was refused', async () => {
    let verified = 0
    const tokens = {
      verify: async () => {
        verified += 1
        throw new TypeError('the issuer does not answer')
      },
    }
    const strategy = new BearerStrategy({ tokens })
    const source = { header: () => 'Bearer a.b.c' } as never
    await expect(strategy.authenticate(source)).rejects.toThrow(TypeError)
    await expect(strategy.authenticate(source)).rejects.toThrow(TypeError)
    expect(verified).toBe(2)
  })
})

describe('RefreshTokens', () => {
  let served: Served
  let now: number
  let gone: string[]
  let refreshTokens: RefreshTokens

  beforeEach(async () => {
    now = Date.now()
    gone = []
    @Public()
    @Controller('auth')
    class LoginController {
      constructor(private readonly tokens: RefreshTokens) {}

      @Post('login')
      @HttpCode(200)
      login(@Body() { subject }: { subject: string }) {
        return this.tokens.issue(subject, { amr: ['pwd'] })
      }

      @Post('refresh')
      @HttpCode(200)
      refresh(@Body() { token }: { token: string }) {
        return this.tokens.refresh(token)
      }

      @Post('logout')
      @HttpCode(204)
      logout(@Body() { token }: { token: string }) {
        return this.tokens.revoke(token)
      }
    }
    const revocations = new TokenRevocations()
    @Module({
      imports: [JwtModule.register({ secret: SECRET })],
      providers: [
        {
          provide: RefreshTokens,
          inject: [JwtService],
          useFactory: (jwt: JwtService) =>
            new RefreshTokens({
              jwt,
              revocations,
              store: new MemoryRefreshTokenStore({ now: () => now }),
              now: () => now,
              claims: (subject, login) =>
                gone.includes(subject) ? undefined : { ...login, roles: [subject] },
            }),
        },
      ],
      controllers: [LoginController],
      exports: [RefreshTokens, JwtModule],
    })
    class LoginModule {}
    served = await serve({
      imports: [
        AuthModule.forRootAsync({
          imports: [LoginModule],
          inject: [JwtService],
          useFactory: (tokens: JwtService) => ({ strategies: [new BearerStrategy({ tokens, revocations })] }),
        }),
      ],
      controllers: [RootController],
    })
    refreshTokens = served.app.get(RefreshTokens, { strict: false })
  })
  afterEach(() => served.close())

  const login = async (subject = 'ada') =>
    (await served.send('/auth/login', json({ subject }))).body as TokenPair
  const refresh = (token: string) => served.send('/auth/refresh', json({ token }))
  const show = ({ access_token: token }: TokenPair) => served.send('/', withAuthorization(`Bearer ${token}`))

  it('gives a new pair each time, whose access token works', async () => {
    const first = await login()
    expect(first).toMatchObject({ token_type: 'Bearer', expires_in: 600 })
    const second = (await refresh(first.refresh_token)).body as TokenPair
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect((await show(second)).body).toEqual({ id: 'ada', roles: ['ada'] })
    expect((await refresh(second.refresh_token)).status).toBe(200)
  })

  it('ends the login of a token that comes again, access tokens included, whoever stole it', async () => {
    const [stolen, other] = [await login(), await login()]
    const thief = (await refresh(stolen.refresh_token)).body as TokenPair
    expect((await show(thief)).status).toBe(200)
    const victim = await refresh(stolen.refresh_token)
    expect([victim.status, victim.body]).toMatchObject([401, { code: 'CORBEL_REFRESH_TOKEN_REUSED' }])
    expect((await refresh(thief.refresh_token)).status).toBe(401)
    expect((await show(thief)).status).toBe(401)
    // other logins of the same subject go on
    expect((await show(other)).status).toBe(200)
    expect((await refresh(other.refresh_token)).status).toBe(200)
  })

  it('lets one of two that come at once through', async () => {
    const { refresh_token: token } = await login()
    const answers = await Promise.all([1, 2, 3].map(() => refresh(token)))
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1)
  })

  it('refuses what it has not made', async () => {
    const { refresh_token: token } = await login()
    const [id] = token.split('.')
    for (const wrong of [
      '',
      'x',
      `${id}.`,
      `${'A'.repeat(22)}.${'A'.repeat(43)}`,
      `${token}x`,
      token.toUpperCase(),
    ])
      expect((await refresh(wrong)).body).toMatchObject({ code: 'CORBEL_REFRESH_TOKEN_INVALID', status: 401 })
    expect((await refresh(token)).status).toBe(200)
  })

  it('expires unused after 14 days, and whatever happens after 90', async () => {
    const day = 86_400_000
    let { refresh_token: token } = await login()
    const { refresh_token: unused } = await login()
    for (let passed = 0; passed < 84; passed += 12) {
      now += 12 * day
      token = ((await refresh(token)).body as TokenPair).refresh_token
    }
    expect((await refresh(unused)).status).toBe(401)
    now += 7 * day
    expect((await refresh(token)).status).toBe(401)
  })

  it('ends with the account, at logout, and everywhere', async () => {
    const [a, b, c] = [await login('ada'), await login('ben'), await login('cyd')]
    gone.push('ada')
    expect((await refresh(a.refresh_token)).status).toBe(401)
    expect((await show(a)).status).toBe(401)
    expect((await served.send('/auth/logout', json({ token: b.refresh_token }))).status).toBe(204)
    expect((await refresh(b.refresh_token)).status).toBe(401)
    expect((await show(b)).status).toBe(401)
    expect((await served.send('/auth/logout', json({ token: 'unknown' }))).status).toBe(204)
    await refreshTokens.revokeAll('cyd')
    expect((await refresh(c.refresh_token)).status).toBe(401)
    expect((await show(c)).status).toBe(401)
  })

  it('cannot be ended by who has an access token: its sid is no part of a refresh token', async () => {
    const pair = await login()
    const { sid } = JSON.parse(Buffer.from(pair.access_token.split('.')[1]!, 'base64url').toString()) as {
      sid: string
    }
    expect(sid).not.toContain(pair.refresh_token.split('.')[0])
    for (const id of [sid, sid.slice(0, 22)]) {
      expect((await refresh(`${id}.${'A'.repeat(43)}`)).status).toBe(401)
      await served.send('/auth/logout', json({ token: `${id}.${'A'.repeat(43)}` }))
    }
    expect((await show(pair)).status).toBe(200)
    expect((await refresh(pair.refresh_token)).status).toBe(200)
  })

  it('stores nothing that could be used', async () => {
    const store = new MemoryRefreshTokenStore()
    const create = jest.spyOn(store, 'create')
    const jwt = { sign: async () => 'access' } as unknown as JwtService
    const { refresh_token: token } = await new RefreshTokens({ jwt, store }).issue('ada')
    expect(JSON.stringify(create.mock.calls)).not.toContain(token.split('.')[1])
  })
})
