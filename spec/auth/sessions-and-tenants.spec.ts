import { Controller, createContext, Get } from 'corbel'
import {
  AuthModule,
  BearerStrategy,
  CurrentUser,
  JwtModule,
  JwtService,
  SessionStrategy,
  tenantFromClaim,
  tenantFromHeader,
  tenantFromHost,
  tenantFromPath,
  TenantStrategy,
  TokenInvalid,
  type CredentialSource,
  type JwtPayload,
  type LoggedInSession,
  type Principal,
  type TenantReader,
} from 'corbel/auth'
import { serve, type Served } from './served.js'

@Controller(['me', 't/:tenant/me'])
class MeController {
  @Get()
  show(@CurrentUser() { id, strategy, tenant, roles, authenticatedAt }: Principal) {
    return { id, strategy, tenant, roles, authenticatedAt }
  }
}

describe('SessionStrategy', () => {
  let served: Served
  const sessions = new Map<string, LoggedInSession>([
    ['known', { subject: 'ada', createdAt: 1000 }],
    ['visitor', { subject: undefined }],
    ['gone', { subject: 'deleted' }],
  ])
  const principal = ({ subject }: LoggedInSession) =>
    subject === 'deleted' ? undefined : { id: subject!, roles: ['editor'] }

  afterEach(() => served.close())

  it.each([
    ['at once', (source: CredentialSource) => sessions.get(source.cookie('sid') ?? '')],
    ['from a store', async (source: CredentialSource) => sessions.get(source.cookie('sid') ?? '')],
  ])('recognises who has logged in to the session, read %s', async (_how, read) => {
    served = await serve({
      imports: [
        AuthModule.forRoot({ strategies: [new SessionStrategy({ read, principal, cookie: 'sid' })] }),
      ],
      controllers: [MeController],
    })
    const send = (cookie: string) => served.send('/me', { headers: { cookie } })
    expect((await send('sid=known')).body).toEqual({
      id: 'ada',
      strategy: 'session',
      roles: ['editor'],
      authenticatedAt: 1000,
    })
    for (const cookie of ['', 'sid=visitor', 'sid=gone', 'sid=guessed', 'sid=__proto__', 'other=known']) {
      const { status, headers } = await send(cookie)
      expect([cookie, status, headers.get('www-authenticate')]).toEqual([cookie, 401, 'Session'])
    }
  })
})

describe('tenants', () => {
  const source = (parts: Partial<CredentialSource> & { headers?: Record<string, string> }) =>
    ({ ...parts, header: (name: string) => parts.headers?.[name] }) as CredentialSource

  it.each<
    [
      string,
      TenantReader,
      Partial<CredentialSource> & { headers?: Record<string, string> },
      string | undefined,
    ]
  >([
    ['the host', tenantFromHost('app.example'), { host: 'acme.app.example:8080' }, 'acme'],
    ['the host in capitals', tenantFromHost('app.example'), { host: 'ACME.App.Example' }, 'acme'],
    ['no tenant in the host', tenantFromHost('app.example'), { host: 'app.example' }, undefined],
    ['a host of somebody else', tenantFromHost('app.example'), { host: 'acme.evilapp.example' }, undefined],
    ['a longer host', tenantFromHost('app.example'), { host: 'a.b.app.example' }, undefined],
    ['the path', tenantFromPath('/t/'), { path: '/t/acme/orders' }, 'acme'],
    ['a path that climbs', tenantFromPath('/t/'), { path: '/t/../admin' }, undefined],
    ['an encoded path', tenantFromPath('/t/'), { path: '/t/%2e%2e/admin' }, undefined],
    ['another path', tenantFromPath('/t/'), { path: '/other/acme' }, undefined],
    ['a header', tenantFromHeader(), { headers: { 'x-tenant': 'acme' } }, 'acme'],
    ['two headers', tenantFromHeader(), { headers: { 'x-tenant': 'acme, other' } }, undefined],
    ['an injection', tenantFromHeader(), { headers: { 'x-tenant': "acme' OR '1'='1" } }, undefined],
  ])('are read from %s', (_what, reader, parts, expected) => {
    expect(reader(source(parts))).toBe(expected)
  })

  /** Tenants whose keys know tokens by their first letter; tokens are `<letter>.<claimed tenant>.<any>`. */
  const keysOf: Record<string, string> = { acme: 'a', other: 'o' }
  let served: Served
  let made: string[]
  let strategy: TenantStrategy

  beforeEach(async () => {
    made = []
    strategy = new TenantStrategy({
      tenant: tenantFromPath('/t/'),
      strategyFor: (tenant) => {
        made.push(tenant)
        const key = keysOf[tenant]
        if (key === undefined) return undefined
        const verify = async (token: string): Promise<JwtPayload> => {
          const [letter, claimed] = token.split('.')
          if (letter !== key) throw new TokenInvalid({ reason: 'its key is not known.' })
          return { sub: 'ada', ...(claimed !== 'none' && { tenant: claimed }) }
        }
        return new BearerStrategy({ tokens: { verify } })
      },
    })
    served = await serve({
      imports: [AuthModule.forRoot({ strategies: [strategy] })],
      controllers: [MeController],
    })
  })
  afterEach(() => served.close())

  const send = (path: string, token: string) =>
    served.send(path, { headers: { authorization: `Bearer ${token}` } })

  it('have their own keys, and the principal belongs to them', async () => {
    expect((await send('/t/acme/me', 'a.acme.x')).body).toMatchObject({
      id: 'ada',
      tenant: 'acme',
      strategy: 'tenant',
    })
    expect((await send('/t/other/me', 'o.none.x')).body).toMatchObject({ tenant: 'other' })
    expect(made).toEqual(['acme', 'other'])
    await send('/t/acme/me', 'a.acme.x')
    expect(made).toHaveLength(2)
    strategy.forget('acme')
    await send('/t/acme/me', 'a.acme.x')
    expect(made).toEqual(['acme', 'other', 'acme'])
  })

  it('do not take credentials of another tenant', async () => {
    expect((await send('/t/acme/me', 'a.other.x')).status).toBe(401)
    expect((await send('/t/other/me', 'a.acme.x')).status).toBe(401)
    expect((await send('/me', 'a.acme.x')).status).toBe(401)
  })

  it('are not invented by clients: unknown ones are refused, and not kept', async () => {
    for (let i = 0; i < 2; i += 1) expect((await send('/t/unknown/me', 'a.acme.x')).status).toBe(401)
    expect(made).toEqual(['unknown', 'unknown'])
    expect((await send('/t/__proto__/me', 'a.acme.x')).status).toBe(401)
  })
})

describe('tenants by a claim', () => {
  const keys: Record<string, JwtService> = {}
  let served: Served

  beforeAll(async () => {
    for (const tenant of ['acme', 'other']) {
      const secret = tenant.padEnd(32, 'x')
      keys[tenant] = (await createContext(JwtModule.register({ secret }), { logger: false })).get(JwtService)
    }
    served = await serve({
      imports: [
        AuthModule.forRoot({
          strategies: [
            new TenantStrategy({
              tenant: tenantFromClaim('org'),
              strategyFor: (tenant) => {
                const tokens = Object.hasOwn(keys, tenant) ? keys[tenant] : undefined
                return tokens && new BearerStrategy({ tokens })
              },
            }),
          ],
        }),
      ],
      controllers: [MeController],
    })
  })
  afterAll(() => served.close())

  const show = (token: string) => served.send('/me', { headers: { authorization: `Bearer ${token}` } })
  const unsigned = (claims: unknown) =>
    `${[{ alg: 'none' }, claims].map((one) => Buffer.from(JSON.stringify(one)).toString('base64url')).join('.')}.`

  it('are those whose keys have signed it', async () => {
    for (const tenant of ['acme', 'other']) {
      const token = await keys[tenant]!.sign({ org: tenant }, { subject: 'ada' })
      expect((await show(token)).body).toMatchObject({ id: 'ada', tenant })
    }
  })

  it('are nobody’s who signs the claim of another tenant, or none, or nothing', async () => {
    const good = await keys['acme']!.sign({ org: 'acme' }, { subject: 'ada' })
    const [head, , signature] = good.split('.')
    const moved = Buffer.from(JSON.stringify({ sub: 'ada', org: 'other' })).toString('base64url')
    for (const token of [
      await keys['other']!.sign({ org: 'acme' }, { subject: 'ada' }),
      await keys['acme']!.sign({ org: 'acme', tenant: 'other' }, { subject: 'ada' }),
      await keys['acme']!.sign({}, { subject: 'ada' }),
      await keys['acme']!.sign({ org: ['acme'] }, { subject: 'ada' }),
      await keys['acme']!.sign({ org: '__proto__' }, { subject: 'ada' }),
      `${head}.${moved}.${signature}`,
      unsigned({ sub: 'ada', org: 'acme' }),
      unsigned(null),
      unsigned(['acme']),
      'a.%%%.c',
      'a..c',
      '',
    ])
      expect((await show(token)).status, token).toBe(401)
  })
})
